"""What looks teach of a page's rate: two memories, one slow, one fast, in constant space. Pure; seconds.

A look after ``tau`` that finds ``c`` events, of ages a_1 ... a_c, moves them by

    A = A*exp(-tau/Ts) + c      B = B*exp(-tau/Ts) + Ts*(1 - exp(-tau/Ts))      F = F*exp(-tau/Tf) + sum exp(-a_j/Tf)

``A/B`` is a rate over the time that was looked at (the online form of a gamma prior's posterior mean), ``F/Tf`` the
rate of the last minutes. One bit ("it changed") counts as its expectation under the slow rate: x/(1 - exp(-x)).
A look that failed teaches nothing: it is no look.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, expm1
from typing import NamedTuple

from .worth import Model

FIRST_EVENTS = 6  # of a page's first look: its backlog tells little of today's rate ...
FIRST_TIME = 600.0  # ... and counts as what came in so many seconds
AFTER_END = 0.15  # of its rate is left to a page whose coverage has ended


@dataclass(frozen=True, slots=True)
class Seen:
    """What a good look found since the one before. ``ages``: of events whose time is known, seconds before the look;
    ``spread``: events that came at any time in between; ``changed``: no event could be told, but the text differs."""

    ages: Sequence[float] = ()
    spread: float = 0.0
    changed: bool = False

    @property
    def events(self) -> float:
        return len(self.ages) + self.spread


NOTHING = Seen()


class Learnt(NamedTuple):
    """The state of one page."""

    events: float = 0.0  # A
    time: float = 0.0  # B
    recent: float = 0.0  # F

    def rates(self, model: Model) -> tuple[float, float]:
        """(slow, fast) at the time of the last look."""
        return (self.events + model.prior_events) / (self.time + model.prior_time), self.recent / model.fast

    def after(self, seen: Seen, tau: float | None, model: Model) -> Learnt:
        """``tau``: since the last good look; None: this is the first."""
        first = tau is None
        gap = FIRST_TIME if tau is None else max(tau, 1e-3)
        spread = seen.spread
        if seen.changed and not seen.events:
            x = self.rates(model)[0] * gap
            spread = x / -expm1(-x)
        ages = [min(max(age, 0.0), gap) for age in seen.ages]
        if first:
            ages = sorted(ages)[:FIRST_EVENTS]
            spread = min(spread, FIRST_EVENTS - len(ages))
        kept, kept_fast = exp(-gap / model.slow), exp(-gap / model.fast)
        recent = sum([exp(-age / model.fast) for age in ages])
        recent += spread * model.fast / gap * -expm1(-gap / model.fast)
        return Learnt(
            self.events * kept + len(ages) + spread,
            self.time * kept - model.slow * expm1(-gap / model.slow),
            self.recent * kept_fast + recent,
        )
