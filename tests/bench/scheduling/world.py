"""Made coverage: pages of a few days, with every entry, edit and deletion that a newsroom would make, and their ends.

    page -> entries (Hawkes process under an envelope) -> edits, deletions, headlines -> each revision's life

What is known of live pages is little (two complete Guardian live blogs: 44 % of entries edited, the last edit 18 min
after publication in the median, lognormal): the rest is assumed, and each assumption is a field. Seconds throughout.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

HOUR, DAY = 3600.0, 86_400.0
ZONES = (0, 0, 0, 1, 2, -5, -8, 10)
ENTRY, EDIT, DELETION, HEAD = 0, 1, 2, 3
NAMES = ("entry", "edit", "deletion", "head")
NEVER_ENDS = float("inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    pages: int = 1500
    hosts: int = 80
    days: float = 3.0
    rate: float = 6.0  # entries an hour, median over pages ...
    rate_spread: float = 0.9  # ... lognormal sigma
    branching: float = 0.45  # of an entry: how many follow it of its own
    echo: float = 360.0  # ... and how soon
    quick: float = 0.35  # share of edits that come within minutes
    quick_lag: float = 180.0
    slow_lag: float = 1080.0
    lag_spread: float = 0.9
    edits: float = 0.43  # chance of one more edit of an entry
    deleted: float = 0.02
    head: float = 0.18  # chance that an entry also changes headline or summary
    stale: float = 0.1  # watches that never change
    running: float = 0.1  # that have begun before
    marked: float = 0.7  # pages that say when they have ended
    gap: float = 10.0  # between two requests to a host
    unlike: bool = False  # half of the hosts overwrite within minutes, the others within hours

    @property
    def horizon(self) -> float:
        return self.days * DAY


@dataclass(slots=True)
class Page:
    """Events in the order of time; ``ends[i]``: when the revision that event i made is gone, or at once for none."""

    host: int
    registered: float
    start: float
    end: float  # of coverage
    marker: float  # when the page says that it has ended; never for some
    rate: float  # events a second, mean
    zone: int
    times: list[float]
    kinds: list[int]
    entries: list[int]
    ends: list[float]
    site: int = -1  # whose newsroom it is; -1: its host's

    @property
    def newsroom(self) -> int:
        return self.host if self.site < 0 else self.site


def make(world: World, seed: int) -> list[Page]:
    chance = np.random.default_rng(seed)
    share = np.arange(1, world.hosts + 1) ** -0.8
    hosts = chance.choice(world.hosts, size=world.pages, p=share / share.sum())
    zones = chance.choice(ZONES, size=world.hosts)
    if not world.unlike:
        return [_page(world, chance, int(host), int(zones[host])) for host in hosts]
    slow = replace(world, quick=0.0, slow_lag=2 * HOUR, edits=0.3)
    kinds = slow, replace(world, quick=0.9, quick_lag=90.0, edits=0.55)
    kind = chance.integers(0, 2, size=world.hosts)
    return [_page(kinds[kind[host]], chance, int(host), int(zones[host])) for host in hosts]


def _page(world: World, chance: np.random.Generator, host: int, zone: int) -> Page:
    length = float(np.clip(chance.lognormal(np.log(7 * HOUR), 0.8), HOUR, 40 * HOUR))
    kind = chance.random()
    rate = float(np.clip(chance.lognormal(np.log(world.rate), world.rate_spread), 0.5, 90.0)) / HOUR
    if kind < world.stale:
        registered = float(chance.random() * 0.3 * world.horizon)
        return Page(host, registered, 0.0, 0.0, NEVER_ENDS, 0.0, zone, [], [], [], [])
    if kind < world.stale + world.running:
        start = -float(chance.random()) * length / 2
    else:
        local = float(np.clip(chance.normal(8.5, 4.0), 0.0, 23.5))
        start = float(chance.integers(0, max(int(world.days), 1))) * DAY + (local - zone) * HOUR
    registered = max(start - float(chance.random()) * 2 * HOUR, 0.0)
    end = start + length
    marker = end if chance.random() < world.marked else NEVER_ENDS
    page = Page(host, registered, start, end, marker, rate, zone, [], [], [], [])
    fill(world, chance, page, _entries(world, chance, page))
    return page


def envelope(page: Page, at: float) -> float:
    """How busy coverage is at that time: more at first, less at last, little at night."""
    done = (at - page.start) / max(page.end - page.start, 1.0)
    busy = 1.7 if done < 0.15 else 0.45 if done > 0.85 else 1.0
    return busy * (0.2 if (at / HOUR + page.zone) % 24 < 5.5 else 1.0)


def _entries(world: World, chance: np.random.Generator, page: Page) -> list[float]:
    """A Hawkes process as what comes by itself (thinned), and what each brings in turn."""
    length, top = page.end - page.start, 1.7 * page.rate * (1 - world.branching)
    drawn = page.start + np.sort(chance.random(chance.poisson(top * length))) * length
    kept = chance.random(len(drawn)) * 1.7
    waiting = [float(at) for at, level in zip(drawn, kept, strict=True) if level < envelope(page, float(at))]
    found = []
    while waiting:
        at = waiting.pop()
        found.append(at)
        for lag in chance.exponential(world.echo, size=chance.poisson(world.branching)):
            if at + lag < page.end:
                waiting.append(at + float(lag))
    return sorted(found)


def fill(world: World, chance: np.random.Generator, page: Page, entries: list[float]) -> None:
    events: list[tuple[float, int, int, float]] = []  # time, kind, entry, end of the revision
    heads: list[float] = []
    for number, at in enumerate(entries):
        gone = at + float(chance.lognormal(np.log(480.0), 1.2)) if chance.random() < world.deleted else NEVER_ENDS
        count = min(int(chance.geometric(1 - world.edits)) - 1, 6)
        quick = chance.random(count) < world.quick
        medians = np.where(quick, world.quick_lag, world.slow_lag)
        edits = sorted(at + float(lag) for lag in chance.lognormal(np.log(medians), world.lag_spread))
        times = [at, *(edit for edit in edits if edit < gone)]
        for place, time in enumerate(times):
            later = times[place + 1] if place + 1 < len(times) else gone
            events.append((time, ENTRY if place == 0 else EDIT, number, later))
        if gone < NEVER_ENDS:
            events.append((gone, DELETION, number, gone))
        if chance.random() < world.head:
            heads.append(at + float(chance.exponential(120.0)))
    heads.sort()
    events += [(at, HEAD, -1, heads[i + 1] if i + 1 < len(heads) else NEVER_ENDS) for i, at in enumerate(heads)]
    keep(page, sorted(event for event in events if event[0] < world.horizon))


def keep(page: Page, events: list[tuple[float, int, int, float]]) -> None:
    page.times, page.kinds, page.entries, page.ends = (
        [list(column) for column in zip(*events, strict=True)] if events else ([], [], [], [])
    )
