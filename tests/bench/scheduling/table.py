"""Runs on several processors, told of while they last, and their figures as a table or as JSON."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from statistics import mean

from .contest import contest
from .world import World

COLUMNS = ("spent", "rev", "short", "page", "waste", "mean", "p95", "h10")
DIGITS = {"waste": 2, "mean": 1, "p95": 1, "h10": 2, "spent": 2}
OFTEN = 30.0  # seconds between two lines of progress, where it goes to a file

Figures = dict[str, float]


@dataclass(frozen=True, slots=True)
class Task:
    policy: str
    variant: str
    world: World
    per_event: float
    seed: int
    noise: float = 0.0


def work(task: Task) -> tuple[Task, Figures]:
    return task, contest(task.policy, task.world, task.per_event, task.seed, task.noise).figures()


def played(what: str, tasks: Iterable[Task], workers: int) -> dict[tuple[str, str, float], Figures]:
    """Means over the seeds, by (policy, variant, budget). ``what``: for who waits for it."""
    found: dict[tuple[str, str, float], list[Figures]] = {}
    waiting = list(tasks)
    progress = Progress(what, len(waiting))
    with ProcessPoolExecutor(workers) as pool:
        running = [pool.submit(work, task) for task in waiting]
        for one in as_completed(running):
            task, figures = one.result()
            found.setdefault((task.policy, task.variant, task.per_event), []).append(figures)
            progress.one_more()
    return {key: {name: mean(each[name] for each in all_) for name in COLUMNS} for key, all_ in found.items()}


class Progress:
    """On stderr: on a terminal one line that changes, else one now and then."""

    def __init__(self, what: str, runs: int) -> None:
        self._what, self._runs, self._done = what, runs, 0
        self._begun = self._told = time.monotonic()
        self._tell("")

    def one_more(self) -> None:
        self._done += 1
        now = time.monotonic()
        if sys.stderr.isatty() or self._done == self._runs or now >= self._told + OFTEN:
            self._told = now
            left = (now - self._begun) / self._done * (self._runs - self._done)
            self._tell(f", {now - self._begun:.0f} s" + (f", about {left:.0f} s more" if left else ""))

    def _tell(self, time_: str) -> None:
        live = sys.stderr.isatty()
        text = f"{self._what}: {self._done} of {self._runs} runs{time_}"
        end = "" if live and self._done < self._runs else "\n"
        print(f"\r\x1b[K{text}" if live else text, end=end, file=sys.stderr, flush=True)


def tell(title: str, rows: list[tuple[str, Figures]], *, as_json: bool) -> None:
    if as_json:
        for name, figures in rows:
            print(json.dumps({"what": title, "policy": name, **figures}), flush=True)
        return
    print(f"\n{title:28}" + "".join(f"{column:>8}" for column in COLUMNS))
    for name, figures in rows:
        cells = (f"{figures[column]:>8.{DIGITS.get(column, 3)}f}" for column in COLUMNS)
        print(f"{name:28}" + "".join(cells), flush=True)
