"""Every byte of one WARC file: its members (ours), its records and their digests (FastWARC), the file's SHA-256."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from fastwarc.warc import WarcRecord, WarcRecordType

from pipelines.entity import parse
from pipelines.gzipping import deflated, half_stored, mark_of, unmarked
from pipelines.warc import after_head, content, halves, sha256

from .hashed import Hashed
from .members import Broken, Member, Members

_PIECE = 1 << 18  # bytes read at once
_GZIP = 16 + zlib.MAX_WBITS
_CAPTURES = (WarcRecordType.response, WarcRecordType.revisit)

Place = tuple[int, int]  # offset and length of a record's member


@dataclass(frozen=True, slots=True)
class Damage:
    """Where in the file something is wrong (None: it cannot be told), and what."""

    offset: int | None
    length: int
    why: str


@dataclass(slots=True)
class Read:
    """What reading a whole file has shown."""

    size: int = 0
    sha256: str = ""
    records: int = 0
    damages: list[Damage] = field(default_factory=list)


def read_through(file: BinaryIO, wanted: Mapping[str, Place]) -> Read:
    """``wanted``: where each capture must lie, by record id."""
    found, missing = Read(), dict(wanted)
    with Hashed(file) as source:
        for item in Members(source.read):
            if isinstance(item, Broken):
                found.damages.append(Damage(item.offset, item.length, item.why))
                continue
            found.records += 1
            found.damages += (Damage(item.offset, item.length, why) for why in _wrong(item, missing))
    found.size, found.sha256 = source.size, source.sha256()
    broken = [(d.offset, d.offset + d.length) for d in found.damages if d.offset is not None]
    for record_id, (offset, length) in missing.items():
        if not any(start < offset + length and offset < end for start, end in broken):  # else it has been said
            found.damages.append(Damage(offset, length, f"{record_id} does not begin here, as the catalog says"))
    return found


def rewritten(file: BinaryIO) -> Iterator[Damage]:
    """Members that we would not write so: where to look when the SHA-256 is wrong and all records are right.

    A gzip header has bytes that no checksum covers, and deflate has bits that mean nothing.
    """
    marks: list[tuple[bytes, int, int]] = []
    for item in Members(lambda: file.read(_PIECE)):
        if not isinstance(item, Member):
            continue
        marks.append((mark_of(item.raw), item.offset, item.length))
        if unmarked(item.raw) not in (
            deflated(item.plain),
            half_stored(*halves(item.plain)),
            zlib.compress(item.plain, 0, wbits=_GZIP),  # until 2026-11-26, coded bodies
        ):
            yield Damage(item.offset, item.length, "the record is right, its compressed form is not as it was written")
    yield from _lone(marks)


def _lone(marks: list[tuple[bytes, int, int]]) -> Iterator[Damage]:
    """A mark that no other member has; a merged file's first one may have one of its own."""
    count = Counter(mark for mark, _, _ in marks)
    merged = len(count) > 2
    for place, (mark, offset, length) in enumerate(marks):
        if mark and count[mark] == 1 < len(marks) and not (place == 0 and merged):
            yield Damage(offset, length, "the record is right, the mark in its gzip header is not that of this file")


def _wrong(item: Member, missing: dict[str, Place]) -> Iterator[str]:
    try:
        record = WarcRecord.from_bytes(item.plain)
    except OSError as e:
        yield f"no WARC record: {e}"
        return
    head = item.plain.find(b"\r\n\r\n") + 4
    if head + record.content_length + 4 != len(item.plain) or not item.plain.endswith(b"\r\n\r\n"):
        yield f"the record is not as long as its Content-Length {record.content_length} says"
        return
    if record.record_type in _CAPTURES:
        place = missing.pop((record.record_id or "").strip("<>"), None)
        if place not in (None, (item.offset, item.length)):
            yield f"{record.record_id} lies here, the catalog says {place}"
    # The block first: after HTTP parsing FastWARC calls every block digest wrong.
    if "WARC-Block-Digest" in record.headers and not record.verify_block_digest():
        yield f"the block of {record.record_id} does not have its digest"
    elif not _payload_is_right(record, item.plain[head:-4]):
        yield f"the payload of {record.record_id} does not have its digest"


def _payload_is_right(record: WarcRecord, block: bytes) -> bool:
    claimed = record.headers.get("WARC-Payload-Digest")
    if claimed is None or record.record_type == WarcRecordType.revisit:
        return True  # a revisit carries the digest of its original (WARC 1.1, 6.7)
    asked = record.record_type == WarcRecordType.request
    try:
        record.parse_http()
        chunked = record.http_headers is not None and "Transfer-Encoding" in record.http_headers
        if (asked or not chunked) and record.verify_payload_digest(True):
            return True
    except OSError:  # a header that only we can read: one without an end, or with bare LF
        pass
    return claimed == (sha256(after_head(block)) if asked else _payload_digest(block))


def _payload_digest(block: bytes) -> str:
    """Ours is of the de-chunked entity, as WARC 1.1 has it; FastWARC digests the chunks too."""
    try:
        return sha256(content(parse(block)))
    except ValueError:
        return "none: this is no HTTP message"
