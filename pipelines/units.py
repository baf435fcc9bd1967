"""Durations, sizes and rates as people write them in the config: ``90s``, ``20GiB``, ``6/min``."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import pairwise

_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400}
_BYTES = {"B": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40, "kB": 10**3, "MB": 10**6, "GB": 10**9}
_LONGEST = timedelta(days=3660)
_MOST_A_SECOND = 10**9  # no bound to anybody: as fast as it goes
_BOUNDS = "above zero (at least one in ten years) and at most 1000000000/s"


def duration(text: str) -> timedelta:
    """``"90s"``, ``"5m"``, ``"1h30m"``, ``"250ms"`` -> timedelta; ValueError says what is accepted."""
    if not isinstance(text, str):
        raise ValueError(f'{text!r} is not a duration; write it with a unit, for example "60s", "5m" or "1h30m"')
    pieces = re.findall(r"(\d+(?:\.\d+)?)(ms|min|s|m|h|d)", text)
    if not pieces or "".join(n + u for n, u in pieces) != text:
        raise ValueError(f'{text!r} is not a duration; write for example "60s", "5m", "1h30m" or "2d"')
    seconds = sum(float(number) * _SECONDS[unit] for number, unit in pieces)
    if seconds > _LONGEST.total_seconds():
        raise ValueError(f"{text!r} is longer than ten years")
    return timedelta(seconds=seconds)


def size(text: str) -> int:
    """``"32MiB"`` -> bytes."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s?([A-Za-z]+)", text) if isinstance(text, str) else None
    if not match or match[2] not in _BYTES:
        raise ValueError(f'{text!r} is not a size; write for example "32MiB" or "20GiB"')
    return int(float(match[1]) * _BYTES[match[2]])


def rate(text: str) -> float:
    """``"2/s"``, ``"6/min"``, ``"100/h"`` -> events per second."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)/(s|min|h|d)", text) if isinstance(text, str) else None
    if not match:
        raise ValueError(
            f"{text!r} is not a rate; write a number, a slash and s, min, h or d, for example "
            f'"2/s", "6/min" or "100/h", {_BOUNDS}'
        )
    if not 1 / _LONGEST.total_seconds() <= (found := float(match[1]) / _SECONDS[match[2]]) <= _MOST_A_SECOND:
        raise ValueError(f'{text!r} is not a rate {_BOUNDS}; write for example "2/s", "6/min" or "100/h"')
    return found


def roughly(span: timedelta) -> str:
    """For people, in its two largest units: 366639 s -> ``4 d 5 h``. What is beyond them is left off."""
    left = int(span.total_seconds())
    for (unit, seconds), (smaller, of_it) in pairwise((("d", 86400), ("h", 3600), ("min", 60), ("s", 1))):
        if left >= seconds:
            count, rest = divmod(left, seconds)
            return f"{count} {unit} {rest // of_it} {smaller}" if rest >= of_it else f"{count} {unit}"
    return f"{left} s"


def spell(span: timedelta) -> str:
    """The shortest exact spelling: 90 s -> ``1m30s``; never exponents, never zero-unit clutter."""
    left = span.total_seconds()
    words = ""
    for unit, seconds in (("d", 86400), ("h", 3600), ("m", 60)):
        count, left = divmod(left, seconds)
        words += f"{count:.0f}{unit}" if count else ""
    return words + (f"{left:.6f}".rstrip("0").rstrip(".") + "s" if left or not words else "")
