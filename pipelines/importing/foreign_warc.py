"""A WARC file of somebody else, record by record, in bounded memory.

    bytes -> gzip members or plain text -> header -> wanted? -> block, or passed over unread

What is damaged is named. Reading goes on behind a member whose checksum alone is wrong; where it cannot be told where
the next record begins, the rest of the file is left: a page may hold whole records, and a search would find those.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from pipelines.warc import Record

HEADER_LIMIT = 2**16  # bytes of a record's named fields; those that crawlers write have about 1 kB
MOST_FIELDS = 200
RATIO = 200  # a member above the limit of a block may inflate to so many times its size; real pages: a hundredfold
_PIECE = 2**16
_LINE = 2**13
_VERSION = re.compile(rb"WARC/\d\.\d{1,2}")
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # a token, as WARC 1.1 section 4 has it
REST = "the rest of this file is not read"


@dataclass(frozen=True, slots=True)
class Here:
    """A record, and where it begins in its file (its gzip member, where there are such)."""

    record: Record
    offset: int


@dataclass(frozen=True, slots=True)
class Passed:
    """A record that is none of those asked for; ``why`` in a word or two."""

    why: str
    offset: int


@dataclass(frozen=True, slots=True)
class Refused:
    """What was not taken, from this byte of the file on."""

    offset: int
    why: str


Found = Here | Passed | Refused
Fields = tuple[tuple[str, str], ...]
Wanted = Callable[[Record], str]  # from the named fields alone; "": its block is wanted, else why not


def records(file: BinaryIO, *, most: int, wanted: Wanted) -> Iterator[Found]:
    """In the order of the file. ``most``: bytes of a block that are held; a larger one is refused, if it is wanted."""
    first = file.read(6)
    if first[:2] == b"\x1f\x8b":
        yield from _Gzipped(file, first, most, wanted).records()
    elif first[:5] == b"WARC/":
        yield from _plain(file, first, most, wanted)
    else:
        yield Refused(0, _no_warc(first))


def _no_warc(first: bytes) -> str:
    if not first:
        return "the file is empty"
    if first[:4] == b"\x28\xb5\x2f\xfd":
        return "it is compressed with zstd; make gzip of it first (zstd -d, then: warcio recompress)"
    if first[:4] == b"PK\x03\x04":
        return "it is a ZIP file; a WACZ has a name that ends with .wacz"
    return f"it is no WARC file: it begins with {first!r}"


class _DamagedError(Exception):
    """``lost``: where the next record begins cannot be told."""

    def __init__(self, why: str, *, lost: bool = True) -> None:
        super().__init__(why)
        self.lost = lost


class _Text:
    """What ``more`` gives piece by piece, empty at the end, read by line and by length."""

    def __init__(self, more: Callable[[], bytes], held: bytes = b"") -> None:
        self._more, self._held, self._ended = more, held, False
        self.read = 0  # bytes that were taken of it

    def _fill(self, size: int) -> None:
        pieces = [self._held]
        had = len(self._held)
        while had < size and not self._ended:
            piece = self._more()
            self._ended = not piece
            pieces.append(piece)
            had += len(piece)
        self._held = b"".join(pieces)

    def at_end(self) -> bool:
        """After the empty lines between two records."""
        while True:
            self._fill(1)
            rest = self._held.lstrip(b"\r\n")
            self.read += len(self._held) - len(rest)
            self._held = rest
            if rest or self._ended:
                return not rest

    def peek(self, size: int) -> bytes:
        self._fill(size)
        return self._held[:size]

    def line(self) -> bytes:
        while (end := self._held.find(b"\n")) < 0:
            if len(self._held) > _LINE or self._ended:
                raise _DamagedError("a line of its header does not end" if self._held else "it ends within a header")
            self._fill(len(self._held) + 1)
        line, self._held = self._held[:end], self._held[end + 1 :]
        self.read += end + 1
        return line.rstrip(b"\r")

    def take(self, size: int) -> bytes:
        self._fill(size)
        if len(self._held) < size:
            raise _DamagedError(f"it ends after {len(self._held)} of the {size} bytes of its block")
        taken, self._held = self._held[:size], self._held[size:]
        self.read += size
        return taken

    def skip(self, size: int) -> None:
        while size > 0:
            self._fill(1)
            if not self._held:
                raise _DamagedError("it ends within a block")
            part = self._held[:size]
            self._held = self._held[len(part) :]
            self.read += len(part)
            size -= len(part)

    def drain(self) -> None:
        """To the end, whatever there is."""
        while not self._ended:
            self._held = b""
            self._fill(1)


def _record(text: _Text, offset: int, most: int, wanted: Wanted) -> Found:
    """The next one; its block is read, held or not."""
    begin = text.peek(5)
    if begin != b"WARC/":
        raise _DamagedError(f"no WARC record begins here: {begin!r}")
    version = text.line()
    if not _VERSION.fullmatch(version):
        raise _DamagedError(f"no WARC record begins here: {version[:20]!r}")
    fields = _fields(text)
    head = Record(fields, b"")
    length = head.get("Content-Length") or ""
    if not (length.isascii() and length.isdigit() and len(length) < 16):
        raise _DamagedError(f"its Content-Length is {length[:20]!r}")
    size, why = int(length), wanted(head)
    if why or size > most:
        text.skip(size)
        return Passed(why, offset) if why else Refused(offset, f"its block of {size} bytes is above max_size ({most})")
    return Here(Record(fields, text.take(size)), offset)


def _fields(text: _Text) -> Fields:
    fields: list[tuple[str, str]] = []
    start = text.read
    while line := text.line():
        if text.read - start > HEADER_LIMIT or len(fields) >= MOST_FIELDS:
            raise _DamagedError(f"its header is above {HEADER_LIMIT} bytes or {MOST_FIELDS} fields")
        words = line.decode("utf-8", "replace")
        if words[0] in " \t" and fields:  # a field that goes on, WARC 1.0
            fields[-1] = (fields[-1][0], f"{fields[-1][1]} {words.strip()}")
            continue
        name, colon, value = words.partition(":")
        if not colon or not _NAME.fullmatch(name.strip()) or "\0" in value or "\r" in value:
            raise _DamagedError(f"its header has the line {words[:60]!r}")
        fields.append((name.strip(), value.strip()))
    return tuple(fields)


def _plain(file: BinaryIO, first: bytes, most: int, wanted: Wanted) -> Iterator[Found]:
    text, offset = _Text(lambda: file.read(_PIECE), first), 0
    try:
        while not text.at_end():
            offset = text.read
            yield _record(text, offset, most, wanted)
    except _DamagedError as e:
        yield Refused(offset, f"{e}; {REST}")


class _Gzipped:
    """One record in a member, as WARC wants it, or all of them in one: both are read."""

    def __init__(self, file: BinaryIO, first: bytes, most: int, wanted: Wanted) -> None:
        self._file, self._held, self._most, self._wanted = file, first, most, wanted
        self._at = 0  # of ``held`` in the file
        self._offset = 0  # of this member

    def records(self) -> Iterator[Found]:
        while self._some(1):
            self._offset = self._at
            if self._held[:1] == b"\0" and self._is_padding():
                return
            try:
                yield from self._member()
            except _DamagedError as e:
                yield Refused(self._offset, str(e) if not e.lost else f"{e}; {REST}")
                if e.lost:
                    return

    def _member(self) -> Iterator[Found]:
        """Its records; the last one only once the checksum has been found right."""
        self._skip_header()
        self._inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        self._crc, self._out = 0, 0
        text = _Text(self._more)
        last: Found | None = None
        try:
            while not text.at_end():
                if last:
                    yield last
                last = _record(text, self._offset, self._most, self._wanted)
        except _DamagedError as e:
            if self._inflater.eof:
                self._check_end()
                raise _DamagedError(str(e), lost=False) from e
            if not isinstance(e, _LostError):
                text.drain()  # what it says is wrong; as gzip it may be whole
                self._check_end()
                raise _DamagedError(str(e), lost=False) from e
            raise
        self._check_end()
        if last:
            yield last

    def _more(self) -> bytes:
        while not self._inflater.eof:
            if not self._some(1):
                raise _LostError("the file ends within this member: it was cut short")
            try:
                data = self._inflater.decompress(self._held, _PIECE)
            except zlib.error as e:
                raise _LostError(f"this member is damaged ({e})") from e
            rest = self._inflater.unused_data if self._inflater.eof else self._inflater.unconsumed_tail
            self._at += len(self._held) - len(rest)
            self._held = rest
            self._crc = zlib.crc32(data, self._crc)
            self._out += len(data)
            if self._out > self._most + HEADER_LIMIT and self._out > RATIO * (self._at - self._offset):
                raise _LostError(f"this member inflates to more than {RATIO} times its size: a bomb")
            if data:
                return data
        return b""

    def _check_end(self) -> None:
        trailer = self._take(8)
        told = int.from_bytes(trailer[:4], "little"), int.from_bytes(trailer[4:], "little")
        if told != (self._crc, self._out & 0xFFFFFFFF):
            raise _DamagedError("the checksum of this member is wrong", lost=False)

    def _skip_header(self) -> None:
        """RFC 1952 2.3."""
        head = self._take(10)
        if head[:3] != b"\x1f\x8b\x08" or head[3] & 0xE0:
            raise _LostError(f"no gzip member begins here: {head[:4]!r}")
        if head[3] & 4:
            self._take(int.from_bytes(self._take(2), "little"))
        for flag in (8, 16):  # file name, comment
            if head[3] & flag:
                self._skip_name()
        if head[3] & 2:
            self._take(2)

    def _skip_name(self) -> None:
        for _ in range(_LINE):
            if self._take(1) == b"\0":
                return
        raise _LostError("the header of this member does not end")

    def _take(self, size: int) -> bytes:
        if not self._some(size):
            raise _LostError("the file ends within this member: it was cut short")
        taken, self._held = self._held[:size], self._held[size:]
        self._at += size
        return taken

    def _some(self, size: int) -> bool:
        """Whether so many bytes are held."""
        while len(self._held) < size:
            piece = self._file.read(_PIECE)
            if not piece:
                return False
            self._held += piece
        return True

    def _is_padding(self) -> bool:
        """Zeros to the end, as tapes and some disks leave them."""
        while self._some(1):
            if self._held.strip(b"\0"):
                return False
            self._at += len(self._held)
            self._held = b""
        return True


class _LostError(_DamagedError):
    """The bytes are damaged, not what they say."""
