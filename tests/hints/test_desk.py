"""The crawler's side: what it hands to the schedule, and that no trouble of it reaches a visit."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy import Request
from scrapy.http import Response

from crawler.adaptive import Adaptive
from crawler.hints.desk import HintDesk
from crawler.politeness import Parked
from pipelines import clock
from pipelines.config import parse_config
from pipelines.errors import CatalogError
from pipelines.model import Visit, Watch
from pipelines.store.catalog import Catalog
from pipelines.store.stored import Hint
from pipelines.urlkey import urlkey

PAGE, FEED = "http://127.0.0.1/live", "http://127.0.0.1/feed"
KEY = urlkey(PAGE)
MINUTE = timedelta(minutes=1)
SOON = "[[hint]]\nurl = 'http://127.0.0.1/feed'\nevery = '1s'\n[egress]\nallow = ['127.0.0.1/32']\n"
ATOM = (
    "<feed><link rel='hub' href='https://hub.example.com/'/>"
    "<entry><id>1</id><link href='/live'/><updated>{}</updated></entry></feed>"
)


class Engine:
    """Answers as it is told to."""

    def __init__(self, *answers: Response | Exception) -> None:
        self.answers, self.asked = list(answers), list[Request]()

    async def download_async(self, request: Request) -> Response:
        self.asked.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with Catalog.open(f"sqlite:///{tmp_path}/catalog.db") as opened:
        yield opened


def desk(
    catalog: Any, *answers: Response | Exception, text: str = SOON, rules: Any = None
) -> tuple[HintDesk, Engine]:
    """``rules``: who knows whether robots.txt is asked for before."""
    watch = Watch(url=PAGE, schedule="adaptive", min=timedelta(seconds=1))
    adaptive = Adaptive(budget=1.0, after_end=[])
    now = clock.now()
    adaptive.set([watch], {}, {KEY: now - 5 * MINUTE}, now)
    engine = Engine(*(answers or [Response(FEED, status=404)]))
    keeper: Any = SimpleNamespace(config=parse_config(text, Path("stoppress.toml")), catalog=catalog)
    crawler: Any = SimpleNamespace(engine=engine, get_downloader_middleware=lambda kind: rules)
    made = HintDesk(crawler, keeper, adaptive, lambda key: None)
    return made, engine


def run(made: HintDesk, ticks: int = 2, *, hurried: bool = True) -> None:
    """``hurried``: each tick is the turn of every source."""

    async def turns() -> None:
        for _ in range(ticks):
            made.tick(clock.now())
            assert made._ticking is not None
            await made._ticking
            await asyncio.gather(*made._tasks)
            for source in made.board.sources.values() if hurried else ():
                source.again = datetime.min.replace(tzinfo=UTC)

    asyncio.run(turns())


def hinted(made: HintDesk) -> bool:
    """Whether the schedule waits to look because of one."""
    return bool(made._adaptive.scheduler._hints)


def test_what_a_feed_and_a_command_tell_reaches_the_schedule(catalog: Catalog) -> None:
    now = clock.now()
    fed, engine = desk(catalog, Response(FEED, body=ATOM.format((now - MINUTE).isoformat()).encode()))
    told, _ = desk(catalog, text="")
    catalog.tell_hints([Hint("command", KEY, now - MINUTE, now)])
    run(fed)
    run(told)

    assert (hinted(fed), hinted(told)) == (True, True)
    assert len(engine.asked) == 1  # and the hub is not asked: we have no address


def test_robots_txt_before_a_poll_is_paid_for_by_the_polls(catalog: Catalog) -> None:
    more = {}
    for robots in (False, True):
        first = [robots]
        rules = SimpleNamespace(asks_first=lambda url, first=first: first and first.pop())
        made, engine = desk(catalog, rules=rules)
        before = made.allowance.tokens(clock.steady())
        run(made, ticks=3)
        spent = before - made.allowance.tokens(clock.steady())
        more[robots] = round(spent - len(engine.asked))

    assert more == {False: 0, True: 1}


def test_an_unchanged_feed_is_asked_with_its_own_validators_and_its_silence_is_heard(catalog: Catalog) -> None:
    headers = {"ETag": 'W/"odd, one"', "Last-Modified": "Sun, 01 Mar 2026 12:00:00 GMT"}
    first = Response(FEED, headers=headers, body=ATOM.format("2026-01-01T00:00:00Z").encode())
    made, engine = desk(catalog, first, Response(FEED, status=304))
    run(made, ticks=4)
    pool = made._adaptive.scheduler.pool
    sent = [request.headers.get("If-None-Match") for request in engine.asked]

    assert sent == [None, b'W/"odd, one"', b'W/"odd, one"']
    assert not hinted(made)  # older than the last look
    assert pool.heard[pool.numbers[KEY]] > 0


def test_a_hub_is_asked_once_and_what_it_is_sent_is_not_recorded(catalog: Catalog) -> None:
    feed = Response(FEED, body=ATOM.format("2026-01-01T00:00:00Z").encode())
    made, engine = desk(catalog, feed, Response("https://hub.example.com/", status=202), feed,
                        text=SOON + "[serve]\nwebsub_callback = 'https://ours.example.net'")  # fmt: skip
    run(made, ticks=3)
    [known] = catalog.subscriptions()

    assert [request.method for request in engine.asked] == ["GET", "POST", "GET"]
    assert engine.asked[1].meta["stoppress_unrecorded"]
    assert known.secret.encode() in engine.asked[1].body
    assert (known.state, known.topic) == ("asked", FEED)


def test_a_hub_that_refuses_is_said_once_and_the_feed_is_asked_as_before(
    catalog: Catalog, caplog: pytest.LogCaptureFixture
) -> None:
    feed = Response(FEED, body=ATOM.format("2026-01-01T00:00:00Z").encode())
    made, _ = desk(catalog, feed, Response("https://hub.example.com/", status=403), feed,
                   text=SOON + "[serve]\nwebsub_callback = 'https://ours.example.net'")  # fmt: skip
    run(made, ticks=3)
    [known] = catalog.subscriptions()

    assert "answered 403" in known.detail
    assert caplog.text.count("does not take a subscription") == 1
    assert known.secret not in caplog.text
    assert made.board.sources[FEED].failures == 0


@pytest.mark.parametrize("error", [RuntimeError("a bug"), OSError("gone")])
def test_a_source_that_cannot_be_had_is_said_once(
    catalog: Catalog, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    made, _ = desk(catalog, error)
    run(made, ticks=5)

    assert made.board.sources[FEED].failures == 4
    assert caplog.text.count("cannot be read") == 1


def test_a_host_that_is_parked_is_no_failure_of_the_source(catalog: Catalog) -> None:
    made, _ = desk(catalog, Parked("not before noon"))
    run(made)

    assert made.board.sources[FEED].failures == 0


def test_redirects_have_an_end(catalog: Catalog) -> None:
    made, engine = desk(catalog, Response(FEED, status=302, headers={"Location": "/feed"}))
    run(made)

    assert len(engine.asked) == 6
    assert "redirects more than" in made.board.sources[FEED].detail


@pytest.mark.parametrize("error", [CatalogError("it is locked"), RuntimeError("a bug")])
def test_a_catalog_that_fails_is_said_once_and_nothing_is_raised(
    caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    class Broken:
        def __getattr__(self, name: str) -> Any:
            raise error

    made, _ = desk(Broken())
    with caplog.at_level(logging.ERROR):
        run(made, ticks=3)
        made.over(Visit(id="1", url=PAGE, urlkey=KEY, started=clock.now(), outcome="archived", reading="unchanged"))
        made.close()

    assert caplog.text.count("hints cannot be dealt with now") == 1


INDEX = "<sitemapindex>" + "".join(f"<sitemap><loc>/{n}.xml</loc></sitemap>" for n in (1, 2, 3)) + "</sitemapindex>"
SITEMAP = "<urlset><url><loc>/live</loc><lastmod>{}</lastmod></url></urlset>"


class Site:
    """Answers by path: of several answers the last again and again."""

    def __init__(self, **answers: Response | Exception) -> None:
        self.answers, self.asked = answers, list[str]()

    async def download_async(self, request: Request) -> Response:
        name = request.url.rpartition("/")[2].partition(".")[0]
        self.asked.append(name)
        answer = self.answers[f"_{name}" if name.isdigit() else name]
        if isinstance(answer, Exception):
            raise answer
        return answer.replace(url=request.url)


def of_index(catalog: Catalog, site: Site, budget: str = "2/s", blocked: str = "", every: str = "1s") -> HintDesk:
    made, _ = desk(catalog, text=f"[crawl]\nbudget = '{budget}'\n{SOON}".replace("every = '1s'", f"every = '{every}'"))
    made._asking._crawler.engine = site  # type: ignore[assignment]
    made._asking._blocked = lambda key: key == blocked
    return made


def sitemap(**more: Any) -> Response:
    return Response(FEED, body=SITEMAP.format(f"{clock.now():%Y-%m-%dT%H:%M:%S.%fZ}").encode(), **more)


def index() -> Response:
    return Response(FEED, body=INDEX.encode(), headers={"ETag": '"i"'})


def test_with_a_small_budget_an_index_is_read_whole_as_its_share_is_earned_and_not_asked_again_at_once(
    catalog: Catalog,
) -> None:
    site = Site(feed=index(), _1=sitemap(), _2=sitemap(), _3=sitemap())
    made = of_index(catalog, site, budget="1/min", every="20m")
    run(made, ticks=1)  # it is planned
    run(made, ticks=3, hurried=False)
    [source] = made.board.sources.values()
    first, heard = site.asked.copy(), source.heard
    made._asking._allowed = lambda now, follows: made.allowance.take(now + timedelta(minutes=20), follows)
    source.again = None
    run(made, ticks=3, hurried=False)

    assert (first, heard) == (["feed"], None)
    assert site.asked == ["feed", "1", "2", "3"]
    assert source.heard is not None


def test_a_poll_that_is_broken_off_goes_on_where_it_was(catalog: Catalog) -> None:
    site = Site(feed=index(), _1=sitemap(), _2=Parked("not now"), _3=sitemap())
    made = of_index(catalog, site)
    run(made)
    [source] = made.board.sources.values()
    first, heard = site.asked.copy(), source.heard
    site.answers["_2"], source.again = sitemap(), None
    run(made)

    assert (first, heard) == (["feed", "1", "2"], None)
    assert site.asked[3:5] == ["2", "3"]
    assert source.heard is not None


def test_a_sitemap_that_is_gone_costs_the_others_nothing_and_is_said_once(
    catalog: Catalog, caplog: pytest.LogCaptureFixture
) -> None:
    site = Site(feed=index(), _1=Response(FEED, status=410), _2=sitemap(), _3=sitemap())
    made = of_index(catalog, site)
    for _ in range(2):
        run(made)
        [source] = made.board.sources.values()
        source.again = None

    assert site.asked[:8] == ["feed", "1", "2", "3"] * 2
    assert source.failures == 0
    assert "1.xml: it answered 410" in source.detail
    assert caplog.text.count("is read but for") == 1


def test_an_index_of_which_nothing_can_be_had_has_failed(catalog: Catalog) -> None:
    gone = Response(FEED, status=404)
    made = of_index(catalog, Site(feed=index(), _1=gone, _2=gone, _3=gone))
    run(made)

    [source] = made.board.sources.values()
    assert (source.failures, source.heard) == (1, None)


def test_what_was_taken_down_is_not_asked_for_wherever_a_source_leads(catalog: Catalog) -> None:
    site = Site(feed=index(), _1=sitemap(), _2=sitemap(), _3=sitemap())
    made = of_index(catalog, site, blocked=urlkey("http://127.0.0.1/2.xml"))
    run(made)

    assert site.asked == ["feed", "1", "3"]


def test_an_index_that_names_itself_is_asked_once(catalog: Catalog) -> None:
    body = f"<sitemapindex><sitemap><loc>{FEED}</loc></sitemap></sitemapindex>"
    site = Site(feed=Response(FEED, body=body.encode()))
    made = of_index(catalog, site)
    run(made)

    assert site.asked == ["feed"]


def test_a_clock_that_goes_back_before_anything_was_planned_moves_nothing(catalog: Catalog) -> None:
    made, _ = desk(catalog)
    made.moved(timedelta(days=-4000))

    [source] = made.board.sources.values()
    assert source.again is None
