"""The store as a directory: written beside, fsynced, then linked under its name, which never replaces a file."""

from __future__ import annotations

import os
import shutil
import stat
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from pipelines.crashpoint import crashpoint
from pipelines.errors import ObjectExists, ObjectNotFound, StoreUnavailable

from .disk import make_folders, sync_folder
from .objects import Source, Stat, checked_key, checked_prefix, checked_range, is_key, sha256_of

DRAFTS = ".incoming"  # no key: drafts are never listed
_NOT_THERE = (FileNotFoundError, NotADirectoryError, IsADirectoryError)


class LocalStore:
    """A directory on one file system that knows hard links; several processes may write to it at once."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put_if_absent(self, key: str, source: Source) -> Stat:
        target = self._path(key)
        with self._written(key):
            if not target.exists():
                self._link(source, target)
            # Also when somebody else linked it or made its folders: they may not have come as far as this.
            for folder in (folder for folder in target.parents if folder.is_relative_to(self._root)):
                sync_folder(folder)
            sha256 = sha256_of(source)
            if sha256_of(target) != sha256:
                raise ObjectExists(f"{key} exists with other bytes; stored objects are never overwritten")
        return replace(self.stat(key), sha256=sha256)

    def get(self, key: str, start: int = 0, length: int | None = None) -> bytes:
        start, length = checked_range(start, length)
        if length:
            return self._part(key, start, length)
        with self.open(key) as file, self._read(key):
            size = os.fstat(file.fileno()).st_size
            if start > size or (length is None and 0 < start == size):
                raise ObjectNotFound(f"{key} has {size} bytes, none at {start}")
            file.seek(start)
            return b"" if length == 0 else file.read()

    def _part(self, key: str, start: int, length: int) -> bytes:
        """A record: four calls of the system."""
        with self._read(key):
            handle = os.open(f"{self._root}/{checked_key(key)}", os.O_RDONLY | os.O_CLOEXEC)
            try:
                data = os.pread(handle, length, start)
                while len(data) < length and (more := os.pread(handle, length - len(data), start + len(data))):
                    data += more  # one call gives 2 GB at most
                if len(data) == length:
                    return data
                size = os.fstat(handle).st_size
            finally:
                os.close(handle)
        raise ObjectNotFound(f"{key} has {size} bytes, none at {start} to {start + length}")

    def open(self, key: str) -> BinaryIO:
        with self._read(key):
            return self._path(key).open("rb")

    def list(self, prefix: str = "") -> Iterator[Stat]:
        folder = self._root / checked_prefix(prefix).rpartition("/")[0]
        paths = (path.relative_to(self._root).as_posix() for path in folder.rglob("*"))
        for key in sorted(key for key in paths if key.startswith(prefix) and is_key(key)):
            with suppress(ObjectNotFound):  # a folder, or no object of ours and gone since
                yield self.stat(key)

    def stat(self, key: str) -> Stat:
        with self._read(key):
            facts = self._path(key).stat()
        if not stat.S_ISREG(facts.st_mode):
            raise ObjectNotFound(f"{key} is not an object in {self._root}")
        return Stat(key, facts.st_size, datetime.fromtimestamp(facts.st_mtime, UTC))

    def check(self) -> None:
        with self._written("a draft"):
            drafts = self._drafts()
            draft, linked = (drafts / uuid.uuid4().hex for _ in range(2))
            try:
                _write(draft, b"stoppress")
                os.link(draft, linked)
            finally:
                linked.unlink(missing_ok=True)
                draft.unlink(missing_ok=True)

    def now(self) -> datetime | None:
        """By the file system, which may be another machine's."""
        with self._written("a draft"):
            draft = self._drafts() / uuid.uuid4().hex
            try:
                _write(draft, b"")
                return datetime.fromtimestamp(draft.stat().st_mtime, UTC)
            finally:
                draft.unlink(missing_ok=True)

    def give_up_uploads(self, suffix: str) -> int:
        with self._written("a draft"):
            drafts = [path for path in (self._root / DRAFTS).glob("*") if path.name.endswith(suffix)]
            for path in drafts:
                path.unlink(missing_ok=True)
        return len(drafts)

    def close(self) -> None:
        """A directory holds nothing open."""

    def _link(self, source: Source, target: Path) -> None:
        """A name comes into being with all its bytes, or not at all; the first of several writers gives it."""
        make_folders(target.parent)
        draft = self._drafts() / f"{uuid.uuid4().hex}-{target.name[-200:]}"  # whose it is can be told by its end
        try:
            _write(draft, source)
            crashpoint("mid_put")
            with suppress(FileExistsError):
                os.link(draft, target)
        finally:
            draft.unlink(missing_ok=True)

    def _drafts(self) -> Path:
        folder = self._root / DRAFTS
        make_folders(folder)
        return folder

    def _path(self, key: str) -> Path:
        return self._root / checked_key(key)

    @contextmanager
    def _read(self, key: str) -> Iterator[None]:
        try:
            yield
        except _NOT_THERE as e:
            raise ObjectNotFound(f"{key} is not in {self._root}") from e
        except OSError as e:
            raise StoreUnavailable(f"{key} cannot be read from {self._root}: {e.strerror}") from e

    @contextmanager
    def _written(self, what: str) -> Iterator[None]:
        try:
            yield
        except OSError as e:
            raise StoreUnavailable(f"{what} cannot be written to the store {self._root}: {e.strerror}") from e


def _write(path: Path, source: Source) -> None:
    with path.open("xb") as file:
        if isinstance(source, bytes):
            file.write(source)
        else:
            with source.open("rb") as original:
                shutil.copyfileobj(original, file, 1 << 20)
        file.flush()
        os.fsync(file.fileno())
