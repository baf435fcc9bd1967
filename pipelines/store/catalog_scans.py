"""The catalog's captures as an index is asked for them: ranges of keys, in order, a batch at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select, tuple_

from pipelines.model import Capture

from . import rows
from .database import Database
from .tables import captures

BATCH = 1000  # rows of one transaction: a reader that is slow holds up nobody
Position = tuple[str, int, str]  # urlkey, microseconds since 1970, record id: what captures are ordered by
_ORDER = (captures.c.urlkey, captures.c.timestamp, captures.c.record_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Keys from ``low`` on and below ``high``, times between ``since`` and ``until``, both of which count."""

    low: str
    high: str
    since: datetime | None = None
    until: datetime | None = None


class Scans(Database):
    """Captures by ranges of urlkeys. What was taken out of the archive is not listed."""

    def scan(self, span: Span, *, after: Position | None = None, reverse: bool = False,
             first: int | None = None) -> Iterator[Capture]:  # fmt: skip
        """In the order of (urlkey, time, record id), or backwards; ``after`` a position; ``first``: in the first batch
        only so many are looked for. New ones may come while it goes on."""
        size = min(first or BATCH, BATCH)
        while True:
            found = self._batch(span, after, reverse, size)
            yield from found
            if len(found) < size:
                return
            after, size = position_of(found[-1]), BATCH

    def count(self, spans: Sequence[Span]) -> int:
        """How many captures lie in these spans."""
        counts = [_within(select(func.count()).select_from(captures), span) for span in spans]
        return self.read(lambda c: sum(c.execute(query).scalar() or 0 for query in counts))

    def position_at(self, span: Span, number: int) -> Position | None:
        """The position of the capture in front of number ``number``, counted from 0; None if it is the first."""
        if number == 0:
            return None
        query = _within(select(*_ORDER), span).order_by(*_ORDER).offset(number - 1).limit(1)
        row = self.read(lambda c: c.execute(query).first())
        return (row[0], row[1], row[2]) if row else None

    def _batch(self, span: Span, after: Position | None, reverse: bool, size: int) -> list[Capture]:
        query = _within(select(captures), span)
        if after is not None:
            query = query.where(_beyond(after, reverse))
        query = query.order_by(*(column.desc() if reverse else column for column in _ORDER)).limit(size)
        return self.read(lambda c: [rows.capture(row) for row in c.execute(query).mappings()])


def position_of(capture: Capture) -> Position:
    return capture.urlkey, rows.micros(capture.timestamp), capture.record_id


def _within(query: Select[Any], span: Span) -> Select[Any]:
    query = query.where(captures.c.redacted.is_(None))
    if span.high == span.low + "\x00":
        query = query.where(captures.c.urlkey == span.low)
    else:
        query = query.where(captures.c.urlkey >= span.low, captures.c.urlkey < span.high)
    if span.since:
        query = query.where(captures.c.timestamp >= rows.micros(span.since))
    if span.until:
        query = query.where(captures.c.timestamp <= rows.micros(span.until))
    return query


def _beyond(after: Position, reverse: bool) -> Any:
    """A row value comparison is what both databases answer from the index."""
    here, there = tuple_(*_ORDER), tuple_(*after)
    return here < there if reverse else here > there
