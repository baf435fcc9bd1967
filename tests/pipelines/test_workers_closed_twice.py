"""Worker processes that two threads close at once: each pool is shut down by one of them, and both wait for it."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

from pipelines.workers import Workers


class Pool:
    """In place of a pool of processes: how often it was shut down, and whether that is over."""

    def __init__(self) -> None:
        self.begun, self.over = 0, threading.Event()

    def shutdown(self, **_: Any) -> None:
        self.begun += 1
        time.sleep(0.2)
        self.over.set()


def test_two_threads_that_close_shut_each_pool_down_once_and_both_wait() -> None:
    workers, pool = Workers(1), Pool()
    workers._lanes[0].pool = cast("Any", pool)
    together = threading.Barrier(2)

    def close() -> bool:
        together.wait(10)
        workers.close()
        return pool.over.is_set()

    with ThreadPoolExecutor(2) as threads:
        ends = [threads.submit(close) for _ in range(2)]

    assert [end.result() for end in ends] == [True, True]
    assert pool.begun == 1
