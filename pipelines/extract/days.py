"""Giving clocks without a day their days: from their order, and from what else the page says about time.

The stream is walked from its newest clock to its oldest. Each clock is put on the latest day that fits: not after
the fetch, and at most ``NEXT_DAY`` after the clock before it, because entries are a little out of order on many
pages, over midnight too. A day back is thus only taken where the clocks jump.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import pairwise, zip_longest
from statistics import median_low

NEXT_DAY = timedelta(hours=3)  # a stream whose clock steps back by more has crossed midnight
SKEW = timedelta(minutes=10)  # a newsroom's clock may be ahead of the crawler's by so much
BUSY = timedelta(hours=1)  # the usual pause of a stream in which a jump there and back is one entry out of place
WEEK = 7 * 24 * 60  # minutes
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock as printed, and what stands with it."""

    time: time
    zone: tzinfo
    day: date | None = None  # of a heading above it
    around: datetime | None = None  # the moment that an age printed beside it gives
    weekday: int | None = None  # that is printed with it; Monday is 0


def days(
    clocks: Sequence[Clock], *, at: datetime, zone: tzinfo, changed: datetime | None, published: datetime | None,
    first: date | None = None, alone: bool = False, ahead: timedelta = SKEW,
) -> list[date]:  # fmt: skip
    """The day of each clock, in its own zone. ``changed``, ``published``: the page's own times, if stated. ``first``:
    that of the first update, as printed below the headline; it counts where it is the only heading, or nothing else is
    known (``alone``). ``ahead``: of the fetch, that its clocks may be."""
    clocks = [replace(c, day=None) if c.day and c.weekday not in (None, c.day.weekday()) else c for c in clocks]
    steps = [_minutes(b.time) - _minutes(a.time) for a, b in pairwise(clocks)]
    headed = [c.day for c in clocks if c.day is not None]
    if len(headed) == len(clocks) and _is_read_downwards(headed, steps):
        return headed
    # Where headings name several days, their order is that of the stream; else that of the days of the week.
    turns = sum(_turns(clocks))
    oldest_first = turns > 0 if turns else _is_oldest_first(steps)
    oldest_first = headed[0] < headed[-1] if headed and headed[0] != headed[-1] else oldest_first
    pauses = [_passed(s if oldest_first else -s) for s in steps]
    busy = bool(pauses) and median_low(pauses) <= BUSY.total_seconds() / 60
    latest = _latest(at, zone, changed)
    walk = clocks[::-1] if oldest_first else clocks
    if first is None and oldest_first and len(headed) == len(clocks) and len(set(headed)) == 1:
        first = headed[0]  # the day on which it began
    only = all(day == first for day in headed) and len(headed) == len(clocks) if headed else alone
    fits = first is not None and all(c.weekday in (None, first.weekday()) for c in walk[-1:])
    if first is not None and fits and only and all(c.around is None for c in clocks):
        onward = _from(walk[::-1], first, at + ahead)
        if max(onward, default=latest) <= at + ahead:  # else it is the day of the newest
            return [m.date() for m in (onward if oldest_first else onward[::-1])]
    found = [m.date() for m in _walk(walk, latest, _earliest(clocks, latest, published), busy=busy)]
    return found[::-1] if oldest_first else found


def _is_read_downwards(days: Sequence[date], steps: Sequence[int]) -> bool:
    """Whether each day is told from its morning on, though the last of them stands first."""
    within = [step for step, (a, b) in zip(steps, pairwise(days), strict=True) if a == b]
    return len(days) > 1 and days[0] > days[-1] and bool(within) and all(step >= 0 for step in within)


def _from(walk: Sequence[Clock], first: date, limit: datetime) -> list[datetime]:
    """``walk``: oldest first. The other way than else: what comes later cannot move what is there."""
    last: datetime | None = None
    found: list[datetime] = []
    for clock in walk:
        moment = datetime.combine(last.date() if last else first, clock.time, clock.zone)
        if last is not None and clock.weekday is not None:
            moment = _after(clock, last - NEXT_DAY)
        elif last is not None and moment < last - NEXT_DAY and moment + _DAY <= limit:
            moment += _DAY
        elif last is not None and moment - _DAY >= last - NEXT_DAY:  # a little out of order, over midnight
            moment -= _DAY
        found.append(moment)
        last = moment
    return found


