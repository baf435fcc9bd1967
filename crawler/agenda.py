"""What is due: watches in the order of their next visit, each page with at most one visit in flight.

Pure: the spider asks it, tells it what happened, and does the waiting.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from pipelines.model import Watch
from pipelines.urlkey import urlkey

from .schedule import Cron, Policy
from .watchlist import policy_of


@dataclass(frozen=True, slots=True)
class Due:
    """A visit that should start at ``scheduled``."""

    watch: Watch
    urlkey: str
    scheduled: datetime
    why: str


@dataclass(slots=True)
class _Entry:
    watch: Watch
    policy: Policy
    last: datetime | None
    running: bool = False
    retry: bool = False  # the visit that is planned, or under way, is the second look at a page that was cut
    version: int = 0  # heap items of an older version are stale


class Agenda:
    """The standing watches of one crawler as a heap of next visits: O(log n) per decision."""

    def __init__(self) -> None:
        self._entries: dict[str, _Entry] = {}
        self._heap: list[tuple[datetime, int, str]] = []

    def __len__(self) -> int:
        return len(self._entries)

    def set(self, watches: Iterable[Watch], last: Mapping[str, datetime | None], now: datetime, *,
            at_once: bool = False) -> None:  # fmt: skip
        """Take over the list as it stands; pages that stay keep what is known of them.

        ``last``: urlkey -> scheduled time of the page's last visit, for pages that are new here.
        ``at_once``: every page is due now, whatever its schedule says.
        """
        listed = {urlkey(watch.url): watch for watch in watches}
        for key in self._entries.keys() - listed.keys():
            del self._entries[key]
        for key, watch in listed.items():
            known = self._entries.get(key)
            if known and known.watch == watch:
                continue
            before = known.last if known else last.get(key)
            entry = _Entry(watch, policy_of(watch), before)
            if known:
                entry.running, entry.version = known.running, known.version
            self._entries[key] = entry
            if at_once:
                self._push_at(key, entry, now)
            else:
                self._push(key, entry, now)

    def watch(self, key: str) -> Watch | None:
        """The page's standing order, as it is now."""
        entry = self._entries.get(key)
        return entry.watch if entry else None

    def following(self, key: str, now: datetime) -> datetime | None:
        """When a page that is being visited is due again; None if it is watched no longer."""
        entry = self._entries.get(key)
        return self._next(entry, now) if entry else None

    def pop(self, now: datetime) -> Due | None:
        """The next visit that should start by now, or None; it counts as running until ``ended``."""
        while self._heap and self._heap[0][0] <= now:
            scheduled, version, key = heapq.heappop(self._heap)
            entry = self._entries.get(key)
            if entry is None or entry.version != version or entry.running:
                continue
            entry.running = True
            if entry.retry:  # out of turn: the schedule goes on from the visit that was cut
                return Due(entry.watch, key, scheduled, "retry")
            # So late that the next one is due too (the machine slept, its clock was set): this one stands for both.
            entry.last = scheduled if entry.policy.due(scheduled, now) > now else now
            return Due(entry.watch, key, scheduled, "cron" if isinstance(entry.policy, Cron) else "every")
        return None

    def ended(self, key: str, now: datetime, *, begun: datetime | None = None, cut: bool = False) -> None:
        """The page's visit is over: its next one is planned from the schedule, not from now.

        ``cut``: it brought a part of the page. It is looked at once more out of turn, as soon as the watch's ``min``
        lets it, counted from ``begun``: it may have waited for its turn. If that is cut too, the schedule's next turn
        has to do.
        """
        entry = self._entries.get(key)
        if not entry:
            return
        entry.running, retried, entry.retry = False, entry.retry, False
        at = self._next(entry, now)
        soonest = max(entry.last, begun or entry.last) + entry.watch.min if entry.last else at
        if cut and not retried and at - soonest >= entry.watch.min:  # else the next turn is near enough
            entry.retry, at = True, soonest
        self._push_at(key, entry, at)

    def replan(self, now: datetime) -> None:
        """The clock went back: what is planned by it would be due as far from now as it went."""
        planned = {urlkey(watch.url): at for at, watch in self.planned()}
        for key, entry in self._entries.items():
            entry.last = min(entry.last, now) if entry.last else None
            if not entry.running and planned.get(key, now) > now:
                entry.retry = False
                self._push(key, entry, now)

    def next_at(self) -> datetime | None:
        """When the next visit is due; None if nothing is planned."""
        while self._heap:
            at, version, key = self._heap[0]
            entry = self._entries.get(key)
            if entry and entry.version == version and not entry.running:
                return at
            heapq.heappop(self._heap)
        return None

    def planned(self) -> list[tuple[datetime, Watch]]:
        """All next visits in order."""
        rows = [
            (at, self._entries[key].watch)
            for at, version, key in self._heap
            if key in self._entries and self._entries[key].version == version
        ]
        return sorted(rows, key=lambda row: (row[0], row[1].url))

    def _push(self, key: str, entry: _Entry, now: datetime) -> None:
        self._push_at(key, entry, self._next(entry, now))

    def _next(self, entry: _Entry, now: datetime) -> datetime:
        at = entry.policy.due(entry.last, now)
        return max(at, entry.watch.from_) if entry.watch.from_ else at

    def _push_at(self, key: str, entry: _Entry, at: datetime) -> None:
        entry.version += 1
        heapq.heappush(self._heap, (at, entry.version, key))
