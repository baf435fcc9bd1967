"""What hints and silence cost the schedule: a second with many hinted pages, and a list that is thinned by silence."""

from __future__ import annotations

import json
import random
import sys
import time

import numpy as np
from numpy.typing import NDArray

from crawler.schedule.judge import Judge
from crawler.schedule.learning import NOTHING, Learnt, Seen
from crawler.schedule.pool import Floats, Numbers
from crawler.schedule.scheduler import Scheduler

WATCHES, HINTED, PER_HOST = 50_000, 20_000, 20
THINNED, BUDGET, EVERY, RECALL = 500_000, 300.0, 1200, 0.9  # ``EVERY``: seconds between two polls of a source
WARM, MEASURED = 1500, 60  # seconds of virtual time


def main() -> None:
    json.dump({"hinted": _hinted(), "thinned": _thinned()}, sys.stdout)
    print()


def _schedule(watches: int, budget: float, chance: random.Random) -> Scheduler:
    schedule = Scheduler(budget=budget)
    known = [Learnt.of_count(updates, 3600.0) for updates in range(8)]
    for number in range(watches):
        host, learnt = f"h{number // PER_HOST}.example", known[chance.randrange(len(known))]
        schedule.add(str(number), host, last=-chance.random() * 3600, learnt=learnt)
    return schedule


def _hinted() -> dict[str, float]:
    """The computation of one second, in which one more hint came, all exactly; the best of nine."""
    chance = random.Random(1)
    schedule = _schedule(WATCHES, 1.0, chance)
    for number in chance.sample(range(WATCHES), HINTED):
        for _ in range(chance.choice((1, 1, 2))):
            schedule.hint(str(number), chance.random() * 60)
    taken = []
    for now in range(60, 69):
        schedule.hint(str(now), float(now))
        begun = time.process_time()
        schedule._compute(float(now))
        taken.append(time.process_time() - begun)
    return {"watches": WATCHES, "hinted": HINTED, "ms": min(taken) * 1e3}


class _Counting(Judge):
    count = 0

    def judged(self, numbers: Numbers, now: float) -> tuple[Floats, NDArray[np.bool_], NDArray[np.int8]]:
        self.count += len(numbers)
        return super().judged(numbers, now)


def _thinned() -> dict[str, float]:
    """Seconds of a long list, each page of which is told of by a source that is asked now and then."""
    chance = random.Random(1)
    schedule = _schedule(THINNED, BUDGET, chance)
    judge = schedule.judge
    judge.__class__ = _Counting
    assert isinstance(judge, _Counting)
    tokens, made, taken, gaps = 0.0, 0, 0.0, []
    for now in range(WARM + MEASURED):
        schedule.heard((str(number) for number in range(now % EVERY, THINNED, EVERY)), float(now), RECALL)
        if now == WARM:
            judge.count, made, taken, gaps = 0, 0, 0.0, []
        tokens = min(tokens + BUDGET, 60 * BUDGET)
        begun = time.process_time()
        chosen = schedule.choose(float(now), lambda host: True, tokens)
        taken += time.process_time() - begun
        tokens -= len(chosen)
        made += len(chosen)
        for one in chosen:
            gaps.append(now - schedule.pool.last[schedule.pool.numbers[one.key]])
            schedule.observed(one.key, float(now), Seen(new=[5.0]) if chance.random() < 0.3 else NOTHING)
    return {
        "watches": THINNED, "judged": judge.count / MEASURED, "ms": taken / MEASURED * 1e3,
        "looks": made / MEASURED, "gap": float(np.mean(gaps)), "price": schedule.prices.price,
    }  # fmt: skip


if __name__ == "__main__":
    main()
