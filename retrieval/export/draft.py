"""A file that is there when it is whole: written beside its place, fsynced, and only then given its name.

Whatever ends the work before leaves nothing behind (SIGKILL: a hidden file that ends with ``.part``, never the name).
"""

from __future__ import annotations

import errno
import hashlib
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from pipelines.errors import StoppressError
from pipelines.scratch import ended_by_sigterm
from pipelines.store.disk import sync_folder

_PIECE = 1 << 20
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK}  # file systems without hard links


class Draft:
    """The file while it is written. It is written from its start, may be looked back into, and may be begun again."""

    def __init__(self, target: Path, file: BinaryIO) -> None:
        self._target, self._file = target, file

    def write(self, data: Any, /) -> int:
        with _told(self._target):
            return self._file.write(data)

    def tell(self) -> int:
        return self._file.tell()

    def seek(self, offset: int, whence: int = 0) -> int:
        with _told(self._target):  # what was buffered is written first
            return self._file.seek(offset, whence)

    def seekable(self) -> bool:
        return True

    def flush(self) -> None:
        with _told(self._target):
            self._file.flush()

    def begin_again(self) -> None:
        with _told(self._target):
            self._file.seek(0)
            self._file.truncate()

    def finish(self) -> tuple[int, str]:
        """All of it is on the disk: its size in bytes, and its SHA-256."""
        with _told(self._target):
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.seek(0)
            digest = hashlib.sha256()
            while piece := self._file.read(_PIECE):
                digest.update(piece)
            return self._file.tell(), digest.hexdigest()


@contextmanager
def draft(target: Path, *, force: bool) -> Iterator[Draft]:
    """``target`` has the name when the block ends, if nothing is raised in it.

    StoppressError: something has that name already and there is no ``force``, or it cannot be written there.
    """
    _refuse_what_is_there(target, force)
    path = target.parent / f".stoppress-export-{uuid.uuid4().hex}.part"
    with ended_by_sigterm():
        try:
            with _opened(path, target) as file:
                yield Draft(target, file)
            with _told(target):
                _name(path, target, force)
                sync_folder(target.parent)
        finally:
            with suppress(OSError):
                path.unlink(missing_ok=True)


@contextmanager
def _opened(path: Path, target: Path) -> Iterator[BinaryIO]:
    with _told(target):
        file = path.open("x+b", buffering=_PIECE)
    try:
        yield file
    finally:
        with suppress(OSError):  # what could not be written was told when it was, or in ``finish``
            file.close()


def _refuse_what_is_there(target: Path, force: bool) -> None:
    with _told(target):
        there = os.path.lexists(target)
        plain = target.is_file()
    if there and not plain:
        raise StoppressError(f"{target} is there and is no file; name another with -o")
    if there and not force:
        raise StoppressError(f"{target} is there already; name another with -o, or replace it with --force")


def _name(path: Path, target: Path, force: bool) -> None:
    if force:
        path.replace(target)
        return
    try:
        os.link(path, target)  # unlike a rename it replaces nothing, not even what came in the meantime
    except FileExistsError as e:
        raise StoppressError(
            f"{target} was made by somebody else meanwhile; name another with -o, or replace it with --force"
        ) from e
    except OSError as e:
        if e.errno not in _NO_LINKS:
            raise
        _refuse_what_is_there(target, force)
        path.rename(target)


@contextmanager
def _told(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as e:
        raise StoppressError(f"{target} cannot be written: {e.strerror or e}; name another with -o") from e
