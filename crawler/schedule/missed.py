"""Turns of a schedule that brought no visit of their own: counted, so that no gap in the ledger is silent."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import islice, takewhile

from pipelines.crons import turns

from .policies import Cron, Every

MOST = 1000  # turns of a cron schedule that are counted one by one; more are said to be so many
_INSTANT = timedelta(microseconds=1)


def turns_between(policy: object, after: datetime, before: datetime, *, most: int = MOST) -> int:
    """How many turns lie between two moments, neither included. Schedules without turns have none."""
    if before - after <= _INSTANT:
        return 0
    if isinstance(policy, Every):
        return policy.number_at(before - _INSTANT) - policy.number_at(after)
    return _walk(policy, after, before, most) if isinstance(policy, Cron) else 0


def _walk(policy: Cron, after: datetime, before: datetime, most: int) -> int:
    upcoming = islice(turns(policy.expression, policy.zone, after), most)
    return sum(1 for _ in takewhile(lambda turn: turn < before, upcoming))
