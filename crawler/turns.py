"""Which visits start now: pages that are due and whose host is free, and looks that are worth their price.

agenda --due--> waiting, by host --free?--> begun
adaptive --worth it?----------------------> begun
"""

from __future__ import annotations

import uuid
from collections import defaultdict, deque
from dataclasses import replace
from datetime import datetime, timedelta

from pipelines import clock
from pipelines.model import Visit, Watch
from pipelines.urlkey import urlkey

from .adaptive import Adaptive
from .agenda import Agenda, Due
from .hosts import group_of, group_of_url, host_of
from .politeness import Politeness
from .standing import Standing

ROBOTS_LOOK = timedelta(milliseconds=20)  # how soon it is seen that a robots.txt has come
SET = ("closing", "forced")  # looks of the adaptive schedule whose time is known before


class Turns:
    """``politeness`` is known when the crawl has begun. ``once``: every page is asked for by hand, one time."""

    politeness: Politeness

    def __init__(self, agenda: Agenda, adaptive: Adaptive, standing: Standing, *, once: bool) -> None:
        self.agenda, self.adaptive, self.standing, self.once = agenda, adaptive, standing, once
        self.running: dict[str, Visit] = {}  # by page: in the ledger, not over
        self._waiting: dict[str, deque[Due]] = defaultdict(deque)
        self._owing: set[str] = set()  # hosts at which an adaptive look is next, if one is worth it

    def __len__(self) -> int:
        """Visits that wait for their host or are under way."""
        return len(self.running) + sum(map(len, self._waiting.values()))

    def watch(self, key: str) -> Watch | None:
        return self.agenda.watch(key) or self.adaptive.watch(key)

    def following(self, key: str, now: datetime) -> datetime | None:
        """When the page's next visit is due."""
        return self.agenda.following(key, now) or self.adaptive.following(key, now)

    def take(self, now: datetime) -> None:
        """What is due now waits for its host."""
        while due := self.agenda.pop(now):
            self._waiting[group_of_url(due.watch.url)].append(due)

    def begin(self, now: datetime) -> list[Visit]:
        """Visits that start now; the turns of their hosts are taken."""
        begun = self._worth_it(now, self._owing) if self._owing else []
        for group, queue in self._waiting.items():
            while queue and self._may_start(queue[0].watch.url):
                begun.append(self._visit(queue.popleft(), now))
                if queue:
                    self._owing.add(group)
        begun += self._worth_it(now, set())
        self.running.update((visit.urlkey, visit) for visit in begun)
        return begun

    def next_at(self, now: datetime) -> datetime | None:
        """When a page is due or its host free, as far as that is known; ``begin`` may have nothing then."""
        steady, at = clock.steady(), []
        if (upcoming := self.agenda.next_at()) is not None:
            at.append(upcoming)
        for queue in self._waiting.values():
            if queue:
                url = queue[0].watch.url
                known = self.politeness.knows(url)
                free = self.politeness.governor.free_at(host_of(url), steady)
                at.append(now + (free - steady if known else ROBOTS_LOOK))
        return min(at, default=None)

    def goes_before(self, group: str) -> bool:
        """Whether a page waits for a host of this name, or for the budget of all hosts: requisites give way to it."""
        short = self.politeness.governor.is_short(clock.steady())
        return bool(self._waiting.get(group)) or (short and any(self._waiting.values()))

    def parked_until(self, url: str) -> datetime | None:
        until = self.politeness.governor.parked_until(host_of(url))
        return clock.dated(until) if until else None

    def _worth_it(self, now: datetime, owing: set[str]) -> list[Visit]:
        """Visits of adaptive watches. A turn of another schedule that waits for its host goes before, but not twice:
        where more wait, they take turns with a look that is worth its price. ``owing``: hosts whose turn that is."""
        governor, begun, owed = self.politeness.governor, [], frozenset(owing)

        def free(host: str) -> bool:
            group = group_of(host)
            if self._waiting.get(group) and group not in owed:
                return False
            return governor.free_at(host, steady) <= steady

        steady = clock.steady()
        while due := self.adaptive.choose(now, free, governor.tokens(steady)):
            may = [one for one in due if one.urlkey not in self.running and self._may_start(one.watch.url)]
            begun += [self._visit(self._let_in(one, now), now) for one in may]
            self._owing -= {group_of_url(one.watch.url) for one in may}
            for one in due:
                if one not in may:
                    self.adaptive.given_up(one.urlkey)
            if not may:
                break
        return begun

    def _let_in(self, due: Due, now: datetime) -> Due:
        """A look whose time no schedule has set is not due while its host is parked."""
        parked = self.parked_until(due.watch.url)
        if parked is None or due.why in SET or not due.scheduled < parked <= now:
            return due
        return replace(due, scheduled=parked)

    def _may_start(self, url: str) -> bool:
        """The host's turn is taken if so; a visit that will send nothing needs none."""
        if self.standing.blocks.page(urlkey(url)):
            return True
        if self.politeness.is_known_to_fail(url):
            return True
        host, now = host_of(url), clock.steady()
        if self.politeness.governor.free_at(host, now) > now or not self.politeness.knows(url):
            return False  # robots.txt, on its way, takes the host's next turn
        self.politeness.governor.start(host, now)
        return True

    def _visit(self, due: Due, now: datetime) -> Visit:
        return Visit(
            id=str(uuid.uuid4()),
            url=due.watch.url,
            urlkey=due.urlkey,
            started=now,
            why="manual" if self.once else due.why,
            scheduled=due.scheduled,
            previous=self.standing.last_good(due.urlkey),
            skipped=() if self.once else due.skipped,
        )
