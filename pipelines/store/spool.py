"""The spool: a folder of one writer, with one appended WARC file per epoch.

    <prefix>-<timestamp17>-<serial>-<worker>.warc.gz.open    written to now
    <prefix>-<timestamp17>-<serial>-<worker>.warc.gz         sealed, waits for upload
    quarantine/                                              torn tails and damaged places, kept for people

Nothing is ever appended to a file of an earlier process: it is mended, cut at its last whole member, and sealed.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import random
import re
import secrets
import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, BinaryIO, Self

from pipelines.crashpoint import crashpoint
from pipelines.errors import SpoolLocked, StoppressError
from pipelines.gzipping import marked, new_mark
from pipelines.warc import Record, member

from .disk import make_folders, sync_folder
from .warcs import OPEN

PREFIX = "stoppress"
NAME = re.compile(PREFIX + r"-[0-9]{17}-[0-9]{5}-[^-]+\.warc\.gz")
PATIENCE = 5.0  # seconds for those who only look at a lock; each takes some microseconds
AT_ONCE = 4 * 2**20  # bytes that one write takes; each write alone would make this thread wait for the others


def worker_name(folder: Path) -> str:
    """The name of this spool's writer, the same after a restart, safe in a file name and without a dash."""
    path = folder / "worker"
    name = path.read_text().strip() if path.exists() else ""
    if not name:
        host = re.sub(r"[^A-Za-z0-9.]", "_", socket.gethostname())[:40] or "host"
        name = f"{host}_{secrets.token_hex(4)}"
        with path.with_suffix(".new").open("w") as file:  # whole or not at all: its visits are found by it
            file.write(name)
            file.flush()
            os.fsync(file.fileno())
        path.with_suffix(".new").replace(path)
        sync_folder(folder)
    return name


def unwritable(folder: Path, why: object) -> StoppressError:
    return StoppressError(
        f"the spool {folder} cannot be written: {why}; "
        "open this folder to the crawler's user, or name another as [archive] spool"
    )


class SpoolLock:
    """One writer per spool: an flock that dies with its process; the file names the holder."""

    def __init__(self, folder: Path) -> None:
        try:
            make_folders(folder)
            self._file = (folder / "lock").open("a+")
        except OSError as e:
            raise unwritable(folder, e.strerror) from e
        if not _taken(self._file):
            holder = _named(self._file)
            self._file.close()
            raise SpoolLocked(
                f"{folder} is in use by {holder}; "
                "wait until it has ended, or give this crawler another [archive] spool"
            )
        try:
            self._file.truncate(0)
            os.write(self._file.fileno(), str(os.getpid()).encode())  # unbuffered: closing must not fail again
        except OSError as e:
            self._file.close()
            raise StoppressError(
                f"the spool {folder} cannot be written: {e.strerror}; make room there, "
                "or name another folder as [archive] spool"
            ) from e

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


def holder(folder: Path) -> str:
    """Who writes to this spool now, empty if nobody. Nothing is written, and no writer that starts now is kept out."""
    try:
        with (folder / "lock").open() as file:
            return "" if _flock(file, fcntl.LOCK_SH) else _named(file)
    except FileNotFoundError:
        return ""


def _taken(file: IO[str]) -> bool:
    """Who only looks has a lock too, that others can share, and lets go at once: such a one is waited for."""
    end = time.monotonic() + PATIENCE
    while not _flock(file, fcntl.LOCK_EX):
        if not _flock(file, fcntl.LOCK_SH) or time.monotonic() > end:
            return False
        fcntl.flock(file, fcntl.LOCK_UN)
        time.sleep(random.uniform(0.005, 0.05))  # noqa: S311  no secret; two that start at once must not go in step
    return True


def _flock(file: IO[str], how: int) -> bool:
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _named(file: IO[str]) -> str:
    file.seek(0)
    number = file.read().strip()
    return f"process {number}" if number else "another process"


