"""When coverage has ended, by more than one look: what a page says, and what its past and its silence say.

A version's own ``state`` is what its page says. These votes also know its earlier versions, the time since it last
changed, and whether it is there at all; so the schedule may know an end that no page announces. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from .extract.coverage import ENOUGH, LOOKS_BACK, RECAP, WEIGHTS
from .model import Version, Vote

QUIET_LEAST = timedelta(hours=6)
QUIET_GAPS = 12  # times the usual gap between two updates
SINCE = 3  # versions: scripts of a page come and go
CONFIRMED = 2  # looks in a row that must find a page gone: one may be a fault of the server


@dataclass(frozen=True, slots=True)
class Facts:
    """What a page's newest version, and those before it, say; without the time that passes."""

    said: tuple[Vote, ...]
    last_activity: datetime
    quiet_limit: timedelta | None  # how long its silence must be to say something
    url: str  # where the page was
    live: bool  # now, or at an earlier look

    def votes(self, now: datetime, *, gone: int = 0, moved_to: str | None = None) -> tuple[Vote, ...]:
        """``now``: of the last look that found nothing new. ``gone``: looks in a row, that one among them, that found
        404, 410 or another page instead. ``moved_to``: the live page that this one is known to continue at."""
        found = list(self.said)
        if gone >= CONFIRMED:
            found.append(Vote("strong", f"{gone} looks in a row found it gone"))
        if moved_to:
            found.append(Vote("strong", f"it continues at {moved_to}"))
        if self.quiet_limit is not None and now - self.last_activity >= self.quiet_limit:
            found.append(Vote("medium", f"nothing new for {_hours(self.quiet_limit)} hours"))
        return tuple(found)


def votes(version: Version, history: Sequence[Version], now: datetime, *, gone: int = 0) -> tuple[Vote, ...]:
    """All of them at once; ``history``: the page's earlier versions, oldest first."""
    return facts(version, history).votes(now, gone=gone)


def facts(version: Version, history: Sequence[Version]) -> Facts:
    found = _said(version)
    if not version.polls and any(v.polls for v in history[-SINCE:]):
        found.append(Vote("strong", "the page no longer asks for news by itself"))
    if version.headline and RECAP.search(version.headline) and any(map(_looks_ahead, history)):
        found = [v for v in found if v.reason != LOOKS_BACK]
        found.append(Vote("medium", "the headline turned to look back"))
    return Facts(
        tuple(found),
        _last_activity(version),
        _quiet_limit(version),
        version.url,
        any(v.live for v in (version, *history)),
    )


def _looks_ahead(version: Version) -> bool:
    return bool(version.headline) and RECAP.search(version.headline or "") is None


def has_ended(given: Sequence[Vote]) -> bool:
    """One strong vote, or two of which at least one is no weak one."""
    return sum(WEIGHTS[v.weight] for v in given) >= ENOUGH


def _said(version: Version) -> list[Vote]:
    """The votes that the page itself gave."""
    pairs = [text.partition(": ") for text in version.state_votes]
    return [Vote(weight, reason) for weight, _, reason in pairs if weight in ("strong", "medium", "weak")]  # type: ignore[arg-type]


def _last_activity(version: Version) -> datetime:
    """When the page last said something new, as far as is known: by its updates' times, else since it was seen."""
    times = [t for u in version.updates if u.time_source != "relative" for t in (u.published, u.updated) if t]
    return max([*(t for t in times if t <= version.at), version.at])


def _quiet_limit(version: Version) -> timedelta | None:
    """How long this page's silence must be to say something; None where its updates show no pace."""
    times = sorted(u.published for u in version.updates if u.published)
    gaps = [(b - a).total_seconds() for a, b in pairwise(times) if b > a]
    return max(QUIET_LEAST, QUIET_GAPS * timedelta(seconds=median(gaps))) if gaps else None


def _hours(span: timedelta) -> str:
    return f"{span.total_seconds() / 3600:.3g}"
