"""A WARC file that is as it was stored and right: seen with FastWARC's own loop, at its speed.

The SHA-256 of the whole file accounts for every byte since it was sealed, and block digests were all checked then
(``uploader.store_file``). So members need not be counted one by one, and of a response only that digest is computed
again which says something of its own: the payload's, by which the index knows the page. Whatever is not as it should
be is not judged here: ``every_byte`` then goes through the file and says what and where.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Mapping
from typing import Any, BinaryIO

from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from pipelines.entity import DecodeError, dechunk
from pipelines.warc import sha256

from .every_byte import Place, Read
from .members import Member, Members

_TAIL = 1 << 22  # bytes held of what was read last: the last record, if it is not longer
_RESPONSE, _REVISIT, _REQUEST = WarcRecordType.response, WarcRecordType.revisit, WarcRecordType.request


def quickly(file: BinaryIO, wanted: Mapping[str, Place], expected: str) -> Read | None:
    """None: something is wrong, or cannot be told from here. ``expected``: the file's SHA-256, ``sha256:<hex>``.

    What ``file`` itself raises comes through.
    """
    source = _Read(file)
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
        if kind in (_RESPONSE, _REVISIT) and (place := wanted.get((record.record_id or "")[1:-1])):
            if place[0] != last:
                return None
            captures += 1
        if not (_payload_is_right(record) if kind == _RESPONSE else _block_is_right(record)):
            return None
    return records, captures, last


# Headers are looked up only where the digest does not hold: that may be so because there is none.


def _block_is_right(record: WarcRecord) -> bool:
    if not record.verify_block_digest() and "WARC-Block-Digest" in record.headers:
        return False
    # A revisit has the payload digest of its original, a request that of what its block holds; others have none.
    return record.record_type in (_REVISIT, _REQUEST) or "WARC-Payload-Digest" not in record.headers


def _payload_is_right(record: WarcRecord) -> bool:
    """FastWARC digests chunks too, WARC 1.1 what they hold: where it says no, it is looked at again."""
    record.parse_http()
    if record.verify_payload_digest():
        return True
    claimed = record.headers.get("WARC-Payload-Digest")
    return claimed is None or bool(claimed == sha256(_entity(record.reader.read())))


def _entity(body: bytes) -> bytes:
    try:
        return dechunk(body)
    except DecodeError:
        return body


class _Read:
    """The file as FastWARC reads it, hashed piece by piece while that is still in the processor's cache.

    Not in a thread of its own: one that waits for each piece costs more than it hides (docs/measurements.md).
    """

    def __init__(self, file: BinaryIO) -> None:
        self.size, self.failed = 0, False
        self._file, self._digest = file, hashlib.sha256()
        self._last: deque[bytes] = deque()
        self._held = 0

    def read(self, most: int) -> bytes:
        try:
            data = self._file.read(most)
        except BaseException:
            self.failed = True
            raise
        self._digest.update(data)
        self._last.append(data)
        self.size, self._held = self.size + len(data), self._held + len(data)
        while self._held - len(self._last[0]) > _TAIL:
            self._held -= len(self._last.popleft())
        return data

    def tell(self) -> int:
        return self.size

    def ended(self) -> bool:
        """Nothing is left behind the last record."""
        return not self.read(1)

    def tail(self, start: int) -> bytes:
        """At the end: all from ``start`` on; nothing if so much is not held."""
        return b"".join(self._last)[start - self.size :] if 0 < self.size - start <= self._held else b""

    def sha256(self) -> str:
        return f"sha256:{self._digest.hexdigest()}"
