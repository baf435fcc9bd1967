"""When the rest of a page is asked for: what is known of it, and what an answer shows, say what to ask next. Pure.

    a sweep: everything, bounded      first of all, then now and then, and when coverage has ended
    else: until an answer ends with an update that is known as it is

So a visit that brings one new update costs one request, and one that brings more than the page shows as many as it
takes to meet what is known. What changed further down is seen by the next sweep.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pipelines.extract.canonical import canonical
from pipelines.model import Update, Version

MOST_LOOKS = 60  # that bring something new between two sweeps: each is compared with all since the last
AGAIN = 4  # a sweep that did not reach everything is made again after this part of the time


@dataclass(frozen=True, slots=True)
class Limits:
    """``[crawl] older_...``: of one visit."""

    pages: int = 20
    every: timedelta = timedelta(hours=6)
    time: timedelta = timedelta(minutes=5)
    size: int = 32 * 2**20


@dataclass(slots=True)
class Known:
    """What this crawler knows of a page."""

    more: bool | None = None  # whether there is a rest; None: it was not looked at yet
    fed: bool = False  # it shows nothing itself: what is new comes with its feed
    swept: datetime | None = None
    looks: int = 0  # since then, that brought something new
    ended: bool = False
    updates: dict[str, str] = field(default_factory=dict)  # key -> what it says

    def sweep_due(self, now: datetime, every: timedelta) -> bool:
        return self.swept is None or now - self.swept >= every or self.looks >= MOST_LOOKS

    def saw(self, versions: Iterable[Version]) -> None:
        for version in versions:
            self.updates.update((u.key, _said(u)) for u in version.updates)

    def swept_at(self, now: datetime, every: timedelta, *, reached: bool) -> None:
        self.looks = 0
        self.swept = now if reached else now - every * (AGAIN - 1) / AGAIN


def is_sweep(known: Known, page: Version, now: datetime, every: timedelta) -> bool:
    return known.sweep_due(now, every) or (page.state == "ended" and not known.ended)


def goes_on(known: Known, answer: Version) -> bool:
    """Whether what follows this answer may be new: not if it ends with what is known.

    A page that begins with the oldest has what is new at its end, however many pages that are.
    """
    shown = [u for u in answer.updates if not u.pinned]
    if not shown or _oldest_first(shown):
        return True
    return known.updates.get(shown[-1].key) != _said(shown[-1])


def _oldest_first(shown: Sequence[Update]) -> bool:
    times = [u.published for u in shown if u.published]
    return len(times) > 1 and times[0] < times[-1]


def _said(update: Update) -> str:
    said = f"{canonical(update.headline or '')}\n{canonical(update.text)}"
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def remembered(versions: Sequence[Version]) -> Known:
    """What the newest versions in the catalog, oldest first, tell a crawler that has just begun."""
    if not versions:
        return Known()
    latest = versions[-1]
    known = Known(more=not latest.window.complete or latest.window.parts > 0, ended=latest.state == "ended")
    known.fed = bool(latest.updates) and all("part" in dict(u.provenance) for u in latest.updates)
    for version in versions:
        known.looks += 1
        if version.window.parts and version.window.complete:
            known.swept, known.looks = version.at, 0
    known.saw(versions)
    return known
