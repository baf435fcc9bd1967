"""What looks teach of a page, in constant space: how likely each of a few rates is, and what has begun there. Pure.

    new updates --brought about by others, by the odds?--> burst | background -> how likely each rate is (Bayes)
    edits       --brought about by updates?--------------> so many as are usual? | background

A mean over what a page did does not know how sure it may be. The probabilities do: they take a page that woke up, or
fell asleep, for what it is, and a new one for what pages are. An update that was seen lately still has its edits before
it, and others that it brings about: no rate tells that, so these are kept apart, as what fades (``worth``).

A look that failed teaches nothing: it is no look. Seconds; rates in updates per second.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, expm1
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .habits import (
    BACKLOG,
    BEFORE,
    BURST,
    EDITED,
    EDITS,
    FADES,
    FOLLOWS,
    FORGOTTEN,
    HEADS,
    LAGS,
    OWN,
    PRIOR,
    RATES,
    STAY,
    STEP,
    WAKES,
)
from .worth import Expected

Floats = NDArray[np.float64]
BACKGROUND = RATES * (1 - FOLLOWS)
SURE = 20.0  # edits that are expected and not seen, or the other way round, before a page is taken for another kind
_LAGS = tuple(lag for _, lag in LAGS)
MOST = 300  # events of one look that are told apart
SHORTEST = 1e-3


@dataclass(frozen=True, slots=True)
class Seen:
    """What a good look found since the one before: seconds before the look of each event, None where only its page
    knows. ``new``: updates; ``edited``: of updates, also removals; ``heads``: changes of the page's own headlines;
    ``changed``: no event could be told, but the text differs."""

    new: Sequence[float | None] = ()
    edited: Sequence[float | None] = ()
    heads: int = 0
    changed: bool = False

    @property
    def events(self) -> int:
        return len(self.new) + len(self.edited) + self.heads


NOTHING = Seen()


class Begun(NamedTuple):
    """What goes on at a page as of its last look."""

    burst: float = 0.0  # updates seen, each as far as it may still bring about others
    soon: float = 0.0  # ... and edits of it that come soon ...
    late: float = 0.0  # ... or late
    edits: float = 0.0  # edits that were made ...
    expected: float = 0.0  # ... of so many


class Look(NamedTuple):
    """``gap``: since the last good look; None: this is the first."""

    seen: Seen
    gap: float | None


class Told(NamedTuple):
    """Of one look, for the rate. ``bit``: only that something came, ``brought`` of it about by others."""

    gap: float
    events: float = 0.0
    bit: bool = False
    brought: float = 0.0


def learnt(likely: Floats, begun: Floats, rate: Floats, looks: Sequence[Look]) -> tuple[Floats, Floats]:
    """``likely`` (n, levels) and ``begun`` (n, as ``Begun``) after one look at each of n pages; ``rate`` (n): the mean
    of what was likely before, in updates per second."""
    first = np.array([look.gap is None for look in looks])
    gaps = np.array([BEFORE if look.gap is None else max(look.gap, SHORTEST) for look in looks])
    found, told = _faded(begun, gaps), [Told(gap) for gap in gaps.tolist()]
    for n, (seen, gap) in enumerate(looks):
        if seen.events or seen.changed:  # most looks find nothing: they are dealt with together
            was = Begun._make(begun[n].tolist())
            came, told[n] = _came(was, seen, told[n].gap, max(float(rate[n]), WAKES), first=gap is None)
            found[n] += came
    return _likely(likely, told, first), found


def _faded(begun: Floats, gaps: Floats) -> Floats:
    """Where nothing came."""
    found = np.empty_like(begun)
    found[:, 0] = begun[:, 0] * np.exp(-gaps / BURST)
    visible = np.zeros(len(gaps))
    for k, (share, lag) in enumerate(LAGS, start=1):
        passed = -np.expm1(-gaps / lag)
        found[:, k] = begun[:, k] * (1 - passed)
        # Edits that will be seen: each of its own in a short gap, of several of one update in a long gap the last.
        visible += share * begun[:, k] * EDITS * passed / (1 + (EDITS / EDITED - 1) * passed)
    found[:, 3:] = begun[:, 3:] * np.exp(-gaps / FORGOTTEN)[:, None]
    found[:, 4] += visible
    return found


def _came(was: Begun, seen: Seen, gap: float, rate: float, *, first: bool) -> tuple[Begun, Told]:
    """What the events of one look add to what has begun."""
    if not seen.events:
        brought = FOLLOWS * was.burst * -expm1(-gap / BURST)
        soon, late = (exp(-gap / 2 / lag) for lag in _LAGS)
        came = Begun(exp(-gap / 2 / BURST), soon, late, 0.0, EDITED)
        return came, Told(gap, 1.0, bit=True, brought=brought)
    new = _placed(seen.new, gap)
    counted = sorted(age for age in new if age < gap)[:BACKLOG] if first else [min(age, gap) for age in new]
    burst, background = _unprompted(was.burst, gap, counted, rate * (1 - FOLLOWS))
    prompted, own = (0.0, 0.0) if first else _edits(was, seen, gap, rate)
    soon, late = (sum(exp(-age / lag) for age in new) for lag in _LAGS)
    came = Begun(burst, soon, late, prompted, own * EDITED - expm1(-HEADS * len(counted)))
    return came, Told(gap, background + own)


def _placed(ages: Sequence[float | None], gap: float) -> list[float]:
    """Those whose time nobody knows lie evenly in the gap."""
    unknown = sum(age is None for age in ages)
    places = iter([gap * (n + 0.5) / unknown for n in range(unknown)])
    return [next(places) if age is None else max(age, 0.0) for age in ages][:MOST]


def _unprompted(burst: float, gap: float, ages: Iterable[float], rate: float) -> tuple[float, float]:
    """(what they add to the burst, how many of them, by the odds, were not brought about by others)."""
    at, added, count = 0.0, 0.0, 0.0
    for age in sorted(ages, reverse=True):
        since = max(gap - age, at)
        added *= exp((at - since) / BURST)
        count += rate / (rate + FOLLOWS / BURST * (burst * exp(-since / BURST) + added))
        added, at = added + 1.0, since
    return added * exp((at - gap) / BURST), count


def _edits(was: Begun, seen: Seen, gap: float, rate: float) -> tuple[float, float]:
    """Of edits and headlines: (those that updates have brought about, by the odds; the others)."""
    prompted = own = 0.0
    for age in seen.edited[:MOST]:
        since = gap / 2 if age is None else max(gap - max(age, 0.0), 0.0)
        hazard = sum(
            EDITS * share / lag * had * exp(-since / lag)
            for (share, lag), had in zip(LAGS, (was.soon, was.late), strict=True)
        )
        odds = hazard / (hazard + OWN * rate)
        prompted, own = prompted + odds, own + 1 - odds
    likely = HEADS * len(seen.new)
    odds = likely / (likely + OWN * rate * gap)
    return prompted + odds * seen.heads, own + (1 - odds) * seen.heads


def _likely(likely: Floats, told: Sequence[Told], first: NDArray[np.bool_]) -> Floats:
    gap, events, bit, brought = (np.array(column, dtype=float)[:, None] for column in zip(*told, strict=True))
    likely = np.where(first[:, None], likely, _moved(likely, gap))
    came = np.log(-np.expm1(-(BACKGROUND * gap + brought)))
    fit = np.where(bit > 0, came, events * np.log(BACKGROUND) - BACKGROUND * gap)
    found = likely * np.exp(fit - fit.max(axis=1, keepdims=True))
    return found / found.sum(axis=1, keepdims=True)  # type: ignore[no-any-return]


def _moved(likely: Floats, gap: Floats) -> Floats:
    """After so long without a look: a page may have gone to the rate beside, and to any other; one that is silent
    does so more rarely, as its time is counted in updates."""
    goes = likely * -np.expm1(-2 * gap / STEP) / 4  # to each side; the lowest and the highest have one neighbour
    padded = np.concatenate([goes[:, :1], goes, goes[:, -1:]], axis=1)
    stepped = likely - 2 * goes + padded[:, :-2] + padded[:, 2:]
    leaves = stepped * -np.expm1(-gap / STAY)
    return stepped - leaves + leaves.sum(axis=1, keepdims=True) * PRIOR  # type: ignore[no-any-return]


def expected(rate: Floats, begun: Floats, left: Floats) -> Expected:
    """Of n pages, from the mean rate of updates and what has begun (n, as ``Begun``); ``left``: the share of it that is
    expected at all. A page makes so many times the edits of others as it has shown, the surer the more there were."""
    burst, soon, late, edits, likely = begun.T
    usual = (SURE + edits) / (SURE + likely)
    heads = 1 + usual * HEADS
    fading = np.empty((len(rate), len(FADES)))
    fading[:, 0] = heads * FOLLOWS * (burst / BURST - rate)
    for k, ((share, lag), had) in enumerate(zip(LAGS, (soon, late), strict=True), start=1):
        fading[:, k] = usual * EDITS * share * (had / lag - rate)
    return Expected(left * rate * (heads + usual * EDITS), left[:, None] * fading)


# to be remembered ------------------------------------------------------------------------------------------------


class Learnt(NamedTuple):
    """The state of one page."""

    likely: tuple[float, ...] = tuple(PRIOR.tolist())
    begun: Begun = Begun()

    @classmethod
    def of_count(cls, updates: float, seconds: float) -> Learnt:
        """What is known of a page that had so many updates in so long."""
        told = [Told(seconds, updates * (1 - FOLLOWS))]
        found = _likely(PRIOR[None, :], told, np.array([True]))[0]
        return cls(tuple(found.tolist()))

    @property
    def rate(self) -> float:
        """Its mean, in updates per second."""
        return float(np.dot(self.likely, RATES))

    def to_json(self) -> dict[str, Any]:
        return {"likely": [float(f"{one:.4g}") for one in self.likely], "begun": list(self.begun)}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any] | None) -> Learnt | None:
        """None where nothing is kept that can be read. An earlier release kept a count of events and its time."""
        try:
            if kept is None:
                return None
            if "likely" not in kept:
                events, time = float(kept["events"]), float(kept["time"])
                if not (np.isfinite((events, time)).all() and events >= 0 and time >= 0):
                    return None
                return cls.of_count(events / (1 + HEADS + EDITS), time) if time else cls()
            likely, going = np.array(kept["likely"], dtype=float), Begun(*(float(one) for one in kept["begun"]))
            if likely.shape != PRIOR.shape or not (likely >= 0).all() or not 0 < likely.sum() < np.inf:
                return None
            if not (np.isfinite(going).all() and min(going) >= 0):
                return None
            return cls(tuple((likely / likely.sum()).tolist()), going)
        except (TypeError, ValueError, KeyError, OverflowError):
            return None
