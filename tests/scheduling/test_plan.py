"""What a budget would buy, by the index."""

from __future__ import annotations

import numpy as np
import pytest

from crawler.schedule.learning import Learnt
from crawler.schedule.plan import Plan, plan
from crawler.schedule.scheduler import Scheduler


def schedule(watches: int = 40, hosts: int = 8) -> Scheduler:
    made = Scheduler(budget=1.0)
    for number in range(watches):
        learnt = Learnt.of_count(float(1 + number % 10), 7200.0)
        made.add(f"p{number}", f"h{number % hosts}", learnt=learnt, last=0.0)
    return made


def told(budget: float, caps: dict[str, float] | None = None, fixed: dict[str, float] | None = None) -> Plan:
    return plan(schedule(), budget, caps or {}, fixed or {})


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
