"""What is known of hosts and of pages outlives the process: of hosts in the catalog before the answer that taught it
goes on, of pages within seconds.

Dates of hosts are by the machine's clock: the next process begins with that, also while ours goes on ahead of it.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import datetime, timedelta

from pipelines import clock
from pipelines.errors import CatalogError
from pipelines.store.catalog import Catalog
from pipelines.store.stored import HostState, LastRun, LearntPage

from .account import Account
from .adaptive import Adaptive
from .alone import Heartbeat, alone
from .governor import Governor

log = logging.getLogger(__name__)
STEP = timedelta(seconds=clock.STEP)
MOST_PAGES = 2000  # whose states are written together while the crawl goes on: the others follow


class Memory:
    """Reads once, when a crawl begins; writes in a thread, what waits together in one transaction."""

    def __init__(self, governor: Governor, catalog: Catalog, worker: str) -> None:
        self._governor, self._catalog, self._worker = governor, catalog, worker
        self._turn = asyncio.Lock()
        self._telling: asyncio.Task[None] | None = None
        self._over = False
        self._heartbeat = Heartbeat(catalog, worker)
        self._beside: dict[str, datetime] = {}  # other crawlers of the catalog, when this one had told that it runs
        self._failed = False  # and it was said
        self._by = timedelta()  # the dates in the catalog are so much later than the governor's
        self.before: LastRun | None = None  # the crawl before this one
        self.sent_until: datetime | None = None  # others of this catalog may have sent something up to then
        self._accounts: dict[str, Account] = {}
        self._saved: dict[str, float] = {}  # by account, as it was found: some are asked for later, or not at all

    def recall(self) -> None:
        """Before the first request. What was killed may have sent some that nothing else tells of."""
        steady, now = clock.steady(), clock.machine()
        self._catalog.forget_hosts(worker=self._worker, now=now)
        self.before = self._catalog.last_run(self._worker)
        killed = self.before is not None and not self.before.ended
        self.sent_until = now if killed else self._catalog.last_heard()  # of what was killed, nothing tells when
        self._by = now - steady
        known = [_moved(state, -self._by) for state in self._catalog.hosts(self._worker)]
        self._governor.recall(known, now=steady, killed=killed)
        self._saved = dict(self.before.saved) if self.before else {}
        self.keeps("budget", self._governor.account)
        self._catalog.remember_hosts((), worker=self._worker, now=now, saved=self._all_saved(), begins=True)
        self._beside = self._catalog.running_beside(self._worker)

    @property
    def taken_over(self) -> bool:
        """Whether another crawler has begun in place of this one, of which nothing was heard for long."""
        return self._heartbeat.taken_over

    async def alone(self) -> None:
        """Tell from now on that this crawler runs, and return when no other one does. CrawlerRunning names it."""
        self._heartbeat.begin()
        await alone(self._catalog, self._worker, self._beside)

    def keeps(self, name: str, account: Account) -> None:
        """An account that outlives the process: what was saved up before, and earned since, is in it."""
        self._accounts[name] = account
        if self.before and name in self.before.saved:
            away, killed = clock.machine() - self.before.alive, not self.before.ended
            account.recall(self.before.saved[name], away=away, killed=killed, now=clock.steady())

    def _all_saved(self) -> dict[str, float]:
        steady = clock.steady()
        return self._saved | {name: account.saved(steady) for name, account in self._accounts.items()}

    async def keep(self) -> None:
        """All that is new, durable when this returns. What cannot be written now is with the next call."""
        async with self._turn:
            if self._governor.changed:
                await self._write(durable=True)

    def is_alive(self) -> None:
        """From time to time: what is new, and that the crawler runs. Nobody waits for it."""
        if self._telling is None or self._telling.done():
            self._telling = asyncio.ensure_future(self._alive())

    async def _alive(self) -> None:
        async with self._turn:
            await self._write()

    async def ended(self) -> None:
        """The crawl is over: when each host was last asked, and that nobody was killed."""
        await asyncio.to_thread(self._heartbeat.end)
        async with self._turn:
            self._over = True
            self._governor.changed.update(state.host for state in self._governor.states())
            await self._write()

    async def _write(self, *, durable: bool = False) -> None:
        steady, now = clock.steady(), clock.machine()
        by = now - steady
        if abs(by - self._by) > STEP:  # the clock was set: a restart goes by what it says now
            self._governor.changed.update(state.host for state in self._governor.states())
            self._by = by
        changed = set(self._governor.changed)
        self._governor.changed.clear()
        states = [_moved(state, by) for state in self._governor.states(changed)]
        try:
            await asyncio.to_thread(
                self._catalog.remember_hosts,
                states, worker=self._worker, now=now, ended=self._over, saved=self._all_saved(), durable=durable,
            )  # fmt: skip
            self._failed = False
        except CatalogError as e:
            self._governor.changed |= changed
            if not self._failed:
                log.error("the catalog does not take what was learnt of hosts, a kill now would forget it: %s", e)
            self._failed = True


def _moved(state: HostState, by: timedelta) -> HostState:
    """Its times as another clock calls them."""
    last_start, not_before = (at + by if at else None for at in (state.last_start, state.not_before))
    return replace(state, last_start=last_start, not_before=not_before)


class LearntOfPages:
    """What looks have taught the adaptive schedule, and what they cost."""

    def __init__(self, adaptive: Adaptive, catalog: Catalog, worker: str) -> None:
        self._adaptive, self._catalog, self._worker = adaptive, catalog, worker

    async def recall(self) -> None:
        self._adaptive.recall_prices(await asyncio.to_thread(self._catalog.prices, self._worker))

    async def keep(self) -> None:
        """What is new. What cannot be written now is with the next call."""
        if pages := self._adaptive.take_changed(MOST_PAGES):
            await asyncio.to_thread(self._write, pages, self._adaptive.prices())

    def ended(self) -> None:
        """The crawl is over."""
        if pages := self._adaptive.take_changed():
            self._write(pages, self._adaptive.prices())

    def _write(self, pages: list[LearntPage], prices: dict[str, float]) -> None:
        try:
            self._catalog.remember_learnt(pages, prices, worker=self._worker)
        except CatalogError as e:
            self._adaptive.not_remembered(pages)
            log.error("the catalog does not take what the schedule has learnt, it is tried again: %s", e)
