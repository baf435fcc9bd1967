"""Processes for the CPU's work. A page that kills or blocks its worker costs one reading, never the visit."""

from __future__ import annotations

import asyncio
import logging
import resource
import signal
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, TypeVar
from zlib import crc32

from . import forking
from .extract.memory import Memory
from .extract.requisites import Requisite
from .extract.whole import Look
from .model import Answer, Unreadable, Version
from .reading import look, read, read_whole, requisites

log = logging.getLogger(__name__)
Told = TypeVar("Told")
TIME_LIMIT = 60.0  # seconds for one page; ordinary ones take 0.05
MEMORY_LIMIT = 4 * 2**30  # bytes of address space for one worker
PATIENCE = 2  # pages that may wait more for a page's own worker than for another
PAGES_PER_WORKER = 2000  # then it is replaced: lxml keeps some memory for ever


@dataclass(slots=True, eq=False)
class _Lane:
    """One process, and how many pages wait for it."""

    pool: ProcessPoolExecutor | None = None
    waiting: int = 0
    opening: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def open(self) -> ProcessPoolExecutor:
        async with self.opening:
            if self.pool is None:
                self.pool = await asyncio.to_thread(_open)
            return self.pool

    def drop(self, pool: ProcessPoolExecutor) -> None:
        if self.pool is pool:
            self.pool = None
            forking.kill(pool)


class Workers:
    """Extraction processes that are replaced when they die. A page goes to the one that has read it before.

    For one event loop.
    """

    def __init__(self, count: int) -> None:
        self._lanes = [_Lane() for _ in range(count)]
        self._alone = asyncio.Lock()
        self._closing = threading.Lock()

    async def read(self, block: bytes, url: str, at: datetime) -> Version | Unreadable:
        """``reading.read`` in a worker; a dead or stuck worker is ``extract-failed``.

        With a worker all pages go down that waited for it: each of them is read once more, alone, so that only the
        one that did it fails.
        """
        return await self._do(url, read, block, url, at)

    async def look(self, answer: Answer, first: str | None = None, beside: Answer | None = None) -> Look:
        """``reading.look`` in the same way."""
        told = await self._do(answer.url, look, answer, first, beside)
        return Look(answer.url, told) if isinstance(told, Unreadable) else told

    async def read_whole(self, answers: Sequence[Answer]) -> Version | Unreadable:
        """``reading.read_whole`` in the same way."""
        return await self._do(answers[0].url, read_whole, answers)

    async def requisites(self, answer: Answer) -> list[Requisite]:
        """``reading.requisites`` in the same way; none where the worker does not come back."""
        told = await self._do(answer.url, requisites, answer)
        return [] if isinstance(told, Unreadable) else told

    async def _do(self, url: str, act: Callable[..., Told], *given: Any) -> Told | Unreadable:
        lane = self._lane(url)
        lane.waiting += 1
        try:
            return await self._mended(lane, url, act, *given)
        except OSError as e:  # no descriptors, processes or memory now; at the next visit there may be
            if lane.pool:
                lane.drop(lane.pool)
            return _failed(url, f"no process can be started for the extraction: {e}")
        finally:
            lane.waiting -= 1

    def _lane(self, url: str) -> _Lane:
        """The page's own, unless too many wait for it: what it remembers saves less than waiting costs."""
        own = self._lanes[crc32(url.encode("utf-8", "replace")) % len(self._lanes)]
        free = min(self._lanes, key=lambda lane: lane.waiting)
        return own if own.waiting <= free.waiting + PATIENCE else free

    async def _mended(self, lane: _Lane, url: str, act: Callable[..., Told], *given: Any) -> Told | Unreadable:
        pool = await lane.open()
        try:
            return await _done(pool, url, act, *given)
        except BrokenProcessPool:
            lane.drop(pool)
        except TimeoutError:
            lane.drop(pool)
            return _failed(url, f"the extraction took longer than {TIME_LIMIT:g} s")
        async with self._alone:
            own = await asyncio.to_thread(_open)
            try:
                return await _done(own, url, act, *given)
            except BrokenProcessPool:
                return _failed(url, "the extraction process died")
            except TimeoutError:
                return _failed(url, f"the extraction took longer than {TIME_LIMIT:g} s")
            finally:
                forking.kill(own)

    def close(self) -> None:
        """Wait for what is at work; a process that is still beginning reads its page, and goes with ours.

        Also from two threads at once, for a crawl that is told to stop twice closes twice: one pool shut down by two
        threads closes its pipes twice, the second time perhaps somebody else's file.
        """
        with self._closing:
            for lane in self._lanes:
                if lane.pool:
                    lane.pool.shutdown(wait=True, cancel_futures=True)
                    lane.pool = None


def _open() -> ProcessPoolExecutor:
    """With its process, for which it takes a second when that is the first: not for the event loop."""
    context = forking.context()
    pool = ProcessPoolExecutor(1, mp_context=context, initializer=_limit, max_tasks_per_child=PAGES_PER_WORKER)
    pool.submit(_memory)
    return pool


async def _done(pool: ProcessPoolExecutor, url: str, act: Callable[..., Told], *given: Any) -> Told | Unreadable:
    """BrokenProcessPool or TimeoutError if the worker does not come back."""
    asked = asyncio.wrap_future(pool.submit(_remembering, act, *given))  # OSError: no process can be started
    try:
        async with asyncio.timeout(TIME_LIMIT):  # wait_for of 3.11 forgets a Ctrl-C that meets the result
            return await asked
    except (BrokenProcessPool, TimeoutError):
        raise
    except Exception as e:
        log.exception("extraction of %s failed", url)
        return Unreadable(reading="extract-failed", detail=f"{type(e).__name__}: {e}")


def _remembering(act: Callable[..., Told], *given: Any) -> Told:
    """In the worker, which lives for many pages."""
    return act(*given, memory=_memory())


@cache
def _memory() -> Memory:
    return Memory()


def _failed(url: str, why: str) -> Unreadable:
    log.error("%s: %s; the capture is kept and can be read later", url, why)
    return Unreadable(reading="extract-failed", detail=why)


def _limit() -> None:
    """In the worker: bounded memory, Ctrl-C is the parent's business, and its death is ours too."""
    forking.follow_parent()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
