"""What is due: watches in the order of their next visit, each page with at most one visit in flight.

Pure: the spider asks it, tells it what happened, and does the waiting.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pipelines.model import Watch
from pipelines.urlkey import urlkey

from .schedule import REFUSED_AFTER, Cron, Policy, Probe, another_at, probe_at, turns_between
from .watchlist import policy_of


@dataclass(frozen=True, slots=True)
class Due:
    """A visit that should start at ``scheduled``."""

    watch: Watch
    urlkey: str
    scheduled: datetime
    why: str
    skipped: tuple[tuple[str, int], ...] = ()  # turns before it that brought no visit, by cause


@dataclass(slots=True)
class _Entry:
    watch: Watch
    policy: Policy
    last: datetime | None
    running: bool = False
    retry: bool = False  # the visit that is planned, or under way, is the second look at a page that was cut
    version: int = 0  # heap items of an older version are stale
    refusals: int = 0  # visits in a row that we were not let in
    taken: datetime | None = None  # when the visit that is under way was due and seen to be
    begun: datetime | None = None  # the visit before, when it had waited for its host
    skipped: Counter[str] = field(default_factory=Counter)  # turns since the visit before, by cause


class Agenda:
    """The standing watches of one crawler as a heap of next visits: O(log n) per decision."""

    def __init__(self) -> None:
        self._entries: dict[str, _Entry] = {}
        self._heap: list[tuple[datetime, int, str]] = []
        self._down: tuple[datetime | None, datetime] | None = None

    def was_down(self, since: datetime | None, until: datetime) -> None:
        """Nobody ran between these moments: told before the first list. None: for as long as a page was not visited."""
        self._down = (since, until)

    def __len__(self) -> int:
        return len(self._entries)

    def set(self, watches: Iterable[Watch], last: Mapping[str, datetime | None], now: datetime, *,
            at_once: bool = False, refusals: Mapping[str, int] | None = None) -> None:  # fmt: skip
        """Take over the list as it stands; pages that stay keep what is known of them.

        ``last``: urlkey -> scheduled time of the page's last visit, for pages that are new here.
        ``at_once``: every page is due now, whatever its schedule says.
        ``refusals``: how many visits in a row a page has refused, where there are some.
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
                entry.refusals, entry.taken, entry.skipped = known.refusals, known.taken, known.skipped
            else:
                entry.refusals = (refusals or {}).get(key, 0)
            self._entries[key] = entry
            if at_once:
                self._push_at(key, entry, now)
            else:
                self._push(key, entry, now)
                self._note_down(entry, self._next(entry, now))
        if listed:
            self._down = None

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
            entry.running, entry.taken = True, now
            if entry.retry:  # out of turn: the schedule goes on from the visit that was cut
                return Due(entry.watch, key, scheduled, "retry", _handed_over(entry))
            entry.skipped["down"] += turns_between(entry.policy, scheduled, now)  # the machine slept, for one
            # So late that the next one is due too (the machine slept, its clock was set): this one stands for both.
            entry.last = scheduled if entry.policy.due(scheduled, now) > now else now
            return Due(entry.watch, key, scheduled, _why(entry.policy), _handed_over(entry))
        return None

    def ended(self, key: str, now: datetime, *, begun: datetime | None = None, cut: bool = False,
              refused: bool | None = None) -> None:  # fmt: skip
        """The page's visit is over: its next one is planned from the schedule, not from now.

        ``cut``: it brought a part of the page, or the server's stumble. It is looked at once more out of turn, in a
        minute or half its interval, counted from ``begun``: it may have waited for its turn. If that is cut too, the
        schedule's next turn has to do. ``refused``: we were not let in; None: nobody knows.
        """
        entry = self._entries.get(key)
        if not entry:
            return
        entry.running, retried, entry.retry = False, entry.retry, False
        entry.begun = begun or entry.last
        if refused is not None:
            entry.refusals = entry.refusals + 1 if refused else 0
        at = self._next(entry, now)
        self._note_skipped(entry, now, at)
        if cut and not retried and entry.last:
            interval = entry.policy.due(at, at) - at
            since = max(entry.last, begun or entry.last)
            another = another_at(since, least=entry.watch.min, interval=interval, turn=at)
            entry.retry, at = another is not None, another or at
        self._push_at(key, entry, at)

    def refusals(self, key: str) -> int:
        """How many visits in a row the page has refused."""
        entry = self._entries.get(key)
        return entry.refusals if entry else 0

    def refused(self) -> list[Watch]:
        """Pages that do not let us in, and are asked for once an hour."""
        return [entry.watch for entry in self._entries.values() if entry.refusals >= REFUSED_AFTER]

    def replan(self, now: datetime) -> None:
        """The clock went back: what is planned by it would be due as far from now as it went."""
        planned = {urlkey(watch.url): at for at, watch in self.planned()}
        for key, entry in self._entries.items():
            entry.last = min(entry.last, now) if entry.last else None
            entry.begun = min(entry.begun, now) if entry.begun else None
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
        at = probe_at(at, refusals=entry.refusals, before=entry.begun or entry.last)
        return max(at, entry.watch.from_) if entry.watch.from_ else at

    def _note_skipped(self, entry: _Entry, now: datetime, at: datetime) -> None:
        """Turns that passed while the visit waited, and while it was under way, and those that will be left out as the
        page refuses us; but not the one that is next."""
        if entry.taken is None:
            return
        began = max(entry.begun or entry.taken, entry.taken)
        passed = turns_between(entry.policy, entry.taken, min(now, at))
        entry.skipped["host"] += (waited := turns_between(entry.policy, entry.taken, min(began, at)))
        entry.skipped["running"] += passed - waited
        if entry.refusals >= REFUSED_AFTER:
            entry.skipped["refused"] += turns_between(entry.policy, max(now, entry.taken), at)
        entry.taken = None

    def _note_down(self, entry: _Entry, at: datetime) -> None:
        """Turns that passed before this process began; but not the one that is made up for."""
        if self._down and entry.last:
            since, until = self._down
            if entry.refusals >= REFUSED_AFTER:
                before = turns_between(entry.policy, entry.last, min(since, at)) if since else 0
                entry.skipped["refused"] += before + turns_between(entry.policy, until, at)
            since = max(filter(None, (entry.last, since, entry.watch.from_)))
            entry.skipped["down"] += turns_between(entry.policy, since, min(until, at))

    def _push_at(self, key: str, entry: _Entry, at: datetime) -> None:
        entry.version += 1
        heapq.heappush(self._heap, (at, entry.version, key))


def _why(policy: Policy) -> str:
    return "cron" if isinstance(policy, Cron) else "probe" if isinstance(policy, Probe) else "every"


def _handed_over(entry: _Entry) -> tuple[tuple[str, int], ...]:
    """What is told with the next visit is told once."""
    told = tuple((cause, count) for cause, count in sorted(entry.skipped.items()) if count)
    entry.skipped.clear()
    return told