class Epoch:
    """One open spool file. ``append`` buffers, ``commit`` makes durable, ``seal`` ends it for good."""

    def __init__(self, folder: Path, name: str, opened: datetime, first: Callable[[str], Record]) -> None:
        self.name = name
        self.opened = opened
        self._path = folder / (name + OPEN)
        self._file: BinaryIO = self._path.open("xb")
        self._waiting: list[bytes] = []
        self._mark = new_mark()
        self.size = self._written = self.durable = 0
        try:
            self.append(first(name))
            self.commit()
            sync_folder(folder)
        except OSError:
            self.abandon()
            with contextlib.suppress(OSError):  # nobody was told of anything in it
                self._path.unlink()
            raise

    def append(self, record: Record) -> tuple[int, int]:
        """Write one member; returns its (offset, length) in this file."""
        return self.append_member(member(record))

    def append_member(self, data: bytes) -> tuple[int, int]:
        offset, data = self.size, marked(data, self._mark)
        self._waiting.append(data)
        self.size += len(data)
        if self.size - self._written > AT_ONCE:
            self._write()
        return offset, len(data)

    def commit(self) -> None:
        """Everything appended so far is on disk when this returns; OSError means: abandon this file."""
        if self.durable < self.size:
            self._write()
            crashpoint("before_fsync")
            os.fsync(self._file.fileno())
            crashpoint("after_fsync")
            self.durable = self.size

    def _write(self) -> None:
        self._file.write(b"".join(self._waiting))
        self._file.flush()
        crashpoint("after_spool_write")
        self._waiting.clear()
        self._written = self.size

    def seal(self) -> Path:
        """No more appending; the file takes its final name in the spool."""
        self.commit()
        self._file.close()
        return seal_name(self._path)

    def abandon(self) -> None:
        """After a failed write or fsync: keep what was durable, and never trust this descriptor again.

        The kernel may forget the error after reporting it once (PostgreSQL's lesson of 2018).
        """
        with contextlib.suppress(OSError):  # closing first: it would write what is still buffered behind the cut
            self._file.close()
        with contextlib.suppress(OSError):  # if this fails too, recovery cuts the tail at the next start
            os.truncate(self._path, self.durable)

    def salvage(self) -> Path:
        """After ``abandon``, with the disk well again: what was durable, sealed.

        By another descriptor: the cut, too, is durable before the file has its final name.
        """
        with self._path.open("r+b") as file:
            file.truncate(self.durable)
            file.flush()
            os.fsync(file.fileno())
        return seal_name(self._path)

    def leave(self) -> None:
        """Close without sealing: recovery seals the file at the next start, and tells the catalog of its rows."""
        with contextlib.suppress(OSError):
            self._file.close()


def seal_name(path: Path) -> Path:
    sealed = path.with_name(path.name.removesuffix(OPEN))
    path.rename(sealed)
    sync_folder(path.parent)
    return sealed


def used(folder: Path) -> int:
    """Bytes of WARC in the spool."""
    return sum(map(_size, folder.glob("*.warc.gz*")))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:  # the uploader has freed it since it was listed
        return 0


def file_name(now: datetime, serial: int, worker: str) -> str:
    stamp = now.astimezone(UTC)
    return f"{PREFIX}-{stamp:%Y%m%d%H%M%S}{stamp.microsecond // 1000:03d}-{serial:05d}-{worker}.warc.gz"


def sealed(folder: Path) -> list[Path]:
    """Files that wait for the store, oldest first; what others put into the folder is left alone."""
    return sorted(path for path in folder.glob("*.warc.gz") if _ours(path, path.name))


def left_open(folder: Path) -> list[Path]:
    """Files that a dead process was writing to, oldest first."""
    return sorted(path for path in folder.glob(f"*{OPEN}") if _ours(path, path.name.removesuffix(OPEN)))


def _ours(path: Path, name: str) -> bool:
    """Of a spool file's form, and a file; a name with a month 99 no crawler has given."""
    if not NAME.fullmatch(name) or not path.is_file():
        return False
    try:
        datetime.strptime(name.split("-")[1][:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return False
    return True


def overdue(opened: datetime, size: int, now: datetime, *, roll_size: int, roll_age: timedelta) -> bool:
    """Seal by size or age, whichever comes first: retrieval must not wait for a full file."""
    return size >= roll_size or now - opened >= roll_age
