"""The index part of ``rebuild`` (WARC files to catalog rows) beside cdxj-indexer on the same files, in turn.

PYTHONPATH=. python tests/bench/rebuilding.py            # makes its own files; memory is measured in processes apart
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from cdxj_indexer.main import CDXJIndexer

from pipelines import warc
from pipelines.ledger import conclude, facts
from pipelines.model import Capture, Exchange, Visit
from pipelines.store.catalog import Catalog
from pipelines.store.indexing import Indexer
from pipelines.store.local import LocalStore
from pipelines.store.warcs import warc_key
from pipelines.urlkey import urlkey
from tests.bench.verifying import NOON, pages

ROUNDS = 5
WORKER = "bench_00000000"


def fill(store: Path, serial: int, size: int, words: int, *, coded: bool, revisits: int = 0) -> Path:
    """One file as the recorder writes it: response, request, visit; ``revisits``: so many 304 after each page."""
    name = f"stoppress-20260103{serial:02d}0000000-{serial:05d}-{WORKER}.warc.gz"
    path = store / warc_key(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(warc.member(warc.warcinfo(name, {"software": "bench"}, NOON)))
        for number, made in enumerate(pages(words, coded=coded)):
            _look(file, made, number, None)
            for more in range(revisits):
                _look(file, made, number, more)
            if file.tell() > size:
                break
    return path


def _look(file: Any, made: Exchange, number: int, again: int | None) -> None:
    started = NOON + timedelta(minutes=number, seconds=(again or 0) + 1)
    visit = Visit(id=str(uuid.uuid4()), url=made.url, urlkey=urlkey(made.url), started=started, why="due",
                  scheduled=started, previous=NOON)  # fmt: skip
    exchange, original = replace(made, started=started), None
    if again is not None:
        head = b'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\nDate: Sat, 03 Jan 2026 12:00:00 GMT\r\n\r\n'
        exchange = replace(exchange, response=head, status=304)
        original = _original(made)
    kept = warc.exchange_records(exchange, record_id=warc.new_id(), visit_id=visit.id, role="page", original=original)
    file.writelines(warc.member(record) for record in kept.records)
    done = conclude(replace(visit, exchange=exchange), [])
    line = facts(replace(done, outcome="revisit" if original else "archived", reason=None), "wire", WORKER)
    file.write(warc.member(warc.visit_record(visit.id, line, started, kept.records[0].id)))


def _original(made: Exchange) -> Any:
    return Capture(urlkey=urlkey(made.url), timestamp=NOON, url=made.url, record_id=warc.new_id(),
                   digest=warc.sha256(made.response or b""), filename="", offset=0, length=0, status=200)  # fmt: skip


def theirs(store: Path) -> int:
    """As its command does it, into a file."""
    with tempfile.NamedTemporaryFile("w", suffix=".cdxj") as out:
        CDXJIndexer(out, sorted(str(path) for path in store.rglob("*.warc.gz"))).process_all()
        out.flush()
        with Path(out.name).open() as lines:
            return sum(not line.startswith("urn:") for line in lines)


def ours(store: Path, catalog: Catalog) -> int:
    """As the command does it, into an empty SQLite catalog: every row on disk when it ends."""
    return sum(found.captures for found in Indexer(catalog, LocalStore(store)).run())


@contextmanager
def empty() -> Iterator[Catalog]:
    """Its tables are made before the clock runs (35 ms)."""
    with tempfile.TemporaryDirectory() as folder, Catalog.open(f"sqlite:///{folder}/catalog.db") as catalog:
        catalog.begin_rebuild()
        yield catalog


def taken(work: Any, *given: Any) -> tuple[float, float, int]:
    wall, cpu = time.perf_counter(), time.process_time()
    count = work(*given)
    return time.perf_counter() - wall, time.process_time() - cpu, count


def both(store: Path) -> tuple[tuple[float, float, int], tuple[float, float, int]]:
    with empty() as catalog:
        return taken(theirs, store), taken(ours, store, catalog)


def compare(name: str, store: Path) -> None:
    rounds = [both(store) for _ in range(ROUNDS + 1)][1:]
    counts = {count for pair in rounds for *_, count in pair}
    assert len(counts) == 1, counts
    size = sum(path.stat().st_size for path in store.rglob("*.warc.gz")) / 1e6
    mine = statistics.median(own[0] for _, own in rounds)
    told = [[their[which] / own[which] for their, own in rounds] for which in (0, 1)]
    wall, cpu = (f"{statistics.median(r):.2f} ({min(r):.2f} to {max(r):.2f})" for r in told)
    print(f"{name:26} {counts.pop()} captures, {size:.0f} MB: {mine:.2f} s; times as fast: wall {wall}, CPU {cpu}")


def memory(store: Path) -> float:
    """Peak MB of a process that does nothing else."""
    done = subprocess.run([sys.executable, __file__, "--peak", store], capture_output=True, text=True, check=True)
    return float(done.stdout)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--peak", type=Path, help="only index this store, and say how much memory it took")
    asked = arguments.parse_args()
    if asked.peak:
        with empty() as catalog:
            ours(asked.peak, catalog)
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        return
    kinds = [
        ("30 kB gzip", 4500, True, 0), ("300 kB gzip", 45_000, True, 0), ("30 kB plain", 4500, False, 0),
        ("30 kB gzip, nine 304 each", 4500, True, 9),
    ]  # fmt: skip
    for name, words, coded, revisits in kinds:
        with tempfile.TemporaryDirectory() as folder:
            fill(Path(folder), 1, 120_000_000 if words > 10_000 else 60_000_000, words, coded=coded, revisits=revisits)
            compare(name, Path(folder))
    for size in (60_000_000, 256_000_000):
        with tempfile.TemporaryDirectory() as folder:
            fill(Path(folder), 1, size, 4500, coded=True, revisits=9)
            print(f"peak RSS {memory(Path(folder)):.0f} MB for a file of {size // 10**6} MB")


if __name__ == "__main__":
    main()
