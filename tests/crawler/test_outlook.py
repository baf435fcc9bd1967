"""Why a page is visited when it is: the one thing that decides, in words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler.outlook import Explained, Outlook
from crawler.schedule.learning import Learnt
from pipelines.config import Config, parse_config
from pipelines.errors import WatchlistError
from pipelines.model import Visit, Watch
from pipelines.store.catalog import Catalog, HostState
from pipelines.store.stored import HintSource, LearntPage
from pipelines.units import roughly
from pipelines.urlkey import urlkey
from tests.running import stoppress

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
URL = "https://live.example.org/a"
OTHER = "https://www.example.org/b"
SECOND = timedelta(seconds=1)


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with Catalog.open(f"sqlite:///{tmp_path / 'catalog.db'}") as opened:
        yield opened


def config(text: str = "") -> Config:
    return parse_config('[crawl]\ncontact = "mailto:a@example.org"\n' + text, Path("stoppress.toml"))


def watched(catalog: Catalog, url: str = URL, **more: Any) -> None:
    catalog.save_watches([Watch(url=url, **({"schedule": "adaptive"} | more))], now=NOW)


def visited(catalog: Catalog, at: datetime, url: str = URL, **more: Any) -> None:
    facts: dict[str, Any] = {"outcome": "archived", "status": 200, "reading": "unchanged", "why": "due"} | more
    visit = Visit(id=f"{url} {at}", url=url, urlkey=urlkey(url), started=at, scheduled=at, **facts)
    catalog.visits_started([visit], worker="w")
    catalog.visits_recorded([visit])


def learnt(catalog: Catalog, *, updates: float = 0.0, hours: float = 2.0, price: float = 1e-6,
           aftermath: dict[str, float] | None = None, **more: Any) -> None:  # fmt: skip
    state = Learnt.of_count(updates, hours * 3600).to_json() | {"aftermath": aftermath or {}}
    page = LearntPage(urlkey=urlkey(URL), state=state, **more)
    catalog.remember_learnt([page], {"": price}, worker="w")


def explained(catalog: Catalog, text: str = "", url: str = URL) -> Explained:
    return Outlook(config(text), catalog, NOW).explain(url)


def test_a_page_that_was_never_seen_is_due(catalog: Catalog) -> None:
    watched(catalog)

    told = explained(catalog)

    assert (told.next, told.binding) == (NOW, "due: it was never seen")


def test_a_page_whose_caches_give_what_we_have_waits_for_them(catalog: Catalog) -> None:
    watched(catalog)
    visited(catalog, NOW - 70 * SECOND)
    fresh = (NOW + 50 * SECOND).timestamp()
    learnt(catalog, updates=400.0, last=NOW - 70 * SECOND, aftermath={"fresh": fresh})

    told = explained(catalog)

    assert (told.next, told.binding) == (
        NOW + 50 * SECOND, "due in 50s: until then its caches give what we have (max-age)",
    )  # fmt: skip


@pytest.mark.parametrize("seen", [True, False])
def test_a_page_whose_looks_fail_is_tried_again_later_each_time(catalog: Catalog, seen: bool) -> None:
    watched(catalog)
    failed = NOW - 10 * SECOND
    visited(catalog, failed, outcome="error", status=404, reading="none", reason="http-status")
    learnt(catalog, updates=400.0, last=NOW - 700 * SECOND if seen else None,
           aftermath={"failures": 3.0, "failed": failed.timestamp()})  # fmt: skip

    told = explained(catalog)

    assert told.next == NOW + 230 * SECOND
    assert told.binding == "due in 3m50s: 3 looks in a row brought nothing, it is tried again later each time"


def test_a_page_whose_last_look_failed_and_that_is_due_later_all_the_same_says_why(catalog: Catalog) -> None:
    watched(catalog)
    failed = NOW - 50 * SECOND
    visited(catalog, failed, outcome="error", status=404, reading="none", reason="http-status")
    learnt(catalog, hours=100, price=1e6, last=NOW - 200 * SECOND,
           aftermath={"failures": 1.0, "failed": failed.timestamp()})  # fmt: skip

    assert explained(catalog).binding == "due in 56m40s: no later by max"


def test_a_page_whose_first_page_may_show_nothing_known_is_looked_at(catalog: Catalog) -> None:
    watched(catalog)
    visited(catalog, NOW - 20 * SECOND)
    learnt(catalog, updates=120.0, hours=10, price=1e6, last=NOW - 20 * SECOND, aftermath={"window": 4.0})

    told = explained(catalog)

    assert told.next is not None
    assert NOW + 60 * SECOND < told.next < NOW + 1200 * SECOND  # two updates of twelve an hour
    assert told.binding.endswith("later its first page may show hardly any of the updates that it showed")


def test_what_a_source_tells_makes_a_look_sooner_and_its_silence_later(catalog: Catalog) -> None:
    watched(catalog)
    last = NOW - 600 * SECOND
    visited(catalog, last)
    learnt(catalog, updates=1.0, hours=10, price=0.05, last=last)
    usual = explained(catalog)
    known = HintSource(source="https://example.org/feed", polled=NOW - SECOND, events=90.0, told=90.0)
    catalog.remember_hints([known], {(known.source, urlkey(URL)): last - 9 * SECOND})
    silent = explained(catalog)
    catalog.remember_hints([known], {(known.source, urlkey(URL)): NOW - 300 * SECOND})
    told = explained(catalog)

    assert (told.next or NOW) < (usual.next or NOW) < (silent.next or NOW)
    assert told.binding.endswith("https://example.org/feed told of something new there")
    assert silent.binding.endswith("silence of who tells of it makes it later")


def test_a_turn_after_the_end_of_its_watch_is_none_and_one_after_from_is_the_schedule_s(catalog: Catalog) -> None:
    watched(catalog, schedule="cron 0 0 31 12 *", until="2026-12-30T00:00:00Z")
    ends = explained(catalog)
    watched(catalog, OTHER, schedule="cron 0 18 * * *", from_=NOW + timedelta(hours=2))
    begins = explained(catalog, url=OTHER)

    assert ends.next is None
    assert ends.binding.startswith("no turn of its schedule comes before its end")
    assert Outlook(config(), catalog, NOW).planned() == [(NOW + timedelta(hours=6), begins.watch)]
    assert begins.binding == "due in 6h: its turn by 'cron 0 18 * * *'"


def test_a_busy_page_waits_for_min_and_a_silent_one_for_max(catalog: Catalog) -> None:
    watched(catalog)
    visited(catalog, NOW - 20 * SECOND)
    learnt(catalog, updates=400.0, last=NOW - 20 * SECOND)
    busy = explained(catalog)
    learnt(catalog, hours=100, price=1e6, last=NOW - 20 * SECOND)
    silent = explained(catalog)

    assert busy.binding == "due in 40s: no sooner by min"
    assert busy.rates is not None
    assert 0.9 * busy.rates.low <= busy.rates.usual <= 1.1 * busy.rates.high
    assert busy.rates.usual == pytest.approx(400.0, rel=0.3)  # with their edits
    assert silent.binding == "due in 59m40s: no later by max"


def test_what_is_not_worth_its_price_yet_says_so(catalog: Catalog) -> None:
    watched(catalog)
    visited(catalog, NOW - 20 * SECOND)
    learnt(catalog, updates=5.0, price=0.5, last=NOW - 20 * SECOND)

    told = explained(catalog)

    assert "then it is worth the price" in told.binding
    assert told.price == 0.5
    assert told.worth is not None
    assert told.worth < 0.5


def test_the_floor_a_closing_look_and_the_time_after_say_so(catalog: Catalog) -> None:
    watched(catalog)
    visited(catalog, NOW - 20 * SECOND)
    learnt(catalog, updates=0.5, last=NOW - 20 * SECOND)
    floor = explained(catalog).binding
    learnt(catalog, price=1e6, last=NOW - 20 * SECOND, ended=NOW - 60 * SECOND)
    closing = explained(catalog).binding
    learnt(catalog, price=1e6, last=NOW - 20 * SECOND, ended=NOW - timedelta(days=3))

    assert "less than 0.05 new events are expected before" in floor
    assert closing == "due in 14m: a closing look after the end of its coverage"
    assert "its coverage has ended" in explained(catalog).binding


def test_a_parked_host_is_said_with_what_it_asked_for(catalog: Catalog) -> None:
    watched(catalog)
    state = HostState(host="example.org", not_before=NOW + 3600 * SECOND, asked=True, retry_after="3600")
    catalog.remember_hosts([state], worker="w", now=NOW)

    told = explained(catalog)

    assert told.binding == "parked until 2026-03-01 13:00:00 UTC: it answered Retry-After 3600"
    assert told.next == NOW + 3600 * SECOND


def test_a_host_that_is_shared_is_said_with_its_cap_or_its_crawl_delay(catalog: Catalog) -> None:
    watched(catalog)
    watched(catalog, OTHER)
    catalog.remember_hosts([HostState(host="example.org", last_start=NOW - SECOND)], worker="w", now=NOW)
    cap = explained(catalog).binding
    delays = (("live.example.org", "https://live.example.org", 90 * SECOND),)
    state = HostState(host="example.org", last_start=NOW - SECOND, crawl_delays=delays)
    catalog.remember_hosts([state], worker="w", now=NOW)

    assert cap == "due; waiting: host cap 6/min, shared by 2 watches"
    assert explained(catalog).binding == "due; waiting: Crawl-delay 1m30s of its robots.txt, shared by 2 watches"


def test_a_beginning_a_pause_and_another_schedule_are_said(catalog: Catalog) -> None:
    watched(catalog, from_=NOW + timedelta(hours=2))
    watched(catalog, OTHER, schedule="cron 30 12 * * *")
    begins, turn = explained(catalog).binding, explained(catalog, url=OTHER)
    catalog.set_watch_state(OTHER, "paused", reason="by hand")

    assert begins == "not before 2026-03-01 14:00:00 UTC (from)"
    assert (turn.binding, turn.rates) == ("due in 30m: its turn by 'cron 30 12 * * *'", None)
    assert explained(catalog, url=OTHER).binding == "it is paused: by hand; no visit is planned"


@pytest.mark.parametrize("schedule", ["adaptive", "every 5m"])
def test_a_page_whose_end_has_passed_is_not_due_and_says_so(catalog: Catalog, schedule: str) -> None:
    watched(catalog, schedule=schedule, until="2026-03-01T11:59:00+00:00")
    watched(catalog, OTHER, schedule=schedule, until="2026-03-01T12:01:00+00:00")
    told = explained(catalog)
    planned = [watch.url for _, watch in Outlook(config(), catalog, NOW).planned()]

    assert (told.next, told.binding) == (
        None, "its end, until 2026-03-01 11:59:00 UTC, has passed; no visit is planned"
    )  # fmt: skip
    assert planned == [OTHER]


def test_a_page_that_refuses_us_is_said_to(catalog: Catalog) -> None:
    watched(catalog)
    for number in range(3):
        visited(catalog, NOW - (300 - number) * SECOND, outcome="error", reason="http-status", status=403,
                reading="none")  # fmt: skip

    assert explained(catalog).binding == "asked for once an hour: it has refused 3 visits in a row"


def test_a_page_that_is_not_watched_is_refused_with_the_next_step(catalog: Catalog) -> None:
    with pytest.raises(WatchlistError, match="stoppress watches"):
        explained(catalog)


def test_a_plan_counts_all_schedules_and_names_hosts_that_are_bound(catalog: Catalog) -> None:
    for number in range(60):
        watched(catalog, f"https://a.example.org/{number}")
    watched(catalog, "https://b.example.net/", schedule="every 10s", min=SECOND)
    watched(catalog, "https://c.example.com/", schedule="cron */10 * * * *")

    told = Outlook(config(), catalog, NOW).plan(2.0)

    assert told.hosts["example.net"] == pytest.approx(0.1)
    assert told.hosts["example.com"] == pytest.approx(1 / 600, rel=0.02)
    assert told.hosts["example.org"] == pytest.approx(0.1, rel=0.02)
    assert told.bound == ("example.org",)


@pytest.mark.parametrize("schedule", ["adaptive", "every 10s"])
def test_a_plan_expects_no_captures_of_a_page_that_refuses_us(catalog: Catalog, schedule: str) -> None:
    watched(catalog, schedule=schedule, min=SECOND)
    watched(catalog, OTHER, schedule="every 30m")
    for number in range(3):
        visited(catalog, NOW - (300 - number) * SECOND, outcome="error", reason="http-status", status=403,
                reading="none")  # fmt: skip

    told = Outlook(config(), catalog, NOW).plan(2.0)

    assert told.requests == pytest.approx(3 / 3600)
    assert told.captures == pytest.approx(2 / 3600)
    assert (told.refusing, len(told.numbers)) == (1, 0)


def test_a_plan_expects_no_captures_of_a_page_whose_looks_fail(catalog: Catalog) -> None:
    watched(catalog)
    learnt(catalog, updates=400.0, last=NOW - 90 * SECOND,
           aftermath={"failures": 3.0, "failed": (NOW - 10 * SECOND).timestamp()})  # fmt: skip

    told = Outlook(config(), catalog, NOW).plan(2.0)

    assert told.requests == pytest.approx(1 / 240)
    assert told.captures == pytest.approx(0)


def planned(folder: Path, *watches: dict[str, str], budget: str = "1/h") -> tuple[str, dict[str, Any]]:
    """What ``schedule plan`` says to people, and to programs."""
    tables = ["[[watch]]\n" + "".join(f'{name} = "{value}"\n' for name, value in one.items()) for one in watches]
    path = folder / "stoppress.toml"
    path.write_text('[crawl]\ncontact = "mailto:a@example.org"\n' + "".join(tables))
    assert stoppress("apply", str(path), config=path).code == 0
    spoken, written = (
        stoppress("schedule", "plan", "--budget", budget, *more, config=path) for more in ((), ("--json",))
    )
    return spoken.out.decode(), written.lines[0]


def test_a_plan_says_what_a_budget_does_not_buy_and_of_what_it_has_no_estimate(tmp_path: Path) -> None:
    adaptive = [{"url": f"https://a.example.org/{number}"} for number in range(19)]
    hourly = {"url": "https://b.example.org/", "schedule": "every 4h"}
    later = {"url": "https://c.example.org/", "from": "2999-01-01T00:00:00Z"}

    spoken, written = planned(tmp_path, *adaptive, hourly, later)

    assert "20 watch(es), 19 of them adaptive; 1 more begin(s) later (from); budget 1 requests an hour" in spoken
    assert "requests      1 an hour (100% of the budget)" in spoken
    assert "captures      24 a day" in spoken
    assert "too little    19.25 requests an hour would be needed" in spoken
    assert "stretched     looks at adaptive pages come 25.3 times less often than max asks for" in spoken
    assert "1 watch(es) of every, cron or probe are in the requests and captures, not in this estimate" in spoken
    assert "intervals     1d1h to 1d1h, the median 1d1h" in spoken
    assert written["requests_per_h"] == pytest.approx(1.0)
    assert written["wanted_per_h"] == pytest.approx(19.25)
    assert (written["adaptive"], written["not_estimated"], written["not_begun"]) == (19, 1, 1)
    assert written["completeness"] < 0.6


def test_a_plan_tells_large_and_small_numbers_as_people_read_them(tmp_path: Path) -> None:
    busy = [{"url": f"https://live.paper{number}.example/", "schedule": "every 1m"} for number in range(50)]
    quiet = {"url": "https://a.example.org/"}

    rich, _ = planned(tmp_path, *busy, quiet, budget="10/s")
    poor, _ = planned(tmp_path, quiet, budget="0.001/d")

    assert "budget 36,000 requests an hour" in rich
    assert "requests      3,051 an hour" in rich
    assert "captures      73,226 a day" in rich
    assert "budget less than 0.01 requests an hour" in poor
    assert "they came in the mean" in poor
    assert "more than a year to more than a year" in poor
    assert "less than once a year  example.org" in poor
    assert not re.search(r"\de[+-]\d", rich + poor)


def test_a_plan_of_turns_alone_says_so(tmp_path: Path) -> None:
    spoken, written = planned(tmp_path, {"url": "https://b.example.org/", "schedule": "cron 0 * * * *"})

    assert "no estimate of completeness: all 1 watch(es) are of every, cron or probe" in spoken
    assert "too little" not in spoken
    assert written["captures_per_day"] == pytest.approx(24)


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0.4, "0 s"), (59.9, "59 s"), (60, "1 min"), (125, "2 min 5 s"), (3600, "1 h"), (3659, "1 h"),
        (86399, "23 h 59 min"), (366639, "4 d 5 h"), (86400 * 400, "400 d"),
    ],
)  # fmt: skip
def test_a_wait_is_told_in_units_that_people_count_in(seconds: float, told: str) -> None:
    assert roughly(seconds * SECOND) == told


def test_what_is_due_is_told_to_people_in_words_and_to_programs_as_a_moment(tmp_path: Path) -> None:
    begins = datetime.now(UTC) + timedelta(days=4, hours=5, minutes=50)
    path = tmp_path / "stoppress.toml"
    watch = f'[[watch]]\nurl = "{URL}"\nfrom = "{begins.isoformat()}"\n'
    path.write_text(f'[crawl]\ncontact = "mailto:a@example.org"\n{watch}')
    stoppress("apply", str(path), config=path)

    assert "in 4 d 5 h  adaptive" in stoppress("due", config=path).out.decode()
    (line,) = stoppress("due", "--json", config=path).lines
    assert datetime.fromisoformat(line["at"]) == begins


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["explain"], "explain needs the URL"),
        (["plan", URL], "leave the URL out"),
        (["explain", URL, "--budget", "2/s"], "--budget is for plan"),
        (["plan", "--budget", "0/s"], "not a rate above zero"),
        (["plan", "--budget", "lots"], "'lots' is not a rate; write a number, a slash and s, min, h or d"),
        (["plan", "--budget", "2"], "'2' is not a rate; write a number, a slash and s, min, h or d"),
        (["plan", "--budget", "1e9/s"], "'1e9/s' is not a rate; write a number, a slash and s, min, h or d"),
        (["plan", "--budget", "inf/s"], "above zero (at least one in ten years) and at most 1000000000/s"),
        (["plan", "--budget", "1000000001/s"], "'1000000001/s' is not a rate above zero (at least one in ten"),
        (["plan", "--budget", "9" * 400 + "/s"], "is not a rate above zero (at least one in ten years) and at most"),
        (["explain", URL], "is not watched"),
        (["expain", URL], "explain"),
    ],
)
def test_wrong_use_is_told_with_the_next_step(tmp_path: Path, words: list[str], said: str) -> None:
    path = tmp_path / "stoppress.toml"
    path.write_text('[crawl]\ncontact = "mailto:a@example.org"\n')

    ran = stoppress("schedule", *words, config=path)

    assert ran.code == 2
    assert said in " ".join(ran.err.split())
    assert ran.out == b""
