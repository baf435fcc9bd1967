"""How much of what a page said has been captured: an estimate from what was captured, and when. Pure.

An archive cannot know what it has not seen. But a revision that came at any time in a gap of ``tau`` between two good
looks is still there at its end with the chance

    q(tau) = 1 - rho*[1 - (1 - exp(-delta*tau))/(delta*tau)]

where ``rho`` is the share of revisions that are overwritten at all and ``delta`` how soon those are. So each captured
one stands for 1/q(tau), and n/sum(1/q) of all have been captured. Only with ``rho`` and ``delta`` beside it does that
say anything, and there is a range, of ``rho``. Both are assumed, until fifty lives of a newsroom's revisions were seen
from birth to end: from then on they are its own, one ``rho`` for each of several ``delta`` (``lifetimes``). What was
there before the first look is unknown, not lost: it does not count.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .lifetimes import DOUBT, HAZARDS, Lifetimes, site_of

Number = Any  # a float, or an array of them
OVERWRITTEN = 0.48  # rho, as measured over long gaps: with a lower one too much is promised where looks are few
HAZARD = 1 / 600  # delta: one in ten minutes
SPAN = 0.1  # of rho, to both sides
LOSSES = ((OVERWRITTEN, HAZARD),)
METHOD = "n/sum(1/q), q = 1 - rho*(1 - (1 - exp(-delta*gap))/(delta*gap)); where lives > 0 by kinds of their own"
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
    lives: int = 0  # that ``overwritten`` and ``hazard`` were learnt from; 0: both are assumed
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        def told(share: float | None) -> float | None:
            return None if share is None else round(share, 3)

        return {
            "estimate": told(self.share), "low": told(self.low), "high": told(self.high), "revisions": self.revisions,
            "rho": round(self.overwritten, 3), "delta_per_s": round(self.hazard, 9), "lives": self.lives,
            "method": METHOD, "reason": self.reason or None,
        }  # fmt: skip

    def __str__(self) -> str:
        return self.words()

    def words(self, when: str = "since the first look") -> str:
        if self.share is None:
            return f"completeness: not known, {self.reason}"
        span = f"{self.low:.0%} to {self.high:.0%}"
        kind = f"rho {self.overwritten:.2g}, delta 1/{1 / self.hazard:.0f} s"
        learnt = f", learnt from {self.lives} lives" if self.lives else ""
        return (
            f"completeness: about {self.share:.0%} of revisions {when} ({span}), "
            f"an estimate from {self.revisions} captured ({kind}{learnt})"
        )  # fmt: skip


Losses = Sequence[tuple[float, float]]  # (rho, delta) of each kind
Newsrooms = Mapping[str, Lifetimes]  # by site
NONE_KNOWN: Newsrooms = {}


def completeness(caught: Caught, *, losses: Losses = LOSSES) -> Completeness:
    """Of one page, as far as is known without its newsroom."""
    return _of_page(caught, losses, 0)


def completeness_of_page(key: str, caught: Caught, newsrooms: Newsrooms) -> Completeness:
    """Of one page, by its urlkey."""
    return _of_page(caught, *_known(newsrooms.get(site_of(key))))


def completeness_of_all(pages: Mapping[str, Caught], newsrooms: Newsrooms = NONE_KNOWN) -> Completeness:
    """Of several pages together, by their revisions."""
    sites: dict[str, list[float]] = {}
    again = {key: caught for key, caught in pages.items() if caught.looks >= 2}
    for key, caught in again.items():
        sites.setdefault(site_of(key), []).extend(caught.gaps)
    if not again:
        return _unknown("no page was looked at twice")
    return _estimated([(gaps, *_known(newsrooms.get(site))) for site, gaps in sites.items()])


def _known(newsroom: Lifetimes | None) -> tuple[Losses, int]:
    """(its own, from how many lives), or what is assumed."""
    if newsroom is None or newsroom.lives < DOUBT:
        return LOSSES, 0
    return tuple(zip(newsroom.shares, HAZARDS, strict=True)), newsroom.lives


def _of_page(caught: Caught, losses: Losses, lives: int) -> Completeness:
    if caught.looks < 2:
        looks = "it was looked at once only" if caught.looks else "there was no good look at it"
        return _unknown(f"{looks}: what came before the first look is unknown", losses, lives)
    return _estimated([(caught.gaps, losses, lives)])


def _estimated(sites: Iterable[tuple[Sequence[float], Losses, int]]) -> Completeness:
    """Of each site its gaps, its losses, and from how many lives these were learnt."""
    counted = [(gaps, losses, lives) for gaps, losses, lives in sites if gaps]
    if not counted:
        return _unknown("no revision was captured since the first look")
    import numpy as np

    given = [(np.asarray(gaps, dtype=float), losses) for gaps, losses, _ in counted]
    count = sum(len(gaps) for gaps, _ in given)

    def share(more: float) -> float:
        return float(count / sum(np.sum(1 / _seen(gaps, losses, more)) for gaps, losses in given))

    rho = sum(len(gaps) * _rho(losses) for gaps, losses in given) / count
    life = sum(len(gaps) * one / hazard for gaps, losses in given for one, hazard in losses) / count
    return Completeness(
        share=share(0.0), low=share(SPAN), high=share(-SPAN), revisions=count,
        overwritten=rho, hazard=rho / life if life else HAZARD, lives=sum(lives for *_, lives in counted),
    )  # fmt: skip


def _rho(losses: Losses) -> float:
    return sum(share for share, _ in losses)


def _seen(gaps: Any, losses: Losses, more: float) -> Any:
    """``q`` of each, with so much ``more`` overwritten."""
    rho = _rho(losses)
    scale = min(max(rho + more, 0.0), 1.0) / rho if rho else 0.0
    return 1 - sum(1 - seen_share(gaps, hazard, scale * share) for share, hazard in losses)


def _unknown(reason: str, losses: Losses = LOSSES, lives: int = 0) -> Completeness:
    rho = _rho(losses)
    life = sum(share / hazard for share, hazard in losses)
    return Completeness(share=None, reason=reason, overwritten=rho, hazard=rho / life if life else HAZARD, lives=lives)
