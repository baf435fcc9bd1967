"""Stoppress' own scheduler, and what other rules would do with the same budget. Each from its published rule."""

from __future__ import annotations

from collections.abc import Callable
from math import inf

import numpy as np
from numpy.typing import NDArray

from crawler.schedule.learning import Seen
from crawler.schedule.scheduler import Scheduler
from pipelines.lifetimes import Event, by_site, lives_of

from .memories import Index
from .queue import Queue
from .run import LEAST
from .world import DAY, HOUR, Page, envelope

Floats = NDArray[np.float64]
LEARN_EVERY = 6 * HOUR
FIRST, LONGEST = 600.0, DAY  # of the multiplicative rules
PER_ENTRY = 1.93  # events that an entry brings in the mean: itself, its edits, a headline


class Production:
    """The scheduler that crawls, but for ``floor`` and ``least``, which are those of the rules beside it."""

    def __init__(self, pages: list[Page], budget: float, *, name: str = "Stoppress", bits: bool = False,
                 exact_up_to: int = 50_000, floor: float = 0.0, least: float = LEAST, most: float = HOUR,
                 alike: bool = False) -> None:  # fmt: skip
        """``bits``: a look tells only whether anything changed; ``alike``: newsrooms are not told apart."""
        self.name, self._pages, self._bits, self._most, self._alike = name, pages, bits, most, alike or bits
        self._least = least
        self._events: dict[int, list[Event]] = {}
        self._last: dict[int, float] = {}
        self._learn_at = LEARN_EVERY
        self.scheduler = Scheduler(budget=budget, floor=floor, exact_up_to=exact_up_to)

    def add(self, page: int, now: float) -> None:
        self.scheduler.add(str(page), str(self._pages[page].host), least=self._least, most=self._most)

    def choose(self, now: float, free: Callable[[int], bool], tokens: float) -> list[int]:
        if now >= self._learn_at and not self._alike:
            self._learn_at = now + LEARN_EVERY
            self._learn()
        return [int(one.key) for one in self.scheduler.choose(now, lambda host: free(int(host)), tokens)]

    def told(self, page: int, events: list[Event]) -> None:
        self._events.setdefault(page, []).extend(events)

    def _learn(self) -> None:
        """As a crawl does from its catalog."""
        lives = {f"{self._pages[page].newsroom})/{page}": lives_of(told, self._last[page])
                 for page, told in self._events.items()}  # fmt: skip
        newsrooms = by_site(lives)
        for key in self.scheduler.pool.numbers:
            if newsroom := newsrooms.get(str(self._pages[int(key)].newsroom)):
                self.scheduler.overwrites(key, newsroom.shares)

    def saw(self, page: int, now: float, seen: Seen, *, changed: bool, ended: bool) -> None:
        self._last[page] = now
        self.scheduler.observed(str(page), now, Seen(changed=changed) if self._bits else seen)
        if ended:
            self.scheduler.ends(str(page), self._pages[page].marker)


class Fixed(Queue):
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


class Interval(Queue):
    """An interval of each page's own, changed by what a look finds. ``rule``: (interval, changed) -> interval."""

    def __init__(self, name: str, pages: list[Page], rule: Callable[[float, bool], float]) -> None:
        super().__init__(name, pages)
        self._rule = rule
        self._interval = np.full(len(pages), FIRST)

    def choose(self, now: float, free: Callable[[int], bool], tokens: float) -> list[int]:
        late = now - self.last - self._interval
        found = np.flatnonzero(self.there & (late >= 0))
        return self.best(found, late[found], free, tokens)

    def saw(self, page: int, now: float, seen: Seen, *, changed: bool, ended: bool) -> None:
        first = self.last[page] == -inf
        super().saw(page, now, seen, changed=changed, ended=ended)
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


class Ladder(Queue):
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

    def saw(self, page: int, now: float, seen: Seen, *, changed: bool, ended: bool) -> None:
        super().saw(page, now, seen, changed=changed, ended=ended)
        if changed:
            self._changed[page] = now


class Oracle(Index):
    """The archive index with the true mean rate of this moment."""

    def rates(self, numbers: NDArray[np.int64], now: float) -> Floats:
        return np.array([self._true(self.pages[number], now) for number in numbers])

    @staticmethod
    def _true(page: Page, now: float) -> float:
        late = 0.02 / HOUR
        return PER_ENTRY * page.rate * envelope(page, now) + late if page.start <= now <= page.end else late
