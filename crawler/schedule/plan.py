"""What a budget would buy, before it is spent: by the index, at the rates that were learnt. Pure.

One price for all and one for each host that is asked as often as it may be: the two that fit are found by halving, as
a crawl would find them by and by. Where not even looks as seldom as ``max`` fit into a bound they come later than
that: intervals are stretched until it holds. Pages are taken as they are today; no burst and no night is foreseen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipelines.completeness import seen_share

from .pool import Floats, Numbers
from .scheduler import Scheduler

HALVINGS = 40
DEAREST = 1e9
NOTHING = 1e-9  # requests a second: what is left where others take all
LONGEST = 1e8  # seconds: three years; an interval of which more would say nothing more
RICH = 0.99  # of a bound that is used to more than this share it is said that it binds


@dataclass(frozen=True, slots=True)
class Plan:
    """``intervals``: of each watch, seconds; rates in requests a second. ``events``: expected per second, of all.

    ``completeness``, ``delay`` and ``events`` are of the adaptive watches: of others nothing is learnt.
    """

    budget: float
    price: float
    requests: float  # never more than the budget
    wanted: float  # requests, if no look were later than ``max`` and no turn skipped for want of budget
    others: float  # of the requests: those of other schedules
    stretch: float  # so many times longer than by the bounds of their watches intervals are, for want of budget
    events: float
    completeness: float  # expected share of revisions that are caught
    delay: float  # expected seconds from publication to capture, mean
    numbers: Numbers
    intervals: Floats
    hosts: dict[str, float]
    bound: tuple[str, ...]  # hosts that are asked as often as they may be
    slowed: tuple[str, ...]  # watches that would be worth a look sooner than their host allows
    captures: float = 0.0  # requests that bring a page
    refusing: int = 0  # pages that do not let us in, or fail at each look


def plan(schedule: Scheduler, budget: float, caps: Mapping[str, float], fixed: Mapping[str, float],
         now: float = 0.0, refusing: Mapping[str, float] | None = None) -> Plan:  # fmt: skip
    """``caps``: the most requests a second of each host; ``fixed``: what other schedules take of it, by host.

    ``refusing``: pages that do not let us in, of whatever schedule, or whose looks fail, with the requests a second
    that each is asked, which are in ``fixed``: they are not looked at by their worth, and bring no capture.
    """
    pool, refusing = schedule.pool, refusing or {}
    numbers = np.setdiff1d(pool.there(), [pool.numbers[key] for key in refusing if key in pool.numbers])
    numbers = numbers[pool.begins[numbers] <= now]
    most = schedule.judge.most(numbers, now)
    names = pool.host_names
    fixed = {name: min(rate, caps.get(name, np.inf)) for name, rate in fixed.items()}
    cap = np.array([max(caps.get(name, np.inf) - fixed.get(name, 0.0), NOTHING) for name in names])
    asked = sum(fixed.values())
    left = max(budget - asked, NOTHING)
    share = min(budget / asked, 1.0) if asked else 1.0
    fixed = {name: rate * share for name, rate in fixed.items()}
    hosts = pool.host[numbers]

    def at_price(price: float) -> tuple[Floats, Floats]:
        return _within(schedule, numbers, hosts, price, cap, most)

    low, high = schedule.prices.least, DEAREST
    intervals, rates = at_price(low)
    price = low
    if rates.sum() > left:
        for _ in range(HALVINGS):
            price = float(np.sqrt(low * high))
            intervals, rates = at_price(price)
            low, high = (price, high) if rates.sum() > left else (low, price)
        price = high
        intervals, rates = at_price(price)
    wanted = float(rates.sum()) + asked
    # Where even ``max`` is too often for the budget a look waits until it has a request to spend.
    stretch = max(float(rates.sum()) / left, 1.0)
    bought = _Bought(np.minimum(intervals * stretch, LONGEST), rates / stretch, wanted, stretch)
    told = _told(schedule, budget, price, numbers, bought, cap, fixed, most)
    return replace(told, refusing=len(refusing), captures=told.requests - share * sum(refusing.values()))


@dataclass(frozen=True, slots=True)
class _Bought:
    """Of each watch its interval, of each host its rate."""

    intervals: Floats
    rates: Floats
    wanted: float
    stretch: float


def _within(schedule: Scheduler, numbers: Numbers, hosts: NDArray[np.int32], price: float, cap: Floats,
            most: Floats) -> tuple[Floats, Floats]:  # fmt: skip
    """(interval of each watch, rate of each host) at this price, no host above its cap."""
    low, high = np.ones(len(cap)), np.full(len(cap), DEAREST)

    def tried(own: Floats) -> tuple[Floats, Floats]:
        intervals = schedule.judge.intervals(numbers, price * own[hosts], most)
        rates: Floats = np.bincount(hosts, 1 / intervals, minlength=len(cap)).astype(np.float64)
        return intervals, rates

    intervals, rates = tried(low)
    over = rates > cap
    if over.any():
        for _ in range(HALVINGS):
            middle = np.where(over, np.sqrt(low * high), 1.0)
            _, rates = tried(middle)
            low, high = np.where(rates > cap, middle, low), np.where(rates > cap, high, middle)
        intervals, rates = tried(np.where(over, high, 1.0))
    # Where even ``max`` is too often the queue of the host is what spaces the looks.
    stretch = np.maximum(rates / cap, 1.0)
    return intervals * stretch[hosts], rates / stretch


def _told(schedule: Scheduler, budget: float, price: float, numbers: Numbers, bought: _Bought, cap: Floats,
          fixed: Mapping[str, float], most: Floats) -> Plan:  # fmt: skip
    pool, intervals, rates = schedule.pool, bought.intervals, bought.rates
    rates_of_events = pool.steady[numbers]
    seen = 1 - sum(1 - seen_share(intervals, hazard, share) for share, hazard in schedule.judge.losses(numbers))
    events = float(rates_of_events.sum())
    bound = rates >= RICH * cap
    wanted = schedule.judge.intervals(numbers, np.full(len(numbers), price), most)
    slowed = bound[pool.host[numbers]] & (intervals > 1.01 * bought.stretch * wanted)
    total = {name: float(rate) + fixed.get(name, 0.0) for name, rate in zip(pool.host_names, rates, strict=True)}
    return Plan(
        budget=budget,
        price=price,
        requests=float(rates.sum()) + sum(fixed.values()),
        wanted=bought.wanted,
        others=sum(fixed.values()),
        stretch=bought.stretch,
        events=events,
        completeness=float((rates_of_events * seen).sum() / events) if events else 1.0,
        delay=float((rates_of_events * intervals / 2).sum() / events) if events else 0.0,
        numbers=numbers,
        intervals=intervals,
        hosts={name: rate for name, rate in sorted({**fixed, **total}.items()) if rate > 0},
        bound=tuple(name for name, binds in zip(pool.host_names, bound, strict=True) if binds),
        slowed=tuple(pool.keys[number] for number in numbers[slowed]),
    )
