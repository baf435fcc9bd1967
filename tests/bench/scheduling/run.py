"""One policy against one world on a virtual clock, and what it caught."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from crawler.schedule.learning import Seen
from pipelines.lifetimes import Event

from .world import DELETION, ENTRY, HEAD, Page, World

TICK = 10.0
SHORT = 600.0  # a revision that lives no longer is short-lived
LEAST = 30.0  # between two looks at a page


class Policy(Protocol):
    """``choose``: at most one page per free host, no more than there are tokens. ``saw``: what a look that began at
    ``now`` found."""

    name: str

    def add(self, page: int, now: float) -> None: ...

    def choose(self, now: float, free: Callable[[int], bool], tokens: float) -> list[int]: ...

    def saw(self, page: int, now: float, seen: Seen, *, changed: bool, ended: bool) -> None: ...


@dataclass(slots=True)
class Result:
    name: str
    events: int = 0
    spent: int = 0
    revisions: int = 0
    caught: int = 0
    short: int = 0
    short_caught: int = 0
    wasted: int = 0
    states: int = 0
    delays: list[float] = field(default_factory=list)
    hosts: dict[int, list[int]] = field(default_factory=dict)  # caught, of how many

    def figures(self) -> dict[str, float]:
        delays = np.array(self.delays or [0.0]) / 60
        shares = [caught / count for caught, count in self.hosts.values() if count >= 20]
        return {
            "spent": self.spent / max(self.events, 1),
            "rev": self.caught / max(self.revisions, 1),
            "short": self.short_caught / max(self.short, 1),
            "page": self.states / max(self.events, 1),
            "waste": self.wasted / max(self.spent, 1),
            "mean": float(delays.mean()),
            "p95": float(np.percentile(delays, 95)),
            "h10": float(np.percentile(shares, 10)) if shares else float("nan"),
        }


def count_events(world: World, pages: list[Page]) -> int:
    return sum(sum(1 for at in page.times if page.registered <= at < world.horizon) for page in pages)


@dataclass(slots=True)
class Eyes:
    """What looks find on pages. ``noise``: the chance that the bytes of an unchanged page differ all the same."""

    pages: list[Page]
    noise: float = 0.0
    told: Callable[[int, list[Event]], None] | None = None  # who learns how long revisions live
    last: dict[int, float] = field(default_factory=dict)
    place: dict[int, int] = field(default_factory=dict)

    def look(self, number: int, now: float, result: Result, chance: np.random.Generator) -> tuple[Seen, bool, bool]:
        page = self.pages[number]
        begin = self.place.get(number, 0)
        end = bisect_right(page.times, now, begin)
        last = self.last.get(number)
        self.place[number], self.last[number] = end, now
        found = self._found(page, begin, end, now, result)
        if self.told is not None and last is not None and end > begin:
            self.told(number, list(_events(page, begin, end, last, now)))
        result.spent += 1
        fresh = any(page.times[i] >= page.registered for i in range(begin, end))
        result.states += fresh
        result.wasted += not fresh
        changed = end > begin or (self.noise > 0 and last is not None and chance.random() < self.noise)
        return found, changed, now >= page.marker

    def _found(self, page: Page, begin: int, end: int, now: float, result: Result) -> Seen:
        """A new entry and its first edits are one event; so are several edits of one."""
        edited: dict[int, float] = {}
        born: dict[int, float] = {}
        heads, deletions = 0, 0
        for i in range(begin, end):
            kind, at, entry = page.kinds[i], page.times[i], page.entries[i]
            if kind == ENTRY:
                born[entry] = at
            elif kind == DELETION:
                deletions += born.pop(entry, None) is None
                edited.pop(entry, None)
            if page.ends[i] <= now:
                continue
            if at >= page.registered:
                _catch(page, at, page.ends[i], now, result)
            if kind == HEAD:
                heads = 1
            elif kind != ENTRY and entry not in born:
                edited[entry] = at
        edits: list[float | None] = [now - at for at in edited.values()]
        return Seen(new=tuple(now - at for at in born.values()), edited=(*edits, *[None] * deletions), heads=heads)


def _events(page: Page, begin: int, end: int, last: float, now: float) -> Iterator[Event]:
    """What an archive knows of them: the newest of each entry, and when that came only where it is the entry itself."""
    newest = {page.entries[i] if page.kinds[i] != HEAD else -1: i for i in range(begin, end)}
    for name, i in newest.items():
        at = page.times[i] if page.kinds[i] == ENTRY else None
        yield Event(str(name), last, now, born=page.kinds[i] != DELETION, at=at)


def _catch(page: Page, at: float, end: float, now: float, result: Result) -> None:
    result.caught += 1
    result.short_caught += end - at <= SHORT
    result.delays.append(now - at)
    result.hosts.setdefault(page.host, [0, 0])[0] += 1


def play(world: World, pages: list[Page], policy: Policy, per_event: float, *, noise: float = 0.0,
         seed: int = 0) -> Result:  # fmt: skip
    """``per_event``: requests that the budget allows for each published event."""
    result = Result(policy.name, events=count_events(world, pages))
    _count_revisions(world, pages, result)
    eyes, chance = Eyes(pages, noise, getattr(policy, "told", None)), np.random.default_rng(seed + 1)
    budget = per_event * result.events / world.horizon
    most, tokens = max(1.0, 60 * budget), 1.0
    host_at = np.full(world.hosts, -np.inf)
    coming = sorted(range(len(pages)), key=lambda number: pages[number].registered)
    now, placed = 0.0, 0

    def free(host: int) -> bool:
        return bool(now - host_at[host] >= world.gap)

    while now < world.horizon:
        while placed < len(coming) and pages[coming[placed]].registered <= now:
            policy.add(coming[placed], now)
            placed += 1
        tokens = min(tokens + TICK * budget, most)
        for number in policy.choose(now, free, tokens):
            tokens -= 1
            host_at[pages[number].host] = now
            seen, changed, ended = eyes.look(number, now, result, chance)
            policy.saw(number, now, seen, changed=changed, ended=ended)
        if tokens < -1e-9:
            raise RuntimeError(f"{policy.name} has spent more than its budget")
        now += TICK
    return result


def _count_revisions(world: World, pages: list[Page], result: Result) -> None:
    for page in pages:
        for at, kind, end in zip(page.times, page.kinds, page.ends, strict=True):
            if kind != DELETION and page.registered <= at < world.horizon:
                result.revisions += 1
                result.short += end - at <= SHORT
                result.hosts.setdefault(page.host, [0, 0])[1] += 1
