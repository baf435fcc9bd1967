"""Many records at once: what lies close together in a stored file is fetched with one range read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipelines.errors import DamagedRecord, ObjectNotFound, TakenDown
from pipelines.model import Capture
from pipelines.warc import Record

from .warcs import WarcReader

_GAP = 1 << 18  # bytes that are read and thrown away sooner than asked for separately
_MOST = 1 << 23  # bytes of one read, if it is not one single record


@dataclass(frozen=True, slots=True)
class Span:
    """Captures whose records one read of ``length`` bytes at ``start`` brings."""

    captures: tuple[Capture, ...]
    start: int
    length: int


def spans(captures: Sequence[Capture]) -> Iterator[Span]:
    """``captures``: in the order of their files and offsets."""
    near: list[Capture] = []
    for capture in captures:
        if near and not _fits(near, capture):
            yield _span(near)
            near = []
        near.append(capture)
    if near:
        yield _span(near)


def fetch(reader: WarcReader, span: Span) -> bytes | None:
    """The bytes of a span; None where they cannot be had in one piece: each record is then asked for by itself."""
    name = span.captures[0].filename
    try:
        return reader.part(name, span.start, span.length) if "/" in name else None
    except ObjectNotFound:
        return None


def records(
    reader: WarcReader, span: Span, data: bytes | None
) -> Iterator[tuple[Capture, Record | DamagedRecord | ObjectNotFound]]:
    """Each capture with its record, or with why it cannot be had; ``data`` is what ``fetch`` gave."""
    for capture, _, record in members(reader, span, data):
        if isinstance(record, TakenDown):
            raise record
        yield capture, record


def members(
    reader: WarcReader, span: Span, data: bytes | None
) -> Iterator[tuple[Capture, bytes, Record | DamagedRecord | ObjectNotFound | TakenDown]]:
    """``records``, each with its gzip member as it lies there (empty where nothing can be had), and told of a
    tombstone like of any record that cannot be had."""
    for capture in span.captures:
        member = b""
        try:
            if data is None:
                member = reader.member(capture)
            else:
                at = capture.offset - span.start
                member = data[at : at + capture.length]
            yield capture, member, reader.taken(capture, member)
        except (DamagedRecord, ObjectNotFound, TakenDown) as e:
            yield capture, member, e


def _fits(near: Sequence[Capture], capture: Capture) -> bool:
    first, last = near[0], near[-1]
    if capture.filename != first.filename or "/" not in capture.filename:
        return False
    gap = capture.offset - (last.offset + last.length)
    return 0 <= gap <= _GAP and capture.offset + capture.length - first.offset <= _MOST


def _span(near: list[Capture]) -> Span:
    start = near[0].offset
    return Span(tuple(near), start, near[-1].offset + near[-1].length - start)
