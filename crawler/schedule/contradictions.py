"""A schedule and the bounds beside it that cannot both be obeyed: refused where an order is given, never later.

What is standing already goes on as it was taken: an order that was good yesterday must not stop a page today.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise

from croniter import croniter

from pipelines import units
from pipelines.model import Watch
from pipelines.spans import date_of, spelt

from .policies import Cron, Every, Policy

_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)
_A_YEAR = timedelta(days=430)  # one with 29 February, and the end of the next, which has none
_FIRST_DAY = datetime(2000, 1, 1, tzinfo=UTC)


def too_fast(policy: Policy, least: timedelta) -> str:
    """What is wrong with a cron whose turns are less than ``min`` apart; "" if they are not."""
    if not isinstance(policy, Cron) or least <= _MINUTE or min(_gaps(policy.expression)) >= least:
        return ""
    if (shortest := shortest_gap(policy.expression)) >= least:
        return ""
    return (
        f'it is faster than min = "{units.spell(least)}": two of its turns are {units.spell(shortest)} apart; '
        "make it slower, or lower min"
    )


def too_slow(policy: Policy, most: timedelta) -> str:
    """The same of an interval that is longer than a ``max`` that was given; the default is no promise."""
    if not isinstance(policy, Every) or policy.interval <= most:
        return ""
    return (
        f"it is slower than that, every {units.spell(policy.interval)}; leave max out (it bounds the adaptive "
        "schedule), or make the schedule faster"
    )


def never_in_span(policy: Policy, watch: Watch) -> str:
    """The same of a cron with no turn between ``from`` and the date that ``until`` is."""
    end = date_of(watch.until)
    if not isinstance(policy, Cron) or end is None or watch.from_ is None or end <= watch.from_:
        return ""
    try:
        first = policy.due(None, watch.from_ - timedelta(microseconds=1))
    except OverflowError:  # at either end of the calendar
        return ""
    if first < end:
        return ""
    return (
        f"it never fires between from = {spelt(watch.from_)} and until = {spelt(end)}, next at {spelt(first)}; "
        "write a later until, or another schedule"
    )


@lru_cache(maxsize=1024)  # a list of 100,000 watches has few of them
def shortest_gap(expression: str) -> timedelta:
    """Between two turns of a cron, by the calendar alone: a day of 23 hours is no contradiction to ``min = "24h"``."""
    within, night = _gaps(expression)
    return within if night >= within else min(within, night + _days_left_out(expression))


@lru_cache(maxsize=1024)
def _gaps(expression: str) -> tuple[timedelta, timedelta]:
    """The shortest within a day, and that over a midnight, if both days have turns."""
    minutes, hours, *_ = croniter(expression).expanded
    turns = [timedelta(hours=hour, minutes=minute) for hour in _listed(hours, 24) for minute in _listed(minutes, 60)]
    within = min((later - turn for turn, later in pairwise(turns)), default=timedelta.max)
    return within, _DAY - (turns[-1] - turns[0])


def _days_left_out(expression: str) -> timedelta:
    """Between two days that have turns, at least."""
    days = croniter(" ".join(["0", "0", *expression.split()[2:]]), _FIRST_DAY - _MINUTE)
    found: list[datetime] = [days.get_next(datetime)]
    while len(found) < 2 or found[-1] - _FIRST_DAY < _A_YEAR:
        found.append(days.get_next(datetime))
    return min(later - day for day, later in pairwise(found)) - _DAY


def _listed(field: Sequence[int | str], count: int) -> list[int]:
    return list(range(count)) if field[0] == "*" else sorted(int(value) for value in field)
