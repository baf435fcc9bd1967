"""Ticks: start to start, a phase of the page's own, cron in its zone; nothing doubled, nothing drifting."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.agenda import Agenda
from crawler.schedule import is_over, parse_schedule, turns_between
from crawler.schedule.contradictions import shortest_gap
from crawler.watchlist import check, policy_of
from pipelines.errors import WatchlistError
from pipelines.health import overdue_at
from pipelines.model import Watch

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_a_page_never_visited_is_due_at_once() -> None:
    assert parse_schedule("every 5m", key="a").due(None, NOW) == NOW


@given(st.integers(1, 10**6), st.integers(0, 10**7), st.integers(0, 10**7))
def test_ticks_are_at_least_half_an_interval_apart_and_never_skip_a_whole_one(every: int, last: int, now: int) -> None:
    policy = parse_schedule(f"every {every}s", key="page")
    before = NOW + last * SECOND
    moment = before + now * SECOND

    tick = policy.due(before, moment)

    assert tick - before >= every * SECOND / 2
    assert tick <= moment + 1.5 * every * SECOND
    assert policy.due(tick, tick) == tick + every * SECOND


def test_a_late_visit_keeps_the_rhythm() -> None:
    policy = parse_schedule("every 60s", key="page")
    tick = policy.due(NOW, NOW + 60 * SECOND)

    assert policy.due(tick, tick + 25 * SECOND) == tick + 60 * SECOND
    assert policy.due(tick, tick + 70 * SECOND) == tick + 60 * SECOND  # made up for, ten seconds late
    assert policy.due(tick, tick + 110 * SECOND) == tick + 120 * SECOND  # too late: the next one is near


def test_pages_have_phases_of_their_own() -> None:
    ticks = {parse_schedule("every 1h", key=f"page {n}").due(NOW, NOW + 2 * SECOND) for n in range(50)}

    assert len(ticks) > 45


def test_cron_is_read_in_its_zone_across_the_change_of_clocks() -> None:
    berlin = parse_schedule("cron 30 6 * * *", timezone="Europe/Berlin")

    before = berlin.due(None, datetime(2026, 3, 28, 0, 0, tzinfo=UTC))
    after = berlin.due(before, before + SECOND)

    assert (before, after) == (datetime(2026, 3, 28, 5, 30, tzinfo=UTC), datetime(2026, 3, 29, 4, 30, tzinfo=UTC))


BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"


def turns(expression: str, zone: str, begin: datetime, end: datetime) -> list[datetime]:
    """As they are made by a crawl that looks at each turn, and asks every five minutes whether the next has come."""
    policy, made, now = parse_schedule(f"cron {expression}", timezone=zone), [], begin
    last = begin - timedelta(days=1)
    while now < end:
        if policy.due(last, now) <= now:
            last = policy.due(last, now)
            made.append(last)
        now += 300 * SECOND
    return made


@pytest.mark.parametrize(
    ("expression", "zone", "day", "tick"),
    [
        ("15 2 * * *", BERLIN, "2026-03-28", "2026-03-28 01:15"),
        ("15 2 * * *", BERLIN, "2026-03-29", "2026-03-29 01:00"),  # there is no 02:15 there: at 03:00
        ("15 2 * * *", BERLIN, "2026-10-25", "2026-10-25 00:15"),  # the first of two
        ("30 1 * * *", NEW_YORK, "2026-11-01", "2026-11-01 05:30"),
    ],
)
def test_a_turn_in_the_hour_that_is_left_out_or_there_twice_is_made_once(
    expression: str, zone: str, day: str, tick: str
) -> None:
    begin = datetime.fromisoformat(f"{day} 00:00+00:00") - timedelta(hours=2)

    assert turns(expression, zone, begin, begin + timedelta(hours=24)) == [datetime.fromisoformat(f"{tick}+00:00")]


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        (BERLIN, datetime(2026, 3, 28, 12, tzinfo=UTC)), (BERLIN, datetime(2026, 10, 24, 12, tzinfo=UTC)),
        (NEW_YORK, datetime(2026, 3, 7, 12, tzinfo=UTC)), (NEW_YORK, datetime(2026, 10, 31, 12, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_half_hours_go_on_through_a_night_in_which_the_clocks_change(zone: str, day: datetime) -> None:
    half_hours = [day + n * timedelta(minutes=30) for n in range(48)]

    assert turns("*/30 * * * *", zone, day, day + timedelta(hours=24)) == half_hours


@pytest.mark.parametrize(
    ("expression", "gap"),
    [
        ("* * * * *", timedelta(minutes=1)),
        ("0,58 * * * *", timedelta(minutes=2)),
        ("0,58 8-20 * * *", timedelta(minutes=2)),
        ("58 23,1 * * *", timedelta(hours=2)),
        ("0,50 0,23 * * 1-5", timedelta(minutes=10)),  # over midnight
        ("0,50 0,23 * * 1,3", timedelta(minutes=50)),
        ("0 6 * * *", timedelta(days=1)),
        ("0 6 1,31 * *", timedelta(days=1)),
        ("0 6 29 2 *", timedelta(days=1461)),
        ("0 6 28 2 *", timedelta(days=365)),
        ("0 6 L * *", timedelta(days=28)),
        ("0 6 * * mon", timedelta(days=7)),
    ],
)
def test_the_shortest_gap_of_a_cron_is_that_of_its_fields(expression: str, gap: timedelta) -> None:
    assert shortest_gap(expression) == gap


def test_a_standing_order_whose_cron_is_faster_than_min_goes_on_and_cannot_be_given_again() -> None:
    watch = Watch(url="https://a.example.org/", schedule="cron */5 * * * *", min=timedelta(hours=1))
    late = replace(watch, url="https://b.example.org/", schedule="cron 0 0 31 12 *", from_=NOW, until="2026-12-30")

    assert policy_of(watch).due(None, NOW) == NOW + timedelta(minutes=5)
    with pytest.raises(WatchlistError, match=r"(?s)a\.example.*faster than min.*b\.example.*it never fires between"):
        check([watch, late])


def turns_kept(schedule: str, zone: str, night: datetime) -> list[datetime]:
    """The visits of the 24 hours around a night, each asked for when the one before it was made."""
    agenda, begin, end = Agenda(), night - timedelta(hours=12), night + timedelta(hours=12)
    agenda.set([Watch(url="https://a.example.org/", schedule=schedule, timezone=zone)], {}, begin - SECOND)
    made = []
    while (at := agenda.next_at()) is not None and at < end:
        due = agenda.pop(at)
        assert due is not None
        made.append(due.scheduled)
        agenda.ended(due.urlkey, at + 2 * SECOND)
    return made


@pytest.mark.parametrize(
    ("schedule", "zone", "turn"),
    [
        ("cron 15 2 * * *", "Europe/Berlin", datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),  # 03:00: there is no 02:15
        ("cron 0,20,40 2 * * *", "Europe/Berlin", datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        ("cron 15 2 * * *", "Europe/Berlin", datetime(2026, 10, 25, 0, 15, tzinfo=UTC)),  # of two, the first
        ("cron 30 1 * * *", "America/New_York", datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),
        ("cron 30 1,13 * * *", "America/New_York", datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),
        ("cron 30 2 * * *", "America/New_York", datetime(2026, 3, 8, 7, 0, tzinfo=UTC)),
    ],
)
def test_a_daily_turn_is_kept_once_in_a_night_on_which_clocks_are_changed(
    schedule: str, zone: str, turn: datetime
) -> None:
    kept = turns_kept(schedule, zone, turn)

    assert [at for at in kept if abs(at - turn) < timedelta(hours=3)] == [turn]


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York"])
@pytest.mark.parametrize("day", [(2026, 3, 29), (2026, 10, 25), (2026, 3, 8), (2026, 11, 1)])
def test_turns_within_the_hour_go_on_through_nights_on_which_clocks_are_changed(
    zone: str, day: tuple[int, int, int]
) -> None:
    night = datetime(*day, 2, tzinfo=UTC)

    kept = turns_kept("cron */30 * * * *", zone, night)

    assert kept == [night + timedelta(minutes=30) * number for number in range(-24, 24)]


@pytest.mark.parametrize(
    ("schedule", "since", "turns"),
    [("cron 15 2 * * *", (2026, 10, 24, 12), 1), ("cron 15 2 * * *", (2026, 3, 28, 12), 1),
     ("cron 0 * * * *", (2026, 10, 24, 12), 23), ("cron 0 * * * *", (2026, 3, 28, 12), 23)],
)  # fmt: skip
def test_turns_that_were_missed_are_counted_as_they_would_have_been_kept(
    schedule: str, since: tuple[int, int, int, int], turns: int
) -> None:
    noon = datetime(*since, tzinfo=UTC)

    assert turns_between(parse_schedule(schedule, timezone="Europe/Berlin"), noon, noon + timedelta(days=1)) == turns


@pytest.mark.parametrize(
    ("schedule", "said"),
    [
        ("every 5", "is not a duration"),
        ("every 0s", "faster than min"),
        ("every 30s", "faster than min"),
        ("hourly", "is not known"),
        ("adaptive 5m", "stands alone"),
        ("probe 30s", "faster than min"),
        ("probe 5m", "it needs probe_url"),
        ("cron * * *", "needs five fields"),
        ("cron 61 * * * *", "cron 61"),
        ("cron 99 * * * *", 'write "adaptive", "every 5m"'),
        ("cron R * * * *", "drawn by lot"),
        ("cron 0 H(0-7) * * *", "drawn by lot"),
        ("evry 5m", "did you mean 'every'?"),
        ("corn 5 * * * *", "did you mean 'cron'?"),
        ("", "is not known"),
    ],
)
def test_a_bad_schedule_is_refused_with_its_page_and_nothing_is_applied(schedule: str, said: str) -> None:
    good, bad = Watch(url="https://a.example.org/"), Watch(url="https://b.example.org/", schedule=schedule)

    with pytest.raises(WatchlistError) as refusal:
        check([good, bad])

    assert said in str(refusal.value)
    assert "https://b.example.org/" in str(refusal.value)
    assert "nothing was applied" in str(refusal.value)


@pytest.mark.parametrize(
    ("until", "quiet", "ended", "over"),
    [
        ("48h-idle", timedelta(hours=47), False, False),
        ("48h-idle", timedelta(hours=48), False, True),
        ("end-of-coverage", timedelta(days=9), False, False),
        ("end-of-coverage", timedelta(hours=23), True, False),
        ("end-of-coverage", timedelta(hours=24), True, True),
        ("2026-03-01T11:59:00+00:00", timedelta(0), False, True),
        ("2026-03-01T12:01:00+00:00", timedelta(days=9), True, False),
    ],
)
def test_a_watch_is_over_when_its_until_says_so(until: str, quiet: timedelta, ended: bool, over: bool) -> None:
    watch = Watch(url="https://a.example.org/", until=until)

    found = is_over(
        watch, taken_up=NOW - timedelta(days=30), first_visit=NOW - quiet, last_change=NOW - quiet,
        coverage_ended=lambda: "the page says so" if ended else "", closing=timedelta(days=1), now=NOW,
    )  # fmt: skip

    assert bool(found) is over


def test_one_visit_per_page_is_in_flight() -> None:
    agenda = Agenda()
    agenda.set([Watch(url="https://a.example.org/", schedule="every 60s")], {}, NOW)

    first, second = agenda.pop(NOW), agenda.pop(NOW + timedelta(hours=1))
    assert first is not None
    agenda.ended(first.urlkey, NOW + 2 * SECOND)
    third = agenda.pop(NOW + timedelta(minutes=2))

    assert second is None
    assert third is not None
    assert third.scheduled > NOW


def test_a_page_taken_from_the_list_is_not_visited_again_and_a_new_one_is_at_once() -> None:
    agenda = Agenda()
    agenda.set([Watch(url="https://a.example.org/")], {}, NOW)
    agenda.set([Watch(url="https://b.example.org/")], {}, NOW)

    due = agenda.pop(NOW)

    assert due is not None
    assert due.watch.url == "https://b.example.org/"
    assert agenda.pop(NOW) is None


def test_from_is_not_before_its_time() -> None:
    agenda = Agenda()
    later = NOW + timedelta(hours=3)
    agenda.set([Watch(url="https://a.example.org/", from_=later)], {}, NOW)

    assert agenda.pop(NOW) is None
    assert agenda.next_at() == later


@pytest.mark.parametrize(
    "schedule", ["every 5m", " every  90s ", "cron 0 8-20 * * *", "cron 30 1 * * *", "adaptive", "probe 5m"]
)
@pytest.mark.parametrize("since", [NOW, NOW + timedelta(days=27, hours=11), NOW + timedelta(days=237, hours=11)])  # DST
def test_who_tells_of_silent_pages_counts_the_turns_that_the_crawl_keeps(schedule: str, since: datetime) -> None:
    """Readers may not import the schedules, so health counts by itself; a probe that finds nothing new is no look."""
    watch = Watch(url="https://a.example.org/", schedule=schedule, timezone="Europe/London", probe_url=(
        "https://a.example.org/state.json" if "probe" in schedule else ""))  # fmt: skip
    policy = policy_of(watch)
    tick = since = policy.due(None, since)
    for _ in range(3):
        tick = tick + watch.max if "probe" in schedule else policy.due(tick, tick)

    counted = overdue_at(watch, since, 3)

    if "every" in schedule:  # its turns have places of their own: health counts from the last good look
        assert abs(counted - tick) <= policy.due(tick, tick) - tick
    else:
        assert counted == (since + 3 * watch.max if schedule == "adaptive" else tick)


def test_a_look_shortly_before_a_turn_stands_for_that_turn_alone_also_where_the_night_was_before_it() -> None:
    policy = parse_schedule("cron 0 8-20 * * *", timezone="Europe/London")
    by_hand = datetime(2026, 3, 1, 7, 50, tzinfo=UTC)

    assert policy.due(by_hand, by_hand + SECOND) == datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
    assert policy.due(by_hand - timedelta(hours=7), by_hand) == datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
