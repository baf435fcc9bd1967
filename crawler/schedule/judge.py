"""What a look at each page is worth now, whether it is time for it, and when it will be.

By what is known of the page, what is told of it, the prices, and the bounds of its watch. Changes nothing; asked about
many pages at once, by their numbers in the pool.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipelines.lifetimes import HAZARDS

from .habits import LOSSES
from .known import Known, Rates
from .pool import NEVER, Floats, Numbers, Pool
from .prices import Prices
from .told import Told
from .worth import Expected, Losses, index, interval, unseen

LONG = 1e9
STEP = 1 / 8  # of what a hint has waited: so much later its page is judged again
REASONS = ("due", "forced", "window", "hint", "closing")


class Choice(NamedTuple):
    """A look that is to begin. ``why``: due, forced (too long ago), closing, hint, window."""

    key: str
    why: str


class Judge:
    """Of one scheduler, whose pool and prices it looks at."""

    def __init__(self, pool: Pool, known: Known, told: Told, prices: Prices, *, floor: float,
                 closing: Sequence[float]) -> None:  # fmt: skip
        """``floor``: expected events, a look for less is not made. ``closing``: looks after the end of coverage, in
        seconds since."""
        self._pool, self._known, self._hints, self._prices = pool, known, told, prices
        self.floor, self._closing = floor, tuple(closing)
        self.newsrooms_differ = False  # in how soon what they say is overwritten

    def judged(self, numbers: Numbers, now: float) -> tuple[Floats, NDArray[np.bool_], NDArray[np.int8]]:
        """(worth, whether it is time, why) of each; what has to be has no less worth than the price."""
        pool = self._pool
        worth, unseen = self._worth_of(numbers, now)
        price = self.prices_of(numbers)
        forced, full, closing = (act(numbers, now) for act in (self._overdue, self._full, self._is_closing))
        new, hinted = pool.last[numbers] == NEVER, self._hints.of(numbers)
        good = (worth >= price) & ((unseen >= self.floor) | hinted) & (now >= pool.fresh[numbers])
        allowed = (now >= pool.hold[numbers]) & (now >= pool.begins[numbers])
        worth = np.where(forced | full, np.maximum(worth, price), worth)
        worth = np.where(new | closing, np.inf, worth)
        reasons = np.select([new, closing, good & hinted, good, forced], [0, 4, 3, 0, 1], 2).astype(np.int8)
        return worth, allowed & (good | forced | full | new | closing), reasons

    # what it is worth ---------------------------------------------------------------------------------------

    def worth(self, key: str, now: float) -> tuple[float, float]:
        """(worth of a look now, expected unseen events)."""
        worth, unseen = self._worth_of(np.array([self._pool.numbers[key]]), now)
        return float(worth[0]), float(unseen[0])

    def rates(self, key: str, now: float) -> Rates:
        """What is expected of a page."""
        number = self._pool.numbers[key]
        return self._known.rates(number, float(self._since(np.array([number]), now)[0]))

    def losses(self, numbers: Numbers) -> Losses:
        """How soon what these pages say is overwritten."""
        return tuple(zip(self._pool.shares[numbers].T, HAZARDS, strict=True)) if self.newsrooms_differ else LOSSES

    def most(self, numbers: Numbers, now: float) -> Floats:
        """The longest that each may go without a look."""
        pool = self._pool
        return np.where(pool.ended[numbers] <= now, pool.after[numbers], pool.most[numbers])

    def prices_of(self, numbers: Numbers) -> Floats:
        prices: Floats = self._prices.price * self._prices.hosts[self._pool.host[numbers]]
        return prices

    def intervals(self, numbers: Numbers, prices: Floats, most: Floats | None = None) -> Floats:
        """How long after a look the next one is worth its price; within the bounds of each watch."""
        pool = self._pool
        bounds = pool.least[numbers], pool.most[numbers] if most is None else most
        shares = pool.shares[numbers] if self.newsrooms_differ else None
        return interval(self._known.expected(numbers), prices / pool.weight[numbers], self.floor, *bounds, shares)

    def _since(self, numbers: Numbers, now: float | Floats) -> Floats:
        """Since the last good look; a page that was never seen has waited long, but not for ever."""
        since: Floats = np.clip(now - self._pool.last[numbers], 0.0, LONG)
        return since

    def _worth_of(self, numbers: Numbers, now: float | Floats) -> tuple[Floats, Floats]:
        of = self._known.expected(numbers)
        worth = self._thinned(numbers, of, now)
        if self._hints:
            worth = worth + self._pool.weight[numbers] * self._hints.risk(numbers, now, self.losses)
        return worth, unseen(of, self._since(numbers, now))

    def _thinned(self, numbers: Numbers, of: Expected, now: float | Floats) -> Floats:
        """What their rates make them worth; the silence of a source since it was last asked only thins the looks."""
        pool, u = self._pool, self._since(numbers, now)
        hush, weight, losses = pool.hush[numbers], pool.weight[numbers], self.losses(numbers)
        worth: Floats = index(of, u, weight, losses)
        if hush.any():
            quiet = np.minimum(u, np.maximum(now - pool.heard[numbers], 0.0))
            worth = (1 - hush) * worth + hush * index(of, quiet, weight, losses)
        return worth

    def _overdue(self, numbers: Numbers, now: float) -> NDArray[np.bool_]:
        overdue: NDArray[np.bool_] = now - self._pool.last[numbers] >= self.most(numbers, now)
        return overdue

    def _full(self, numbers: Numbers, now: float) -> NDArray[np.bool_]:
        """Whether its first page may soon show other updates than all that it showed: half of them is safe."""
        new = self._known.new(numbers, self._since(numbers, now))
        full: NDArray[np.bool_] = 2 * new >= self._pool.window[numbers]
        return full

    def _is_closing(self, numbers: Numbers, now: float) -> NDArray[np.bool_]:
        ended, last = self._pool.ended[numbers], self._pool.last[numbers]
        found = np.zeros(len(numbers), dtype=bool)
        for after in self._closing:
            found |= (last < ended + after) & (ended + after <= now)
        return found

    # when --------------------------------------------------------------------------------------------------

    def when(self, numbers: Numbers, now: float, within: float) -> Floats:
        """When each is to be judged again: it is due then, as far as is known now, or the prices may have moved; no
        later than ``within`` seconds.

        What ``due`` does not know of: silence makes it later, and a hint sooner. Of a hint that is not computed: its
        page is judged in steps that grow, so that its look is late by a small share of what the hint has waited.
        """
        pool, at = self._pool, self.due(numbers, now)
        thinned = np.flatnonzero((pool.hush[numbers] > 0) & (at <= now))
        if len(thinned):
            at[thinned] = self._in_silence(numbers[thinned], now, within)
        if self._hints:
            hint = self._hints.newest(numbers)
            soonest = np.maximum(self.may(numbers), pool.fresh[numbers])
            step = np.maximum(now + np.maximum(STEP * (now - hint), 1.0), soonest)
            at = np.where(hint == NEVER, at, np.minimum(at, step))
        return np.clip(at, now + 1.0, now + within)

    def _in_silence(self, numbers: Numbers, now: float, within: float) -> Floats:
        """When pages that are thinned will be worth their price, if nobody is asked about them until then; ``within``
        that. To be asked makes it later again: it is too soon rather than too late. By bisection, to a second."""
        of, price = self._known.expected(numbers), self.prices_of(numbers)
        low, high = np.full(len(numbers), now), np.full(len(numbers), now + within)
        for _ in range(int(within).bit_length()):
            at = (low + high) / 2
            reached = self._thinned(numbers, of, at) >= price
            low, high = np.where(reached, low, at), np.where(reached, at, high)
        soonest: Floats = np.minimum(high, self._must(numbers, now))
        return soonest

    def due(self, numbers: Numbers, now: float) -> Floats:
        """When a look at each will be worth its price, at today's prices, if no source tells anything of it: a hint
        makes it sooner, silence later."""
        at = self._pool.last[numbers] + self.intervals(numbers, self.prices_of(numbers), self.most(numbers, now))
        at = np.maximum(at, self._pool.fresh[numbers])  # only such looks wait for that, not those that have to be made
        return np.maximum(np.minimum(at, self._must(numbers, now)), self.may(numbers))

    def coming(self, numbers: Numbers, now: float) -> Floats:
        """As ``due``, with what is told of each, and with the silence of its source as of now. To a second."""
        at = self.due(numbers, now)
        spoken = self._hints.of(numbers) | (self._pool.hush[numbers] > 0)
        places = np.flatnonzero(spoken & (self._pool.last[numbers] != NEVER))
        of = numbers[places]
        soonest, must = np.maximum(self.may(of), now), self._must(of, now)
        worth_it = np.maximum(soonest, self._pool.fresh[of])
        at[places] = np.minimum(self._worth_it_at(of, worth_it, np.maximum(must, worth_it)), np.maximum(must, soonest))
        return at

    def _worth_it_at(self, numbers: Numbers, low: Floats, high: Floats) -> Floats:
        """When each is worth its price, if nobody says more of it; between two moments. By bisection."""
        price, hinted = self.prices_of(numbers), self._hints.of(numbers)

        def reached(at: Floats) -> NDArray[np.bool_]:
            worth, expected = self._worth_of(numbers, at)
            return (worth >= price) & ((expected >= self.floor) | hinted)

        high = np.where(reached(low), low, high)
        for _ in range(int((high - low).max(initial=0.0)).bit_length()):
            middle = (low + high) / 2
            found = reached(middle)
            low, high = np.where(found, low, middle), np.where(found, middle, high)
        return high

    def full_at(self, numbers: Numbers, most: Floats) -> Floats:
        """When the first page of each may show hardly any update that it showed; ``most`` after its look at the latest.
        By bisection, to a second."""
        pool = self._pool
        low, high = np.zeros(len(numbers)), most.copy()
        for _ in range(int(high.max(initial=0.0)).bit_length()):
            middle = (low + high) / 2
            full = 2 * self._known.new(numbers, middle) >= pool.window[numbers]
            low, high = np.where(full, low, middle), np.where(full, middle, high)
        at: Floats = pool.last[numbers] + high
        return at

    def _must(self, numbers: Numbers, now: float) -> Floats:
        """When a look has to be made, whatever it is worth, as soon as it may."""
        last, most = self._pool.last[numbers], self.most(numbers, now)
        at: Floats = last + most
        if len(parts := np.flatnonzero(np.isfinite(self._pool.window[numbers]))):
            at[parts] = np.minimum(at[parts], self.full_at(numbers[parts], most[parts]))
        for after in self._closing:
            closing = self._pool.ended[numbers] + after
            at = np.where(last < closing, np.minimum(at, closing), at)
        return at

    def may(self, numbers: Numbers) -> Floats:
        """No look before."""
        earliest: Floats = np.maximum(self._pool.hold[numbers], self._pool.begins[numbers])
        return earliest

    # what was due before -------------------------------------------------------------------------------------

    def closing_at(self, number: int, at: float, within: float) -> bool:
        """Whether a closing look falls to this time."""
        ended = self._pool.ended[number]
        return any(abs(ended + after - at) <= within for after in self._closing)

    def due_since(self, choice: Choice, now: float) -> float:
        """When the look became due that was chosen now: a closing look, or one that ``most`` asks for, at its time; one
        that was hinted at with its hint; else when it was first found to be worth its price. No bound lay later."""
        pool, number = self._pool, self._pool.numbers[choice.key]
        one = np.array([number])
        may, at = float(self.may(one)[0]), min(float(pool.ready[number]), now)
        if choice.why in ("due", "hint"):
            may = max(may, float(pool.fresh[number]))
        if choice.why == "hint":
            at = min(at, float(self._hints.newest(one)[0]))
        forced = float(pool.last[number] + self.most(one, now)[0])
        if closing := self._closing_looks(number, now):
            at = max(closing[-1], float(pool.known[number]))
        elif NEVER < forced <= now:
            at = min(at, max(forced, float(pool.known[number])))
        return min(max(at, may), now)

    def missed(self, key: str, now: float) -> list[float]:
        """Closing looks that were not made, for the one that is made now stands for them."""
        number = self._pool.numbers[key]
        return [at for at in self._closing_looks(number, now)[:-1] if at >= self._pool.known[number]]

    def _closing_looks(self, number: int, now: float) -> list[float]:
        """Those that have come to be due since the page was last looked at, or tried."""
        pool = self._pool
        ended, last = float(pool.ended[number]), max(float(pool.last[number]), float(pool.failed[number]))
        return [at for after in self._closing if last < (at := ended + after) <= now]
