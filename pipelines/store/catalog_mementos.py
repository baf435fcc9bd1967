"""The catalog's answer to who wants one memento: the capture, what it refers to, and its neighbours, at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import Text, bindparam, cast, func, select

from pipelines.model import Capture

from . import rows
from .database import Database
from .prepared import Prepared
from .tables import captures, takedowns

_NAMES = tuple(column.name for column in captures.columns)
_SECOND = 1_000_000  # microseconds
_ORDER = (captures.c.timestamp, captures.c.record_id)


class Seen(NamedTuple):
    """A capture as a link to it needs it."""

    timestamp: datetime
    url: str


@dataclass(frozen=True, slots=True)
class Beside:
    """A capture, the one that it refers to, and those around it in its URL's history: first, last, and neighbours by
    the second. ``takedowns``: how many were ever given; whether one of them is about these is not looked at."""

    capture: Capture
    original: Capture | None
    first: Seen
    before: Seen | None
    after: Seen | None
    last: Seen
    takedowns: int


class MementoRows(Database):
    """Captures one by one, with what is told of each."""

    def beside(self, urlkey: str, second: datetime) -> Beside | None:
        """The first capture of this second; None if there is none, or its bytes were taken out."""
        low = rows.micros(second) // _SECOND * _SECOND
        found = self.ask(self._beside, urlkey=urlkey, low=low, high=low + _SECOND)
        return _told(found[0]) if found else None

    @cached_property
    def _beside(self) -> Prepared:
        original, key = captures.alias(), bindparam("urlkey", type_=Text)
        low, high = (bindparam(name, type_=captures.c.timestamp.type) for name in ("low", "high"))
        at = captures.c.timestamp
        query = (
            select(
                *captures.columns,
                *original.columns,
                _one(key),
                _one(key, before=low, last=True),
                _one(key, since=high),
                _one(key, last=True),
                select(func.count()).select_from(takedowns).scalar_subquery(),
            )
            .select_from(captures.outerjoin(original, original.c.record_id == captures.c.refers_to))
            .where(captures.c.urlkey == key, at >= low, at < high, captures.c.redacted.is_(None))
            .order_by(*_ORDER)
            .limit(1)
        )
        return Prepared(self._engine, query)


def _one(key: Any, *, before: Any = None, since: Any = None, last: bool = False) -> Any:
    """Time and URL of the first or last capture of a URL there, as one text: a subquery has one column."""
    one = captures.alias()
    at = one.c.timestamp
    query = select(cast(at, Text).concat(" ").concat(one.c.url)).where(one.c.urlkey == key, one.c.redacted.is_(None))
    if before is not None:
        query = query.where(at < before)
    if since is not None:
        query = query.where(at >= since)
    return query.order_by(at.desc() if last else at).limit(1).scalar_subquery()


def _told(row: Sequence[Any]) -> Beside:
    count = len(_NAMES)
    first, before, after, last, taken = row[2 * count :]
    return Beside(
        _capture(row[:count]),
        _capture(row[count : 2 * count]) if row[count] else None,
        _seen(first),
        _seen(before) if before else None,
        _seen(after) if after else None,
        _seen(last),
        taken,
    )


def _capture(values: Sequence[Any]) -> Capture:
    return rows.capture(dict(zip(_NAMES, values, strict=True)))


def _seen(text: str) -> Seen:
    at, _, url = text.partition(" ")
    return Seen(rows.moment(int(at)), url)
