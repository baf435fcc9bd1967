"""How much of what a page said has been captured: an estimate from what was captured, and when. Pure.

An archive cannot know what it has not seen. But a revision that came at any time in a gap of ``tau`` between two good
looks is still there at its end with the chance

    q(tau) = 1 - rho*[1 - (1 - exp(-delta*tau))/(delta*tau)]

where ``rho`` is the share of revisions that are overwritten at all and ``delta`` how soon those are. So each captured
one stands for 1/q(tau), and n/sum(1/q) of all have been captured. Only with ``rho`` and ``delta`` beside it does that
say anything, and it cannot notice that a newsroom is quicker or slower than they are: there is a range, of ``rho``.
What was there before the first look is unknown, not lost: it does not count.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

Number = Any  # a float, or an array of them
OVERWRITTEN = 0.48  # rho, as measured over long gaps: with a lower one too much is promised where looks are few
HAZARD = 1 / 600  # delta: one in ten minutes
SPAN = 0.1  # of rho, to both sides
METHOD = "n/sum(1/q), q = 1 - rho*(1 - (1 - exp(-delta*gap))/(delta*gap))"
REVISIONS = frozenset({"added", "edited", "headline", "standfirst"})  # types of editorial changes that are one each


def seen_share(gap: Number, hazard: Number, overwritten: Number) -> Number:
    """``q``: the chance that a revision which came at any time in a gap is still there at its end."""
    import numpy as np  # the catalog takes words from here, and most commands need no more

    x = np.maximum(np.asarray(hazard * gap, dtype=float), 1e-12)
    return 1 - overwritten * (1 + np.expm1(-x) / x)


@dataclass(frozen=True, slots=True)
class Caught:
    """What was captured of a page: its good looks, and of each revision the gap in which it came, in seconds."""

    looks: int = 0
    gaps: tuple[float, ...] = ()

    def __add__(self, other: Caught) -> Caught:
        return Caught(self.looks + other.looks, self.gaps + other.gaps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Completeness:
    """The estimate with its range; None, and ``reason`` in words, where nothing can be said."""

    share: float | None
    low: float | None = None
    high: float | None = None
    revisions: int = 0
    overwritten: float = OVERWRITTEN
    hazard: float = HAZARD
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        def told(share: float | None) -> float | None:
            return None if share is None else round(share, 3)

        return {
            "estimate": told(self.share), "low": told(self.low), "high": told(self.high), "revisions": self.revisions,
            "rho": self.overwritten, "delta_per_s": round(self.hazard, 9), "method": METHOD,
            "reason": self.reason or None,
        }  # fmt: skip

    def __str__(self) -> str:
        return self.words()

    def words(self, when: str = "since the first look") -> str:
        if self.share is None:
            return f"completeness: not known, {self.reason}"
        span = f"{self.low:.0%} to {self.high:.0%}"
        return (
            f"completeness: about {self.share:.0%} of revisions {when} ({span}), "
            f"an estimate from {self.revisions} captured (rho {self.overwritten:g}, delta 1/{1 / self.hazard:.0f} s)"
        )  # fmt: skip


def completeness(caught: Caught, *, overwritten: float = OVERWRITTEN, hazard: float = HAZARD) -> Completeness:
    """Of one page."""
    if caught.looks < 2:
        looks = "it was looked at once only" if caught.looks else "there was no good look at it"
        return _unknown(f"{looks}: what came before the first look is unknown", overwritten, hazard)
    return _estimated(caught.gaps, overwritten, hazard)


def completeness_of_all(
    pages: Iterable[Caught], *, overwritten: float = OVERWRITTEN, hazard: float = HAZARD
) -> Completeness:
    """Of several pages together, by their revisions."""
    again = [caught for caught in pages if caught.looks >= 2]
    if not again:
        return _unknown("no page was looked at twice", overwritten, hazard)
    return _estimated([gap for caught in again for gap in caught.gaps], overwritten, hazard)


def _estimated(gaps: Sequence[float], overwritten: float, hazard: float) -> Completeness:
    if not gaps:
        return _unknown("no revision was captured since the first look", overwritten, hazard)
    import numpy as np

    given = np.asarray(gaps, dtype=float)

    def share(rho: float) -> float:
        return float(len(given) / np.sum(1 / seen_share(given, hazard, min(max(rho, 0.0), 1.0))))

    return Completeness(
        share=share(overwritten), low=share(overwritten + SPAN), high=share(overwritten - SPAN), revisions=len(given),
        overwritten=overwritten, hazard=hazard,
    )  # fmt: skip


def _unknown(reason: str, overwritten: float, hazard: float) -> Completeness:
    return Completeness(share=None, reason=reason, overwritten=overwritten, hazard=hazard)
