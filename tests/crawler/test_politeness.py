"""What politeness remembers, and for how long."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from scrapy import Request
from scrapy.http import Response

from crawler.account import Account
from crawler.governor import Governor
from crawler.hints.allowance import Allowance
from crawler.memory import Memory
from crawler.politeness import SLOT, Disallowed, Parked, Politeness
from crawler.wire import BEGINS, REQUISITE, ROLE
from pipelines import clock
from pipelines.store.catalog import Catalog


def politeness() -> Politeness:
    return Politeness(Governor(budget=1.0, per_host=1.0, hosts={}, min_gap=timedelta(0), random=Random(1)), "test")


def test_urls_with_a_token_of_their_own_are_forgotten_when_their_second_is_over() -> None:
    polite = politeness()
    past = datetime.now(UTC) - timedelta(seconds=1)
    polite._seconds = {f"http://a.example/?token={n}": past for n in range(10_000)}

    asyncio.run(polite.second("http://a.example/?token=new"))

    assert list(polite._seconds) == ["http://a.example/?token=new"]


def test_a_url_is_asked_once_in_a_second() -> None:
    polite = politeness()

    async def twice() -> list[datetime]:
        times = []
        for _ in range(2):
            await polite.second("http://a.example/")
            times.append(datetime.now(UTC).replace(microsecond=0))
        return times

    first, second = asyncio.run(twice())

    assert second - first == timedelta(seconds=1)


def test_who_is_woken_too_early_waits_on_for_its_second(monkeypatch: pytest.MonkeyPatch) -> None:
    polite, slept = politeness(), asyncio.sleep
    monkeypatch.setattr(asyncio, "sleep", lambda seconds: slept(seconds - 0.005))  # the loop's clock is no other's

    async def several() -> list[datetime]:
        async def one() -> datetime:
            await polite.second("http://a.example/")
            return datetime.now(UTC).replace(microsecond=0)

        return await asyncio.gather(*(one() for _ in range(4)))

    assert len(set(asyncio.run(several()))) == 4


def test_who_was_held_up_behind_its_second_takes_no_other_ones() -> None:
    """Two captures of one URL and second could not be told apart by CDX and Memento."""
    polite = Politeness(Governor(budget=9.0, per_host=9.0, hosts={}, min_gap=timedelta(0), random=Random(1)), "test")
    polite._consent = _nobody_minds  # type: ignore[method-assign]

    async def held_up() -> list[datetime]:
        requests = [Request("http://a.example/") for _ in range(3)]
        for request in requests:
            await polite.process_request(request)
        # Meanwhile the first two have waited for the other requests of their host.
        return await asyncio.gather(*(request.meta[BEGINS]() for request in requests))

    dates = asyncio.run(held_up())

    assert len({date.replace(microsecond=0) for date in dates}) == 3
    assert dates[2] < min(dates[:2])  # its second was its own


@pytest.mark.parametrize("ended", [True, False])
def test_a_crawl_sends_nothing_in_the_second_in_which_the_one_before_it_ended(
    ended: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may have captured any URL in it, and who was killed does not tell when."""
    at = clock.now().replace(microsecond=100_000) + timedelta(seconds=1)  # by now it is over, or there is time enough
    monkeypatch.setattr(clock, "now", lambda: at)
    monkeypatch.setattr(clock, "machine", lambda: at)
    before = at if ended else at - timedelta(seconds=2)  # told every few seconds
    with Catalog.open(f"sqlite:///{tmp_path / 'catalog.sqlite'}") as catalog:
        catalog.remember_hosts([], worker="other" if ended else "w1", now=before, ended=ended)
        memory = Memory(politeness().governor, catalog, "w1")
        memory.recall()
    polite = politeness()
    assert memory.sent_until is not None
    polite.opens_after(memory.sent_until)
    monkeypatch.undo()

    assert asyncio.run(polite.second("http://a.example/")) == at.replace(microsecond=0) + timedelta(seconds=1)


def test_a_clock_that_was_set_back_since_the_last_crawl_holds_nobody_up() -> None:
    polite, now = politeness(), clock.now()
    polite.opens_after(now + timedelta(hours=1))

    assert asyncio.run(polite.second("http://a.example/")) < now + timedelta(seconds=1)


def test_a_capture_without_a_request_frees_no_second_that_is_reserved() -> None:
    polite, now = politeness(), clock.now()

    async def reserved() -> list[datetime]:
        first, second = [asyncio.create_task(polite.second("http://a.example/")) for _ in range(2)]
        await asyncio.sleep(0)
        polite.taken("http://a.example/", now)
        return [
            at.replace(microsecond=0) for at in (await first, await second, await polite.second("http://a.example/"))
        ]

    assert len(set(asyncio.run(reserved()))) == 3


async def _nobody_minds(_: str) -> None:
    """robots.txt allows it."""


URL = "http://www.a.example/live"


def refused(url: str, status: int, retry_after: str) -> tuple[Request, Response]:
    return Request(url), Response(url, status=status, headers={"Retry-After": retry_after})


def test_a_parking_is_in_the_catalog_before_its_answer_goes_on(tmp_path: Path) -> None:
    async def asked() -> None:
        polite = politeness()
        polite.memory = Memory(polite.governor, catalog, "w1")
        polite.memory.recall()
        await polite.process_response(*refused(URL, 503, "900"))

    with Catalog.open(f"sqlite:///{tmp_path / 'catalog.db'}") as catalog:
        before = clock.now()
        asyncio.run(asked())
        [kept] = catalog.hosts("w1")
        last = catalog.last_run("w1")

    assert (kept.host, kept.asked, kept.retry_after) == ("a.example", True, "900")
    assert kept.not_before is not None
    assert kept.not_before >= before + timedelta(seconds=900)
    assert last is not None
    assert not last.ended  # its process may be killed now


