"""A clock that is set while a crawler runs: no date goes back, nothing stalls, nothing ends, and it is told."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy import Request
from scrapy.http import Response

from crawler.agenda import Agenda
from crawler.governor import Governor
from crawler.memory import Memory
from crawler.politeness import Parked, Politeness
from crawler.spiders.live import LiveSpider
from pipelines import clock
from pipelines.model import Watch
from pipelines.store.catalog import Catalog

from .setting import DAY, HOUR, NOON, YEAR, Machine

URL = "https://news.example.org/live"


def test_a_clock_set_back_by_an_hour_is_caught_up_with_and_no_date_goes_back(caplog: pytest.LogCaptureFixture) -> None:
    machine = Machine()
    now = machine.clock()
    dates = [now()]
    machine.wall -= HOUR
    for _ in range(11 * 60):
        machine.passes(60)
        dates.append(now())

    steps = [later - earlier for earlier, later in pairwise(dates)]
    assert min(steps) >= timedelta(seconds=54)
    assert max(steps) <= timedelta(seconds=60)
    assert dates[-1] == datetime.fromtimestamp(machine.wall, UTC)
    assert [record.message for record in caplog.records] == [
        "this machine's clock went back by 1:00:00; ours goes slower until it has caught up"
    ]


def test_a_clock_set_forward_by_a_year_is_followed_and_ends_no_watch_for_an_hour(
    caplog: pytest.LogCaptureFixture,
) -> None:
    machine = Machine()
    now = machine.clock()
    machine.wall += YEAR
    machine.passes(1)

    assert (now().year, now.doubtful) == (2027, True)
    assert "went forward by 365 days, 0:00:00" in caplog.text

    machine.passes(HOUR)

    assert not now.doubtful


def test_a_clock_that_returns_from_a_wrong_year_is_followed_back(caplog: pytest.LogCaptureFixture) -> None:
    machine = Machine()
    now = machine.clock()
    machine.wall += YEAR
    now()
    machine.wall -= YEAR

    assert now() == datetime.fromtimestamp(NOON, UTC)
    assert caplog.records[-1].levelname == "ERROR"


@given(st.lists(st.tuples(st.floats(-DAY / 2, YEAR), st.floats(0, HOUR)), max_size=30))
def test_no_date_goes_back_however_the_clock_is_set(moves: list[tuple[float, float]]) -> None:
    machine = Machine()
    now = machine.clock()
    dates = [now()]
    for by, then in moves:
        if machine.wall + by > dates[-1].timestamp() - DAY / 2:  # never more than it follows
            machine.wall += by
        machine.passes(then)
        dates.append(now())

    assert dates == sorted(dates)


def test_small_corrections_are_followed_without_a_word(caplog: pytest.LogCaptureFixture) -> None:
    machine = Machine()
    now = machine.clock()
    for by in (0.5, -0.5, 1.5, -1.5):
        machine.wall += by
        machine.passes(60)
        now()

    assert now() == datetime.fromtimestamp(machine.wall, UTC)
    assert caplog.records == []


# what goes by it ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("schedule", ["every 5m", "cron */5 * * * *"])
def test_after_a_wrong_year_a_page_is_visited_again_within_two_intervals(schedule: str) -> None:
    wrong, right = datetime(2027, 1, 3, 12, tzinfo=UTC), datetime(2026, 1, 3, 12, 1, tzinfo=UTC)
    agenda = Agenda()
    agenda.set([Watch(url=URL, schedule=schedule)], {}, wrong)
    due = agenda.pop(wrong + timedelta(minutes=5))
    assert due is not None
    agenda.ended(due.urlkey, wrong + timedelta(minutes=5))
    agenda.replan(right)

    at = agenda.next_at()
    assert at is not None
    assert right < at <= right + timedelta(minutes=10)


def test_a_visit_that_ran_while_the_clock_returned_is_followed_by_the_next() -> None:
    wrong, right = datetime(2027, 1, 3, 12, tzinfo=UTC), datetime(2026, 1, 3, 12, 1, tzinfo=UTC)
    agenda = Agenda()
    agenda.set([Watch(url=URL, schedule="every 5m")], {}, wrong)
    due = agenda.pop(wrong)
    assert due is not None
    agenda.replan(right)
    assert agenda.next_at() is None  # one visit a page

    agenda.ended(due.urlkey, right)

    at = agenda.next_at()
    assert at is not None
    assert right < at <= right + timedelta(minutes=10)


REFUSED = Request("http://a.example/"), Response("http://a.example/", status=503, headers={"Retry-After": "600"})


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Whose clock everybody goes by."""
    made = Machine()
    own = made.clock()
    for name, which in (("now", own), ("steady", own.steady), ("dated", own.dated), ("machine", own.machine)):
        monkeypatch.setattr(clock, name, which)
    return made


