"""What a request costs: one price for all, and one for each host that cannot be asked as often as it would be worth.

A look is made where its index reaches both, multiplied. The prices are the multipliers of the two bounds, the budget
and each host's politeness (Kolobov et al., SIGIR 2019), and find their level by themselves: up where work waits, down
where tokens lie unspent. Pure; seconds.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

STEP = 10.0  # seconds between two corrections of the price ...
RATE = 0.05  # ... each by so much, up or down
HOST_RATE = 1.05
QUEUE = 2  # more than so many that wait are a queue
MOST = 1e12  # of either: a number that was read from a damaged row must not become infinite


class Prices:
    """``least``: below it only the bounds of each watch bind, and a price would drift away and take days to return."""

    def __init__(self, least: float, price: float | None = None) -> None:
        self.least = least
        self.price = least if price is None else price
        self.hosts: NDArray[np.float64] = np.ones(16)
        self._corrected: float | None = None
        self._short = self._unspent = False

    def at_least(self, least: float) -> None:
        """From now on no less than this: some watch may be looked at more often."""
        at_rest = self.price == self.least
        self.least = min(self.least, least)
        if at_rest:
            self.price = self.least

    def set(self, price: float) -> None:
        self.price = min(max(price, self.least), MOST) if np.isfinite(price) else self.least

    def grow(self, hosts: int) -> None:
        if hosts > len(self.hosts):
            self.hosts = np.concatenate([self.hosts, np.ones(hosts)])

    def asked(self, now: float, *, short: int, unspent: bool) -> None:
        """After a round: ``short`` hosts had work and no token; ``unspent``: tokens are left and nothing waits."""
        self._short = self._short or short > QUEUE
        self._unspent = unspent
        if self._corrected is None or now < self._corrected:
            self._corrected = now
        while now - self._corrected >= STEP:
            self._corrected = self._corrected + STEP if now - self._corrected < 10 * STEP else now
            if self._short:
                self.set(self.price * np.exp(RATE))
            elif self._unspent:
                self.set(self.price * np.exp(-RATE))
            self._short = False

    def dispatched(self, hosts: NDArray[np.integer], waiting: NDArray[np.integer]) -> None:
        """One look at each of these hosts was begun; so many others of it wait."""
        change = np.where(waiting > QUEUE, HOST_RATE, 1 / HOST_RATE)
        self.hosts[hosts] = np.clip(self.hosts[hosts] * change, 1.0, MOST)

    def dump(self, names: Mapping[str, int]) -> dict[str, float]:
        """Host prices that are not at rest."""
        return {name: float(self.hosts[number]) for name, number in names.items() if self.hosts[number] > 1.0}
