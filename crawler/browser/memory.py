"""How much memory a page may take: its process is looked at, and ended when it has more.

Scripts have a heap of bounded size, but what they keep outside of it (buffers, nodes) has no limit of Chromium's own:
one page could take the machine. Where there is no /proc this does nothing, and the service manager's limit is the last.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.async_api import CDPSession

log = logging.getLogger(__name__)
MOST = 2 * 2**30  # bytes resident in one process; ordinary pages have 0.2
EVERY = 0.25  # seconds: buffers can grow by a gigabyte in one
_PAGE = os.sysconf("SC_PAGE_SIZE")
_PROC = Path("/proc")


async def end_the_greedy(session: CDPSession) -> None:
    """Until it is cancelled; it fails when the browser is gone. A page whose process is ended has crashed."""
    while _PROC.exists():
        told: dict[str, Any] = await session.send("SystemInfo.getProcessInfo")
        for pid in greedy(int(one["id"]) for one in told["processInfo"] if one["type"] == "renderer"):
            log.warning("a page took more than %d MiB and was ended", MOST // 2**20)
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        await asyncio.sleep(EVERY)


def greedy(pids: Iterable[int], most: int = MOST) -> list[int]:
    return [pid for pid in pids if resident(pid) > most]


def resident(pid: int) -> int:
    """Bytes; 0 for a process that is gone, or where nobody can tell."""
    try:
        return int((_PROC / str(pid) / "statm").read_text().split()[1]) * _PAGE
    except (OSError, ValueError, IndexError):
        return 0
