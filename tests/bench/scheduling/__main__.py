"""``make bench-schedule``: Stoppress' scheduler and other rules on made coverage, by what they catch of it.

A budget is given in requests per published event. ``rev``: share of revisions caught; ``short``: of those that live
ten minutes or less; ``page``: page states caught per event; ``waste``: looks that found nothing; delay in minutes from
publication to capture; ``h10``: the host at the lower tenth. Not a test: what gates is tests/scheduling/test_golden.py.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from .contest import ALIKE, BASELINES, OURS, POLICIES, UNLIKE, VARIANTS, against
from .options import IN_VARIANTS, ONE, Wanted, wanted
from .table import Task, played, tell
from .trace_file import BadTrace, read_trace
from .world import World

OTHERS = ("NewsDiffs ladder", "Nutch", "StormCrawler")  # that spend what they like


def main() -> None:
    asked = wanted()
    if asked.trace:
        _trace(asked.trace, asked)
        return
    world = replace(VARIANTS["base"][0], pages=asked.pages)
    _table(world, asked)
    if asked.equal:
        _equal(world, asked)
    if asked.variants:
        _sensitivity(asked)
    if asked.million:
        _million(asked)


def _table(world: World, asked: Wanted) -> None:
    for budget in asked.budgets:
        names = asked.at(budget)
        title = f"{budget:g} requests per event"
        found = played(title, _tasks(names, world, budget, asked), asked.workers)
        tell(title, [(name, found[name, "base", budget]) for name in names], as_json=asked.as_json)


def _tasks(names: tuple[str, ...], world: World, budget: float, asked: Wanted) -> list[Task]:
    return [Task(name, "base", world, budget, seed) for name in names for seed in range(1, asked.seeds + 1)]


def _equal(world: World, asked: Wanted) -> None:
    """With as many requests as each of those spent that spend what they like."""
    theirs = played("what others spend", _tasks(OTHERS, world, 3.0, asked), asked.workers)
    spent = {name: theirs[name, "base", 3.0]["spent"] for name in OTHERS}
    tasks = [task for name in OTHERS for task in _tasks((OURS,), world, spent[name], asked)]
    ours = played("as many as they", tasks, asked.workers)
    for name in OTHERS:
        rows = [(name, theirs[name, "base", 3.0]), (OURS, ours[OURS, "base", spent[name]])]
        tell(f"as many as {name}", rows, as_json=asked.as_json)


def _sensitivity(asked: Wanted) -> None:
    for variant in asked.variants:
        names = asked.rules or IN_VARIANTS + (ALIKE,) * (variant == UNLIKE)
        world, noise = VARIANTS[variant]
        world = replace(world, pages=asked.variant_pages)
        seeds = range(1, asked.variant_seeds + 1)
        tasks = [Task(name, variant, world, ONE, seed, noise) for name in names for seed in seeds]
        found = played(variant, tasks, asked.workers)
        rows = [(name, found[name, variant, ONE]) for name in names]
        best = max((figures["rev"] for name, figures in rows if name in BASELINES), default=0.0)
        ahead = f": {found[OURS, variant, ONE]['rev'] - best:+.3f}" if OURS in names and best else ""
        tell(f"{variant}{ahead}", rows, as_json=asked.as_json)


def _million(asked: Wanted) -> None:
    print("a million watches: some minutes", file=sys.stderr, flush=True)
    told = subprocess.run([sys.executable, "-m", "tests.bench.scheduling.million"], check=True,
                          stdout=subprocess.PIPE, text=True).stdout  # fmt: skip
    one: dict[str, Any] = json.loads(told)
    words = f"\n{one['watches']:,} watches: {one['MB']:.0f} MB, {one['us']:.1f} us a decision"
    print(told.strip() if asked.as_json else words)


def _trace(path: Path, asked: Wanted) -> None:
    try:
        world, pages = read_trace(path)
    except BadTrace as e:
        print(f"bench-schedule: {e}", file=sys.stderr)
        raise SystemExit(2) from e
    names = [name for name in asked.rules or POLICIES if name != "oracle"]
    if not names:
        print("bench-schedule: a trace has no true rates, so there is no oracle; try another rule", file=sys.stderr)
        raise SystemExit(2)
    for budget in asked.budgets:
        rows = []
        for name in names:
            print(f"{path}, {budget:g} requests per event: {name}", file=sys.stderr, flush=True)
            rows.append((name, against(name, world, pages, budget).figures()))
        tell(f"{budget:g} requests per event", rows, as_json=asked.as_json)


if __name__ == "__main__":
    main()
