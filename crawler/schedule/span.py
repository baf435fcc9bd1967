"""From when and until when a watch holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipelines import units
from pipelines.model import Watch
from pipelines.spans import date_of

COVERAGE = "end-of-coverage"


@dataclass(frozen=True, slots=True)
class Ended:
    """A watch is over, with the reason for people."""

    reason: str


def is_over(watch: Watch, *, taken_up: datetime, first_visit: datetime | None, last_change: datetime | None,
            coverage_ended: Callable[[], str], closing: timedelta, now: datetime) -> Ended | None:  # fmt: skip
    """Whether ``until`` is reached. Idle counts from the last change, at least from the first visit.

    It counts anew from ``taken_up``, when the watch was ordered, or ordered again after it had ended.
    ``coverage_ended`` tells why it has, empty while it goes on; asked last, as that costs reading versions.
    ``closing``: how long an ended page is still looked at, since the last corrections come after the end.
    """
    quiet = now - max(taken_up, last_change or first_visit or now)
    if watch.until == COVERAGE:
        if quiet >= closing and (why := coverage_ended()):
            return Ended(f"its coverage has ended ({why}) and nothing changed for {units.spell(closing)}")
        return None
    if watch.until.endswith("-idle"):
        limit = units.duration(watch.until.removesuffix("-idle"))
        return Ended(f"nothing changed for {units.spell(limit)}") if quiet >= limit else None
    end = date_of(watch.until)
    return Ended(f"until {end:%Y-%m-%d %H:%M} UTC is past") if end and now >= end else None
