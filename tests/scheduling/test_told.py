"""What is told of pages is the plain sum over their hints, however many pages are asked about."""

from __future__ import annotations

import numpy as np
import pytest

from crawler.schedule.learning import Learnt
from crawler.schedule.pool import NEVER
from crawler.schedule.scheduler import Scheduler
from crawler.schedule.told import Told
from crawler.schedule.worth import risk

HINTS = {7: [10.0], 3: [5.0, 900.0, 20.0], 12: [2000.0]}  # the last one is later than now
ASKED = [12, 0, 3, 8, 7, 99, 3]  # in no order, one of them twice, some that nothing is told of
NOW = 1000.0


def told() -> Told:
    made = Told()
    for number, times in HINTS.items():
        for at in times:
            made.add(number, at)
    return made


def test_the_risk_of_each_is_the_plain_sum_over_its_hints() -> None:
    plain = [sum(float(risk(max(NOW - at, 0.0))) for at in HINTS.get(number, [])) for number in ASKED]

    assert told().risk(np.array(ASKED), NOW) == pytest.approx(plain, rel=1e-12)
    assert told().of(np.array(ASKED)).tolist() == [number in HINTS for number in ASKED]
    assert told().newest(np.array(ASKED)).tolist() == [max(HINTS.get(number, [NEVER])) for number in ASKED]


def test_a_hint_of_a_newsroom_that_overwrites_sooner_is_worth_more() -> None:
    made, asked = Told(), np.array([3, 7])
    made.add(3, NOW - 60)
    made.add(7, NOW - 60)
    shares = {3: 0.5, 7: 0.1}

    quick, slow = made.risk(asked, NOW, lambda pages: [(np.array([shares[page] for page in pages]), 1 / 60)])

    assert quick == pytest.approx(float(risk(60.0, [(0.5, 1 / 60)])))
    assert slow == pytest.approx(float(risk(60.0, [(0.1, 1 / 60)])))


def test_a_look_answers_all_hints_of_its_page_and_no_others() -> None:
    made, asked = told(), np.array([3, 7])
    before = made.risk(asked, NOW)
    made.forget(3)
    made.forget(55)

    assert made.risk(asked, NOW).tolist() == [0.0, before[1]]


def test_hints_move_with_the_clock() -> None:
    made, asked = told(), np.array(ASKED)
    before = made.risk(asked, NOW)
    made.moved(-300.0)

    assert made.risk(asked, NOW - 300.0) == pytest.approx(before)


@pytest.mark.parametrize("asked", [[], [5]])
def test_where_nothing_is_told_nothing_is_added(asked: list[int]) -> None:
    numbers = np.array(asked, dtype=np.int64)

    assert not Told()
    assert Told().risk(numbers, NOW).tolist() == [0.0] * len(asked)
    assert not Told().of(numbers).any()


def test_the_worth_of_a_page_is_that_of_its_rate_and_of_its_hints_by_its_weight() -> None:
    plain, hinted = Scheduler(budget=1.0), Scheduler(budget=1.0)
    for schedule in (plain, hinted):
        for number in range(5):
            schedule.add(f"p{number}", "a", weight=1.0 + number, learnt=Learnt.of_count(number, 7200.0), last=0.0)
    for key, at in (("p3", 100.0), ("p1", 40.0), ("p3", 300.0)):
        hinted.hint(key, at)
    own = {"p1": risk(560.0), "p3": risk(500.0) + risk(300.0)}
    expected = [plain.judge.worth(f"p{n}", 600.0)[0] + (1.0 + n) * float(own.get(f"p{n}", 0.0)) for n in range(5)]

    assert [hinted.judge.worth(f"p{n}", 600.0)[0] for n in range(5)] == pytest.approx(expected, rel=1e-12)


def test_many_pages_of_which_something_is_told_are_judged_as_each_by_itself() -> None:
    schedule = Scheduler(budget=1.0)
    schedule.prices.least = schedule.prices.price = 0.05
    for number in range(40):
        schedule.add(f"p{number}", "h", learnt=Learnt.of_count(1.0 + number % 7, 72_000.0), last=float(number))
    schedule.heard([f"p{number}" for number in range(0, 40, 3)], 300.0, 0.9)
    for number in range(0, 40, 2):
        schedule.hint(f"p{number}", 250.0 + number)
    numbers = schedule.pool.there()
    together = schedule.judge.coming(numbers, 400.0)
    alone = [float(schedule.judge.coming(numbers[place : place + 1], 400.0)[0]) for place in range(40)]

    assert together.tolist() == pytest.approx(alone, abs=2.0)
    assert (together != schedule.judge.due(numbers, 400.0)).sum() > 20
