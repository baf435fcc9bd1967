"""The adaptive schedule: of all pages, those whose look is worth most now, for one budget and polite to each host.

    observed -> rates | worth of a look, against the prices -> ready | best of each free host, best host first -> begun

Pure: ``now`` is always an argument (seconds of one clock), nothing here sleeps. Up to ``exact_up_to`` watches the worth
of all is computed once a second, which is exact; beyond, each is computed when its price may have been reached, and
at least every ``HORIZON`` as prices move.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from .aftermath import Aftermath
from .habits import FLOOR
from .judge import REASONS, Choice, Judge
from .known import Known
from .learning import Learnt, Look, Seen
from .pool import ALWAYS, NEVER, Floats, Numbers, Pool
from .prices import QUEUE, Prices
from .told import Told
from .wheel import Wheel
from .worth import least_price

EXACT_UP_TO = 50_000
EVERY = 1.0  # seconds between two computations of all
HORIZON, LONG_HORIZON = 120.0, 600.0  # for so long a due time holds that was computed at today's prices
LONG_FROM = 500_000  # watches
SOON, FEWEST = 30.0, 1000  # beyond ``exact_up_to`` no more are ready than are begun in so many seconds, or so few
CLOSING = (900.0, 7200.0, 86400.0)  # looks after the end of coverage
SHORTEST = 60.0  # seconds between two looks at a page, where its watch does not say less
SPARE = 30.0  # seconds of the budget that lie unspent before it goes into looks that are overdue and no more
SAME = 1e-3  # seconds: two sums of the same times differ by less
RETRY = 60.0  # after a look that failed, doubled with each in a row
OVERDUE = REASONS.index("forced")
_TIMES = ("last", "hold", "failed", "fresh", "known", "ready", "ended", "heard")


class Scheduler:
    """Of one crawler. What is chosen counts as being looked at until ``observed`` or ``failed``."""

    def __init__(self, *, budget: float, floor: float = FLOOR, exact_up_to: int = EXACT_UP_TO,
                 closing: Sequence[float] = CLOSING) -> None:  # fmt: skip
        """``budget``: looks per second. ``floor``: expected events, a look for less is not made. ``closing``: looks
        after the end of coverage, in seconds since."""
        if budget <= 0:
            raise ValueError(f"a budget of {budget} looks a second allows none")
        self.budget = budget
        self.prices = Prices(least_price(SHORTEST, floor))
        self.pool = Pool()
        self._known = Known(self.pool)
        self._exact_up_to = exact_up_to
        self._wheel = Wheel()
        self._ready: Numbers = np.empty(0, dtype=np.int64)
        self._worth: Floats = np.empty(0)
        self._reasons: NDArray[np.int8] = np.empty(0, dtype=np.int8)
        self._touched: set[int] = set()  # to be judged at the next computation
        self._computed, self._exact = NEVER, True
        self._hints = Told()
        self.judge = Judge(self.pool, self._known, self._hints, self.prices, floor=floor, closing=closing)

    # the list -------------------------------------------------------------------------------------------

    def add(self, key: str, host: str, *, weight: float = 1.0, least: float = 60.0, most: float = 3600.0,
            after: float = 86400.0, begins: float = NEVER, known: float = NEVER, learnt: Learnt | None = None,
            last: float = NEVER, ended: float = ALWAYS, aftermath: Aftermath | None = None) -> None:  # fmt: skip
        """A watch, with what is known of it from before. Without ``last`` it is due at once. ``known``: since when it
        is watched like that, as far as looks that were missed are concerned."""
        _check_bounds(key, least, most)
        pool, number = self.pool, self.pool.add(key, host)
        pool.last[number], pool.ended[number] = last, ended
        pool.fresh[number], pool.failures[number], pool.failed[number], pool.window[number] = aftermath or Aftermath()
        if pool.failed[number] <= last:  # a good look came after, of which nothing else was remembered
            pool.failures[number], pool.failed[number] = 0, NEVER
        if learnt is not None:
            pool.learn(number, learnt)
        self.prices.grow(len(pool.host_names))
        self._known.changed(number)
        self._bind(number, weight, least, most, after, begins)
        pool.known[number] = known

    def change(self, key: str, *, weight: float, least: float, most: float, after: float, begins: float,
               known: float = NEVER) -> None:  # fmt: skip
        """A watch that is here was edited: all that is known of its page stays, a look that is under way, too."""
        _check_bounds(key, least, most)
        number = self.pool.numbers[key]
        self._bind(number, weight, least, most, after, begins)
        self.pool.known[number] = max(self.pool.known[number], known)
        self._computed = NEVER  # what is ready is so by the bounds before

    def _bind(self, number: int, weight: float, least: float, most: float, after: float, begins: float) -> None:
        pool = self.pool
        unhindered = pool.hold[number] <= self._again(number) + SAME
        pool.weight[number], pool.least[number], pool.most[number] = weight, least, most
        pool.after[number], pool.begins[number] = max(after, most), begins
        again = self._again(number)
        pool.hold[number] = again if unhindered else max(again, pool.hold[number])
        if least < SHORTEST:
            self.prices.at_least(least_price(least, self.judge.floor))
        self._touched.add(number)

    def _again(self, number: int) -> float:
        """The soonest look by the watch's own bounds, after the last good one or after those that failed since."""
        pool = self.pool
        if not (looks := pool.failures[number]):
            return float(pool.last[number] + pool.least[number])
        wait = max(RETRY * 2.0 ** min(looks - 1, 20), pool.least[number])
        return float(pool.failed[number] + min(wait, pool.most[number]))

    def remove(self, key: str) -> None:
        number = self.pool.remove(key)
        self._forget(number)
        self._hints.forget(number)

    def __contains__(self, key: str) -> bool:
        return key in self.pool.numbers

    def __len__(self) -> int:
        return len(self.pool)

    # decisions ------------------------------------------------------------------------------------------

    def choose(self, now: float, free: Callable[[str], bool], tokens: float) -> list[Choice]:
        """At most one look per host that is ``free``, and no more than there are tokens; the worthiest first."""
        self._compute(now)
        pool, prices = self.pool, self.prices
        if not len(self._ready):
            prices.asked(now, short=0, unspent=tokens >= 1)
            return []
        order = np.lexsort((pool.last[self._ready], -self._worth))  # of what is worth the same, the longest ago
        ready = self._ready[order]
        overdue = self._reasons[order] == OVERDUE
        hosts, heads = np.unique(pool.host[ready], return_index=True)
        waiting = np.bincount(np.searchsorted(hosts, pool.host[ready[~overdue]]), minlength=len(hosts))
        overdue = overdue[heads]
        names = pool.host_names
        chosen: list[int] = []  # of ``hosts``
        short, late, spare = 0, False, max(1.0, self.budget * SPARE)
        by_worth = np.argsort(heads, kind="stable")
        for at, host in zip(by_worth.tolist(), hosts[by_worth].tolist(), strict=True):
            if overdue[at] and tokens < spare:
                late = late or free(names[host])  # that there is one is enough: of a long list most are
                continue
            if not free(names[host]):
                continue
            if tokens < 1:
                short += 1
                if short > QUEUE:
                    break
                continue
            tokens -= 1
            chosen.append(at)
        prices.dispatched(hosts[chosen], waiting[chosen] - ~overdue[chosen])
        # Overdue looks are made with what is left over, and make none dearer: if those that wait raised the price,
        # nothing else would be worth it any more, and a budget that is too small for ``most`` would go into them alone.
        prices.asked(now, short=short, unspent=(tokens >= 1 or late) and not short)
        places = order[heads[chosen]]
        begun = [
            Choice(pool.keys[number], REASONS[reason])
            for number, reason in zip(self._ready[places].tolist(), self._reasons[places].tolist(), strict=True)
        ]
        self._begin(places)
        return begun

    def _begin(self, places: Numbers) -> None:
        self.pool.idle[self._ready[places]] = False
        keep = np.ones(len(self._ready), dtype=bool)
        keep[places] = False
        self._keep(keep)

    def _keep(self, keep: NDArray[np.bool_]) -> None:
        self._ready, self._worth, self._reasons = self._ready[keep], self._worth[keep], self._reasons[keep]

    def _compute(self, now: float) -> None:
        """Which are ready, and what each is worth."""
        if self._computed <= now < self._computed + EVERY:
            return
        before, self._computed = self._computed, now
        numbers = self._to_judge(now)
        worth, ready, reasons = self.judge.judged(numbers, now)
        self._note_ready(numbers, ready, before, now)
        if not self._exact:
            waiting = numbers[~ready]
            self._wheel.put(waiting, self.judge.when(waiting, now, self._horizon()))
            ready = self._best(numbers, worth, ready, now)
        self._ready, self._worth, self._reasons = numbers[ready], worth[ready], reasons[ready]

    def _note_ready(self, numbers: Numbers, ready: NDArray[np.bool_], before: float, now: float) -> None:
        """Since when each is due: what a bound held back until now, since its end; else since it is found to be."""
        pool, known = self.pool, np.isfinite(self.pool.ready[numbers])
        pool.ready[numbers[known & ~ready]] = ALWAYS
        new = numbers[ready & ~known]
        if len(new):
            may = self.judge.may(new)
            pool.ready[new] = np.where((before < may) & (may <= now) & (before != NEVER), may, now)

    def _best(self, numbers: Numbers, worth: Floats, ready: NDArray[np.bool_], now: float) -> NDArray[np.bool_]:
        """Of those that are ready no more than the budget can serve soon; the others come again when it is their turn.

        What it could not serve as long as a judgement holds is not worth its price: that is raised at once.
        """
        most = max(FEWEST, int(self.budget * SOON))
        places = np.flatnonzero(ready)
        if len(places) <= most:
            return ready
        rank = worth[places] / self.prices.hosts[self.pool.host[numbers[places]]]
        order = np.lexsort((self.pool.last[numbers[places]], -rank))
        served = int(self.budget * self._horizon())
        if served < len(order) and np.isfinite(rank[order[served]]):
            self.prices.set(max(self.prices.price, float(rank[order[served]])))
        later = places[order[most:]]
        turn = now + 1.0 + np.arange(len(later)) / self.budget
        self._wheel.put(numbers[later], np.minimum(turn, now + self._horizon()))
        kept = ready.copy()
        kept[later] = False
        return kept

    def _to_judge(self, now: float) -> Numbers:
        was_exact, self._exact = self._exact, len(self.pool) <= self._exact_up_to
        touched, self._touched = self._touched, set()
        if self._exact or was_exact:  # when there are too many from now on, each is given its time once
            return self.pool.there()
        numbers = np.concatenate([self._ready, self._wheel.take(now), np.fromiter(touched, dtype=np.int64)])
        numbers = np.unique(numbers)
        idle: Numbers = numbers[self.pool.idle[numbers]]
        return idle

    def _horizon(self) -> float:
        return LONG_HORIZON if len(self.pool) > LONG_FROM else HORIZON

    # what comes back ------------------------------------------------------------------------------------

    def observed(self, key: str, now: float, seen: Seen) -> None:
        """A good look that began at ``now``."""
        number = self._over(key)
        if number is None:
            return
        pool = self.pool
        last, pool.ready[number] = pool.last[number], ALWAYS
        if now <= last:  # two looks in one moment, or told late: the later one has taught already
            self._touched.add(number)
            return
        self._known.looked(number, Look(seen, None if last == NEVER else float(now - last)))
        pool.failures[number], pool.failed[number] = 0, NEVER
        pool.last[number] = now
        pool.hold[number] = self._again(number)
        ages = [*seen.new, *seen.edited]
        came = max((now - age for age in ages if age is not None), default=NEVER)
        undated = None in ages or seen.heads or seen.changed
        if came > pool.ended[number] or (undated and last >= pool.ended[number]):
            pool.ended[number] = ALWAYS  # it goes on after all
        self._hints.forget(number)
        self._touched.add(number)

    def failed(self, key: str, now: float) -> None:
        """A look that began at ``now`` brought nothing: what is known stays, and it is tried again later each time."""
        number = self._over(key)
        if number is None:
            return
        pool = self.pool
        pool.failures[number] += 1
        pool.failed[number] = now
        pool.hold[number], pool.ready[number] = self._again(number), ALWAYS
        self._touched.add(number)

    def not_before(self, key: str, at: float) -> None:
        """No look sooner, whatever it is worth."""
        number = self.pool.numbers.get(key)
        if number is not None:
            self.pool.hold[number] = max(self.pool.hold[number], at)
            self._touched.add(number)

    def given_up(self, key: str) -> None:
        """What was chosen was not begun after all."""
        number = self._over(key)
        if number is not None:
            self._touched.add(number)

    def _over(self, key: str) -> int | None:
        number = self.pool.numbers.get(key)
        if number is not None:
            self.pool.idle[number] = True
        return number

    def ends(self, key: str, at: float) -> bool:
        """Its coverage has ended. A later event opens it again. False: that was known."""
        number = self.pool.numbers.get(key)
        if number is None or self.pool.ended[number] != ALWAYS:
            return False
        self.pool.ended[number] = at
        self._known.changed(number)
        self._touched.add(number)
        return True

    def fresh_until(self, key: str, at: float) -> None:
        """Its caches give the same until then (``max-age`` less ``Age``)."""
        number = self.pool.numbers.get(key)
        if number is not None:
            self.pool.fresh[number] = min(at, self.pool.last[number] + self.pool.most[number])

    def shows(self, key: str, updates: int) -> None:
        """So many updates its first page shows of more that there are."""
        number = self.pool.numbers.get(key)
        if number is not None:
            self.pool.window[number] = updates or ALWAYS

    def hint(self, key: str, at: float) -> None:
        """Something is known to have happened there."""
        number = self.pool.numbers.get(key)
        if number is not None and at > self.pool.last[number]:
            self._hints.add(number, at)
            self._touched.add(number)

    def heard(self, keys: Iterable[str], now: float, recall: float) -> None:
        """A source was asked that tells of this share of what happens on these pages."""
        for key in keys:
            number = self.pool.numbers.get(key)
            if number is not None:
                self.pool.heard[number], self.pool.hush[number] = now, 0.8 * min(max(recall, 0.0), 1.0)

    def overwrites(self, key: str, shares: Sequence[float]) -> None:
        """Of what its newsroom publishes these shares are overwritten, one for each of HAZARDS."""
        number = self.pool.numbers.get(key)
        if number is not None:
            self.pool.shares[number] = shares
            self.judge.newsrooms_differ = True

    def moved(self, by: float) -> None:
        """The clock was set, ``by`` so much."""
        self.pool.shift(_TIMES, by)
        self._hints.moved(by)
        self._computed, self._exact, self._wheel = NEVER, True, Wheel()  # all are judged anew

    def learnt(self, key: str) -> Learnt:
        """The state of a page, to be remembered."""
        return self._known.learnt(self.pool.numbers[key])

    def aftermath(self, key: str) -> Aftermath:
        """To be remembered, too."""
        pool, number = self.pool, self.pool.numbers[key]
        columns = (pool.fresh, pool.failures, pool.failed, pool.window)
        return Aftermath(*(float(column[number]) for column in columns))

    def _forget(self, number: int) -> None:
        self._wheel.forget(number)
        self._touched.discard(number)
        self._known.forget(number)
        self._keep(self._ready != number)


def _check_bounds(key: str, least: float, most: float) -> None:
    if most < least:
        raise ValueError(f"{key}: at most every {most:g} s and at least every {least:g} s contradict each other")
