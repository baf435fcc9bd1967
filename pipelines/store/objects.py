"""What the archive asks of a store: put if absent, exact range reads, listing. Two implementations, one suite of tests.

There is no delete: the crawler's credentials cannot either.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from pipelines.errors import StoreError

Source = bytes | Path

# No segment starts with a dot: there is no "..", and a directory store keeps its drafts where no key reaches.
# A file's name has at most 255 bytes.
_SEGMENT = r"[A-Za-z0-9_=-][A-Za-z0-9._=-]{0,254}"
_KEY = re.compile(rf"{_SEGMENT}(?:/{_SEGMENT})*")
_LONGEST_KEY = 900  # bytes; S3 takes 1,024 with the prefix


@dataclass(frozen=True, slots=True)
class Stat:
    """An object's key, size in bytes, time of writing (UTC), and its sha256 (hex) where the store has it at hand."""

    key: str
    size: int
    modified: datetime
    sha256: str | None = None


class ObjectStore(Protocol):
    """A bucket or a directory. All methods may raise StoreUnavailable and may be called from any thread.

    No key may be the folder of another one: a directory cannot hold both.
    """

    def put_if_absent(self, key: str, source: Source) -> Stat:
        """Store durably under a new key. The same bytes being there already is success; other bytes: ObjectExists."""

    def get(self, key: str, start: int = 0, length: int | None = None) -> bytes:
        """Exactly these bytes (to the end without a length); ObjectNotFound if the object is not there or shorter."""

    def open(self, key: str) -> BinaryIO:
        """The whole object as a stream that cannot seek everywhere; the reader closes it."""

    def list(self, prefix: str = "") -> Iterator[Stat]:
        """All objects whose keys start with the prefix, in the order of their keys."""

    def stat(self, key: str) -> Stat:
        """ObjectNotFound if there is none."""

    def check(self) -> None:
        """Raises StoreUnavailable, with the cause in words, if the store cannot be reached and written now."""

    def now(self) -> datetime | None:
        """What time it is for the store; None where nothing says."""

    def give_up_uploads(self, suffix: str) -> int:
        """Clear away what puts of dead processes left half done under keys that end so; how many there were."""

    def close(self) -> None:
        """Let go of connections; the store is not used afterwards."""


def is_key(text: str) -> bool:
    """Keys are relative paths of plain characters; nothing else ever becomes a path or a URL."""
    return len(text) <= _LONGEST_KEY and _KEY.fullmatch(text) is not None


def checked_key(key: str) -> str:
    if not is_key(key):
        raise StoreError(f"{key!r} is no object key; a key is a path of letters, digits, '.', '_', '=' and '-'")
    return key


def checked_prefix(prefix: str) -> str:
    if prefix:
        checked_key(prefix.removesuffix("/"))
    return prefix


def checked_range(start: int, length: int | None) -> tuple[int, int | None]:
    if start < 0 or (length is not None and length < 0):
        raise StoreError(f"no bytes can be read at {start} with length {length}; both count from 0")
    return start, length


def size_of(source: Source) -> int:
    return len(source) if isinstance(source, bytes) else source.stat().st_size


def sha256_of(source: Source) -> str:
    if isinstance(source, bytes):
        return hashlib.sha256(source).hexdigest()
    with source.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
