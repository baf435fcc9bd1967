"""Which policies there are, by name, and worlds to try them in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from crawler.schedule.habits import FLOOR
from crawler.schedule.scheduler import SHORTEST

from .clairvoyant import Clairvoyant
from .memories import Index, archive, delay, freshness, harmonic, page_state, steady
from .policies import Fixed, Ladder, Oracle, Production, nutch, stormcrawler
from .run import Policy, Result, count_events, play
from .world import Page, World, make

Make = Callable[[list[Page], float], Policy]
OURS, ONE_BY_ONE, ALIKE = "Stoppress", "Stoppress, calendar", "Stoppress all alike"
AS_CRAWLED = "Stoppress, as crawled"  # with the floor and the least interval that a crawl has
POLICIES: dict[str, Make] = {
    "fixed": lambda pages, budget: Fixed(pages, until_end=False),
    "fixed until end": lambda pages, budget: Fixed(pages, until_end=True),
    "NewsDiffs ladder": lambda pages, budget: Ladder(pages),
    "Nutch": lambda pages, budget: nutch(pages),
    "StormCrawler": lambda pages, budget: stormcrawler(pages),
    "freshness, one bit": lambda pages, budget: Index("freshness, one bit", pages, freshness),
    "LambdaCrawl form, one bit": lambda pages, budget: Index("LambdaCrawl form, one bit", pages, harmonic),
    "page states, one bit": lambda pages, budget: Index("page states, one bit", pages, page_state),
    "page states, times": lambda pages, budget: Index("page states, times", pages, page_state, bits=False),
    "delay, times": lambda pages, budget: Index("delay, times", pages, delay, bits=False),
    "archive index, two memories": lambda pages, budget: Index(
        "archive index, two memories", pages, archive, bits=False
    ),
    "Stoppress, one bit": lambda pages, budget: Production(pages, budget, name="Stoppress, one bit", bits=True),
    ONE_BY_ONE: lambda pages, budget: Production(pages, budget, name=ONE_BY_ONE, exact_up_to=0),
    ALIKE: lambda pages, budget: Production(pages, budget, name=ALIKE, alike=True),
    AS_CRAWLED: lambda pages, budget: Production(pages, budget, name=AS_CRAWLED, floor=FLOOR, least=SHORTEST),
    OURS: lambda pages, budget: Production(pages, budget),
    "oracle": lambda pages, budget: Oracle("oracle", pages, steady),
    "clairvoyant": lambda pages, budget: Clairvoyant(pages),
}
BASELINES = tuple(list(POLICIES)[:11])
BASE = World()
UNLIKE = "unlike newsrooms"
VARIANTS: dict[str, tuple[World, float]] = {  # with the chance that an unchanged page looks changed
    "base": (BASE, 0.0),
    "no clustering": (replace(BASE, branching=0.0), 0.0),
    "much clustering": (replace(BASE, branching=0.8), 0.0),
    "no quick edits": (replace(BASE, quick=0.0), 0.0),
    "70 % quick edits": (replace(BASE, quick=0.7), 0.0),
    "host gap 60 s": (replace(BASE, gap=60.0), 0.0),
    "half stale": (replace(BASE, stale=0.5), 0.0),
    "slow pages": (replace(BASE, rate=2.0), 0.0),
    "fast pages": (replace(BASE, rate=20.0), 0.0),
    "no end markers": (replace(BASE, marked=0.0), 0.0),
    UNLIKE: (replace(BASE, unlike=True), 0.0),
    "half cosmetic": (BASE, 0.5),
    "all cosmetic": (BASE, 1.0),
}


def contest(name: str, world: World, per_event: float, seed: int, noise: float = 0.0) -> Result:
    """One policy in the world of this seed."""
    return against(name, world, make(world, seed), per_event, seed, noise)


def against(name: str, world: World, pages: list[Page], per_event: float, seed: int = 0, noise: float = 0.0) -> Result:
    budget = per_event * count_events(world, pages) / world.horizon
    return play(world, pages, POLICIES[name](pages, budget), per_event, noise=noise, seed=seed)
