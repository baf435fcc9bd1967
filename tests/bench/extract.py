"""What reading a saved page costs, in calls of ``trafilatura.extract`` on the same bytes in the same run.

    make bench-extract                                                       # pages of our own making
    make bench-extract ARGS="--pages ../shared/corpus/live-pages"            # and saved ones, X.html with X.truth.json
    STOPPRESS_CORPUS=../shared/corpus make bench-extract ARGS="--rounds 9 --json"
    make bench-extract ARGS="--workers --memory 5000"                        # and processes, and what they hold

Each round takes the contenders in turn: trafilatura; a first visit (updates, times, structured data and text together;
nothing remembered); a visit that finds one update more than the last; one that finds nothing but other scripts and
tokens; one that finds another promo box; the digest by which an unchanged page is known. CPU time, the median of the
rounds' own ratios. No test: read it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import os
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from trafilatura import extract as whole

from pipelines.extract import canonical, extract, ids, marks, places, remembered, times
from pipelines.extract.memory import Memory
from tests.bench import many_pages
from tests.bench.saved_pages import Page, big, made, other_box, other_tokens, parsed, saved, with_tokens, without_newest

GOALS = {"first": (1.5, 2.5), "one update more": (0.25, 0.25), "other tokens": (0.15, 0.15), "other box": (0.15, 0.15),
         "digest": (0.03, 0.03)}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Visits:
    """A page, and what it was at the visit before."""

    page: Page
    before: Page
    tokens: Page
    box: Page

    @classmethod
    def of(cls, page: Page) -> Visits:
        now = with_tokens(parsed(page))
        return cls(now, without_newest(now), other_tokens(now), other_box(now, 7))


def read(page: Page, memory: Memory | None = None) -> object:
    return extract(page.html, url=page.url, at=page.at, memory=memory)


def forget() -> None:
    """What earlier rounds left in caches does not count for a page never seen before."""
    for module in (canonical, ids, marks, places, times):
        for value in vars(module).values():
            getattr(value, "cache_clear", int)()
    remembered.forget()


def cpu(work: Callable[[], object]) -> float:
    begun = time.process_time()  # the machine may be shared
    work()
    return time.process_time() - begun


def round_of(visits: Visits) -> Iterator[tuple[str, float]]:
    page = visits.page
    yield "trafilatura", cpu(lambda: whole(page.html, include_comments=False))
    forget()
    yield "first", cpu(lambda: read(page))
    memory = Memory()
    read(visits.before, memory)
    yield "one update more", cpu(lambda: read(page, memory))
    yield "other tokens", cpu(lambda: read(visits.tokens, memory))
    yield "other box", cpu(lambda: read(visits.box, memory))
    yield "digest", cpu(lambda: hashlib.sha256(page.html).hexdigest())


def measure(page: Page, rounds: int) -> dict[str, list[float]]:
    """By contender its ratio to trafilatura, round by round; trafilatura itself in milliseconds."""
    visits = Visits.of(page)
    found: dict[str, list[float]] = {}
    for number in range(rounds + 1):
        taken = dict(round_of(visits))
        for name, seconds in taken.items() if number else ():  # the first warms up
            by = 0.001 if name == "trafilatura" else taken["trafilatura"]
            found.setdefault(name, []).append(seconds / by)
    return found


def pages(folder: Path | None) -> list[Page]:
    return [*(saved(folder) if folder else ()), made(1, 12, 60), big()]


def table(found: dict[str, dict[str, list[float]]]) -> Iterator[str]:
    names = list(GOALS)
    yield f"{'':28}{'trafilatura':>12}  " + "".join(f"{name:>22}" for name in names)
    for page, by in found.items():
        cells = [f"{statistics.median(by[n]):5.2f} ({min(by[n]):.2f}-{max(by[n]):.2f})" for n in names]
        yield f"{page:28}{statistics.median(by['trafilatura']):9.1f} ms  " + "".join(f"{c:>22}" for c in cells)
    for what, of in (("median", statistics.median), ("worst", max)):
        cells = [f"{of([statistics.median(by[n]) for by in found.values()]):5.2f}" for n in names]
        yield f"{what:28}{'':14}" + "".join(f"{c:>22}" for c in cells)
    yield f"{'goals: median, worst':42}" + "".join(f"{f'<= {a}, <= {b}':>22}" for a, b in GOALS.values())


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--pages", type=Path, help="a folder of saved pages; else live-pages of STOPPRESS_CORPUS")
    options.add_argument("--rounds", type=int, default=7)
    options.add_argument("--json", action="store_true", help="a line of JSON per page")
    options.add_argument("--workers", action="store_true", help="two processes beside one, by wall time")
    options.add_argument("--memory", type=int, default=0, metavar="N", help="what one process holds while it reads N")
    given = options.parse_args()
    corpus = os.environ.get("STOPPRESS_CORPUS")
    folder = given.pages or (Path(corpus) / "live-pages" if corpus else None)
    if folder and not folder.is_dir():
        options.error(f"{folder} is no folder; give one that has saved pages, or none for made ones")
    logging.disable(logging.ERROR)  # trafilatura's remarks
    if given.workers:
        print(many_pages.two_beside_one())
    if given.memory:
        for line in many_pages.held(given.memory):
            print(line, flush=True)
    if given.workers or given.memory:
        return
    found = {page.name: measure(page, given.rounds) for page in pages(folder)}
    if given.json:
        for name, by in found.items():
            print(json.dumps({"page": name, **by}))
    else:
        print("\n".join(table(found)))


if __name__ == "__main__":
    main()