def test_a_restart_fills_up_neither_the_budget_nor_what_polls_may_use_of_it(tmp_path: Path) -> None:
    def begun() -> tuple[Memory, tuple[Account, Account]]:
        polite, polls = politeness(), Allowance(1.0)
        memory = Memory(polite.governor, catalog, "w1")
        memory.recall()
        memory.keeps("hints", polls)
        return memory, (polite.governor.account, polls)

    async def ended() -> None:
        memory, accounts = begun()
        for account in accounts:
            while account.tokens(clock.steady()) >= 1:
                account.spend(clock.steady())
        await memory.ended()

    with Catalog.open(f"sqlite:///{tmp_path / 'catalog.db'}") as catalog:
        asyncio.run(ended())
        _, accounts = begun()
        left = [account.tokens(clock.steady()) for account in accounts]

    assert max(left) < 5  # of 60 and of 12


def test_a_parking_of_more_than_a_day_is_told_with_the_header_as_it_came(caplog: pytest.LogCaptureFixture) -> None:
    polite = politeness()
    asyncio.run(polite.process_response(*refused(URL, 429, "604800")))

    assert [(r.levelname, "www.a.example" in r.message, "604800" in r.message) for r in caplog.records] == [
        ("WARNING", True, True)
    ]


class Robots:
    """In the place of the engine: what robots.txt is answered with, and how often it was asked for."""

    running = True

    def __init__(self, *answers: Response | Exception) -> None:
        self.answers, self.asked = list(answers), 0

    async def download_async(self, request: Request) -> Response:
        self.asked += 1
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def rules(status: int, body: str = "") -> Response:
    return Response("http://www.a.example/robots.txt", status=status, body=body.encode())


async def consent(polite: Politeness, url: str) -> bool:
    try:
        await polite._consent(url)
    except Disallowed:
        return False
    return True


def age(polite: Politeness, by: timedelta) -> None:
    """As if robots.txt of all origins had been read so much earlier."""
    from dataclasses import replace

    polite._origins = {o: replace(known, fetched=known.fetched - by) for o, known in polite._origins.items()}


def asking(*answers: Response | Exception) -> tuple[Politeness, Robots]:
    polite, robots = politeness(), Robots(*answers)
    crawler: Any = type("Crawler", (), {"engine": robots})()
    polite.crawler = crawler
    return polite, robots


def test_robots_txt_is_asked_for_once_a_day() -> None:
    polite, robots = asking(rules(200, "User-agent: *\nDisallow: /live"), rules(200, "User-agent: *\nAllow: /"))

    async def days() -> list[tuple[bool, int]]:
        seen = []
        for hours in (0, 23, 2):
            age(polite, timedelta(hours=hours))
            seen.append((await consent(polite, URL), robots.asked))
        return seen

    assert asyncio.run(days()) == [(False, 1), (False, 1), (True, 2)]


@pytest.mark.parametrize("trouble", [rules(503), OSError("the host is down")], ids=["503", "down"])
def test_a_robots_txt_that_can_be_had_no_more_stays_in_force(trouble: Response | Exception) -> None:
    polite, robots = asking(rules(200, "User-agent: *\nDisallow: /secret\nCrawl-delay: 7"), trouble)

    async def later() -> list[bool]:
        await consent(polite, URL)
        age(polite, timedelta(days=1))
        return [await consent(polite, url) for url in (URL, "http://www.a.example/secret")]

    assert asyncio.run(later()) == [True, False]
    assert robots.asked == 2
    [kept] = polite.governor.states()
    assert [delay for _, _, delay in kept.crawl_delays] == [timedelta(seconds=7)]


def test_a_robots_txt_that_could_never_be_had_forbids_everything() -> None:
    polite, _ = asking(rules(503))

    assert asyncio.run(consent(polite, URL)) is False


def test_hosts_of_one_registrable_name_wait_for_each_other() -> None:
    polite, _ = asking(rules(404), rules(404))

    async def sent() -> list[datetime]:
        times = []
        for host in ("www", "live"):
            await polite.process_request(Request(f"http://{host}.a.example/"))
            times.append(clock.steady())
        return times

    first, second = asyncio.run(sent())

    assert second - first >= timedelta(seconds=1)


@pytest.mark.parametrize("meta", [{}, {ROLE: REQUISITE}], ids=["a page", "a requisite"])
def test_what_has_its_turn_is_not_sent_when_its_host_was_parked_meanwhile(meta: dict[str, Any]) -> None:
    polite, _ = asking(rules(404))
    polite.governor.start("www.a.example", clock.steady())
    polite.governor.answered("live.a.example", status=503, latency=timedelta(), retry_after="900", now=clock.steady())

    with pytest.raises(Parked, match="may not be asked before"):
        asyncio.run(polite.process_request(Request(URL, meta={SLOT: True, **meta})))


def test_people_are_told_of_a_crawl_delay_that_leaves_nothing_live(caplog: pytest.LogCaptureFixture) -> None:
    polite, _ = asking(rules(200, "User-agent: *\nCrawl-delay: 3000"))

    assert asyncio.run(consent(polite, URL))
    assert ["3000 s between two requests" in record.message for record in caplog.records] == [True]
