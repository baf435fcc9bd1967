"""How much memory a million watches take, and how long a decision."""

from __future__ import annotations

import json
import random
import resource
import sys
import time

from crawler.schedule.learning import NOTHING, Learnt, Seen
from crawler.schedule.scheduler import Scheduler

WATCHES, PER_HOST, BUDGET = 1_000_000, 20, 1000.0
WARM, MEASURED = 600, 600  # seconds of virtual time


def main() -> None:
    chance = random.Random(1)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    schedule = Scheduler(budget=BUDGET)
    known = [Learnt.of_count(updates, 3600.0) for updates in range(8)]
    for number in range(WATCHES):
        learnt = known[chance.randrange(len(known))]
        host = f"h{number % (WATCHES // PER_HOST)}.example"
        schedule.add(f"https://{host}/{number}", host, last=-chance.random() * 3600, learnt=learnt)
    _run(schedule, 0, WARM, chance)
    taken, made = _run(schedule, WARM, WARM + MEASURED, chance)
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    json.dump({"watches": WATCHES, "decisions": made, "us": taken / made * 1e6, "MB": memory}, sys.stdout)
    print()


def _run(schedule: Scheduler, begin: int, end: int, chance: random.Random) -> tuple[float, int]:
    """(seconds, decisions): a decision is the choice, and taking in what was found."""
    tokens, made, taken = 0.0, 0, 0.0
    for now in range(begin, end):
        tokens = min(tokens + BUDGET, 60 * BUDGET)
        begun = time.perf_counter()
        chosen = schedule.choose(float(now), lambda host: True, tokens)
        taken += time.perf_counter() - begun
        tokens -= len(chosen)
        found = [Seen(new=[5.0]) if chance.random() < 0.3 else NOTHING for _ in chosen]
        begun = time.perf_counter()
        for one, seen in zip(chosen, found, strict=True):
            schedule.observed(one.key, float(now), seen)
        taken += time.perf_counter() - begun
        made += len(chosen)
    return taken, made


if __name__ == "__main__":
    main()
