"""When a look is said to be due, and when it is made: the same, whatever holds it back."""

from __future__ import annotations

import random

import numpy as np
import pytest

from crawler.schedule.aftermath import Aftermath
from crawler.schedule.learning import Learnt
from crawler.schedule.pool import ALWAYS, NEVER
from crawler.schedule.scheduler import Scheduler

NOW, STEP = 10_000.0, 5.0


def standing(seed: int, pages: int = 120) -> Scheduler:
    """Pages of all kinds: busy and silent, fresh, failing, ended, full, told of, not begun."""
    chance, made = random.Random(seed), Scheduler(budget=1.0)
    made.prices.least = made.prices.price = 0.05
    for number in range(pages):
        last = NOW - chance.choice([5.0, 70.0, 900.0, 3000.0])
        failing = chance.random() < 0.3
        aftermath = Aftermath(
            fresh=last + chance.choice([0.0, 200.0, 4000.0]),
            failures=float(chance.randint(1, 4)) if failing else 0.0,
            failed=last + 2.0 if failing else NEVER,
            window=chance.choice([ALWAYS, ALWAYS, 4.0]),
        )
        made.add(
            str(number), f"h{number}", learnt=Learnt.of_count(chance.random() * 60, 36_000.0), last=last, most=3600.0,
            ended=last + 1 if chance.random() < 0.3 else ALWAYS, begins=NOW + 300 if chance.random() < 0.1 else NEVER,
            aftermath=aftermath,
        )  # fmt: skip
        if chance.random() < 0.2:
            made.hint(str(number), NOW - chance.random() * 60)
        if chance.random() < 0.2:
            made.heard([str(number)], NOW - chance.random() * 600, 0.8)
    return made


@pytest.mark.parametrize("seed", range(3))
def test_a_look_is_made_when_it_is_said_to_be_due(seed: int) -> None:
    schedule = standing(seed)
    numbers = schedule.pool.there()
    said = schedule.judge.coming(numbers, NOW)
    made = np.full(len(numbers), np.inf)
    for at in np.arange(NOW, NOW + 8000.0, STEP):
        _, ready, _ = schedule.judge.judged(numbers, float(at))
        made = np.where(ready & (made == np.inf), at, made)

    assert np.isfinite(made).all()
    assert np.abs(made - np.maximum(said, NOW)).max() <= STEP + 1.0
