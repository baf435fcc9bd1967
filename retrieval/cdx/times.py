"""Times of a CDX query: 1 to 14 digits of ``YYYYMMDDhhmmss``; what is left out is filled up, or down. Pure."""

from __future__ import annotations

import contextlib
from calendar import monthrange
from datetime import UTC, datetime

_WIDTHS = (4, 2, 2, 2, 2, 2)


def filled(text: str, *, last: bool = False) -> datetime:
    """The first moment that begins with these digits, or with ``last`` the last one; ValueError if there is none.

    >>> filled("202602", last=True)
    datetime.datetime(2026, 2, 28, 23, 59, 59, 999999, tzinfo=datetime.timezone.utc)
    """
    if not (text.isascii() and text.isdigit() and len(text) <= 14):
        raise ValueError("not 1 to 14 digits of YYYYMMDDhhmmss")
    if len(text) == 14:  # what nearly all who ask for one capture write
        with contextlib.suppress(ValueError):  # below it is said why not
            return datetime.fromisoformat(f"{text[:8]}T{text[8:]}.{'999999' if last else '000000'}Z")
    values: list[int] = []
    for width in _WIDTHS:
        given, text = text[:width], text[width:]
        least, most = _bounds(values)
        value = int(given.ljust(width, "9" if last else "0"))
        if len(given) == width and not least <= value <= most:
            raise ValueError(f"not a time: {given} is not between {least} and {most}")
        value = min(max(value, least), most)
        if not str(value).zfill(width).startswith(given):
            raise ValueError(f"not a time: nothing between {least} and {most} begins with {given}")
        values.append(value)
    year, month, day, hour, minute, second = values
    return datetime(year, month, day, hour, minute, second, 999_999 if last else 0, tzinfo=UTC)


def _bounds(before: list[int]) -> tuple[int, int]:
    """Of the part that follows these: year, month, day, hour, minute, second."""
    if len(before) == 2:
        return 1, monthrange(before[0], before[1])[1]
    return ((1, 9999), (1, 12), (0, 0), (0, 23), (0, 59), (0, 59))[len(before)]
