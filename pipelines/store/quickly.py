"""A WARC file that is as it was stored and right: seen with FastWARC's own loop, at its speed.

The SHA-256 of the whole file accounts for every byte, so that members need not be counted one by one. Whatever is not
as it should be is not judged here: ``every_byte`` then goes through the file and says what and where.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, BinaryIO

from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from pipelines.entity import DecodeError, dechunk
from pipelines.warc import sha256

from .every_byte import Place, Read
from .members import Member, Members

# The thread that hashes asks for the interpreter's lock once a piece, and may wait 5 ms for it.
_PIECE = 1 << 22  # bytes
_RESPONSE, _REVISIT, _REQUEST = WarcRecordType.response, WarcRecordType.revisit, WarcRecordType.request


def quickly(file: BinaryIO, wanted: Mapping[str, Place], expected: str) -> Read | None:
    """None: something is wrong, or cannot be told from here. ``expected``: the file's SHA-256, ``sha256:<hex>``.

    What ``file`` itself raises comes through.
    """
    with _Pieces(file) as source:
        try:
            told = _walk(source, wanted)
        except OSError:
            if source.failed:
                raise
            return None
        if told is None or not source.ended() or source.sha256() != expected:
            return None
        records, captures, last = told
        right = captures == len(wanted) and _is_one_member(source.tail(last))
        return Read(source.size, expected, records) if right else None


def _is_one_member(tail: bytes) -> bool:
    """FastWARC takes a record that is cut in its header for the end of the file."""
    left = iter([tail])
    found = list(Members(lambda: next(left, b"")))
    return len(found) == 1 and isinstance(found[0], Member)


def _walk(source: Any, wanted: Mapping[str, Place]) -> tuple[int, int, int] | None:
    """How many records there are, how many of the captures wanted at their places, and where the last record begins.

    None if anything is wrong.
    """
    records = captures = last = 0
    for record in ArchiveIterator(source, parse_http=False, inplace=True):
        records, last = records + 1, record.stream_pos
        kind = record.record_type
        # Headers are looked up only where the digest does not hold: that may be so because there is none.
        if not record.verify_block_digest() and "WARC-Block-Digest" in record.headers:
            return None
        if kind in (_RESPONSE, _REVISIT) and (place := wanted.get((record.record_id or "")[1:-1])):
            if place[0] != last:
                return None
            captures += 1
        if kind in (_RESPONSE, _REQUEST):
            record.parse_http()
            if not record.verify_payload_digest() and not _right(record):
                return None
        elif kind != _REVISIT and "WARC-Payload-Digest" in record.headers:  # a revisit has that of its original
            return None
    return records, captures, last


def _right(record: WarcRecord) -> bool:
    """Its payload, though FastWARC says it is not: it digests chunks too, WARC 1.1 what they hold."""
    claimed = record.headers.get("WARC-Payload-Digest")
    return claimed is None or bool(claimed == sha256(_entity(record.reader.read())))


def _entity(body: bytes) -> bytes:
    try:
        return dechunk(body)
    except DecodeError:
        return body


class _Pieces:
    """The file in large pieces, each hashed in a thread while it is read in small ones."""

    def __init__(self, file: BinaryIO) -> None:
        self.size, self.failed = 0, False
        self._file, self._piece, self._at = file, b"", 0
        self._before = b""  # the piece that came before
        self._digest = hashlib.sha256()
        self._pool = ThreadPoolExecutor(1)
        self._last: Future[Any] | None = None

    def __enter__(self) -> _Pieces:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()

    def read(self, most: int) -> bytes:
        if self._at == len(self._piece):
            self._next()
        data = self._piece[self._at : self._at + most]
        self._at += len(data)
        return data

    def tell(self) -> int:
        return self.size - len(self._piece) + self._at

    def ended(self) -> bool:
        """Nothing is left behind the last record."""
        return not self.read(1)

    def tail(self, start: int) -> bytes:
        """At the end: all from ``start`` on; nothing if so much is not held."""
        held = self._before + self._piece
        return held[start - self.size :] if 0 < self.size - start <= len(held) else b""

    def sha256(self) -> str:
        if self._last:
            self._last.result()
        return f"sha256:{self._digest.hexdigest()}"

    def _next(self) -> None:
        try:
            piece = self._file.read(_PIECE)
        except BaseException:
            self.failed = True
            raise
        if not piece:
            return
        self._before, self._piece, self._at = self._piece, piece, 0
        self.size += len(piece)
        if self._last:
            self._last.result()  # one piece behind, never more: memory stays flat
        self._last = self._pool.submit(self._digest.update, self._piece)
