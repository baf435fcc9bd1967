"""Who knows the future: a revision that is about to go first, then whatever has waited longest. The ceiling."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from math import inf

import numpy as np

from crawler.schedule.learning import Seen

from .queue import Queue
from .run import LEAST
from .world import DELETION, Page

SOON = 60.0  # before it goes: hosts are asked one page at a time


class Clairvoyant(Queue):
    def __init__(self, pages: list[Page]) -> None:
        super().__init__("clairvoyant", pages)
        self._coming = sorted(
            (at, number, end)
            for number, page in enumerate(pages)
            for at, kind, end in zip(page.times, page.kinds, page.ends, strict=True)
            if kind != DELETION
        )
        self._next = 0
        self._unseen: list[list[float]] = [[] for _ in pages]  # ends of revisions, a heap each
        self._ends = np.full(len(pages), inf)
        self._since = np.full(len(pages), inf)

    def choose(self, now: float, free: Callable[[int], bool], tokens: float) -> list[int]:
        self._come(now)
        ready = self.there & (now - self.last >= LEAST) & (self._since < inf)
        urgent = self._ends - now <= SOON
        for number in np.flatnonzero(ready & (self._ends <= now)):  # gone, unseen
            ends = self._unseen[number]
            while ends and ends[0] <= now:
                heapq.heappop(ends)
            self._ends[number] = ends[0] if ends else inf
            ready[number], urgent[number] = bool(ends), bool(ends) and ends[0] - now <= SOON
        found = np.flatnonzero(ready)
        worth = np.where(urgent[found], 1e9 - self._ends[found], now - self._since[found] - 1e8)
        return self.best(found, worth, free, tokens)

    def _come(self, now: float) -> None:
        while self._next < len(self._coming) and self._coming[self._next][0] <= now:
            at, number, end = self._coming[self._next]
            self._next += 1
            heapq.heappush(self._unseen[number], end)
            self._ends[number] = self._unseen[number][0]
            self._since[number] = min(self._since[number], at)

    def saw(self, page: int, now: float, seen: Seen, *, changed: bool, ended: bool) -> None:
        super().saw(page, now, seen, changed=changed, ended=ended)
        self._unseen[page] = []
        self._ends[page] = self._since[page] = inf
