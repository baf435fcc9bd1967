"""Why an adaptive watch is due when it is and not before, in words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import numpy as np

from .adaptive import Adaptive
from .schedule.pool import Pool

TICK = 2.0  # seconds: what is computed from the same times in two ways differs by less


def reason(adaptive: Adaptive, key: str, at: datetime, now: datetime, told: Iterable[tuple[str, datetime]]) -> str:
    """``at``: when it is due; ``told``: by which sources it was told of, and when last."""
    pool, number = adaptive.scheduler.pool, adaptive.scheduler.pool.numbers[key]
    return (
        _held_back(pool, number, at, now)
        or _bound(adaptive, number, at, now)
        or _told(float(pool.last[number]), told)
        or _worth(adaptive, key, at)
    )


def _held_back(pool: Pool, number: int, at: datetime, now: datetime) -> str:
    seen = bool(np.isfinite(pool.last[number]))
    if failures := int(pool.failures[number]):
        waits = at > now and abs(at.timestamp() - float(pool.hold[number])) <= TICK
        if waits or not seen:
            looks = f"{failures} looks in a row" if failures > 1 else "its last look"
            return f"{looks} brought nothing, it is tried again later each time"
    if not seen:
        return "it was never seen"
    if at > now and abs(at.timestamp() - float(pool.fresh[number])) <= TICK:
        return "until then its caches give what we have (max-age)"
    return ""


def _bound(adaptive: Adaptive, number: int, at: datetime, now: datetime) -> str:
    """Of its watch, of its end, or of its first page."""
    judge, pool = adaptive.scheduler.judge, adaptive.scheduler.pool
    since, one = at.timestamp() - float(pool.last[number]), np.array([number])
    ended, most = bool(pool.ended[number] <= now.timestamp()), judge.most(one, now.timestamp())
    if since <= float(pool.least[number]) + TICK:
        return "no sooner by min"
    if since >= float(most[0]) - TICK:
        return "no later by " + ("after_end, as its coverage has ended" if ended else "max")
    if judge.closing_at(number, at.timestamp(), TICK):
        return "a closing look after the end of its coverage"
    if abs(float(judge.full_at(one, most)[0]) - at.timestamp()) <= TICK:
        return "later its first page may show hardly any of the updates that it showed"
    return ""


def _told(last: float, told: Iterable[tuple[str, datetime]]) -> str:
    names = [name for name, when in told if when.timestamp() > last]
    return f"{', '.join(names)} told of something new there" if names else ""


def _worth(adaptive: Adaptive, key: str, at: datetime) -> str:
    judge, pool = adaptive.scheduler.judge, adaptive.scheduler.pool
    number = pool.numbers[key]
    worth, _ = judge.worth(key, at.timestamp() - TICK)
    if worth >= judge.prices_of(np.array([number]))[0]:
        return f"less than {judge.floor:g} new events are expected before"
    words = "then it is worth the price; before, the budget brings more elsewhere"
    return f"{words}; silence of who tells of it makes it later" if pool.hush[number] else words
