"""How closely pages were watched: the gaps between good looks. No rate means anything without them. Pure.

A change is dated by an interval; how long it stood unseen is bounded by the gap it fell into.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from .model import Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """Good looks, and the gaps between those of one page, in seconds."""

    looks: int
    median_s: float | None = None
    p90_s: float | None = None
    longest_s: float | None = None

    def __str__(self) -> str:
        if self.median_s is None or self.p90_s is None or self.longest_s is None:
            return f"{self.looks} look(s), no gap between two"
        spans = (span(self.median_s), span(self.p90_s), span(self.longest_s))
        return "{} looks, gaps: median {}, nine in ten up to {}, longest {}".format(self.looks, *spans)


def observed(pages: Iterable[Sequence[Visit]]) -> Observed:
    """Of several pages: the visits of each. A look that brought no page is none: it makes the gap longer."""
    looks, gaps = 0, []
    for visits in pages:
        good = sorted(visit.started for visit in visits if is_look(visit))
        looks += len(good)
        gaps += [(after - before).total_seconds() for before, after in pairwise(good)]
    gaps.sort()
    if not gaps:
        return Observed(looks=looks)
    ninth = gaps[-(-9 * len(gaps) // 10) - 1]
    return Observed(looks=looks, median_s=median(gaps), p90_s=ninth, longest_s=gaps[-1])


def is_look(visit: Visit) -> bool:
    """Did it show what the page said?"""
    return visit.outcome == "revisit" or visit.reading in ("version", "unchanged")


def span(seconds: float) -> str:
    """``75 s``, ``14 min``, ``3.5 h``, ``2.1 d``."""
    for unit, size, until in (("s", 1, 120), ("min", 60, 7200), ("h", 3600, 172_800)):
        if abs(seconds) < until:
            return f"{_short(seconds / size)} {unit}"
    return f"{_short(seconds / 86_400)} d"


def _short(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
