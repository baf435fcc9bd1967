"""What a plan promises beside what a crawl then does: pages of a made world are looked at until they are known, a plan
is made of what was learnt, and the crawl goes on with the budget that was planned for."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace

import numpy as np
import pytest

from crawler.schedule.habits import FLOOR
from crawler.schedule.plan import Plan, plan
from crawler.schedule.scheduler import SHORTEST
from tests.bench.scheduling.policies import Production
from tests.bench.scheduling.run import TICK, Eyes, Result
from tests.bench.scheduling.world import DELETION, HOUR, NEVER_ENDS, Page, World, fill

WORLD = World(pages=40, hosts=10, days=0.6)
MARGIN = 0.03


def steady(world: World, seed: int) -> list[Page]:
    """Pages on which as much happens at any hour as at any other: of changes to come a plan knows nothing."""
    chance = np.random.default_rng(seed)
    pages = []
    for number in range(world.pages):
        rate = float(np.clip(chance.lognormal(np.log(world.rate), world.rate_spread), 0.5, 90.0)) / HOUR
        rate *= float(chance.random() > world.stale)
        entries = np.sort(chance.random(chance.poisson(rate * world.horizon)) * world.horizon)
        page = Page(number % world.hosts, 0.0, 0.0, world.horizon, NEVER_ENDS, rate, 0, [], [], [], [])
        fill(world, chance, page, entries.tolist())
        pages.append(page)
    return pages


class Crawl:
    """As it is made: with the crawler's floor and least interval, newsrooms told apart."""

    def __init__(self, world: World, budget: float) -> None:
        self.world, self.pages, self.budget = world, steady(world, 7), budget
        self.crawler = Production(self.pages, budget, floor=FLOOR, least=SHORTEST)
        self.looks: list[list[float]] = [[] for _ in self.pages]
        self._eyes = Eyes(self.pages, told=self.crawler.told)
        for number in range(len(self.pages)):
            self.crawler.add(number, 0.0)

    def goes_on(self, begin: float, end: float) -> None:
        tokens, asked, chance = 1.0, np.full(self.world.hosts, -np.inf), np.random.default_rng(1)
        for now in np.arange(begin, end, TICK).tolist():
            tokens = min(tokens + TICK * self.budget, max(1.0, 60 * self.budget))
            waited = now - asked >= self.world.gap
            for number in self.crawler.choose(now, waited.__getitem__, tokens):
                tokens -= 1
                asked[self.pages[number].host] = now
                self.looks[number].append(now)
                seen, changed, ended = self._eyes.look(number, now, Result(""), chance)
                self.crawler.saw(number, now, seen, changed=changed, ended=ended)

    def planned(self, now: float) -> Plan:
        caps = {str(host): 1 / self.world.gap for host in range(self.world.hosts)}
        return plan(self.crawler.scheduler, self.budget, caps, {}, now)

    def asked(self, begin: float, end: float) -> float:
        """Requests a second."""
        return sum(begin <= at < end for looks in self.looks for at in looks) / (end - begin)

    def caught(self, begin: float, end: float) -> float:
        """The share of what was published between these times of which a look was in time."""
        found = [
            bisect_left(looks, at) < bisect_left(looks, life)
            for page, looks in zip(self.pages, self.looks, strict=True)
            for at, kind, life in zip(page.times, page.kinds, page.ends, strict=True)
            if kind != DELETION and begin <= at < end
        ]
        return float(np.mean(found))


@pytest.mark.parametrize(
    ("per_hour", "world"),
    [
        pytest.param(40, WORLD, id="hardly enough for max"),
        pytest.param(600, WORLD, id="one request per event"),
        pytest.param(400, replace(WORLD, hosts=4, gap=60.0), id="hosts that bind"),
    ],
)
def test_a_crawl_asks_as_often_and_catches_as_much_as_was_planned(per_hour: float, world: World) -> None:
    crawl, half = Crawl(world, per_hour / HOUR), world.horizon / 2
    crawl.goes_on(0.0, half)
    told = crawl.planned(half)
    crawl.goes_on(half, world.horizon)
    decided = world.horizon - 1.5 * float(told.intervals.max())  # what is younger may still be caught

    assert crawl.asked(half, world.horizon) == pytest.approx(told.requests, rel=MARGIN)
    assert crawl.caught(half, decided) == pytest.approx(told.completeness, abs=MARGIN)
