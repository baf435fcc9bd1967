"""Stoppress' own scheduler, and what other rules would do with the same budget. Each from its published rule."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import inf

import numpy as np
from numpy.typing import NDArray

from crawler.schedule.learning import AFTER_END, Learnt, Seen
from crawler.schedule.scheduler import Scheduler
from crawler.schedule.worth import Model

from .run import LEAST
from .world import DAY, HOUR, Page, envelope

Floats = NDArray[np.float64]
FIRST, LONGEST = 600.0, DAY  # of the multiplicative rules
PER_ENTRY = 1.93  # events that an entry brings in the mean: itself, its edits, a headline


class Production:
    """The scheduler that crawls, as it is; the floor is left out, as no other rule has one."""

    def __init__(self, pages: list[Page], budget: float, *, name: str = "Stoppress", bits: bool = False,
                 exact_up_to: int = 50_000, floor: float = 0.0, most: float = HOUR) -> None:  # fmt: skip
        self.name, self._pages, self._bits, self._most = name, pages, bits, most
        self._scheduler = Scheduler(Model(floor=floor), budget=budget, exact_up_to=exact_up_to)

    def add(self, page: int, now: float) -> None:
        self._scheduler.add(str(page), str(self._pages[page].host), least=LEAST, most=self._most)

    def choose(self, now: float, free: Callable[[int], bool], tokens: float) -> list[int]:
        return [int(one.key) for one in self._scheduler.choose(now, lambda host: free(int(host)), tokens)]

    def saw(self, page: int, now: float, seen: Seen, *, changed: bool, ended: bool, new: Sequence[float]) -> None:
        self._scheduler.observed(str(page), now, Seen(changed=changed) if self._bits else seen)
        if ended:
            self._scheduler.ends(str(page), self._pages[page].marker)


class _Queue:
    """What the other rules share: columns, and the best of each free host, best host first."""

    def __init__(self, name: str, pages: list[Page]) -> None:
        count = len(pages)
        self.name, self.pages = name, pages
        self.host = np.array([page.host for page in pages], dtype=np.int64)
        self.there = np.zeros(count, dtype=bool)
        self.last: Floats = np.full(count, -inf)
        self.ended = np.zeros(count, dtype=bool)

    def add(self, page: int, now: float) -> None:
        self.there[page] = True

    def saw(self, page: int, now: float, seen: Seen, *, changed: bool, ended: bool, new: Sequence[float]) -> None:
        self.last[page] = now
        self.ended[page] = ended

    def best(self, ready: NDArray[np.int64], worth: Floats, free: Callable[[int], bool], tokens: float) -> list[int]:
        order = ready[np.argsort(-worth, kind="stable")]
        hosts, heads = np.unique(self.host[order], return_index=True)
        chosen: list[int] = []
        for at in np.argsort(heads, kind="stable"):
            if tokens < 1:
                break
            if free(int(hosts[at])):
                chosen.append(int(order[heads[at]]))
                tokens -= 1
        return chosen


class Fixed(_Queue):
    """Whoever was not looked at for longest: a fixed interval, as short as the budget allows."""

    def __init__(self, pages: list[Page], *, until_end: bool) -> None:
        super().__init__("fixed until end" if until_end else "fixed", pages)
        self._until_end = until_end

    def choose(self, now: float, free: Callable[[int], bool], tokens: float) -> list[int]:
        since = now - self.last
        ready = self.there & (since >= LEAST)
        if self._until_end:
            ready &= ~self.ended | (since >= DAY)
        found = np.flatnonzero(ready)
        return self.best(found, since[found], free, tokens)


class Interval(_Queue):
    """An interval of each page's own, changed by what a look finds. ``rule``: (interval, changed) -> interval."""

    def __init__(self, name: str, pages: list[Page], rule: Callable[[float, bool], float]) -> None:
        super().__init__(name, pages)
        self._rule = rule
        self._interval = np.full(len(pages), FIRST)

    def choose(self, now: float, free: Callable[[int], bool], tokens: float) -> list[int]:
        late = now - self.last - self._interval
        found = np.flatnonzero(self.there & (late >= 0))
        return self.best(found, late[found], free, tokens)

    def saw(self, page: int, now: float, seen: Seen, *, changed: bool, ended: bool, new: Sequence[float]) -> None:
        first = self.last[page] == -inf
        super().saw(page, now, seen, changed=changed, ended=ended, new=new)
        if not first:
            self._interval[page] = min(max(self._rule(float(self._interval[page]), changed), LEAST), LONGEST)


