"""A folder for what is being made, in TMPDIR: gone when the work ends, however it ends.

An exception or Ctrl-C: removed on the way out. SIGTERM: the same, it ends the process as an exception would. SIGKILL:
removed by the next run, which can tell by a lock that its process is dead.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import stat
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

_PREFIX = "stoppress-{}-"


@contextmanager
def scratch(name: str) -> Iterator[Path]:
    """``name``: what is being made; the folder is ``stoppress-<name>-...``."""
    remove_dead(name)
    with ended_by_sigterm():
        folder, lock = _made(_PREFIX.format(name))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)


def _made(prefix: str) -> tuple[Path, int]:
    while True:  # whoever looks for dead ones in this very moment may take it before it is locked
        folder = Path(tempfile.mkdtemp(prefix=prefix))
        with suppress(OSError):
            return folder, _locked(folder)


def _locked(folder: Path) -> int:
    """A lock that dies with this process, whatever its id was; OSError: another one has it."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not os.path.samestat(folder.stat(), os.fstat(handle)):
            raise FileNotFoundError(folder)
    except OSError:
        os.close(handle)
        raise
    return handle


def remove_dead(name: str) -> None:
    """What killed runs have left, of this user alone: everybody's drafts lie in one place as a rule."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX.format(name)}*"):
        with suppress(OSError):
            facts = folder.lstat()
            if stat.S_ISDIR(facts.st_mode) and facts.st_uid == os.geteuid():
                handle = _locked(folder)
                shutil.rmtree(folder, ignore_errors=True)
                os.close(handle)


@contextmanager
def ended_by_sigterm() -> Iterator[None]:
    """SystemExit with a shell's status for it, once; where somebody else has a say in signals, it stays theirs."""
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGTERM) != signal.SIG_DFL:
        yield
        return

    def end(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # the way out must not be left half way
        raise SystemExit(128 + number)

    signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
