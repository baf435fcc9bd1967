"""How soon a newsroom overwrites what it has published, learnt from what an archive has seen of it. Pure.

Of revisions the shares ``rho_c`` are overwritten, or taken away, at the hazards ``delta_c`` (HAZARDS); the others stay:

    S(t) = 1 - sum of rho_c*(1 - exp(-delta_c*t))          still there t seconds after it came

One hazard would not do: those that live for minutes are hardly ever seen, those that live for hours are, and whoever
takes them for one kind promises too much. Of a captured revision is known how old it was when it was first seen (or
only in which gap it came), until when it was still there, and by when it was gone. What was gone before anybody looked
is not among them: for each that was seen there were, by the odds, so many of its kind that were not.

    of each life, the odds that it is of kind c  +  of each, those of kind c that were missed  +  what is usual
                                                                    -> rho_c, again and again (EM)

What is usual counts as fifty lives that have ended: a newsroom of which little is known is taken for one like others,
and by and by for what it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

MINUTE, HOUR = 60.0, 3600.0
HAZARDS = (1 / MINUTE, 1 / (4 * MINUTE), 1 / (25 * MINUTE), 1 / (2 * HOUR))  # delta_c, per second
USUAL = (0.0, 0.2, 0.25, 0.0)  # rho_c of a newsroom of which nothing is known
DOUBT = 50.0  # lives that have ended: so many are seen before what is usual counts no more than they
MOST = 1_000  # lives that are learnt from; of more some
SHORTEST = 1.0  # seconds
_ROUNDS, _SETTLED = 200, 1e-5
_BEGIN = 0.02  # of each kind, to begin with: what begins with none stays so


class Life(NamedTuple):
    """Of one revision, in seconds. When it was first seen it was between ``young`` and ``young + spread`` old; it was
    still there ``kept`` later, and gone ``gone`` later (None: it is there as far as is known)."""

    young: float
    spread: float
    kept: float
    gone: float | None


class Event(NamedTuple):
    """Something that was found on a page by a look at ``by``, the one before was at ``after``, in seconds of one clock.
    ``name``: of the update, or of the part of the page; ``born``: there is a new revision of it; ``lost``: it went out
    of sight, whatever became of it; ``at``: when it came, if that is known."""

    name: str
    after: float
    by: float
    born: bool
    lost: bool = False
    at: float | None = None


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """Of a newsroom. ``shares``: rho_c; ``lives``: how many that have ended they are learnt from."""

    shares: tuple[float, ...] = USUAL
    lives: int = 0

    @property
    def overwritten(self) -> float:
        """The share that is, sooner or later."""
        return sum(self.shares)

    @property
    def after(self) -> float | None:
        """How long these live, in the mean, seconds; None where there are none."""
        whole = sum(share / hazard for share, hazard in zip(self.shares, HAZARDS, strict=True))
        return whole / self.overwritten if self.overwritten else None


def lives_of(events: Iterable[Event], last: float) -> list[Life]:
    """Of one page, its events in the order of time, and when it was last seen well."""
    there: dict[str, Event] = {}
    found = []
    for event in events:
        if (before := there.pop(event.name, None)) and event.by > before.by:
            found.append(_life(before, event.after, None if event.lost else event.by))
        if event.born:
            there[event.name] = event
    return found + [_life(event, last, None) for event in there.values()]


def _life(came: Event, kept: float, gone: float | None) -> Life:
    if came.at is not None and came.after <= came.at <= came.by:
        young, spread = came.by - came.at, 0.0
    else:
        young, spread = 0.0, max(came.by - came.after, 0.0)
    kept = max(kept - came.by, 0.0)
    return Life(young, spread, kept, None if gone is None else max(gone - came.by, kept + SHORTEST))


def learnt(lives: Sequence[Life]) -> Lifetimes:
    """What is likeliest of a newsroom of which these are known."""
    lives = lives[:: -(-len(lives) // MOST) or 1]
    ended = sum(life.gone is not None for life in lives)
    if not ended:
        return Lifetimes()
    import numpy as np  # the catalog takes words from here, and most commands need no more

    here, became = _chances(lives)
    usual = np.array([*USUAL, 1 - sum(USUAL)])
    before = DOUBT / sum(USUAL) * usual
    share = (usual + _BEGIN) / (usual + _BEGIN).sum()
    for _ in range(_ROUNDS):
        odds = share[:, None] * became
        missed = share[:, None] * (1 - here) / (share @ here)
        was, share = share, before + (odds / odds.sum(axis=0)).sum(axis=1) + missed.sum(axis=1)
        share /= share.sum()
        if np.abs(share - was).max() < _SETTLED:
            break
    return Lifetimes(tuple(share[:-1].tolist()), ended)


def _chances(lives: Sequence[Life]) -> tuple[Any, Any]:
    """Of each kind, the last of them what stays: (kinds, lives) each. If it is of that kind: that it was still there
    when somebody looked; and that, and what became of it then."""
    import numpy as np

    columns = zip(*((*life[:3], np.inf if life.gone is None else life.gone) for life in lives), strict=True)
    young, spread, kept, gone = (np.array(column, dtype=float) for column in columns)
    hazard = np.array([*HAZARDS, 0.0])[:, None]
    ended, x = np.isfinite(gone), np.maximum(hazard * spread, 1e-9)
    here = np.exp(-hazard * young) * -np.expm1(-x) / x
    within = np.where(ended, np.maximum(gone - kept, SHORTEST), 0.0)
    after = np.where(ended, np.maximum(-np.expm1(-hazard * within), 1e-300), 1.0)
    return here, np.maximum(here * np.exp(-hazard * kept), 1e-300) * after


def by_site(lives: Mapping[str, Sequence[Life]]) -> dict[str, Lifetimes]:
    """Of each site, from the lives of its pages, by their urlkeys; of those of which something is known."""
    sites: dict[str, list[Life]] = {}
    for key, mine in lives.items():
        sites.setdefault(site_of(key), []).extend(mine)
    return {site: found for site, mine in sites.items() if (found := learnt(mine)).lives}


def site_of(urlkey: str) -> str:
    """The host of a page, as its key begins: ``org,example``."""
    return urlkey.partition(")")[0]
