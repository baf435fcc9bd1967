"""Many small jobs of many callers, dealt with together by one thread: one transaction or fsync instead of many."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from .promise import Promise

T = TypeVar("T")
R = TypeVar("R")
GROUP_LIMIT = 256  # jobs in one group; beyond it memory grows and nothing is won
LINGER = 0.02  # seconds in which the first job of a group waits for others: a page took longer to come


def gather(jobs: queue.SimpleQueue[T | None], *, patience: float | None = None) -> tuple[list[T], bool]:
    """All that waits, or what comes first within ``patience`` (seconds); (jobs, False) if a None says: the end."""
    group: list[T] = []
    try:
        job = jobs.get(timeout=patience)
        if job is not None:
            time.sleep(LINGER)
        while job is not None:
            group.append(job)
            if len(group) >= GROUP_LIMIT:
                return group, True
            job = jobs.get_nowait()
    except queue.Empty:
        return group, True
    return group, False


class Grouping(Generic[T, R]):
    """``act`` is given whole groups and answers in their order; if it raises, it is given each member alone."""

    def __init__(self, act: Callable[[list[T]], list[R]], name: str) -> None:
        self._act = act
        self._jobs: queue.SimpleQueue[tuple[T, Promise[R]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def put(self, item: T) -> Promise[R]:
        """The promise gives what ``act`` made of it, or raises what it raised for this one."""
        done: Promise[R] = Promise()
        self._jobs.put((item, done))
        return done

    def close(self) -> None:
        """Deal with what waits, then end the thread."""
        self._jobs.put(None)
        self._thread.join()

    def _run(self) -> None:
        going = True
        while going:
            jobs, going = gather(self._jobs)
            if jobs:
                self._answer(jobs)

    def _answer(self, jobs: list[tuple[T, Promise[R]]]) -> None:
        try:
            results = self._act([item for item, _ in jobs])
        except BaseException as e:  # noqa: BLE001 - its callers are told; the thread must outlive it
            if len(jobs) == 1:
                jobs[0][1].set_exception(e)
                return
            for job in jobs:
                self._answer([job])
            return
        for (_, done), result in zip(jobs, results, strict=True):
            done.set_result(result)
