"""Where a test may kill this process: ``STOPPRESS_CRASH_AT=after_fsync:3`` ends it at the third passing.

Without the variable a point does nothing. As with any SIGKILL, nothing is closed, flushed or told.
"""

from __future__ import annotations

import os
import signal
from functools import cache


def crashpoint(name: str) -> None:
    """A boundary of the write order; tests/crash/ has a kill for each."""
    aim = _aim()
    if name not in aim:
        return
    aim[name] -= 1
    if aim[name] == 0:
        os.kill(os.getpid(), signal.SIGKILL)


@cache
def _aim() -> dict[str, int]:
    """The point and how many times it is still to be passed, the last one included; empty in production."""
    name, _, hits = os.environ.get("STOPPRESS_CRASH_AT", "").partition(":")
    return {name: int(hits or 1)} if name else {}
