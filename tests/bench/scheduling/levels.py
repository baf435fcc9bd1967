"""A candidate beyond the archive index: how likely each of a few rates is, and the edits that seen entries will have.

    new entries -> burst or background? -> posterior over rate levels
    entries seen lately -> edits to come | index: every expected unseen event, by when it is expected

Two memories average over what a page did; a posterior knows how sure it may be, and takes a page that woke up, or
fell asleep, for what it is. An entry that was seen lately has its edits still before it: no rate tells that. What is
expected unevenly over a gap is integrated as such, not spread over it.

Published (``world``): 44 % of entries are edited, so .79 edits each if one more is always as likely; the last one 18
minutes after publication by the median. Assumed: the other numbers, round, and none is the generator's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from crawler.schedule.learning import AFTER_END, FIRST_EVENTS, FIRST_TIME, Seen

from .policies import Floats, _Queue
from .run import LEAST
from .world import HOUR, Page

NEVER, MINUTE = -np.inf, 60.0
RATES = np.geomspace(0.03, 60, 12) / HOUR  # entries per second
PRIOR = np.exp(-0.5 * (np.log(RATES * HOUR) / 1.6) ** 2)  # about one an hour, by a factor of five
PRIOR = PRIOR / PRIOR.sum()
STAY = 24 * HOUR  # a page goes to any other level once in so long ...
STEP = 6 * HOUR  # ... and to the next one
FOLLOWS = 0.3  # entries that one brings about, within ten minutes by the mean
BURST = 10 * MINUTE
EDITS = 0.79
HEADS = 0.2  # changes of the headline per entry
LAGS = ((0.4, 5 * MINUTE), (0.6, 30 * MINUTE))  # of edits: (share, mean)
LOSSES = ((0.2, 1 / (4 * MINUTE)), (0.25, 1 / (25 * MINUTE)))  # (share of revisions overwritten, hazard)
DELAY = 1 / (2 * HOUR)


def lost(waited: Floats) -> Floats:
    """What one event a second costs over a gap: overwritten, or late."""
    cost = DELAY * waited**2 / 2
    for share, hazard in LOSSES:
        x = hazard * waited
        cost = cost + share / hazard * (1 - np.exp(-x) * (1 + x))
    return cost


def lost_of_fading(waited: Floats, fades: float) -> Floats:
    """The same of a rate that is 1 a second at the last visit and fades: the integral of exp(-s/fades) * risk."""
    left = np.exp(-waited / fades)
    cost = DELAY * fades * (waited - fades * (1 - left))
    for share, hazard in LOSSES:
        beta = hazard - 1 / fades
        x = beta * waited
        small = np.abs(x) < 1e-3  # the series, where the difference of two equal numbers would be left
        whole = (left - np.exp(-hazard * waited) * (1 + x)) / np.where(small, 1.0, x) ** 2
        cost = cost + share * hazard * waited**2 * np.where(small, left * (0.5 - x / 3), whole)
    return cost


def moved(likely: Floats, tau: float) -> Floats:
    """After ``tau`` without a look."""
    anywhere, beside = -np.expm1(-tau / STAY), -np.expm1(-2 * tau / STEP) / 4  # the latter to each side
    padded = np.pad(likely, 1, mode="edge")
    stepped = (1 - 2 * beside) * likely + beside * (padded[:-2] + padded[2:])
    return (1 - anywhere) * stepped + anywhere * PRIOR


class Levels(_Queue):
    def __init__(self, pages: list[Page]) -> None:
        super().__init__("rate levels", pages)
        n = len(pages)
        self.likely = np.tile(PRIOR, (n, 1))
        self.mean = np.full(n, float(PRIOR @ RATES))
        self.burst = np.zeros(n)  # seen entries, fading: what they still bring about
        self.edited = np.zeros((len(LAGS), n))  # the same for their edits, by lag
        self.left = np.ones(n)

    def choose(self, now: float, free: Callable[[int], bool], tokens: float) -> list[int]:
        found = np.flatnonzero(self.there & (now - self.last >= LEAST))
        worth = np.where(self.last[found] == NEVER, np.inf, self.index(found, now - self.last[found]))
        return self.best(found, worth, free, tokens)

    def index(self, numbers: NDArray[np.int64], waited: Floats) -> Floats:
        waited = np.clip(waited, 1.0, 1e6)
        rate, even, fades = self.mean[numbers], lost(waited), BURST / (1 - FOLLOWS)
        fading = lost_of_fading(waited, fades)
        entries = rate * even + FOLLOWS * (self.burst[numbers] / BURST - rate) * fading
        total = (1 + HEADS) * entries
        for (share, lag), seen in zip(LAGS, self.edited, strict=True):
            fading = lost_of_fading(waited, lag)
            total = total + EDITS * share * (seen[numbers] / lag * fading + rate * (even - fading))
        worth: Floats = np.maximum(total, 0.0) * self.left[numbers]
        return worth

    def saw(self, page: int, now: float, seen: Seen, *, changed: bool, ended: bool, new: Sequence[float]) -> None:
        first = self.last[page] == NEVER
        tau = FIRST_TIME if first else now - float(self.last[page])
        if not first:
            self.likely[page] = moved(self.likely[page], tau)
            self.edited[:, page] *= [np.exp(-tau / lag) for _, lag in LAGS]
        for n, (_, lag) in enumerate(LAGS):
            self.edited[n, page] += sum(np.exp(-age / lag) for age in new)  # of a backlog too: it has its times
        ages = sorted(age for age in new if not first or age < tau)[: FIRST_EVENTS if first else None]
        self._learn(page, tau, [max(age, 0.0) for age in ages])
        super().saw(page, now, seen, changed=changed, ended=ended, new=new)
        self.left[page] = AFTER_END if ended else 1.0

    def _learn(self, page: int, tau: float, ages: Iterable[float]) -> None:
        background = RATES * (1 - FOLLOWS)
        count = self._unprompted(page, tau, ages, float(self.mean[page]) * (1 - FOLLOWS))
        fit = count * np.log(background) - background * tau
        likely = self.likely[page] * np.exp(fit - fit.max())
        self.likely[page] = likely / likely.sum()
        self.mean[page] = float(self.likely[page] @ RATES)

    def _unprompted(self, page: int, tau: float, ages: Iterable[float], rate: float) -> float:
        """How many of the entries, by the odds, were not brought about by others; ``burst`` goes on to the end."""
        burst, at, count = float(self.burst[page]), 0.0, 0.0
        for age in sorted(ages, reverse=True):
            since = max(tau - age, at)
            burst *= np.exp((at - since) / BURST)
            count += rate / (rate + FOLLOWS / BURST * burst)
            burst, at = burst + 1.0, since
        self.burst[page] = burst * np.exp((at - tau) / BURST)
        return count