def _turns(clocks: Sequence[Clock]) -> list[int]:
    """1 for each step to a later time of the week, -1 for each to an earlier one: the nearer of the two."""
    named = [c.weekday * 24 * 60 + _minutes(c.time) for c in clocks if c.weekday is not None]
    steps = [(b - a) % WEEK for a, b in pairwise(named) if a != b]
    return [1 if step <= WEEK / 2 else -1 for step in steps]


def _minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def _is_oldest_first(steps: Sequence[int]) -> bool:
    """What most of the small steps say; where they are even, the direction in which less time passes."""
    around = [(s + 12 * 60) % (24 * 60) - 12 * 60 for s in steps]
    small = [s for s in around if abs(s) <= NEXT_DAY.total_seconds() / 60]
    up, down = sum(s > 0 for s in small), sum(s < 0 for s in small)
    return up > down if up != down else sum(map(_passed, steps)) < sum(_passed(-s) for s in steps)


def _passed(step: int) -> int:
    """Minutes from one clock to the next; a small step back is an entry out of order and counts double."""
    if step >= 0:
        return step
    return -2 * step if -step <= NEXT_DAY.total_seconds() / 60 else step + 24 * 60


def _latest(at: datetime, zone: tzinfo, changed: datetime | None) -> datetime:
    """Nothing is newer than the fetch, nor than the day of the page's last change."""
    now = at + SKEW
    if changed is None:
        return now
    end = datetime.combine(changed.astimezone(zone).date(), time.max, zone)
    return min(now, max(end, changed + NEXT_DAY))


def _earliest(clocks: Sequence[Clock], latest: datetime, published: datetime | None) -> datetime | None:
    """An update isn't older than its page, give or take; unless some clock can only be older: then it may be."""
    if published is None:
        return None
    earliest = published - NEXT_DAY
    return earliest if all(_before(c, latest) >= earliest for c in clocks) else None


def _before(clock: Clock, limit: datetime) -> datetime:
    """The last time that the clock showed this, up to ``limit``."""
    moment = datetime.combine(limit.astimezone(clock.zone).date(), clock.time, clock.zone)
    moment = moment if moment <= limit else moment - _DAY
    return moment if clock.weekday is None else moment - _DAY * ((moment.weekday() - clock.weekday) % 7)


def _after(clock: Clock, limit: datetime) -> datetime:
    """The first time that the clock, with its weekday, shows this, from ``limit`` on."""
    moment = datetime.combine(limit.astimezone(clock.zone).date(), clock.time, clock.zone)
    moment = moment if moment >= limit else moment + _DAY
    return moment if clock.weekday is None else moment + _DAY * ((clock.weekday - moment.weekday()) % 7)


def _walk(walk: Sequence[Clock], latest: datetime, earliest: datetime | None, *, busy: bool) -> list[datetime]:
    """``walk``: newest first."""
    last = limit = latest
    heading: date | None = None
    moments: list[datetime] = []
    for clock, following in zip_longest(walk, walk[1:]):
        moment = _by_age(clock)
        if clock.day is not None and clock.day != heading:
            heading = clock.day
            limit = datetime.combine(heading, time.max, clock.zone)
            moment = moment or datetime.combine(heading, clock.time, clock.zone)
        if moment is None:
            moment = _before(clock, min(last + NEXT_DAY, limit))
            if earliest is not None and clock.weekday is None and moment < earliest and moment + _DAY <= limit:
                moment += _DAY
        moments.append(moment)
        after = _before(following, min(last + NEXT_DAY, limit)) if busy and following else moment
        if not _is_out_of_place(moment, last, after):
            last = moment
    return moments


def _by_age(clock: Clock) -> datetime | None:
    """The moment by the age beside the clock; None if the two contradict each other: ages go stale in caches."""
    if clock.around is None:
        return None
    moment = _before(clock, clock.around + _DAY / 2)
    return moment if abs(moment - clock.around) <= NEXT_DAY else None


def _is_out_of_place(moment: datetime, last: datetime, following: datetime) -> bool:
    """Whether the stream goes on where it was before this entry: one that was moved up, or is pinned."""
    return following - moment > NEXT_DAY and last - following <= BUSY
