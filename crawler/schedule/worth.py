"""What a look at a page is worth: the archive index and its parts, for numbers and for arrays alike. Pure.

An archive wants every revision of an update, also those that are soon overwritten. One that appears while nobody
looks is lost if it is overwritten before the next look; the longer it waits to be seen, the later it is known. Both
grow with the expected number of unseen events and with the time that they have waited:

    L(u) = s*u + trust*(f - s)*Tf*(1 - exp(-u/Tf))            expected unseen events, u seconds after the last look
    I(u) = weight * L(u)/u * [rho/delta * G(delta*u) + kappa*u^2/2],        G(x) = 1 - exp(-x)*(1 + x)

``I`` is an index in Whittle's sense: looking wherever it passes one price spends a budget where it brings most. It is
the integral of ``risk`` over the expected events, so that an event which is known of (a hint) adds its own risk to it.
Seconds throughout; rates in events per second.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

Number = Any  # a float, or an array of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """How live pages behave, as far as it is the same for all. What is learnt of each page is in ``Learnt``."""

    slow: float = 7200.0  # Ts: how long the slow memory of a page's rate reaches back ...
    fast: float = 600.0  # Tf: ... and the fast one, for bursts
    trust: float = 0.7  # in the fast one
    prior_events: float = 0.5  # a page that nothing is known of has one event an hour ...
    prior_time: float = 1800.0  # ... known as well as if it had been looked at so long
    hazard: float = 1 / 600  # delta: that a revision which is overwritten at all is so in the next second
    overwritten: float = 0.4  # rho: the share of revisions that are
    delay: float = 1 / 7200  # kappa: what a second of waiting costs. Never 0: a short budget would give up pages
    floor: float = 0.05  # expected events: a look for less is not polite

    def __post_init__(self) -> None:
        for name in ("slow", "fast", "prior_time", "hazard", "delay"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} = {getattr(self, name)} of a schedule's model must be more than 0")

    def least_price(self, shortest: float) -> float:
        """The price at which nothing but ``shortest`` and ``floor`` bind: a lower one would only drift away."""
        return float(self.floor / shortest * self.loss(shortest))

    def loss(self, u: Number, hazard: Number = None, overwritten: Number = None) -> Number:
        """What one event a second costs over a gap of ``u``: that much of it is lost or late."""
        delta = self.hazard if hazard is None else hazard
        rho = self.overwritten if overwritten is None else overwritten
        x = delta * u
        return rho / delta * (1 - np.exp(-x) * (1 + x)) + self.delay * u * u / 2

    def risk(self, age: Number) -> Number:
        """Of one known event that nobody has looked at for ``age``."""
        x = self.hazard * age
        return self.overwritten * x * np.exp(-x) + self.delay * age

    def unseen(self, slow: Number, fast: Number, u: Number) -> Number:
        """``L``: expected events since a look ``u`` ago, by the two rates."""
        burst = self.trust * (fast - slow) * self.fast * -np.expm1(-u / self.fast)
        return np.maximum(slow * u + burst, 0.0)

    def index(self, slow: Number, fast: Number, u: Number, *, weight: Number = 1.0, hazard: Number = None,
              overwritten: Number = None) -> Number:  # fmt: skip
        """``I``; 0 where no time has passed."""
        u = np.maximum(u, 1e-9)
        return weight * self.unseen(slow, fast, u) / u * self.loss(u, hazard, overwritten)
