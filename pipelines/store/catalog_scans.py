"""The catalog's captures as an index is asked for them: ranges of keys, in order, a batch at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Select, Text, bindparam, func, select, tuple_

from pipelines.model import Capture

from . import rows
from .database import Database
from .prepared import Prepared
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


class Line(NamedTuple):
    """A capture's row as the database has it: an index of many is read without a detour.

    What stands behind ``refers_to`` is None in a short one.
    """

    urlkey: str
    micros: int  # since 1970
    url: str
    kind: str
    mime: str | None
    status: int | None
    digest: str
    length: int
    record_id: str
    refers_to: str | None
    visit_id: str | None = None
    role: str = ""
    filename: str = ""
    offset: int = 0
    etag: str | None = None
    last_modified: str | None = None
    fidelity: str = ""
    truncated: str | None = None
    redacted: str | None = None

    @property
    def position(self) -> Position:
        return self.urlkey, self.micros, self.record_id

    @property
    def capture(self) -> Capture:
        return rows.capture(self._asdict() | {"timestamp": self.micros})


SHORT = 10  # fields of a short line
_COLUMNS = [captures.c["timestamp" if name == "micros" else name] for name in Line._fields]


class Scans(Database):
    """Captures by ranges of urlkeys. What was taken out of the archive is not listed."""

    def scan(self, span: Span, *, after: Position | None = None, reverse: bool = False,
             first: int | None = None) -> Iterator[Capture]:  # fmt: skip
        """``lines`` as captures."""
        return (line.capture for line in self.lines(span, after=after, reverse=reverse, first=first))

    def lines(self, span: Span, *, after: Position | None = None, reverse: bool = False, first: int | None = None,
              short: bool = False) -> Iterator[Line]:  # fmt: skip
        """In the order of (urlkey, time, record id), or backwards; ``after`` a position; ``first``: in the first batch
        only so many are looked for. New ones may come while it goes on. ``short``: half of each row, in half the time.
        """
        size = min(first or BATCH, BATCH)
        while True:
            found = self._batch(span, after, reverse, size, short)
            yield from found
            if len(found) < size:
                return
            after, size = found[-1].position, BATCH

    def line(self, record_id: str) -> Line | None:
        """One capture, also one that was taken out."""
        query = select(*_COLUMNS).where(captures.c.record_id == record_id)
        row = self.read(lambda c: c.execute(query).first())
        return Line._make(row) if row else None

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

    def _batch(self, span: Span, after: Position | None, reverse: bool, size: int, short: bool) -> list[Line]:
        """One batch; each shape of the question is composed once."""
        exact = span.high == span.low + "\x00"
        shape = (exact, span.since is not None, span.until is not None, after is not None, reverse, short)
        prepared = self._batches.get(shape) or self._batches.setdefault(shape, self._composed(*shape))
        values: dict[str, Any] = {"low": span.low, "size": size}
        if not exact:
            values["high"] = span.high
        if span.since:
            values["since"] = rows.micros(span.since)
        if span.until:
            values["until"] = rows.micros(span.until)
        if after:
            values |= zip(("key", "at", "id"), after, strict=True)
        return [Line(*row) for row in self.ask(prepared, **values)]

    @cached_property
    def _batches(self) -> dict[tuple[bool, ...], Prepared]:
        return {}

    def _composed(self, exact: bool, since: bool, until: bool, after: bool, reverse: bool, short: bool) -> Prepared:
        key, at = captures.c.urlkey, captures.c.timestamp
        low = bindparam("low", type_=Text)
        query = select(*_COLUMNS[: SHORT if short else None]).where(captures.c.redacted.is_(None))
        query = query.where(key == low) if exact else query.where(key >= low, key < bindparam("high", type_=Text))
        if since:
            query = query.where(at >= bindparam("since", type_=BigInteger))
        if until:
            query = query.where(at <= bindparam("until", type_=BigInteger))
        if after:  # a row value comparison is what both databases answer from the index
            named = zip(("key", "at", "id"), _ORDER, strict=True)
            here, there = tuple_(*_ORDER), tuple_(*(bindparam(name, type_=column.type) for name, column in named))
            query = query.where(here < there if reverse else here > there)
        query = query.order_by(*(column.desc() if reverse else column for column in _ORDER))
        return Prepared(self._engine, query.limit(bindparam("size", type_=BigInteger)))


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
