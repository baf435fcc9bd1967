"""What is behind an error of SQLite, where its own words do not say it: who holds the file, and which disk is full."""

from __future__ import annotations

import errno
import sqlite3
import tempfile
from pathlib import Path

_HELD = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_NEEDED = 1 << 16  # bytes: what SQLite's first steps in a log take, and more


def next_step(error: BaseException | None, path: Path) -> str | None:
    """What to do about it; None: this error says itself what is wrong. PostgreSQL's have no such code."""
    code = getattr(getattr(error, "orig", error), "sqlite_errorcode", None)
    if code is None:
        return None
    if code & 0xFF in _HELD:
        return (
            f"another process is writing to {path} and does not come to an end: a command of Stoppress, a backup, or a "
            f"program that somebody has opened it with (fuser {path} names it). End that, then run this again"
        )
    if code & 0xFF == sqlite3.SQLITE_FULL or _is_full(path.parent):
        return f"the disk of {path.parent} is full; make room there, then run this again"
    return None


def _is_full(folder: Path) -> bool:
    """Tried, as quotas and limits of a process show in no figure. SQLite may call it an I/O error."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(bytes(_NEEDED))
    except OSError as e:
        return e.errno in _NO_ROOM
    return False
