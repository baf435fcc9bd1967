"""Where worker processes come from: one that has imported the reader, and read a page, is forked for each.

Only the first would wait for the imports otherwise, but so would each that takes the place of a dead or old one, and
the pages that wait for it miss their turns. Not forked from the crawler itself, which has threads.
"""

from __future__ import annotations

import multiprocessing
import signal
from multiprocessing import forkserver

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["pipelines.read_once"])


def begin() -> None:
    """Start it now, so that it is ready when the first answer comes; without, the first worker starts it.

    Ctrl-C is not for it: it goes when this process does.
    """
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        forkserver.ensure_running()
    except OSError:  # no process can be had now: the first page to be read says so
        pass
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
