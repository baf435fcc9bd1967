"""The adaptive schedule on a virtual clock: what is looked at when, and why. Seconds from 0."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from crawler.schedule.judge import Choice, Judge
from crawler.schedule.learning import NOTHING, Learnt, Seen
from crawler.schedule.pool import Floats, Numbers
from crawler.schedule.scheduler import Scheduler
from crawler.schedule.worth import least_price

BUSY = Learnt.of_count(12.0, 7200.0)  # six an hour
BUSIEST = Learnt.of_count(400.0, 7200.0)
STILL = Learnt.of_count(0.0, 100_000.0)
EXACT, ONE_BY_ONE = 50_000, 0


def scheduler(exact_up_to: int = EXACT, budget: float = 1.0) -> Scheduler:
    return Scheduler(budget=budget, exact_up_to=exact_up_to)


def looks(schedule: Scheduler, until: float, found: Callable[[str, float], Seen] = lambda key, now: NOTHING, *,
          since: float = 0.0, tokens: float = 100.0, step: float = 1.0) -> list[tuple[float, Choice]]:  # fmt: skip
    """Everything that is chosen up to then, each answered at once."""
    made, now = [], since
    while now <= until:
        for choice in schedule.choose(now, lambda host: True, tokens):
            made.append((now, choice))
            schedule.observed(choice.key, now, found(choice.key, now))
        now += step
    return made


@pytest.mark.parametrize("exact_up_to", [EXACT, ONE_BY_ONE])
def test_a_new_page_is_looked_at_once_at_once(exact_up_to: int) -> None:
    schedule = scheduler(exact_up_to)
    schedule.add("a", "a.example")

    first = schedule.choose(0.0, lambda host: True, 1.0)
    again = schedule.choose(5.0, lambda host: True, 1.0)

    assert first == [Choice("a", "due")]
    assert again == []  # it is being looked at


def test_one_look_for_each_host_that_is_free_and_none_without_a_token() -> None:
    schedule = scheduler()
    for key in ("a1", "a2", "b1", "c1"):
        schedule.add(key, key[0])

    begun = schedule.choose(0.0, lambda host: host != "c", 5.0)
    poor = schedule.choose(0.5, lambda host: True, 0.5)

    assert sorted(choice.key for choice in begun) == ["a1", "b1"]
    assert poor == []


@pytest.mark.parametrize("exact_up_to", [EXACT, ONE_BY_ONE])
def test_never_sooner_than_least_and_never_later_than_most(exact_up_to: int) -> None:
    schedule = scheduler(exact_up_to)
    schedule.add("busy", "a", learnt=BUSIEST, last=0.0, least=90.0)
    schedule.add("still", "b", learnt=STILL, last=0.0, most=1200.0)

    made = looks(schedule, 4000.0, lambda key, now: Seen(new=[1.0] * 8) if key == "busy" else NOTHING)

    busy = [at for at, choice in made if choice.key == "busy"]
    still = [(at, choice.why) for at, choice in made if choice.key == "still"]
    assert all(90 <= later - sooner <= 92 for sooner, later in pairwise(busy))
    assert len(busy) > 40
    assert still == [(pytest.approx(1200 * n, abs=2 * n), "forced") for n in (1, 2, 3)]


@pytest.mark.parametrize("exact_up_to", [EXACT, ONE_BY_ONE])
def test_the_page_that_says_more_is_looked_at_more_often(exact_up_to: int) -> None:
    schedule = scheduler(exact_up_to, budget=0.02)
    schedule.add("busy", "a", learnt=BUSY, last=0.0)
    schedule.add("slow", "b", learnt=Learnt.of_count(1.0, 7200.0), last=0.0)

    tokens, made = 1.0, {"busy": 0, "slow": 0}
    for now in range(0, 20_000, 10):
        tokens = min(tokens + 0.02, 1.2)
        for choice in schedule.choose(float(now), lambda host: True, tokens):
            tokens -= 1
            made[choice.key] += 1
            schedule.observed(choice.key, float(now), Seen(new=[60.0] * 2) if choice.key == "busy" else NOTHING)

    assert made["busy"] > 2 * made["slow"] > 0


@pytest.mark.parametrize("exact_up_to", [EXACT, ONE_BY_ONE])
def test_three_closing_looks_and_then_one_a_day(exact_up_to: int) -> None:
    schedule = scheduler(exact_up_to)
    schedule.add("a", "a", learnt=Learnt.of_count(0.0, 7200.0), last=0.0)
    schedule.ends("a", 10.0)

    made = looks(schedule, 100_000.0, step=60.0)

    closing = [at for at, choice in made if choice.why == "closing"]
    assert closing == pytest.approx([910, 7210, 86_410], abs=61)


def test_an_event_after_the_end_opens_coverage_again() -> None:
    schedule = scheduler()
    schedule.add("a", "a", learnt=BUSY, last=0.0)
    schedule.ends("a", 10.0)
    quiet = schedule.judge.rates("a", 10.0).usual

    schedule.observed("a", 1000.0, Seen(new=[30.0]))

    assert math.isinf(schedule.pool.ended[0])
    assert schedule.judge.rates("a", 1000.0).usual > 3 * quiet


def test_what_was_found_at_the_look_that_saw_the_end_opens_nothing() -> None:
    schedule = scheduler()
    schedule.add("a", "a", learnt=BUSY, last=0.0)
    schedule.observed("a", 1000.0, Seen(new=[30.0]))
    schedule.ends("a", 1000.0)

    assert schedule.pool.ended[0] == 1000.0


def test_a_look_that_failed_teaches_nothing_and_is_tried_again_later_each_time() -> None:
    schedule = scheduler()
    schedule.add("a", "a", learnt=BUSY, last=0.0)
    tried = []
    for now in range(4000):
        for choice in schedule.choose(float(now), lambda host: True, 1.0):
            tried.append(now)
            schedule.failed(choice.key, float(now))

    gaps = [later - sooner for sooner, later in pairwise(tried)]
    assert gaps[:5] == pytest.approx([60, 120, 240, 480, 960], abs=2)
    assert schedule.learnt("a").likely == pytest.approx(BUSY.likely, rel=1e-6)
    assert schedule.pool.last[0] == 0.0


def test_a_hint_advances_a_look_and_is_answered_by_it() -> None:
    schedule = scheduler()
    schedule.add("a", "a", learnt=STILL, last=0.0)
    schedule.prices.set(0.02)
    schedule.choose(100.0, lambda host: True, 1.0)
    schedule.hint("a", 90.0)

    made = looks(schedule, 1000.0, since=101.0, tokens=1.0)

    assert [(choice.why, at < 400) for at, choice in made] == [("hint", True)]


def test_the_silence_of_a_source_thins_looks_and_never_ends_them() -> None:
    plain, hushed = scheduler(), scheduler()
    for schedule in (plain, hushed):
        schedule.add("a", "a", learnt=BUSY, last=0.0)
        schedule.prices.set(0.5)
    now, first = 0.0, {}
    while now < 3700:
        now += 1
        hushed.heard(["a"], now, recall=0.9)
        for name, schedule in (("plain", plain), ("hushed", hushed)):
            if name not in first and schedule.choose(now, lambda host: True, 0.9 if name == "" else 1.0):
                first[name] = now

    assert first["plain"] < first["hushed"] <= 3601


class Counted(Judge):
    """With how often a page was judged."""

    count = 0

    def judged(self, numbers: Numbers, now: float) -> tuple[Floats, NDArray[np.bool_], NDArray[np.int8]]:
        self.count += len(numbers)
        return super().judged(numbers, now)


def at_price(price: float, exact_up_to: int) -> Scheduler:
    schedule = Scheduler(budget=1.0, exact_up_to=exact_up_to)
    schedule.prices.least = schedule.prices.price = price  # it stays there
    return schedule


def first_looks(schedule: Scheduler, until: int, step: int, each: Callable[[float], None]) -> dict[str, float]:
    """When each page is chosen, none of which is ever over."""
    found = {}
    for now in map(float, range(step, until, step)):
        each(now)
        found |= {choice.key: now for choice in schedule.choose(now, lambda host: True, 100.0)}
    return found


def test_a_list_that_silence_thins_is_not_judged_each_second_and_looked_at_as_if_it_were() -> None:
    found, judged, keys = {}, {}, [f"p{number}" for number in range(40)]
    for exact_up_to in (EXACT, ONE_BY_ONE):
        schedule = at_price(0.5, exact_up_to)
        for number, key in enumerate(keys):
            schedule.add(key, key, learnt=Learnt.of_count(2.0 + 2 * number, 7200.0), last=0.0, most=7200.0)

        def polled(now: float, schedule: Scheduler = schedule) -> None:
            schedule.heard(keys[int(now) // 4 % 300 :: 300], now, recall=0.9)

        schedule.judge.__class__ = Counted
        assert isinstance(schedule.judge, Counted)
        schedule.heard(keys, 0.0, recall=0.9)
        found[exact_up_to] = first_looks(schedule, 7300, 4, polled)
        judged[exact_up_to] = schedule.judge.count

    late = [found[ONE_BY_ONE][key] - found[EXACT][key] for key in keys]
    assert set(late) <= {0.0, 4.0}
    assert len({found[EXACT][key] for key in keys}) > 20  # it is their worth that decides
    assert 0 < judged[ONE_BY_ONE] < judged[EXACT] / 20


@pytest.mark.parametrize(("most", "ended", "at"), [(1500.0, math.inf, 1500.0), (3600.0, 100.0, 1000.0)])
def test_silence_puts_off_no_look_that_has_to_be(most: float, ended: float, at: float) -> None:
    schedule = at_price(1.0, ONE_BY_ONE)
    schedule.add("a", "a", learnt=BUSY, last=0.0, most=most, ended=ended)

    found = first_looks(schedule, 2000, 2, lambda now: schedule.heard(["a"], now, recall=1.0))

    assert found["a"] == pytest.approx(at, abs=4)


@pytest.mark.parametrize("price", [0.02, 0.05, 0.2])
def test_a_hint_is_followed_as_soon_in_a_list_that_is_not_computed_whole(price: float) -> None:
    found = {}
    for exact_up_to in (EXACT, ONE_BY_ONE):
        schedule = at_price(price, exact_up_to)
        schedule.add("a", "a", learnt=STILL, last=0.0, most=20_000.0)
        schedule.choose(100.0, lambda host: True, 1.0)
        schedule.hint("a", 101.0)
        found[exact_up_to] = next(
            (float(now), choice)
            for now in range(101, 10_000)
            for choice in schedule.choose(float(now), lambda host: True, 100.0)
        )

    (exact, why), (at, also) = found[EXACT], found[ONE_BY_ONE]
    assert why == also == Choice("a", "hint")
    assert exact <= at <= exact + (exact - 101.0) / 8 + 2


def test_what_its_caches_would_give_again_is_not_asked_for() -> None:
    schedule = scheduler()
    schedule.add("a", "a", learnt=BUSIEST, last=0.0)
    schedule.fresh_until("a", 500.0)

    made = looks(schedule, 510.0)

    assert made[0][0] == pytest.approx(500, abs=1)


def test_a_short_first_page_is_looked_at_before_it_has_turned_over() -> None:
    schedule = scheduler()
    learnt = Learnt.of_count(60.0, 7200.0)
    schedule.add("a", "a", learnt=learnt, last=0.0)
    schedule.prices.set(1e6)
    schedule.shows("a", 4)

    made = looks(schedule, 500.0)

    assert made[0][1].why == "window"
    assert 2 / learnt.rate < made[0][0] < 3 / learnt.rate  # the later, as nothing has begun there just now


EDITED = {"weight": 1.0, "least": 60.0, "most": 3600.0, "after": 86400.0, "begins": -math.inf}


def edit(schedule: Scheduler, **more: float) -> None:
    schedule.change("a", **(EDITED | more))


@pytest.mark.parametrize("exact_up_to", [EXACT, ONE_BY_ONE])
def test_an_edited_watch_is_looked_at_for_the_hint_that_came_before(exact_up_to: int) -> None:
    schedule = scheduler(exact_up_to)
    schedule.add("a", "a", learnt=STILL, last=0.0)
    schedule.prices.set(0.02)
    schedule.choose(100.0, lambda host: True, 1.0)
    schedule.hint("a", 90.0)
    edit(schedule, weight=1.1)

    made = looks(schedule, 1000.0, since=101.0, tokens=1.0)

    assert [(choice.why, at < 400) for at, choice in made] == [("hint", True)]


@pytest.mark.parametrize("exact_up_to", [EXACT, ONE_BY_ONE])
def test_a_page_that_is_being_looked_at_stays_so_when_its_watch_is_edited(exact_up_to: int) -> None:
    schedule = scheduler(exact_up_to)
    schedule.add("a", "a")
    begun = schedule.choose(0.0, lambda host: True, 1.0)
    edit(schedule, most=120.0)
    meanwhile = schedule.choose(500.0, lambda host: True, 1.0)
    schedule.observed("a", 0.0, NOTHING)
    later = schedule.choose(501.0, lambda host: True, 1.0)

    assert (begun, meanwhile) == ([Choice("a", "due")], [])
    assert [choice.key for choice in later] == ["a"]


@pytest.mark.parametrize("exact_up_to", [EXACT, ONE_BY_ONE])
def test_new_bounds_hold_at_once_for_looks_sooner_and_later(exact_up_to: int) -> None:
    oftener, seldom, sooner = (scheduler(exact_up_to) for _ in range(3))
    for schedule, learnt in ((oftener, STILL), (seldom, BUSIEST), (sooner, BUSIEST)):
        schedule.add("a", "a", learnt=learnt, last=0.0, least=300.0)
        schedule.choose(10.0, lambda host: True, 1.0)
    edit(oftener, most=200.0)
    edit(seldom, least=600.0)
    edit(sooner, least=20.0)

    firsts = [looks(schedule, 1000.0, since=11.0)[0][0] for schedule in (oftener, seldom, sooner)]

    assert firsts == [pytest.approx(200, abs=2), pytest.approx(600, abs=2), pytest.approx(20, abs=2)]


def test_what_is_ready_and_may_not_begin_any_more_is_not_begun() -> None:
    schedule = scheduler()
    schedule.add("a", "a")
    schedule.choose(0.0, lambda host: False, 1.0)
    edit(schedule, begins=1000.0)

    assert schedule.choose(0.5, lambda host: True, 1.0) == []
    assert schedule.choose(1000.0, lambda host: True, 1.0) == [Choice("a", "due")]


@pytest.mark.parametrize("exact_up_to", [EXACT, ONE_BY_ONE])
def test_an_edit_ends_no_wait_but_that_of_the_bounds_themselves(exact_up_to: int) -> None:
    told, failing = scheduler(exact_up_to), scheduler(exact_up_to)
    for schedule in (told, failing):
        schedule.add("a", "a", learnt=BUSIEST, last=0.0)
    told.not_before("a", 1800.0)
    for now in (100.0, 200.0, 400.0, 800.0):
        failing.choose(now, lambda host: True, 1.0)
        failing.failed("a", now)  # after the fourth it waits for eight minutes ...
    edit(told, least=30.0, most=300.0)
    edit(failing, most=300.0)  # ... but for no longer than this

    assert looks(told, 3000.0, since=801.0)[0][0] == pytest.approx(1800, abs=2)
    assert looks(failing, 3000.0, since=801.0)[0][0] == pytest.approx(1100, abs=2)


def test_an_edit_after_the_clock_was_set_takes_its_times_as_they_are_now() -> None:
    schedule = scheduler()
    schedule.add("a", "a", learnt=BUSIEST, last=0.0)
    schedule.failed("a", 100.0)
    schedule.moved(1e9 + 0.1)
    edit(schedule, most=60.0, least=30.0)

    assert schedule.pool.hold[0] == pytest.approx(1e9 + 160.1)


def test_an_edit_asks_no_more_of_the_past_than_it_knew() -> None:
    schedule = scheduler()
    schedule.add("a", "a", learnt=BUSY, last=0.0)
    schedule.ends("a", 10.0)
    schedule.heard(["a"], 20.0, recall=0.5)
    before, worth = schedule.learnt("a"), schedule.judge.worth("a", 1000.0)
    edit(schedule, weight=2.0)

    assert schedule.learnt("a") == before
    assert schedule.judge.worth("a", 1000.0) == (pytest.approx(2 * worth[0]), worth[1])
    assert schedule.pool.ended[0] == 10.0
    with pytest.raises(ValueError, match="contradict"):
        edit(schedule, least=100.0, most=50.0)


@pytest.mark.parametrize("by", [-3600.0, 3600.0])
def test_a_clock_that_is_set_makes_neither_a_burst_nor_a_gap(by: float) -> None:
    schedule = scheduler()
    for number in range(50):
        schedule.add(f"p{number}", f"h{number}", learnt=STILL, last=-30.0 * number, most=1500.0)
    before = len(looks(schedule, 600.0))
    schedule.moved(by)

    after = len(looks(schedule, 1200.0 + by, since=601.0 + by))

    assert abs(after - before) <= 2


def test_bounds_that_contradict_each_other_and_an_empty_budget_are_refused() -> None:
    with pytest.raises(ValueError, match="contradict"):
        scheduler().add("a", "a", least=100.0, most=50.0)
    with pytest.raises(ValueError, match="allows none"):
        Scheduler(budget=0.0)


def test_the_price_rises_while_work_waits_and_falls_to_its_floor_when_tokens_lie_unspent() -> None:
    schedule = scheduler()
    for number in range(10):
        schedule.add(f"p{number}", f"h{number}")
    floor = schedule.prices.price
    for now in range(100):
        schedule.choose(float(now), lambda host: True, 0.0)
    risen = schedule.prices.price
    for number in range(10):
        schedule.remove(f"p{number}")
    for now in range(100, 4000, 10):
        schedule.choose(float(now), lambda host: True, 10.0)

    assert risen > 1.3 * floor
    assert schedule.prices.price == floor == least_price(60.0)


@pytest.mark.parametrize("exact_up_to", [EXACT, ONE_BY_ONE])
def test_a_newsroom_that_overwrites_within_minutes_is_looked_at_sooner_at_one_price(exact_up_to: int) -> None:
    schedule = scheduler(exact_up_to, budget=0.01)
    for key in ("quick", "usual", "slow"):
        schedule.add(key, key, learnt=BUSY, last=0.0, least=30.0)
    schedule.overwrites("quick", (0.3, 0.3, 0.0, 0.0))
    schedule.overwrites("slow", (0.0, 0.0, 0.0, 0.3))
    schedule.overwrites("unknown", (0.0, 0.0, 0.0, 0.3))
    schedule.prices.set(0.05)
    first = {choice.key: at for at, choice in reversed(looks(schedule, 3600.0, tokens=1.0))}
    numbers = np.array([schedule.pool.numbers[key] for key in ("quick", "usual", "slow")])

    assert first["quick"] < first["usual"] < first["slow"]
    assert (np.diff(schedule.judge.intervals(numbers, np.full(3, 0.05))) > 0).all()


def test_of_a_newsroom_that_is_taken_away_nothing_is_left_for_the_next_page() -> None:
    schedule = scheduler()
    schedule.add("a", "a", learnt=BUSY, last=0.0)
    schedule.overwrites("a", (0.3, 0.3, 0.0, 0.0))
    quick = schedule.judge.worth("a", 600.0)
    schedule.remove("a")
    schedule.add("b", "b", learnt=BUSY, last=0.0)
    other = scheduler()
    other.add("b", "b", learnt=BUSY, last=0.0)

    assert schedule.judge.worth("b", 600.0) == pytest.approx(other.judge.worth("b", 600.0))
    assert quick[0] > schedule.judge.worth("b", 600.0)[0]
