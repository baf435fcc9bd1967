"""``make bench-schedule``: Stoppress' scheduler and other rules on made coverage, by what they catch of it.

A budget is given in requests per published event. ``rev``: share of revisions caught; ``short``: of those that live
ten minutes or less; ``page``: page states caught per event; ``waste``: looks that found nothing; delay in minutes from
publication to capture; ``h10``: the host at the lower tenth. Not a test: what gates is tests/scheduling/test_golden.py.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import mean
from typing import Any

from .contest import ALIKE, BASELINES, OURS, POLICIES, VARIANTS, against, contest
from .world import World, read_trace

BUDGETS = (0.3, 1.0, 3.0)
COLUMNS = ("spent", "rev", "short", "page", "waste", "mean", "p95", "h10")
OTHERS = ("NewsDiffs ladder", "Nutch", "StormCrawler")  # that spend what they like


@dataclass(frozen=True, slots=True)
class Task:
    policy: str
    variant: str
    world: World
    per_event: float
    seed: int
    noise: float = 0.0


def work(task: Task) -> tuple[Task, dict[str, float]]:
    return task, contest(task.policy, task.world, task.per_event, task.seed, task.noise).figures()


def played(tasks: Iterable[Task], workers: int) -> dict[tuple[str, str, float], dict[str, float]]:
    """Means over the seeds, by (policy, variant, budget)."""
    found: dict[tuple[str, str, float], list[dict[str, float]]] = {}
    waiting = list(tasks)
    with ProcessPoolExecutor(workers) as pool:
        running = [pool.submit(work, task) for task in waiting]
        for done, one in enumerate(as_completed(running), start=1):
            task, figures = one.result()
            found.setdefault((task.policy, task.variant, task.per_event), []).append(figures)
            print(f"\r{done} of {len(waiting)} runs", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return {key: {name: mean(each[name] for each in all_) for name in COLUMNS} for key, all_ in found.items()}


def line(name: str, figures: dict[str, float]) -> str:
    digits = {"waste": 2, "mean": 1, "p95": 1, "h10": 2, "spent": 2}
    return f"{name:26}" + "".join(f"{figures[column]:>8.{digits.get(column, 3)}f}" for column in COLUMNS)


def tell(title: str, rows: list[tuple[str, dict[str, float]]], *, as_json: bool) -> None:
    if as_json:
        for name, figures in rows:
            print(json.dumps({"what": title, "policy": name, **figures}), flush=True)
        return
    print(f"\n{title:26}" + "".join(f"{column:>8}" for column in COLUMNS))
    for name, figures in rows:
        print(line(name, figures), flush=True)


def main() -> None:
    wanted = _parser().parse_args()
    if wanted.trace:
        _trace(wanted.trace, wanted)
        return
    world = replace(VARIANTS["base"][0], pages=wanted.pages)
    names = _named(wanted.only, tuple(POLICIES))
    seeds = range(1, wanted.seeds + 1)
    budgets = [float(word) for word in wanted.budgets.split(",") if word]
    tasks = [Task(name, "base", world, budget, seed) for budget in budgets for name in names for seed in seeds]
    found = played(tasks, wanted.workers)
    for budget in budgets:
        rows = [(name, found[name, "base", budget]) for name in names]
        tell(f"{budget:g} requests per event", rows, as_json=wanted.json)
    if wanted.equal:
        _equal(world, seeds, wanted)
    if wanted.sensitivity:
        _sensitivity(wanted, seeds)
    if wanted.million:
        told = subprocess.run([sys.executable, "-m", "tests.bench.scheduling.million"], check=True,
                              capture_output=True, text=True).stdout  # fmt: skip
        one: dict[str, Any] = json.loads(told)
        words = f"\n{one['watches']:,} watches: {one['MB']:.0f} MB, {one['us']:.1f} us a decision"
        print(told.strip() if wanted.json else words)


def _named(wanted: str, there: tuple[str, ...]) -> list[str]:
    """Those that are asked for, all if none is; some have a comma in their names."""
    words, left = [], ", ".join(word for part in wanted.split(",") if (word := part.strip()))
    while left:
        at = [name for name in there if left == name or left.startswith(f"{name},")]
        if not at:
            raise SystemExit(f"bench-schedule: {left!r} is not known; there are {'; '.join(there)}")
        words.append(max(at, key=len))
        left = left.removeprefix(words[-1]).removeprefix(", ")
    return words or list(there)


def _equal(world: World, seeds: Iterable[int], wanted: argparse.Namespace) -> None:
    """With as many requests as each of those spent that spend what they like."""
    theirs = played([Task(name, "base", world, 3.0, seed) for name in OTHERS for seed in seeds], wanted.workers)
    spent = {name: theirs[name, "base", 3.0]["spent"] for name in OTHERS}
    ours = played([Task(OURS, "base", world, spent[name], seed) for name in OTHERS for seed in seeds], wanted.workers)
    for name in OTHERS:
        rows = [(name, theirs[name, "base", 3.0]), (OURS, ours[OURS, "base", spent[name]])]
        tell(f"as many as {name}", rows, as_json=wanted.json)


def _sensitivity(wanted: argparse.Namespace, seeds: Iterable[int]) -> None:
    names = _named(wanted.only, (*BASELINES, ALIKE, OURS, "oracle"))
    variants = _named(wanted.variants, tuple(VARIANTS))
    tasks = [
        Task(name, variant, replace(world, pages=min(wanted.pages, 1000)), 1.0, seed, noise)
        for variant in variants for world, noise in (VARIANTS[variant],) for name in names for seed in seeds
    ]  # fmt: skip
    found = played(tasks, wanted.workers)
    for variant in variants:
        rows = [(name, found[name, variant, 1.0]) for name in names]
        best = max((figures["rev"] for name, figures in rows if name in BASELINES), default=0.0)
        ahead = f": {found[OURS, variant, 1.0]['rev'] - best:+.3f}" if OURS in names and best else ""
        tell(f"{variant}{ahead}", rows, as_json=wanted.json)


def _trace(path: Path, wanted: argparse.Namespace) -> None:
    world, pages = read_trace(path)
    for budget in (float(word) for word in wanted.budgets.split(",")):
        rows = [(name, against(name, world, pages, budget).figures()) for name in POLICIES if name != "oracle"]
        tell(f"{budget:g} requests per event", rows, as_json=wanted.json)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make bench-schedule", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pages", type=int, default=1500)
    parser.add_argument("--seeds", type=int, default=2, help="worlds that each policy is tried in (2)")
    parser.add_argument("--budgets", default="0.3,1,3", help="requests per published event")
    parser.add_argument("--only", default="", help="names of policies, with commas in between")
    parser.add_argument("--equal", action="store_true", help="also with the requests that other rules spend")
    parser.add_argument("--sensitivity", action="store_true", help="also in worlds of other kinds")
    parser.add_argument("--variants", default="", help="of these kinds only, with commas in between")
    parser.add_argument("--million", action="store_true", help="also memory and time for a million watches")
    parser.add_argument("--trace", type=Path, help="a trace of one's own archive instead of made coverage")
    parser.add_argument("--workers", type=int, default=2, help="processes")
    parser.add_argument("--json", action="store_true")
    return parser


if __name__ == "__main__":
    main()
