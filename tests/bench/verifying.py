"""``verify --deep`` on one WARC file beside FastWARC's own verifying loop, in turn, in one process.

PYTHONPATH=. python tests/bench/verifying.py            # makes its own files: gzip-coded pages, then plain ones
"""

from __future__ import annotations

import gzip
import hashlib
import multiprocessing
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from fastwarc.warc import ArchiveIterator

from pipelines import warc
from pipelines.model import Exchange
from pipelines.store.every_byte import read_through
from pipelines.store.objects import sha256_of
from pipelines.store.quickly import quickly

ROUNDS = 7
FILES = 8  # for each of two processes
NOON = datetime(2026, 1, 3, 12, tzinfo=UTC)


def pages(words: int, *, coded: bool) -> Iterator[Exchange]:
    chance = random.Random(1)
    known = [f"w{chance.randrange(1 << 20):x}" for _ in range(3000)]
    for n in range(10_000):
        body = " ".join(chance.choices(known, k=words)).encode()
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
        if coded:
            body, head = gzip.compress(body, 6), head + b"Content-Encoding: gzip\r\n"
        yield Exchange(
            url=f"http://news.test/{n}", started=NOON, request=b"GET / HTTP/1.1\r\nHost: news.test\r\n\r\n",
            response=head + b"Content-Length: %d\r\n\r\n" % len(body) + body, status=200, fidelity="wire",
        )  # fmt: skip


def fill(path: Path, size: int, words: int, *, coded: bool) -> None:
    with path.open("wb") as file:
        for made in pages(words, coded=coded):
            kept = warc.exchange_records(made, record_id=warc.new_id(), visit_id=None, role="page", original=None)
            about = warc.visit_record(warc.new_id()[9:], {"detail": "x" * 400}, NOON, None)
            file.writelines(warc.member(record) for record in (*kept.records, about))
            if file.tell() > size:
                return


def fastwarc(path: Path) -> None:
    """As its own ``fastwarc check -p`` does it."""
    for record in ArchiveIterator(str(path), parse_http=False, inplace=True, fsspec_args=False):
        assert record.verify_block_digest(not record.is_http)
        if "WARC-Payload-Digest" in record.headers:
            record.parse_http()
            assert record.verify_payload_digest(True)


def ours(path: Path, expected: str) -> None:
    with path.open("rb") as file:
        assert quickly(file, {}, expected)


def thorough(path: Path) -> None:
    """What a file gets in which something is wrong, and one that waits in the spool."""
    with path.open("rb") as file:
        assert not read_through(file, {}).damages


def several(path: Path, expected: str) -> None:
    for _ in range(FILES):
        ours(path, expected)


def hashing(megabytes: int) -> None:
    """What the machine itself has to give: no code of ours, no file."""
    block = bytes(1 << 20)
    for _ in range(megabytes):
        hashlib.sha256(block).digest()


def two(work: Callable[..., None], *of: object) -> float:
    """How many times as much two processes do in the same time: started first, then each the same."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        list(pool.map(work, *([one] * 2 for one in of)))  # both are awake
        alone, both = (_wall(lambda count=count: list(pool.map(work, *([one] * count for one in of))))
                       for count in (1, 2))  # fmt: skip
    return 2 * alone / both


def _wall(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def taken(work: Callable[[], object]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        kinds = [("30 kB gzip", 4500, True), ("300 kB gzip", 45_000, True), ("30 kB plain", 4500, False)]
        for name, words, coded in kinds:
            path = Path(folder) / "file.warc.gz"
            fill(path, 60_000_000, words, coded=coded)
            expected = f"sha256:{sha256_of(path)}"
            works = (partial(fastwarc, path), partial(ours, path, expected), partial(thorough, path))
            rounds = [[taken(work) for work in works] for _ in range(ROUNDS + 1)][1:]
            speed = path.stat().st_size / 1e6 / statistics.median(theirs[0] for theirs, *_ in rounds)
            for who, place in (("ours", 1), ("thorough", 2)):
                told = [[one[0][which] / one[place][which] for one in rounds] for which in (0, 1)]
                wall, cpu = (f"{statistics.median(r):.2f} ({min(r):.2f} to {max(r):.2f})" for r in told)
                print(f"{name:12} FastWARC {speed:4.0f} MB/s   {who}, ratio of wall {wall}, of CPU {cpu}")
            pairs = [(two(several, path, expected), two(hashing, 400)) for _ in range(3)]
            each = ", ".join(f"{mine:.2f} ({bare:.2f})" for mine, bare in pairs)
            print(f"{name:12} two processes do as much as one, times (hashing alone just after it): {each}")
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        fill(path, 256_000_000, 45_000, coded=True)
        ours(path, f"sha256:{sha256_of(path)}")
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        print(f"peak RSS {before / 1024:.0f} MB after files of 60 MB, {grown / 1024:.0f} MB more after one of 256 MB")


if __name__ == "__main__":
    main()
