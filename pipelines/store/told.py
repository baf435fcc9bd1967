"""What one WARC file tells a catalog: its captures, visits and readings, in the order of its records.

Every byte is accounted for and every member's CRC is right, or the damage is named; digests are ``verify``'s business.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from pipelines import warc
from pipelines.cdxj import capture_of
from pipelines.entity import EMPTY_LINE
from pipelines.errors import DamagedRecord
from pipelines.ledger import visit_of
from pipelines.model import Capture, Visit
from pipelines.settled import Settled, from_block
from pipelines.tombstones import capture_gone
from pipelines.warc import Placed, Record

from .hashed import Hashed
from .members import Broken, Member, Members

BATCH = 1000  # things that are told at once: what is held in memory, and one transaction
REPLACES = "stoppress-replaces"  # a field of a merged file's warcinfo: the names of the files that it replaces
_CAPTURES = (b"response", b"revisit")
_WANTED = (b"response", b"revisit", b"metadata", b"warcinfo")


@dataclass(frozen=True, slots=True)
class Damage:
    """Where in the file something cannot be told, and why."""

    offset: int
    why: str


@dataclass(slots=True)
class Told:
    """A part of what a file tells; the last one knows its size and digest."""

    captures: list[Capture] = field(default_factory=list)
    visits: list[tuple[Visit, str]] = field(default_factory=list)  # with the spool each was made from
    readings: list[Settled] = field(default_factory=list)
    replaces: list[str] = field(default_factory=list)
    damages: list[Damage] = field(default_factory=list)
    size: int = 0
    sha256: str | None = None

    def __len__(self) -> int:
        return len(self.captures) + len(self.visits) + len(self.readings)


def told_by(stream: BinaryIO, key: str, *, worker: str, hashed: bool = True) -> Iterator[Told]:
    """A file in parts of ``BATCH``; ``worker``: of whom it is where a visit does not say it itself.

    ``key``: what its captures point to. ``hashed``: without it nobody asks for the SHA-256 of the whole.
    """
    part = Told()
    with Hashed(stream, on=hashed) as source:
        for item in Members(source.read):
            if isinstance(item, Broken):
                part.damages.append(Damage(item.offset, item.why))
                continue
            try:
                _add(part, item, key, worker)
            except (ValueError, KeyError, TypeError, AttributeError, DamagedRecord) as e:
                part.damages.append(Damage(item.offset, f"the record cannot be understood: {type(e).__name__}: {e}"))
            if len(part) >= BATCH:
                yield part
                part = Told()
    part.size, part.sha256 = source.size, source.sha256() if hashed else None
    yield part


def _add(part: Told, item: Member, key: str, worker: str) -> None:
    kind = _kind(item.plain)
    if kind not in _WANTED:
        return
    record = warc.parse_record(item.plain, check=False, most=_head_of(item.plain) if kind in _CAPTURES else None)
    if kind == b"metadata":
        _add_metadata(part, record, worker, (key, item.offset, item.length))
    elif kind == b"warcinfo":
        part.replaces += replaced_by(record)
    elif capture := capture_of(Placed(record, item.offset, item.length), key):
        part.captures.append(capture)


def _kind(plain: bytes) -> bytes:
    """The record's type, before all of it is taken apart: a third of all records is not looked at."""
    if not plain.startswith(b"WARC/1."):
        raise DamagedRecord(f"it begins with {plain[:20]!r}")
    at = plain.find(b"\nWARC-Type:", 0, 4096) + 11
    return plain[at : plain.find(b"\r", at)].strip() if at > 10 else b"warcinfo"


def _head_of(plain: bytes) -> int | None:
    """Bytes of an HTTP header, with the empty line: of an answer nobody looks at more here. None: it has no end."""
    start = plain.find(b"\r\n\r\n") + 4
    found = EMPTY_LINE.search(plain, start)
    return found.end() - start if found else None


def _add_metadata(part: Told, record: Record, worker: str, place: tuple[str, int, int]) -> None:
    content_type = record.get("Content-Type")
    if content_type == warc.VISIT_TYPE:
        facts = json.loads(record.block)
        part.visits.append((visit_of(facts, ()), facts.get("worker", worker)))
    elif content_type == warc.READING_TYPE:
        part.readings.append(from_block(record.block))
    elif content_type == warc.TOMBSTONE_TYPE and (gone := capture_gone(record.block, *place)):
        part.captures.append(gone)


def replaced_by(record: Record) -> list[str]:
    """The list may be one line or several, with commas or spaces."""
    lines = (line.partition(":") for line in record.block.decode("utf-8", "replace").splitlines())
    values = [value for name, _, value in lines if name.strip().lower() == REPLACES]
    return [name for value in values for name in value.replace(",", " ").split()]