def nutch(pages: list[Page]) -> Interval:
    """AdaptiveFetchSchedule: 0.8 times after a change, 1.4 times after none."""
    return Interval("Nutch", pages, lambda interval, changed: interval * (0.8 if changed else 1.4))


def stormcrawler(pages: list[Page]) -> Interval:
    """AdaptiveScheduler: half way to the least after a change, 1.5 times after none."""
    return Interval(
        "StormCrawler", pages, lambda interval, changed: (interval + LEAST) / 2 if changed else interval * 1.5
    )


class Ladder(_Queue):
    """NewsDiffs: by the time since the page changed last, every 15 minutes, hour, 3 hours."""

    def __init__(self, pages: list[Page]) -> None:
        super().__init__("NewsDiffs ladder", pages)
        self._changed: Floats = np.zeros(len(pages))

    def choose(self, now: float, free: Callable[[int], bool], tokens: float) -> list[int]:
        age = now - self._changed
        interval = np.where(age < 3 * HOUR, 900.0, np.where(age < DAY, HOUR, 3 * HOUR))
        late = now - self.last - interval
        found = np.flatnonzero(self.there & (late >= 0))
        return self.best(found, late[found], free, tokens)

    def saw(self, page: int, now: float, seen: Seen, *, changed: bool, ended: bool, new: Sequence[float]) -> None:
        super().saw(page, now, seen, changed=changed, ended=ended, new=new)
        if changed:
            self._changed[page] = now


class Index(_Queue):
    """The worthiest look first, by a formula of (rate, time since the last look)."""

    def __init__(self, name: str, pages: list[Page], worth: Callable[[Floats, Floats], Floats], *,
                 bits: bool = True) -> None:  # fmt: skip
        super().__init__(name, pages)
        self._worth, self._bits, self._model = worth, bits, Model()
        self._learnt = [Learnt()] * len(pages)
        self._rate: Floats = np.full(len(pages), Learnt().rates(self._model)[0])

    def choose(self, now: float, free: Callable[[int], bool], tokens: float) -> list[int]:
        found = np.flatnonzero(self.there & (now - self.last >= LEAST))
        since = np.minimum(now - self.last[found], 1e7)
        rate = self.rates(found, now) * np.where(self.ended[found], AFTER_END, 1.0)
        new = self.last[found] == -inf
        return self.best(found, np.where(new, inf, self._worth(rate, since)), free, tokens)

    def rates(self, numbers: NDArray[np.int64], now: float) -> Floats:
        return self._rate[numbers]

    def saw(self, page: int, now: float, seen: Seen, *, changed: bool, ended: bool, new: Sequence[float]) -> None:
        last = float(self.last[page])
        super().saw(page, now, seen, changed=changed, ended=ended, new=new)
        told = Seen(changed=changed and last != -inf) if self._bits else seen
        self._learnt[page] = self._learnt[page].after(told, None if last == -inf else now - last, self._model)
        self._rate[page] = self._learnt[page].rates(self._model)[0]


class Oracle(Index):
    """The archive index with the true mean rate of this moment."""

    def rates(self, numbers: NDArray[np.int64], now: float) -> Floats:
        return np.array([self._true(self.pages[number], now) for number in numbers])

    @staticmethod
    def _true(page: Page, now: float) -> float:
        late = 0.02 / HOUR
        return PER_ENTRY * page.rate * envelope(page, now) + late if page.start <= now <= page.end else late


def gain(x: Floats) -> Floats:
    """``G``: the share that comes, and is not yet over, in the course of x expected events."""
    return 1 - np.exp(-x) * (1 + x)


def archive(rate: Floats, since: Floats) -> Floats:
    return rate * Model().loss(since)  # type: ignore[no-any-return]


def freshness(rate: Floats, since: Floats) -> Floats:
    return gain(rate * since) / rate


def harmonic(rate: Floats, since: Floats) -> Floats:
    return rate * since**2 / (1 + rate * since)


def page_state(rate: Floats, since: Floats) -> Floats:
    return gain(rate * since)


def delay(rate: Floats, since: Floats) -> Floats:
    return rate * since**2 / 2
