"""The archive index with two memories of a page's rate, as the literature's estimators have it: other rules use them.

A look after ``tau`` that finds ``c`` events, of ages a_1 ... a_c, moves them by

    A = A*exp(-tau/Ts) + c      B = B*exp(-tau/Ts) + Ts*(1 - exp(-tau/Ts))      F = F*exp(-tau/Tf) + sum exp(-a_j/Tf)

``A/B`` is a rate over the time that was looked at (the online form of a gamma prior's posterior mean), ``F/Tf`` the
rate of the last minutes. One bit ("it changed") counts as its expectation under the slow rate: x/(1 - exp(-x)). From
both the expected unseen events, and what they cost:

    L(u) = s*u + trust*(f - s)*Tf*(1 - exp(-u/Tf))
    I(u) = L(u)/u * [rho/delta * G(delta*u) + kappa*u^2/2],        G(x) = 1 - exp(-x)*(1 + x)
"""

from __future__ import annotations

from collections.abc import Callable
from math import exp, expm1, inf
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from crawler.schedule.habits import AFTER_END, BACKLOG, BEFORE
from crawler.schedule.learning import Seen

from .queue import Queue
from .run import LEAST
from .world import Page

Floats = NDArray[np.float64]
Number = Any  # a float, or an array of them
SLOW, FAST, TRUST = 7200.0, 600.0, 0.7
PRIOR_EVENTS, PRIOR_TIME = 0.5, 1800.0
HAZARD, OVERWRITTEN, DELAY = 1 / 600, 0.4, 1 / 7200


class Memories(NamedTuple):
    """Of one page."""

    events: float = 0.0  # A
    time: float = 0.0  # B
    recent: float = 0.0  # F

    def rates(self) -> tuple[float, float]:
        """(slow, fast) at the time of the last look."""
        return (self.events + PRIOR_EVENTS) / (self.time + PRIOR_TIME), self.recent / FAST

    def after(self, seen: Seen, tau: float | None) -> Memories:
        """``tau``: since the last look; None: this is the first."""
        gap = BEFORE if tau is None else max(tau, 1e-3)
        times = [*seen.new, *seen.edited]
        ages = [min(max(age, 0.0), gap) for age in times if age is not None]
        spread = float(len(times) - len(ages) + seen.heads)
        if seen.changed and not seen.events:
            x = self.rates()[0] * gap
            spread = x / -expm1(-x)
        if tau is None:
            ages = sorted(ages)[:BACKLOG]
            spread = min(spread, BACKLOG - len(ages))
        recent = sum(exp(-age / FAST) for age in ages) + spread * FAST / gap * -expm1(-gap / FAST)
        kept = exp(-gap / SLOW)
        return Memories(
            self.events * kept + len(ages) + spread,
            self.time * kept - SLOW * expm1(-gap / SLOW),
            self.recent * exp(-gap / FAST) + recent,
        )


def cost(u: Number) -> Number:
    """Of one event a second over a gap of ``u``: that much of it is lost or late."""
    x = HAZARD * u
    return OVERWRITTEN / HAZARD * (1 - np.exp(-x) * (1 + x)) + DELAY * u * u / 2


class Index(Queue):
    """The worthiest look first, by a formula of (slow rate, fast rate, time since the last look).

    ``bits``: it is told no more than whether the page has changed.
    """

    def __init__(self, name: str, pages: list[Page], worth: Callable[[Floats, Floats, Floats], Floats], *,
                 bits: bool = True, most: float = inf) -> None:  # fmt: skip
        super().__init__(name, pages)
        self._worth, self._bits, self._most = worth, bits, most
        self._known = [Memories()] * len(pages)
        self._slow, self._fast = (np.full(len(pages), rate) for rate in Memories().rates())

    def choose(self, now: float, free: Callable[[int], bool], tokens: float) -> list[int]:
        found = np.flatnonzero(self.there & (now - self.last >= LEAST))
        since = np.minimum(now - self.last[found], 1e7)
        left = np.where(self.ended[found], AFTER_END, 1.0)
        worth = self._worth(self.rates(found, now) * left, self._fast[found] * left, since)
        new = self.last[found] == -inf
        return self.best(found, np.where(new, inf, worth), free, tokens)

    def rates(self, numbers: NDArray[np.int64], now: float) -> Floats:
        return self._slow[numbers]

    def saw(self, page: int, now: float, seen: Seen, *, changed: bool, ended: bool) -> None:
        last = float(self.last[page])
        super().saw(page, now, seen, changed=changed, ended=ended)
        told = Seen(changed=changed and last != -inf) if self._bits else seen
        self._known[page] = self._known[page].after(told, None if last == -inf else now - last)
        self._slow[page], self._fast[page] = self._known[page].rates()


def gain(x: Floats) -> Floats:
    """``G``: the share that comes, and is not yet over, in the course of x expected events."""
    return 1 - np.exp(-x) * (1 + x)


def archive(slow: Floats, fast: Floats, since: Floats) -> Floats:
    u = np.maximum(since, 1e-9)
    events = np.maximum(slow * u - TRUST * (fast - slow) * FAST * np.expm1(-u / FAST), 0.0)
    return events / u * cost(u)  # type: ignore[no-any-return]


def steady(slow: Floats, fast: Floats, since: Floats) -> Floats:
    return slow * cost(since)  # type: ignore[no-any-return]


def freshness(slow: Floats, fast: Floats, since: Floats) -> Floats:
    return gain(slow * since) / slow


def harmonic(slow: Floats, fast: Floats, since: Floats) -> Floats:
    return slow * since**2 / (1 + slow * since)


def page_state(slow: Floats, fast: Floats, since: Floats) -> Floats:
    return gain(slow * since)


def delay(slow: Floats, fast: Floats, since: Floats) -> Floats:
    return slow * since**2 / 2
