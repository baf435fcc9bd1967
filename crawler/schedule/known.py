"""What is known of the pages of a pool: looks are taken in one by one, and learnt from together when somebody asks."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .habits import AFTER_END, FADES, HEADS, RATES
from .learning import Learnt, Look, expected, learnt
from .pool import ALWAYS, Floats, Numbers, Pool
from .worth import Expected


class Rates(NamedTuple):
    """Events per second: in the long run, with its range (8 in 10 pages of which the same is known), and just now."""

    usual: float
    low: float
    high: float
    momentary: float


class Known:
    """Rows are changed in place; whoever reads ``steady`` or ``fading`` of the pool asks here."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._looks: dict[int, Look] = {}  # to be learnt from
        self._stale: list[int] = []  # of which it is not known what they let expect

    def changed(self, number: int) -> None:
        """It is new, or its coverage has ended."""
        self._stale.append(number)

    def looked(self, number: int, look: Look) -> None:
        if number in self._looks:
            self._learn()
        self._looks[number] = look

    def forget(self, number: int) -> None:
        self._looks.pop(number, None)

    def learnt(self, number: int) -> Learnt:
        """To be remembered."""
        self._learn()
        return self._pool.learnt(number)

    def expected(self, numbers: Numbers) -> Expected:
        self._learn()
        return Expected(self._pool.steady[numbers], self._pool.fading[numbers])

    def new(self, numbers: Numbers, since: Floats) -> Floats:
        """Updates that are expected since a look so long ago."""
        burst = self.expected(numbers).fading[:, 0] / (1 + HEADS) * FADES[0] * -np.expm1(-since / FADES[0])
        new: Floats = self._pool.rate[numbers] * since + burst
        return new

    def rates(self, number: int, since: float) -> Rates:
        """Of one page, so long after its last look."""
        of, likely = self.expected(np.array([number])), self._pool.likely[number].cumsum()
        usual = float(of.steady[0])
        low, high = (float(RATES[np.searchsorted(likely, share * likely[-1])]) for share in (0.1, 0.9))
        each = usual / float(self._pool.rate[number])
        momentary = usual + float(of.fading[0] @ np.exp(-since / np.array(FADES)))
        return Rates(usual, low * each, high * each, max(momentary, 0.0))

    def _learn(self) -> None:
        pool = self._pool
        if self._looks:
            numbers = np.array(list(self._looks), dtype=np.int64)
            known = pool.likely[numbers].astype(np.float64), pool.begun[numbers], pool.rate[numbers]
            likely, pool.begun[numbers] = learnt(*known, [*self._looks.values()])
            pool.likely[numbers], pool.rate[numbers] = likely, likely @ RATES
            self._stale += self._looks
            self._looks = {}
        if self._stale:
            numbers = np.array(self._stale, dtype=np.int64)
            left = np.where(pool.ended[numbers] == ALWAYS, 1.0, AFTER_END)
            pool.steady[numbers], pool.fading[numbers] = expected(pool.rate[numbers], pool.begun[numbers], left)
            self._stale = []
