"""What a budget would buy, by the index."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from crawler.schedule.learning import Learnt, Seen
from crawler.schedule.plan import Plan, plan
from crawler.schedule.scheduler import Scheduler


def schedule(watches: int = 40, hosts: int = 8) -> Scheduler:
    made = Scheduler(budget=1.0)
    for number in range(watches):
        learnt = Learnt.of_count(float(1 + number % 10), 7200.0)
        made.add(f"p{number}", f"h{number % hosts}", learnt=learnt, last=0.0)
    return made


HOUR = 3600.0


def told(budget: float, caps: dict[str, float] | None = None, fixed: dict[str, float] | None = None) -> Plan:
    return plan(schedule(), budget, caps or {}, fixed or {})


def test_of_a_budget_that_is_too_small_even_for_max_no_more_is_promised_than_it_buys() -> None:
    found, enough = told(1 / HOUR), told(40 / HOUR)

    assert found.requests == pytest.approx(1 / HOUR, rel=1e-6)
    assert found.wanted == pytest.approx(40 / HOUR, rel=1e-6)  # forty pages, each once an hour
    assert found.stretch == pytest.approx(40, rel=1e-6)
    assert found.intervals == pytest.approx(40 * HOUR, rel=1e-6)
    assert sum(found.hosts.values()) == pytest.approx(found.requests, rel=1e-6)
    assert found.completeness < enough.completeness - 0.1
    assert enough.stretch == 1


def test_pages_that_a_budget_is_too_small_for_are_looked_at_as_seldom_as_planned_and_all_alike() -> None:
    made, tokens = Scheduler(budget=1 / HOUR), 0.0
    for number in range(5):
        made.add(f"p{number}", f"h{number}", learnt=Learnt.of_count(1.0 + number, 7200.0), last=0.0)
    made.prices.set(1e9)  # where it comes to be after days
    looks: Counter[str] = Counter()
    for now in range(0, 100 * 3600, 30):
        tokens = min(tokens + 30 / HOUR, 1.0)
        for choice in made.choose(float(now), lambda host: True, tokens):
            tokens -= 1
            looks[choice.key] += 1
            made.observed(choice.key, float(now), Seen())

    assert plan(made, 1 / HOUR, {}, {}, 100 * HOUR).intervals == pytest.approx(5 * HOUR)
    assert [looks[f"p{number}"] for number in range(5)] == pytest.approx([20] * 5, abs=1)


def test_of_a_budget_that_other_schedules_take_whole_no_more_is_promised_either() -> None:
    found = told(10 / HOUR, fixed={"h0": 8 / HOUR, "elsewhere": 12 / HOUR})

    assert found.requests == pytest.approx(10 / HOUR, rel=1e-3)
    assert (found.others, found.wanted) == pytest.approx((10 / HOUR, 60 / HOUR), rel=1e-3)
    assert found.completeness < 0.6


def test_a_page_that_begins_later_is_in_no_plan_and_an_ended_one_needs_few_looks() -> None:
    made = Scheduler(budget=1.0)
    made.add("today", "h", last=0.0)
    made.add("ended", "h", last=0.0, ended=5.0)
    made.add("tomorrow", "h", last=0.0, begins=50 * HOUR)

    found = plan(made, 0.5 / HOUR, {}, {}, 10.0)

    assert [made.pool.keys[number] for number in found.numbers] == ["today", "ended"]
    assert found.wanted == pytest.approx((1 + 1 / 24) / HOUR, rel=1e-3)


@pytest.mark.parametrize("budget", [0.02, 0.05, 0.1])
def test_the_budget_is_spent_where_it_is_short(budget: float) -> None:
    assert told(budget).requests == pytest.approx(budget, rel=0.02)


def test_more_budget_catches_more_and_sooner() -> None:
    poor, rich = told(0.02), told(0.2)

    assert rich.completeness > poor.completeness
    assert rich.delay < poor.delay
    assert rich.price < poor.price


def test_of_a_rich_budget_no_more_is_spent_than_bounds_allow() -> None:
    plenty = told(1000.0)

    assert plenty.requests < 1.0
    assert plenty.intervals.min() >= 60 - 1e-6


def test_a_busy_page_is_looked_at_more_often_than_a_quiet_one() -> None:
    made = schedule()
    found = plan(made, 0.05, {}, {})
    by_key = dict(zip((made.pool.keys[number] for number in found.numbers), found.intervals, strict=True))

    assert by_key["p9"] < by_key["p0"]


def test_no_host_is_asked_oftener_than_it_may_be_and_it_is_said_which_are_bound() -> None:
    found = told(1.0, caps={"h0": 0.002})

    assert found.hosts["h0"] == pytest.approx(0.002, rel=0.02)
    assert found.bound == ("h0",)
    assert set(found.slowed) == {f"p{number}" for number in range(0, 40, 8)}
    assert found.hosts["h1"] > 2 * found.hosts["h0"]


def test_other_schedules_take_their_share_first() -> None:
    found = told(0.05, fixed={"h0": 0.03})

    assert found.requests == pytest.approx(0.05, rel=0.02)
    assert found.hosts["h0"] >= 0.03


def test_nothing_watched_is_nothing_planned() -> None:
    found = plan(Scheduler(budget=1.0), 1.0, {}, {})

    assert (found.requests, found.completeness, len(found.numbers)) == (0.0, 1.0, 0)
    assert np.isfinite(found.price)


def test_of_newsrooms_that_overwrite_sooner_less_is_caught() -> None:
    quick, usual = schedule(), schedule()
    for key in quick.pool.numbers:
        quick.overwrites(key, (0.4, 0.2, 0.0, 0.0))

    assert plan(quick, 0.05, {}, {}).completeness < plan(usual, 0.05, {}, {}).completeness - 0.05