@pytest.mark.parametrize("by", [HOUR, -HOUR, YEAR, -YEAR])
def test_a_host_is_left_alone_as_long_as_it_asked_however_the_clock_is_set(by: float, machine: Machine) -> None:
    governor = Governor(budget=1, per_host=1, hosts={}, min_gap=timedelta(seconds=3))
    politeness = Politeness(governor, "test")
    asyncio.run(politeness.process_response(*REFUSED))
    governor.start("b.example", clock.steady())
    machine.wall += by
    clock.now()
    machine.passes(2)
    left = [governor.free_at(f"{host}.example", clock.steady()) - clock.steady() for host in "ab"]

    assert [span.total_seconds() for span in left] == [598, 1]

    with pytest.raises(Parked, match=f"may not be asked before {clock.now() + timedelta(seconds=598):%Y-%m-%dT%H:%M}"):
        asyncio.run(politeness._turn("http://a.example/", timedelta(minutes=1)))

    machine.passes(598)

    assert governor.free_at("a.example", clock.steady()) == clock.steady()


def left_alone_until(date: datetime, **more: datetime) -> timedelta:
    """How long a host is left alone that asks for it with a date."""
    governor = Governor(budget=1, per_host=1, hosts={}, min_gap=timedelta())
    request, _ = REFUSED
    headers = {name: format_datetime(at, usegmt=True) for name, at in {"Retry-After": date, **more}.items()}
    response = Response(request.url, status=503, headers=headers)
    asyncio.run(Politeness(governor, "test").process_response(request, response))
    return governor.free_at("a.example", clock.steady()) - clock.steady()


@pytest.mark.parametrize("by", [HOUR, -HOUR])
def test_a_retry_after_that_is_a_date_is_read_by_the_machines_clock_as_it_was_set(by: float, machine: Machine) -> None:
    machine.wall += by
    clock.now()
    date = datetime.fromtimestamp(machine.wall, UTC) + timedelta(seconds=90)

    assert left_alone_until(date) == timedelta(seconds=90)


@pytest.mark.parametrize("ahead", [timedelta(minutes=20), -timedelta(minutes=20), timedelta(days=400)])
def test_a_retry_after_that_is_a_date_is_one_of_the_hosts_clock(ahead: timedelta, machine: Machine) -> None:
    now = datetime.fromtimestamp(machine.wall, UTC)
    theirs = now + ahead
    credible = abs(ahead) < timedelta(days=1)

    assert left_alone_until((theirs if credible else now) + timedelta(seconds=90), Date=theirs) == timedelta(seconds=90)


@pytest.mark.parametrize("by", [HOUR, -HOUR, -2 * DAY])
def test_a_restart_after_the_clock_was_set_forgets_no_wait_and_adds_none(
    by: float, machine: Machine, tmp_path: Path
) -> None:
    def governor() -> Governor:
        return Governor(budget=1, per_host=1, hosts={}, min_gap=timedelta())

    async def crawl() -> None:
        politeness = Politeness(governor(), "test")
        politeness.memory = Memory(politeness.governor, catalog, "w1")
        politeness.memory.recall()
        await politeness.process_response(*REFUSED)
        machine.wall += by
        machine.passes(3)
        politeness.memory.is_alive()
        assert politeness.memory._telling is not None
        await politeness.memory._telling

    again = governor()
    with Catalog.open(f"sqlite:///{tmp_path / 'catalog.db'}") as catalog:
        asyncio.run(crawl())
        machine.passes(7)
        Memory(again, catalog, "w1").recall()

    assert again.free_at("a.example", clock.steady()) - clock.steady() == timedelta(seconds=590)


@pytest.mark.parametrize("by", [HOUR, -2 * DAY])
def test_what_the_crawl_has_noted_moves_along_with_a_clock_that_is_set(by: float, machine: Machine) -> None:
    spider, moves = LiveSpider(), list[timedelta]()
    for part in ("adaptive", "hints", "lifetimes"):
        setattr(spider, part, SimpleNamespace(moved=moves.append))
    first = spider._now()
    machine.passes(3)
    second = spider._now()
    machine.wall += by
    third = spider._now()

    assert second - first == timedelta(seconds=3)
    assert third - second == timedelta(seconds=by)
    assert moves == [timedelta(seconds=by)] * 3
    assert spider._now() == third
    assert len(moves) == 3


def test_a_clock_set_forward_makes_no_burst_but_one_visit_a_page() -> None:
    before, after = datetime(2026, 1, 3, 12, tzinfo=UTC), datetime(2027, 1, 3, 12, tzinfo=UTC)
    pages = [Watch(url=f"{URL}/{n}", schedule="every 5m") for n in range(500)]
    agenda = Agenda()
    agenda.set(pages, {}, before)
    while due := agenda.pop(before):
        agenda.ended(due.urlkey, before)
    made = 0
    while due := agenda.pop(after):
        made += 1
        agenda.ended(due.urlkey, after)

    assert made <= len(pages)

    governor = Governor(budget=2, per_host=100, hosts={}, min_gap=timedelta())
    governor.start("a", before)
    started = 0
    while governor.free_at(f"h{started}", after) <= after:
        governor.start(f"h{started}", after)
        started += 1

    assert started <= 2 * 60  # what may be saved up, not a year's worth
