"""Processes for the CPU's work. A page that kills or blocks its worker costs one reading, never the visit."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import resource
import signal
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from datetime import datetime
from typing import Any, TypeVar

from .extract.whole import Look
from .model import Unreadable, Version
from .reading import Answer, look, read, read_whole

log = logging.getLogger(__name__)
Told = TypeVar("Told")
TIME_LIMIT = 60.0  # seconds for one page; ordinary ones take 0.05
MEMORY_LIMIT = 4 * 2**30  # bytes of address space for one worker
PAGES_PER_WORKER = 2000  # then it is replaced: lxml keeps some memory for ever


class Workers:
    """A pool of extraction processes that mends itself."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._pool: ProcessPoolExecutor | None = None
        self._alone = asyncio.Lock()

    async def read(self, block: bytes, url: str, at: datetime) -> Version | Unreadable:
        """``reading.read`` in a worker; a dead or stuck worker is ``extract-failed``.

        With a worker all pages go down that its pool held: each of them is read once more, alone, so that only the
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

    async def _do(self, url: str, act: Callable[..., Told], *given: Any) -> Told | Unreadable:
        try:
            return await self._mended(url, act, *given)
        except OSError as e:  # no descriptors, processes or memory now; at the next visit there may be
            if self._pool:
                self._drop(self._pool)
            return _failed(url, f"no process can be started for the extraction: {e}")

    async def _mended(self, url: str, act: Callable[..., Told], *given: Any) -> Told | Unreadable:
        pool = self._pool = self._pool or _open(self._count)
        try:
            return await _done(pool, url, act, *given)
        except BrokenProcessPool:
            self._drop(pool)
        except TimeoutError:
            self._drop(pool)
            return _failed(url, f"the extraction took longer than {TIME_LIMIT:g} s")
        async with self._alone:
            own = _open(1)
            try:
                return await _done(own, url, act, *given)
            except BrokenProcessPool:
                return _failed(url, "the extraction process died")
            except TimeoutError:
                return _failed(url, f"the extraction took longer than {TIME_LIMIT:g} s")
            finally:
                kill(own)

    def _drop(self, pool: ProcessPoolExecutor) -> None:
        if self._pool is pool:
            self._pool = None
            kill(pool)

    def close(self) -> None:
        if self._pool:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None


def _open(count: int) -> ProcessPoolExecutor:
    # Not fork: this process has threads. Each worker imports the extractor once.
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(count, mp_context=context, initializer=_limit, max_tasks_per_child=PAGES_PER_WORKER)


async def _done(pool: ProcessPoolExecutor, url: str, act: Callable[..., Told], *given: Any) -> Told | Unreadable:
    """BrokenProcessPool or TimeoutError if the worker does not come back."""
    asked = asyncio.wrap_future(pool.submit(act, *given))  # OSError: no process can be started
    try:
        async with asyncio.timeout(TIME_LIMIT):  # wait_for of 3.11 forgets a Ctrl-C that meets the result
            return await asked
    except (BrokenProcessPool, TimeoutError):
        raise
    except Exception as e:
        log.exception("extraction of %s failed", url)
        return Unreadable(reading="extract-failed", detail=f"{type(e).__name__}: {e}")


def _failed(url: str, why: str) -> Unreadable:
    log.error("%s: %s; the capture is kept and can be read later", url, why)
    return Unreadable(reading="extract-failed", detail=why)


def kill(pool: ProcessPoolExecutor) -> None:
    """End a pool that may hang, and wait for nobody."""
    for process in list((pool._processes or {}).values()):
        process.kill()
    pool.shutdown(wait=False, cancel_futures=True)


def _limit() -> None:
    """In the worker: bounded memory, Ctrl-C is the parent's business, and its death is ours too."""
    threading.Thread(target=_follow_parent, daemon=True).start()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _follow_parent() -> None:
    """A killed crawler must not leave workers behind that wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
        os._exit(1)
