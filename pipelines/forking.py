"""Where worker processes come from: one that has imported the reader, and read a page, is forked for each.

Else each would import by itself, also one that takes the place of a dead or old one, and the pages that wait for it
miss their turns. Not forked from the crawler, which has threads; nor begun with it, when its first requests go out.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import forkserver, resource_tracker
from multiprocessing.context import BaseContext

_FORKING = multiprocessing.get_context("forkserver")
_FORKING.set_forkserver_preload(["pipelines.read_once"])


def begin() -> bool:
    """Start it, unless it is there; False: it cannot be had.

    Ctrl-C is not for it: it goes when this process does.
    """
    try:
        with deaf_to_ctrl_c():
            forkserver.ensure_running()
    except OSError:  # no process, or no directory for its socket
        return False
    return True


@contextmanager
def deaf_to_ctrl_c() -> Iterator[None]:
    """For starting a process that goes when this one does. OSError: none can be started."""
    resource_tracker.ensure_running()  # first, as its start lets Ctrl-C through again
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def context() -> BaseContext:
    """What a worker is started by; where there is nothing to fork from it imports by itself."""
    return _FORKING if begin() else multiprocessing.get_context("spawn")


def follow_parent() -> None:
    """In a worker: a parent that was killed must not leave it behind, waiting for work for ever."""
    threading.Thread(target=_follow, daemon=True).start()


def _follow() -> None:
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
        os._exit(1)


def kill(pool: ProcessPoolExecutor) -> None:
    """End a pool that may hang, and wait for nobody."""
    for process in list((pool._processes or {}).values()):
        process.kill()
    pool.shutdown(wait=False, cancel_futures=True)
