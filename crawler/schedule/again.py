"""What follows a look that brought no page: one more, soon; or, where we are refused, hardly any."""

from __future__ import annotations

from datetime import datetime, timedelta

from pipelines.model import Visit

SOON = timedelta(seconds=60)  # a server that stumbles is given so much time, or half the page's interval
STUMBLES = frozenset({500, 502, 504})  # 503 and 429 are what the host asks for: the governor's affair
REFUSALS = frozenset({401, 403})
REFUSED_AFTER = 3  # visits in a row
PROBE = timedelta(hours=1)  # a page that refuses us is asked for no oftener


def deserves_another(visit: Visit) -> bool:
    """Whether what went wrong may be over in a minute: an answer that was cut, none at all, or a server's stumble."""
    if visit.outcome == "truncated":
        return visit.reason != "too-large"  # which it would be again
    if visit.outcome != "error":
        return False
    if visit.reason == "http-status":
        return visit.status in STUMBLES
    return visit.reason == "protocol" and visit.status is None  # the connection was closed or reset


def another_at(begun: datetime, *, least: timedelta, interval: timedelta, turn: datetime) -> datetime | None:
    """When to look once more out of turn; None where the schedule's own turn is near enough.

    ``begun``: when the look that failed was. ``least``: the watch's ``min``. ``turn``: the schedule's next one.
    """
    soonest = begun + max(least, min(SOON, interval / 2))
    return soonest if turn - soonest >= least else None


def is_refusal(visit: Visit) -> bool | None:
    """Whether the site does not let us in: 401, 403 or a challenge page. None: nothing came, so that nobody knows."""
    if visit.status is None:
        return None
    return visit.status in REFUSALS or visit.reading == "refused"


def probe_at(at: datetime, *, refusals: int, before: datetime | None) -> datetime:
    """The next look at a page that has refused so many in a row, the last one at ``before``; ``at`` by its schedule."""
    if refusals < REFUSED_AFTER or before is None:
        return at
    return max(at, before + PROBE)
