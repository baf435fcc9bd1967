"""Worker processes with many pages: what two do beside one, and what one holds."""

from __future__ import annotations

import asyncio
import multiprocessing
import statistics
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from pipelines import workers
from pipelines.reading import read
from tests.bench.saved_pages import Page, made

PAGES = 40  # in one measurement of workers
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"


def two_beside_one(rounds: int = 3) -> str:
    """How many times as many pages two workers read in the same time, of which none is as another."""
    pages = [made(2, 40, 60, seed=number) for number in range(PAGES)]
    ratios = [asyncio.run(_wall(1, pages)) / asyncio.run(_wall(2, pages)) for _ in range(rounds)]
    return f"two workers beside one: {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"


async def _wall(count: int, pages: Sequence[Page]) -> float:
    pool = workers.Workers(count)
    try:
        for number in range(4 * count):  # all are awake
            await pool.read(HEAD + pages[0].html, f"{pages[0].url}/wake/{number}", pages[0].at)
        begun = time.perf_counter()
        await asyncio.gather(*(pool.read(HEAD + p.html, f"{p.url}/{n}", p.at) for n, p in enumerate(pages)))
        return time.perf_counter() - begun
    finally:
        pool.close()


def held(count: int) -> Iterator[str]:
    """RSS of one process, in megabytes, as it reads pages of which none is as another."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context, initializer=workers._limit) as pool:
        for begin in range(0, count, max(1, count // 10)):
            end = min(count, begin + max(1, count // 10))
            rss, kept = pool.submit(_read, begin, end).result()
            yield f"after {end:5} pages: RSS {rss:.1f} MB, remembered {kept:.1f} MB"


def _read(begin: int, end: int) -> tuple[float, float]:
    """Every page is met twice, with an update more the second time, as a crawler meets it."""
    for number in range(begin, end):
        page = made(number // 2, 12 + number % 2, 60, seed=number // 2)
        workers._remembering(read, HEAD + page.html, f"{page.url}/{number // 2}", page.at)
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * 4096 / 1e6, workers._memory().size / 1e6
