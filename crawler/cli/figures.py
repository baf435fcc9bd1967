"""Numbers of a plan as people read them: never an exponent, and no more digits or units than mean anything."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from pipelines import units

LEAST = 0.01  # below, digits would say nothing
UNITS = (86400, 3600, 60, 1)  # seconds
A_YEAR = 365 * 86400


def amount(number: float, digits: int = 4) -> str:
    """72308.4 -> ``72,308``; 19.25 -> ``19.25``; 0.0000014 -> ``less than 0.01``."""
    if 0 < number < LEAST:
        return f"less than {LEAST:g}"
    return f"{number:,.0f}" if number >= 10**digits or number >= 999.5 else f"{number:.{digits}g}"


def about(seconds: float) -> str:
    """Rounded to its two largest units: 91,234 s -> ``1d1h``."""
    if seconds > A_YEAR:
        return "more than a year"
    whole = max(round(seconds), 1)
    for unit, smaller in pairwise(UNITS):
        if whole >= unit:
            whole = round(seconds / smaller) * smaller
            break
    return units.spell(timedelta(seconds=whole))


def per_hour(rate: float) -> str:
    """``36/h``; of what comes more seldom than is told so, ``once in 8d8h``."""
    if rate >= LEAST:
        return f"{amount(rate)}/h"
    seconds = 3600 / rate if rate else float("inf")
    return f"once in {about(seconds)}" if seconds <= A_YEAR else "less than once a year"
