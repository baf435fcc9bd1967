"""The turns of a cron in its zone, in UTC: what the crawl keeps, and what is silent by it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from croniter import CroniterBadDateError, croniter

_AN_HOUR, _A_DAY = timedelta(hours=1), timedelta(days=1)
_BEGIN = datetime(2000, 1, 1, tzinfo=UTC)  # its days are all as long
# Dates fall on weekdays as they did 28 years before; days that are more often than these repeat themselves sooner.
_SPAN, _MOST_DAYS = timedelta(days=28 * 366), 400


def turns(expression: str, zone: ZoneInfo, moment: datetime, *, back: bool = False) -> Iterator[datetime]:
    """One by one, later than a moment, or ``back`` from it; CroniterBadDateError where there are no more.

    When clocks go back, crons with a turn in every hour "work as always [...] or run in the added time as usual"
    (cron(8) of FreeBSD, option -s); those that are less frequent have that turn once. When clocks go forward croniter
    moves the turn that is left out to the moment after.
    """
    clock = croniter(expression, moment.astimezone(zone))
    step = clock.get_prev if back else clock.get_next
    while True:
        turn: datetime = step(datetime).astimezone(UTC)
        if not (turn.astimezone(zone).fold and shortest_gap(expression) > _AN_HOUR):
            yield turn


@lru_cache(maxsize=4096)
def shortest_gap(expression: str) -> timedelta:
    """Between two turns, by the fields alone: a night on which clocks are changed is as long as any other."""
    fields, _ = croniter.expand(expression)
    minutes, hours = (range(most) if "*" in said else said for said, most in zip(fields, (60, 24), strict=False))
    times = sorted(timedelta(hours=int(hour), minutes=int(minute)) for hour in hours for minute in minutes)
    within = min((later - earlier for earlier, later in pairwise(times)), default=_SPAN)
    across = times[0] + _A_DAY - times[-1]  # the least that it can be from one day to another
    if within <= across:
        return within
    return min(within, across + _shortest_days(" ".join(expression.split()[2:])) - _A_DAY)


@lru_cache(maxsize=1024)
def _shortest_days(days: str) -> timedelta:
    """Between two of the days that the last three fields name."""
    clock, gap, before = croniter(f"0 0 {days}", _BEGIN - _A_DAY), _SPAN, None
    for _ in range(_MOST_DAYS):
        try:
            day: datetime = clock.get_next(datetime)
        except CroniterBadDateError:
            break
        gap = min(gap, day - before) if before else gap
        if gap <= _A_DAY or day > _BEGIN + _SPAN:
            break
        before = day
    return gap
