"""The catalog's answer to who wants one memento: the capture, what it refers to, and its neighbours, at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import Text, bindparam, cast, func, select

from pipelines.model import Capture

from . import rows
from .database import Database
from .prepared import Prepared
from .tables import captures, takedowns, versions

_NAMES = tuple(column.name for column in captures.columns)
_SECOND = 1_000_000  # microseconds
_ORDER = (captures.c.timestamp, captures.c.record_id)


class Seen(NamedTuple):
    """A capture as a link to it needs it."""

    timestamp: datetime
    url: str
    record_id: str


class Versions(NamedTuple):
    """Around the version that a capture shows, each by the capture that showed it first."""

    predecessor: Seen | None = None
    successor: Seen | None = None


class Around(NamedTuple):
    """A memento's place in its URL's history, neighbours by the second; where it is the first, ``before`` is None."""

    first: Seen
    before: Seen | None
    after: Seen | None
    last: Seen
    versions: Versions


@dataclass(frozen=True, slots=True)
class Beside:
    """A capture, the one that it refers to, and those around it. ``takedowns``: how many were ever given; whether one
    of them is about these is not looked at."""

    capture: Capture
    original: Capture | None
    around: Around
    takedowns: int


class MementoRows(Database):
    """Captures one by one, with what is told of each."""

    def beside(self, urlkey: str, second: datetime) -> Beside | None:
        """The first capture of this second; None if there is none, or its bytes were taken out."""
        low = rows.micros(second) // _SECOND * _SECOND
        found = self.ask(self._beside, urlkey=urlkey, low=low, high=low + _SECOND)
        return _told(found[0]) if found else None

    def versions_around(self, urlkey: str, second: datetime) -> Versions:
        """Around a capture of this second; also such as may not be shown."""
        high = rows.micros(second) // _SECOND * _SECOND + _SECOND
        return _versions(*self.ask(self._around, urlkey=urlkey, high=high)[0])

    @cached_property
    def _around(self) -> Prepared:
        return Prepared(self._engine, select(*_of_versions(*_named("urlkey", "high"))))

    @cached_property
    def _beside(self) -> Prepared:
        original, (key, low, high) = captures.alias(), _named("urlkey", "low", "high")
        at = captures.c.timestamp
        query = (
            select(
                *captures.columns,
                *original.columns,
                _one(key),
                _one(key, before=low, last=True),
                _one(key, since=high),
                _one(key, last=True),
                *_of_versions(key, high),
                select(func.count()).select_from(takedowns).scalar_subquery(),
            )
            .select_from(captures.outerjoin(original, original.c.record_id == captures.c.refers_to))
            .where(captures.c.urlkey == key, at >= low, at < high, captures.c.redacted.is_(None))
            .order_by(*_ORDER)
            .limit(1)
        )
        return Prepared(self._engine, query)


def _one(key: Any, *, before: Any = None, since: Any = None, last: bool = False) -> Any:
    """The first or last capture of a URL there."""
    one = captures.alias()
    at = one.c.timestamp
    query = select(_as_text(one)).where(one.c.urlkey == key, one.c.redacted.is_(None))
    if before is not None:
        query = query.where(at < before)
    if since is not None:
        query = query.where(at >= since)
    return query.order_by(at.desc() if last else at).limit(1).scalar_subquery()


def _of_versions(key: Any, high: Any) -> tuple[Any, Any]:
    """The version before the one on show, and the one that comes next."""
    shown = versions.alias()
    begun = select(func.max(shown.c.first_seen)).where(shown.c.urlkey == key, shown.c.first_seen < high)
    return _version(key, lambda at: at < begun.scalar_subquery(), last=True), _version(key, lambda at: at >= high)


def _version(key: Any, there: Callable[[Any], Any], *, last: bool = False) -> Any:
    """The capture that first showed it, unless the bytes of that one are gone."""
    one, capture = versions.alias(), captures.alias()
    at = one.c.first_seen
    query = select(_as_text(capture)).join_from(one, capture, capture.c.record_id == one.c.record_id)
    query = query.where(one.c.urlkey == key, there(at), one.c.redacted.is_(None), capture.c.redacted.is_(None))
    return query.order_by(at.desc() if last else at).limit(1).scalar_subquery()


def _as_text(one: Any) -> Any:
    """Time, record id and URL as one: a subquery has one column."""
    return cast(one.c.timestamp, Text).concat(" ").concat(one.c.record_id).concat(" ").concat(one.c.url)


def _named(*names: str) -> list[Any]:
    """Parameters: a urlkey is text, the others are times."""
    return [bindparam(name, type_=Text() if name == "urlkey" else captures.c.timestamp.type) for name in names]


def _told(row: Sequence[Any]) -> Beside:
    count = len(_NAMES)
    first, before, after, last, predecessor, successor, taken = row[2 * count :]
    around = Around(
        first=_seen(first),
        before=_seen(before) if before else None,
        after=_seen(after) if after else None,
        last=_seen(last),
        versions=_versions(predecessor, successor),
    )
    original = _capture(row[count : 2 * count]) if row[count] else None
    return Beside(_capture(row[:count]), original, around, taken)


def _capture(values: Sequence[Any]) -> Capture:
    return rows.capture(dict(zip(_NAMES, values, strict=True)))


def _seen(text: str) -> Seen:
    at, record_id, url = text.split(" ", 2)
    return Seen(rows.moment(int(at)), url, record_id)


def _versions(predecessor: str | None, successor: str | None) -> Versions:
    return Versions(_seen(predecessor) if predecessor else None, _seen(successor) if successor else None)
