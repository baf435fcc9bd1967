"""What reading a saved page costs beside one trafilatura call on the same bytes. Prints a line per page.

PYTHONPATH=. python tests/bench/reading.py ../shared/corpus/live-pages     # every *.html with a *.truth.json beside it
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from trafilatura import extract as whole

from pipelines.evaluation import fetched_at
from pipelines.extract import canonical, extract, marks, places, times

ROUNDS = 5


def seconds(work: Callable[[], object]) -> float:
    begun = time.process_time()  # the machine may be shared
    work()
    return time.process_time() - begun


def forget() -> None:
    """The page is one never seen before: what earlier rounds left in caches does not count."""
    for module in (canonical, marks, places, times):
        for value in vars(module).values():
            getattr(value, "cache_clear", int)()


def ratio(file: Path) -> tuple[float, float]:
    """The median of the rounds, each its own ratio; and trafilatura's median in milliseconds."""
    truth, data = json.loads(file.with_suffix(".truth.json").read_text("utf-8")), file.read_bytes()
    at = fetched_at(truth)
    rounds = []
    for _ in range(ROUNDS + 1):
        forget()
        plain = seconds(lambda: whole(data, include_comments=False))
        rounds.append((seconds(lambda: extract(data, url=truth["url"], at=at)) / plain, plain * 1000))
    ratios, plains = zip(*rounds[1:], strict=True)  # the first warms up
    return statistics.median(ratios), statistics.median(plains)


def main() -> None:
    pages = [f for f in sorted(Path(sys.argv[1]).rglob("*.html")) if f.with_suffix(".truth.json").exists()]
    found = {f.stem: ratio(f) for f in pages}
    for name, (beside, plain) in found.items():
        print(f"{name:20} {beside:5.2f}   trafilatura {plain:6.1f} ms")
    print(f"{'median':20} {statistics.median(beside for beside, _ in found.values()):5.2f}")


if __name__ == "__main__":
    main()
