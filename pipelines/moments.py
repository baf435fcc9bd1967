"""Which page and which moment a person means: ``URL@TIME``, and the ``A`` and ``B`` of ``diff URL A B``.

>>> moment("v3", now=NOW)
3
>>> moment("2026-01-03T10:00Z", now=NOW)
datetime.datetime(2026, 1, 3, 10, 0, tzinfo=datetime.timezone.utc)

Pure: ``now`` is an argument. A time without a zone is UTC, as every time is that Stoppress prints.
"""

from __future__ import annotations

import re
from calendar import monthrange
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from . import units
from .errors import StoppressError

Moment = datetime | int  # a time in UTC, or the number of a version of the page: 1, 2, ...

OLDEST = datetime(1990, 1, 1, tzinfo=UTC)  # before the first web page
_TIMES = "2026-01-03T10:00Z, 2026-01-03, 20260103100000, now"
FORMS = f"{_TIMES}, -2h or v3"
INSTANTS = f"{_TIMES} or 2h (before now)"
# What nobody would write after an @ but somebody who means a time; anything else may belong to the URL.
# Digits of any script here: who wrote them in another one meant a time, and is told so.
_MEANT = re.compile(r"v\d+|-\d+[a-z0-9.]*|\d{1,3}|\d{4}-\d{1,2}([-T ].*)?|\d{14}", re.IGNORECASE)


class MomentError(StoppressError):
    """The text is not a time that can be looked up."""


@dataclass(frozen=True, slots=True)
class Target:
    """A page and the moment asked for; ``moment`` is None where none was written: the newest."""

    url: str
    moment: Moment | None = None


def target(text: str, *, now: datetime) -> Target:
    """``URL@TIME`` -> Target: split at the last ``@``, if what follows is a time.

    MomentError if it was meant as a time and is none (``@2026-13-01``, ``@v0``).
    """
    url, at, tail = text.rpartition("@")
    if not at or not url:
        return Target(text)
    try:
        return Target(url, moment(tail, now=now))
    except MomentError:
        if _MEANT.fullmatch(tail):
            raise
        return Target(text)


def moment(text: str, *, now: datetime, last: bool = False) -> Moment:
    """One written moment -> a UTC time or a version number; MomentError names what is wrong with it.

    ISO dates and times, 4 to 14 digits of ``YYYYMMDDhhmmss``, ``now``, ``-2h`` (before now), ``v3``. What is
    left out is filled with the first value, or the last one: ``2026-01`` is where January begins, or ends.
    """
    return _moment(text, now, last, FORMS)


def instant(value: datetime | str, *, now: datetime, last: bool = False) -> datetime:
    """A time and not a version: for ``--since`` and ``--until``, where ``2h`` means two hours ago."""
    if isinstance(value, datetime):
        return aware(value)
    if value.isascii():
        with suppress(ValueError):
            return now.astimezone(UTC) - units.duration(value)
    found = _moment(value, now, last, INSTANTS)
    if isinstance(found, int):
        raise MomentError(f"{value!r} is a version, not a time; write {INSTANTS}")
    return found


def aware(value: datetime) -> datetime:
    """The same time in UTC; MomentError if it has no zone, for then nobody knows which time it is."""
    if value.tzinfo is None:
        raise MomentError(f"{value.isoformat()} has no time zone; give it one, for example tzinfo=UTC")
    return value.astimezone(UTC)


def _moment(text: str, now: datetime, last: bool, forms: str) -> Moment:
    written = text.removeprefix("@").strip()
    try:
        return _read(written, now, last)
    except (ValueError, OverflowError) as e:
        raise MomentError(f"{written!r} is {e}; write {forms}") from e


def _read(written: str, now: datetime, last: bool) -> Moment:
    """ValueError goes on after "is"."""
    if not written.isascii():
        raise ValueError("not a time: its digits and letters have to be those of ASCII")
    if written.lower() == "now":
        return now.astimezone(UTC)
    if re.fullmatch(r"[vV]\d+", written):
        return _version(written)
    if re.fullmatch(r"-\d.*", written):
        return _before(written, now)
    if re.fullmatch(r"\d{1,3}", written):
        raise ValueError("not a date: a year has four digits")
    if re.fullmatch(r"\d{4,14}|\d{4}-\d\d(-\d\d)?", written):
        return _digits(written, last=last)
    return _iso(written)


def _version(written: str) -> int:
    number = int(written[1:]) if len(written) < 12 else 0
    if number < 1:
        raise ValueError("not a version; the first one is v1")
    return number


def _before(written: str, now: datetime) -> datetime:
    try:
        return now.astimezone(UTC) - units.duration(written[1:])
    except ValueError as e:
        raise ValueError(f"not a time before now: {e}, as in -2h") from e


def _digits(written: str, *, last: bool) -> datetime:
    given = written.replace("-", "")
    try:
        year = int(given[:4])
        month = _field(given[4:6], 2, 1, 12, last)
        # monthrange refuses what is no month, datetime what is no day, hour, minute or second.
        day = _field(given[6:8], 2, 1, monthrange(year, month)[1], last)
        hour = _field(given[8:10], 2, 0, 23, last)
        minute, second = (_field(given[at : at + 2], 2, 0, 59, last) for at in (10, 12))
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError as e:
        raise ValueError(f"not a date: {e}") from e


def _field(given: str, width: int, lowest: int, highest: int, last: bool) -> int:
    """The first or last number that begins with the digits given; two digits out of two stay as they are."""
    if len(given) == width:
        return int(given)
    return min(int(given.ljust(width, "9")), highest) if last else max(int(given.ljust(width, "0")), lowest)


def _iso(written: str) -> datetime:
    try:
        found = datetime.fromisoformat(written)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError) as e:
        why = "" if str(e).startswith("Invalid isoformat") else f": {e}"  # which says no more than we do
        raise ValueError(f"not a time{why}") from e
