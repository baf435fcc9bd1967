"""The crawler's side of hints: asks sources, reads what the service was told, hands both to the schedule.

Nothing of it holds up a visit: it runs beside the clock, and what fails is a line in the log.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from scrapy.crawler import Crawler

from crawler.adaptive import Adaptive
from crawler.schedule.seen import seen
from pipelines import clock, websub
from pipelines.errors import StoppressError
from pipelines.hints import Document
from pipelines.keeper import Keeper
from pipelines.model import Visit
from pipelines.store.stored import Hint, HintSource, Subscription

from .allowance import Allowance
from .asking import Answer, Asking, Blocked, NotHeard
from .board import Board
from .inbox import Inbox
from .polls import CHILDREN, Source

log = logging.getLogger(__name__)
KEPT = timedelta(days=1)  # hints that were told, in the catalog: a crawler that was down so long looks at all anyway
SHORT_WAIT = timedelta(minutes=1)  # where the share of the budget is spent, or the host of a source is parked


class HintDesk:
    """Of one crawl. ``blocked``: whether a URL was taken down."""

    def __init__(self, crawler: Crawler, keeper: Keeper, adaptive: Adaptive, blocked: Blocked) -> None:
        config = keeper.config
        sources = [Source(one.url, one.every, one.kind or "", one.websub) for one in config.hint]
        self.board = Board(sources, lambda key: adaptive.watch(key) is not None, adaptive.last)
        self.allowance = Allowance(config.crawl.budget)
        self._asking = Asking(crawler, self.allowance.take, blocked)
        self._catalog, self._adaptive = keeper.catalog, adaptive
        self._callback = config.serve.websub_callback or ""
        self._tasks: set[asyncio.Task[None]] = set()
        self._inbox = Inbox()
        self._swept: datetime | None = None
        self._begun = self._failed = False
        self._ticking: asyncio.Task[None] | None = None

    # the clock's side ---------------------------------------------------------------------------------------

    def tick(self, now: datetime) -> None:
        """Every few seconds. Nobody waits for it: a catalog that is slow, or away, holds up no visit."""
        if self._ticking is None or self._ticking.done():
            self._ticking = asyncio.ensure_future(self._tick(now))

    async def _tick(self, now: datetime) -> None:
        try:
            if not self._begun:
                sources, pages, told = await asyncio.to_thread(self._begin)
                self.board.recall(sources, pages, now)
                self._begun = True
                self._hear_again(told, now)
            await self._take_told(now)
            await self._remember()
            for source in self.board.due(now):
                source.asking = True
                task = asyncio.ensure_future(self._poll(source))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            self._failed = False
        except Exception as e:
            if not self._failed:
                unknown = not isinstance(e, StoppressError)
                log.error("hints cannot be dealt with now, it is tried again: %s", e, exc_info=unknown)
            self._failed = True

    def over(self, visit: Visit) -> None:
        """A visit has ended, and the schedule knows: were its events told of?"""
        try:
            if (found := seen(visit)) is None or self._adaptive.watch(visit.urlkey) is None:
                return
            turned = self.board.looked(visit.urlkey, visit.started, found, visit.previous)
            for at in self.board.waiting(visit.urlkey):  # it was told while the visit was under way
                self._adaptive.hint(visit.urlkey, at)
            self._say_turned(turned)
        except Exception:
            log.exception("what a look says of hints is lost")

    def moved(self, by: timedelta) -> None:
        self.board.moved(by)

    def close(self) -> None:
        """The crawl is over: what was learnt is kept, nobody is asked any more."""
        for task in filter(None, (*self._tasks, self._ticking)):
            task.cancel()
        if self._begun:
            self._keep(*self.board.take_changed())

    # what was told ------------------------------------------------------------------------------------------

    def _hear_again(self, told: dict[str, list[tuple[str, datetime]]], now: datetime) -> None:
        """What an earlier process was told, and nobody has looked at since."""
        for key, hints in told.items():
            last = self._adaptive.last(key)
            for name, at in hints:
                if last and last < at <= now:
                    self._hand_on(name, [(key, at)], now)

    def _begin(self) -> tuple[list[HintSource], dict[str, set[str]], dict[str, list[tuple[str, datetime]]]]:
        """What an earlier crawl has learnt; what is not wanted any more is not renewed, and refused when it comes."""
        wanted = {one.url for one in self.board.sources.values() if one.websub and self._callback}
        self._catalog.unsubscribe({one.source for one in self._catalog.subscriptions()} - wanted)
        return self._catalog.hint_sources(), self._catalog.hint_pages(), self._catalog.hints_told()

    async def _take_told(self, now: datetime) -> None:
        rows = await asyncio.to_thread(self._catalog.hints_after, self._inbox.last, self._inbox.missing)
        new: dict[str, list[Hint]] = {}
        for row in self._inbox.take(rows, now):
            new.setdefault(row.source, []).append(row)
        for name, hints in new.items():
            told = max(hint.told for hint in hints)
            self.board.heard(name, min(told, now))
            self._hand_on(name, [(hint.urlkey, min(hint.at, now)) for hint in hints], now)
        if self._swept is None or now - self._swept > KEPT / 24:
            self._swept = now
            gone = [key for key in self.board.known_pages() if self._adaptive.watch(key) is None]
            self.board.unwatched(await asyncio.to_thread(self._sweep, gone, now))

    def _sweep(self, gone: list[str], now: datetime) -> list[str]:
        """Forget what is of no use; of the pages that are not visited now those that will not be again."""
        self._catalog.forget_hints(now - KEPT)
        if gone:
            watched = {row.urlkey for row in self._catalog.watches()}  # a paused page is not forgotten
            gone = [key for key in gone if key not in watched]
            self._catalog.forget_hint_pages(gone)
        return gone

    def _hand_on(self, name: str, hints: Iterable[tuple[str, datetime]], now: datetime) -> None:
        for key, at in self.board.told(name, hints, now):
            self._adaptive.hint(key, at)

    # polls --------------------------------------------------------------------------------------------------

    async def _poll(self, source: Source) -> None:
        try:
            await self._asked(source)
        except NotHeard as e:
            self._not_heard(source, e)
        except Exception as e:  # ours: the source is asked again all the same
            log.exception("%s could not be dealt with", source.url)
            source.failed(clock.now(), f"{type(e).__name__}: {e}")
        finally:
            source.asking = False
            self.board.changed(source.url)

    async def _asked(self, source: Source) -> None:
        """It and the sitemaps that it names; where it was broken off it goes on. One of these that cannot be had costs
        the others nothing."""
        waiting, fresh = source.left or [source.url], timedelta()
        missing: list[str] = []
        while waiting:
            source.left, url = waiting, waiting[0]
            try:
                answer = await self._asking.ask(url, source.conditional(url))
                self._take_in(source, url, answer)
            except NotHeard as e:
                if e.later or url == source.url or len(missing) + 1 == len(source.children):
                    raise
                missing.append(f"{url}: {e}")
            waiting = waiting[1:]
            if url == source.url:
                fresh, waiting = answer.fresh, [*source.children]
        await self._subscribe(source)
        now = clock.now()
        if source.failures:
            log.info("%s can be read again", source.url)
        known = source.detail
        source.went_well(now, fresh=fresh)
        source.detail = "; ".join(missing)
        if missing and source.detail != known:
            log.warning("%s is read but for %s", source.url, source.detail)
        keys, recall = self.board.silent(source.url)
        self._adaptive.heard(keys, now, recall)

    def _take_in(self, source: Source, url: str, answer: Answer) -> None:
        if (document := answer.document) is None:  # nothing is new
            return
        self._check_kind(source, document)
        source.was_read(url, answer.validators)
        now = clock.now()
        self._hand_on(source.url, source.news(url, document, now), now)
        if url == source.url:
            source.names(tuple(url for url in document.more if url != source.url)[:CHILDREN])
            source.hub, source.topic = document.hub, document.topic or source.url

    def _check_kind(self, source: Source, document: Document) -> None:
        kind = "feed" if document.kind == "feed" else "sitemap"
        if source.kind and kind != source.kind:
            raise NotHeard(f"it is a {kind}, and [[hint]] kind says {source.kind}")

    def _not_heard(self, source: Source, why: NotHeard) -> None:
        now = clock.now()
        if why.later:
            source.again = now + min(SHORT_WAIT, source.every)
        elif source.failed(now, str(why), for_long=why.for_long):
            log.warning("the hints of %s cannot be read: %s; it is asked again later each time", source.url, why)

    def _say_turned(self, names: Iterable[str]) -> None:
        for name in names:
            worth, now = self.board.worth[name], clock.now()
            if worth.demoted:
                log.warning("%s is listened to no longer: of its hints %.0f%% were followed by something new", name,
                            100 * (worth.precision or 0))  # fmt: skip
                self._adaptive.heard(self.board.pages(name), now, 0.0)
            else:
                log.warning("%s is listened to again: its hints have become true", name)

    # WebSub -------------------------------------------------------------------------------------------------

    async def _subscribe(self, source: Source) -> None:
        """Where the feed names a hub and we have an address: to be told at once. Again before it forgets us."""
        if not (self._callback and source.websub and source.hub):
            return
        known = await asyncio.to_thread(self._subscription, source.url)
        if known and (known.topic, known.hub) == (source.topic, source.hub):
            if not websub.is_due(known, clock.now()):
                return
            asked = replace(known, asked=clock.now(), state="active" if known.state == "active" else "asked")
        else:
            asked = Subscription(
                source=source.url, topic=source.topic, hub=source.hub, path=secrets.token_urlsafe(24),
                secret=secrets.token_urlsafe(48), asked=clock.now(),
            )  # fmt: skip
        await asyncio.to_thread(self._catalog.subscribe, asked)  # before: the hub may verify while we wait
        try:
            await self._asking.subscribe(asked, self._callback)
        except NotHeard as e:
            if e.later:  # it was not asked: it is with the next poll
                await asyncio.to_thread(self._catalog.subscribe, replace(asked, asked=known.asked if known else None))
                return
            if not (known and known.detail):
                log.warning("%s: its hub does not take a subscription: %s; its feed is asked as before", source.url, e)
            now_known = await asyncio.to_thread(self._catalog.subscription, asked.path)
            if now_known is not None:
                await asyncio.to_thread(self._catalog.subscription_became, replace(now_known, detail=str(e)[:500]))

    def _subscription(self, name: str) -> Subscription | None:
        return next((one for one in self._catalog.subscriptions() if one.source == name), None)

    # what outlives a process --------------------------------------------------------------------------------

    async def _remember(self) -> None:
        sources, told = self.board.take_changed()
        if sources or told:
            await asyncio.to_thread(self._keep, sources, told)

    def _keep(self, sources: list[HintSource], told: dict[tuple[str, str], datetime]) -> None:
        try:
            self._catalog.remember_hints(sources, told)
        except StoppressError as e:
            self.board.not_remembered(sources, told)
            if not self._failed:
                log.error("the catalog does not take what was learnt of hints, it is tried again: %s", e)
            self._failed = True
