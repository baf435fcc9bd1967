"""``make bench-lateness``: how late visits start, at 100 a second with tokens to spare.

    page server <--loopback--> the production crawl of N pages, each on its own schedule, phases as they fall

Lateness is a visit's ``started`` minus its ``scheduled``. First visits, which are due all at once, and those of the
first seconds after them do not count. Not a test: what it prints depends on the machine, and on a machine that is too
busy for 100 visits a second it is the length of the queue.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))

from tests.servers.processes import free_port, python_server  # noqa: E402

CONFIG = """\
[archive]
store = "{folder}/archive"
catalog = "sqlite:///{folder}/catalog.db"
spool = "{folder}/spool"

[crawl]
contact  = "mailto:bench@example.org"
budget   = "10000/s"
per_host = "10000/s"
min_gap  = "0s"

[egress]
allow    = ["127.0.0.0/8"]

[defaults]
schedule = "every {every}s"
min      = "1s"
"""


class Late:
    """How late each visit was that counts."""

    def __init__(self, pages: int, settle: timedelta) -> None:
        self.seconds: list[float] = []
        self.outcomes: Counter[str] = Counter()
        self._first: set[str] = set()
        self._pages, self._settle = pages, settle
        self._from: datetime | None = None
        self._last: datetime | None = None

    def seen(self, visit: Any) -> None:
        if self._from is None:
            self._first.add(visit.url)
            if len(self._first) == self._pages:
                self._from = visit.started + self._settle
        elif visit.started >= self._from:
            self.outcomes[f"{visit.outcome} {visit.why}"] += 1
            self.seconds.append((visit.started - visit.scheduled).total_seconds())
            self._last = visit.started

    @property
    def passed(self) -> float:
        return (self._last - self._from).total_seconds() if self._from and self._last else 0.0

    def figures(self) -> dict[str, Any]:
        ordered = sorted(self.seconds)
        return {
            "visits": len(ordered), "per_second": round(len(ordered) / max(self.passed, 1e-9), 1),
            "median_ms": _at(ordered, 0.5), "p95_ms": _at(ordered, 0.95), "p99_ms": _at(ordered, 0.99),
            "max_ms": _at(ordered, 1), "load": round(os.getloadavg()[0], 1), "outcomes": dict(self.outcomes),
        }  # fmt: skip


def _at(ordered: Sequence[float], share: float) -> float:
    return round(ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000, 1)


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench-lateness", description=__doc__.splitlines()[0])
    parser.add_argument("--rate", type=int, default=100, help="visits a second (100)")
    parser.add_argument("--every", type=int, default=10, help="seconds between two visits of a page (10)")
    parser.add_argument("--seconds", type=float, default=30, help="how long it is measured (30)")
    parser.add_argument("--settle", type=float, default=15, help="seconds after the first visits (15)")
    parser.add_argument("--kind", default="same", help="of pages: same, etag, changed (same)")
    parser.add_argument("--hosts", type=int, default=8, help="loopback addresses from 127.0.0.2 on (8)")
    parser.add_argument("--json", action="store_true", help="the figures as one line of JSON")
    wanted = parser.parse_args()
    port, pages = free_port(), wanted.rate * wanted.every
    with tempfile.TemporaryDirectory(prefix="bench-lateness-") as name:
        folder = Path(name)
        server = [str(HERE / "page_server.py"), str(port), str(wanted.hosts + 1)]
        urls = [f"http://127.0.0.{n % wanted.hosts + 2}:{port}/{wanted.kind}/{n}" for n in range(pages)]
        with python_server(server, port, folder / "server.log"):
            figures = measured(folder, urls, wanted)
    if wanted.json:
        print(json.dumps(figures))
        return
    print(
        "{visits:,} visits, {per_second} a second: median {median_ms} ms late, p95 {p95_ms} ms, p99 {p99_ms} ms, "
        "at most {max_ms} ms; load of the machine {load} ({outcomes})".format(**figures)
    )


def measured(folder: Path, urls: list[str], wanted: argparse.Namespace) -> dict[str, Any]:
    """One crawl, in this process."""
    from crawler.orders import save
    from crawler.run import crawl
    from pipelines.config import load_config

    path = folder / "stoppress.toml"
    tables = "".join(f'[[watch]]\nurl = "{url}"\n' for url in urls)
    path.write_text(CONFIG.format(folder=folder, every=wanted.every) + tables)
    config = load_config(path)
    save(config, config.watches, "apply")
    late = Late(len(urls), timedelta(seconds=wanted.settle))

    def seen(visit: Any) -> None:
        late.seen(visit)
        if late.passed >= wanted.seconds:
            os.kill(os.getpid(), signal.SIGTERM)

    crawl(config, limit=timedelta(minutes=5), log_level="WARNING", seen=seen)
    return late.figures()


if __name__ == "__main__":
    main()
