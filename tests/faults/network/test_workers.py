"""A page that kills, fills or blocks the process that reads it costs its own reading, nobody else's."""

from __future__ import annotations

import asyncio
import multiprocessing
import resource
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime

import pytest

from pipelines import workers
from pipelines.model import Unreadable, Version
from tests.servers.raw_http import page

from .answers import FIRST, live

URL = "https://news.example.org/live"
SLOW = page(live(range(4000, 0, -1)))  # takes its reader about a second
GOOD = page(FIRST)


def read_while_workers_die(deaths: int, *blocks: bytes) -> list[Version | Unreadable]:
    """All blocks by one worker; ``deaths`` times the worker of the moment is killed while it has work."""

    async def reading() -> list[Version | Unreadable]:
        pool = workers.Workers(1)
        at = datetime.now(UTC)
        asked = [asyncio.ensure_future(pool.read(block, URL, at)) for block in blocks]
        dead: set[int | None] = set()
        for _ in range(deaths):
            while not (born := [c for c in multiprocessing.active_children() if c.pid not in dead]):
                await asyncio.sleep(0.01)
            for child in born:
                child.kill()
            dead |= {child.pid for child in born}
        try:
            return await asyncio.gather(*asked)
        finally:
            pool.close()

    return asyncio.run(reading())


def test_a_page_that_kills_its_reader_costs_no_other_page_its_reading() -> None:
    found = read_while_workers_die(2, SLOW, GOOD, GOOD)

    assert isinstance(found[0], Unreadable)
    assert found[0].reading == "extract-failed"
    assert [type(version) for version in found[1:]] == [Version, Version]


def test_a_page_whose_reader_died_of_another_is_read_again() -> None:
    found = read_while_workers_die(1, SLOW, GOOD)

    assert [type(version) for version in found] == [Version, Version]


def test_a_page_that_blocks_its_reader_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "TIME_LIMIT", 0.001)

    [found] = read_while_workers_die(0, SLOW)

    assert isinstance(found, Unreadable)
    assert (found.reading, "took longer" in found.detail) == ("extract-failed", True)


def _grow(size: int) -> int:
    return len(bytearray(size))


def test_a_reader_cannot_take_more_memory_than_its_limit() -> None:
    with ProcessPoolExecutor(
        1, mp_context=multiprocessing.get_context("spawn"), initializer=workers._limit
    ) as pool:  # fmt: skip
        limit = pool.submit(resource.getrlimit, resource.RLIMIT_AS).result()
        with pytest.raises(MemoryError):
            pool.submit(_grow, workers.MEMORY_LIMIT).result()

    assert limit == (workers.MEMORY_LIMIT, workers.MEMORY_LIMIT)
