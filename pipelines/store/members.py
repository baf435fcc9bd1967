"""The gzip members of a WARC file, every byte of it accounted for; behind a damaged one the next is looked for.

What is found behind a damaged place may lie in the middle of a body that somebody sent, and be made for that. So a
member is taken for the next one only with a mark (``gzipping``) that was seen at the beginning of a member before.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from isal import isal_zlib

from pipelines.gzipping import HEADER, is_misread, mark_of
from pipelines.warc import ISAL_ERROR

_GZIP = 16 + zlib.MAX_WBITS
_STEP = 1 << 15  # bytes inflated at once: what follows a member is handed back, and copied for that
_MAGIC = b"\x1f\x8b\x08"  # RFC 1952 2.3.1: ID1, ID2, deflate
_LOOK = 1 << 12  # compressed bytes that surely show how a record begins


@dataclass(frozen=True, slots=True)
class Member:
    """A whole member, its CRC and length right: ``plain`` is what it holds, ``raw`` how it lies in the file."""

    offset: int
    length: int
    plain: bytes
    taken: list[memoryview]

    @property
    def raw(self) -> bytes:
        return b"".join(self.taken)


@dataclass(frozen=True, slots=True)
class Broken:
    """Bytes that are no whole member, up to the next one or the end of the file."""

    offset: int
    length: int
    why: str


class Members:
    """Goes through a file from its start; holds one member at a time. ``read`` gives the next bytes, empty at the
    end.

    Files of others, and ours of before 2026-11-26, have no marks: what looks like a record is the next member then.
    ``strict``: not even then. ``marks``: known to be the file's, though its beginning may not say so any more.
    """

    def __init__(self, read: Callable[[], bytes], *, strict: bool = False, marks: Collection[bytes] = ()) -> None:
        self._read = read
        self._strict = strict
        self._marks = set(marks)  # seen where members begin; empty: one without a mark was
        self._held = memoryview(b"")
        self._at = 0  # in what is held
        self._offset = 0  # of the member in the file

    def __iter__(self) -> Iterator[Member | Broken]:
        while found := self._next():
            self._offset += found.length
            yield found

    def _next(self) -> Member | Broken | None:
        inflater, plain, taken = isal_zlib.decompressobj(wbits=_GZIP), [], []
        why = "the file ends inside this record"
        while not inflater.eof and (step := self._step()):
            taken.append(step)
            try:
                plain.append(inflater.decompress(step))
            except ISAL_ERROR as e:
                why = f"no whole gzip member: {e}"
                break
        if not taken:
            return None
        head = (taken[0] if len(taken[0]) >= HEADER else b"".join(taken))[:HEADER]
        misread = is_misread(head)
        if misread or not inflater.eof:
            return self._broken(b"".join(taken), "the gzip header is damaged" if misread else why)
        self._marks.add(mark_of(head))
        if spare := len(inflater.unused_data):
            taken[-1] = taken[-1][:-spare]
            self._at -= spare
        whole = plain[0] if len(plain) == 1 else b"".join(plain)
        return Member(self._offset, sum(map(len, taken)), whole, taken)

    def _step(self) -> memoryview:
        if self._at == len(self._held):
            self._held, self._at = memoryview(self._read()), 0
        step = self._held[self._at : self._at + _STEP]
        self._at += len(step)
        return step

    def _broken(self, begun: bytes, why: str) -> Broken:
        """Look for the next record, one byte after the other; what was looked through is not kept."""
        window, gone, start, ended = begun + self._held[self._at :], 0, 1, False
        if mark := mark_of(window, wrong=1):  # no body lies here, but a member whose header may itself be damaged
            self._marks.add(mark)
        while True:
            at = window.find(_MAGIC, start)
            if not ended and (at < 0 or len(window) - at < _LOOK):
                more = self._read()
                keep = at if at >= 0 else max(start, len(window) - len(_MAGIC) + 1)
                window, gone, start, ended = window[keep:] + more, gone + keep, 0, not more
                continue
            if at < 0:
                gone, window = gone + len(window), b""
                break
            if self._is_next(window[at : at + _LOOK]):
                gone, window = gone + at, window[at:]
                break
            start = at + 1
        self._held, self._at = memoryview(window), 0
        return Broken(self._offset, gone, why)

    def _is_next(self, data: bytes) -> bool:
        if self._strict or self._marks:
            mark = mark_of(data)
            if mark not in self._marks or (self._strict and not mark):
                return False
        return _begins_a_record(data)


def _begins_a_record(data: bytes) -> bool:
    try:  # a few bytes of it: a body may hold a million things that inflate to megabytes
        return bool(isal_zlib.decompressobj(wbits=_GZIP).decompress(data, 7) == b"WARC/1.")
    except ISAL_ERROR:
        return False
