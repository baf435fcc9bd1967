"""Whether it helps to tell newsrooms apart on traces of archives, which know only what their own crawl has seen.

A made world is crawled at some budget by the scheduler that crawls; what that archive would give as ``stoppress export
trace`` is written in its form (an entry has the newsroom's own time; an edit, a headline and a deletion the middle of
the gap that they came in; what was gone before anybody looked is missing), read as any trace is, and played again by
the rules. So, unlike in the world itself, quick edits are rarer than they were, and later.

    python -m tests.bench.scheduling.traces --pages 300 --seeds 2
"""

from __future__ import annotations

import argparse
import tempfile
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import mean

from crawler.schedule.learning import Seen
from retrieval.export.trace import Event, lines

from .contest import ALIKE, OURS, VARIANTS, against
from .policies import Production
from .run import count_events, play
from .table import tell
from .trace_file import COLUMNS, read_trace
from .world import DELETION, ENTRY, NAMES, Page, World, make

RULES = ("StormCrawler", ALIKE, OURS)
WORLDS = ("base", "unlike newsrooms")
BEGIN = 1_767_225_600.0  # 2026-01-01: where the world's second 0 is put


class Archive(Production):
    """The scheduler that crawls, and what an archive would know of each page."""

    def __init__(self, pages: list[Page], budget: float) -> None:
        super().__init__(pages, budget, name="archive")
        self.known: dict[int, list[Event]] = {}
        self._until: dict[int, tuple[int, float]] = {}  # events that are behind the newest look, and when that was

    def saw(self, page: int, now: float, seen: Seen, *, changed: bool, ended: bool) -> None:
        super().saw(page, now, seen, changed=changed, ended=ended)
        place, after = self._until.get(page, (0, None))
        end = bisect_right(self._pages[page].times, now)
        self.known.setdefault(page, []).extend(_told(self._pages[page], place, end, after, now))
        self._until[page] = end, now


def _told(page: Page, begin: int, end: int, after: float | None, by: float) -> Iterator[Event]:
    """Of the events between two looks; ``after`` is None at the first, which shows entries and no changes."""
    mine: dict[int, list[int]] = {}
    for place in range(begin, end):
        mine.setdefault(page.entries[place], []).append(place)
    for entry, places in mine.items():
        born, newest = page.kinds[places[0]] == ENTRY, page.kinds[places[-1]]
        if born and newest != DELETION:
            yield Event(page.times[places[0]], NAMES[ENTRY], entry, 0)
        elif after is not None and not born:
            yield Event((after + by) / 2, NAMES[newest], entry, len(places))


def export(world: World, seed: int, per_event: float, path: Path) -> float:
    """The trace of an archive that was crawled so, and the share of the world's events that is in it."""
    pages = make(world, seed)
    count = count_events(world, pages)
    archive = Archive(pages, per_event * count / world.horizon)
    play(world, pages, archive, per_event, seed=seed)
    with path.open("wb") as file:
        file.write((",".join(COLUMNS) + "\n").encode())
        for number, events in archive.known.items():
            url = f"https://newsroom{pages[number].newsroom}.example/live/{number}"
            file.write(lines(url, sorted(one._replace(time=one.time + BEGIN) for one in events)))
    return sum(map(len, archive.known.values())) / count


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pages", type=int, default=300)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--crawled", default="0.3,1", help="requests per event of the crawl that made the archive")
    parser.add_argument("--budgets", default="0.3,1", help="requests per event of its trace, when it is played")
    parser.add_argument("--worlds", default=",".join(WORLDS), help="with commas in between")
    wanted = parser.parse_args()
    for variant in wanted.worlds.split(","):
        world = replace(VARIANTS[variant][0], pages=wanted.pages)
        for crawled in map(float, wanted.crawled.split(",")):
            _play(variant, world, crawled, wanted)


def _play(variant: str, world: World, crawled: float, wanted: argparse.Namespace) -> None:
    budgets = [float(word) for word in wanted.budgets.split(",")]
    found: dict[tuple[float, str], list[dict[str, float]]] = {}
    shares = []
    for seed in range(1, wanted.seeds + 1):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "trace.csv"
            shares.append(export(world, seed, crawled, path))
            traced, pages = read_trace(path)
        for budget in budgets:
            for rule in RULES:
                found.setdefault((budget, rule), []).append(against(rule, traced, pages, budget).figures())
    print(f"\n{variant}, crawled with {crawled:g} requests per event: the trace has {mean(shares):.2f} of its events")
    for budget in budgets:
        rows = [(rule, _means(found[budget, rule])) for rule in RULES]
        tell(f"{budget:g} requests per event", rows, as_json=False)


def _means(figures: list[dict[str, float]]) -> dict[str, float]:
    return {name: mean(one[name] for one in figures) for name in figures[0]}


if __name__ == "__main__":
    main()
