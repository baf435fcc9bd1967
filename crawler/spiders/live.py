"""The clock: asks the agenda what is due, yields its request, and makes of whatever comes back one Visit.

turns --begun--> started in the ledger --> request --> answer, hop or failure --> Visit
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Self

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.adaptive import Adaptive, is_adaptive
from crawler.agenda import Agenda
from crawler.available import missing
from crawler.browser.look import Look
from crawler.egress import self_test
from crawler.failures import explain
from crawler.hints.desk import HintDesk
from crawler.hops import REDIRECTS, leads_to
from crawler.hosts import group_of_url, host_of
from crawler.lifetimes import LearntOfNewsrooms
from crawler.memory import LearntOfPages
from crawler.politeness import SLOT, Politeness
from crawler.probes import Probes
from crawler.requisites import RequisitesOfPage
from crawler.rest import RestOfPage
from crawler.schedule import REFUSED_AFTER, deserves_another, is_refusal
from crawler.setup import keeper_of
from crawler.standing import Standing
from crawler.turns import Turns
from crawler.visit_ends import asked_to_wait, cut_off, line, unanswered, unkept
from crawler.watchlist import policy_of
from crawler.wire import BY_BROWSER, EXCHANGE, PROBE, ROLE, VISIT, WHOLE
from pipelines import clock
from pipelines.errors import ConfigError, CrawlerRunning, StoppressError, StoreError, TakenDown, WatchlistError
from pipelines.keeper import Keeper
from pipelines.ledger import taken_down
from pipelines.model import Exchange, Visit, Watch
from pipelines.promise import kept
from pipelines.units import duration
from pipelines.urlkey import urlkey

log = logging.getLogger(__name__)
LOOK = timedelta(milliseconds=200)  # how long the clock sleeps at most between two looks at the agenda
RELOAD = timedelta(seconds=3)  # how soon a new, paused or removed watch is noticed


class LiveSpider(Spider):
    """``once``: every active watch once, then end. ``limit``: end after this time. Else: until told to stop.

    Both may be given as text, as in ``scrapy crawl live -a once=1 -a limit=10m``.
    """

    name = "live"
    keeper: Keeper
    standing: Standing
    adaptive: Adaptive
    turns: Turns
    politeness: Politeness
    rest: RestOfPage
    requisites: RequisitesOfPage
    hints: HintDesk
    learnt: LearntOfPages
    lifetimes: LearntOfNewsrooms

    def __init__(self, *, once: bool | str = False, limit: timedelta | str | None = None, **unknown: Any) -> None:
        if unknown:
            raise ConfigError(f"the spider live has no argument {', '.join(unknown)}; it has once and limit")
        super().__init__()
        self.once, self.limit = _switch(once), _span(limit)
        self.trouble: StoppressError | None = None  # why the clock stopped before its time
        self.agenda = Agenda()
        self.answers: dict[str, Visit] = {}  # by page: of those that run, the answered ones whose rest is asked for
        self.probes = Probes()
        self.unusable: dict[str, str] = {}  # by URL: why it cannot be visited here
        self.stopping = False
        self.steps = clock.Steps(clock.now)

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.keeper = keeper_of(crawler)
        spider.standing = Standing(spider.keeper)
        config = spider.keeper.config
        spider.adaptive = Adaptive(budget=config.crawl.budget, after_end=config.defaults.after_end)
        spider.turns = Turns(spider.agenda, spider.adaptive, spider.standing, once=spider.once)
        spider.learnt = LearntOfPages(spider.adaptive, spider.keeper.catalog, spider.keeper.worker)
        spider.lifetimes = LearntOfNewsrooms(spider.adaptive, spider.keeper.catalog)
        spider.rest = RestOfPage(crawler, spider.keeper)
        spider.requisites = RequisitesOfPage(crawler, spider.keeper, spider.turns.goes_before)
        spider.hints = HintDesk(crawler, spider.keeper, spider.adaptive, lambda key: spider.standing.blocks.page(key))
        for signal in (signals.item_scraped, signals.item_dropped, signals.item_error):
            crawler.signals.connect(spider.visit_over, signal=signal)
        return spider

    # the clock ------------------------------------------------------------------------------------------

    async def start(self) -> AsyncIterator[Any]:
        """Scrapy logs and forgets what is raised here; whoever runs the crawl asks for ``trouble``."""
        try:
            from twisted.internet import reactor  # not before Scrapy has installed its own

            await self_test(reactor, self.crawler.settings, self.keeper.config.egress.allow)
            async for begun in self._clock():
                yield begun
            self.politeness.ending = True
        except StoppressError as e:
            self.trouble = e
        except Exception as e:
            log.exception("the clock has stopped")
            self.trouble = StoppressError(
                f"the crawl ended early ({type(e).__name__}: {e}); what was visited is kept, the log says more; "
                "start it again"
            )
            self.trouble.__cause__ = e

    async def _clock(self) -> AsyncIterator[Any]:
        opened, before = time.monotonic(), clock.now()
        reload_at = before
        politeness = self.crawler.get_downloader_middleware(Politeness)
        assert politeness is not None
        self.politeness = self.turns.politeness = politeness
        memory = politeness.memory
        if memory:
            memory.keeps("hints", self.hints.allowance)
            await memory.alone()
        await self.learnt.recall()
        self.agenda.was_down(memory.before.alive if memory and memory.before else None, before)
        while not self.stopping:
            if memory and memory.taken_over:
                raise CrawlerRunning(
                    "nothing was heard of this crawler for a while (its machine slept, or the catalog was locked), and "
                    "another one has begun in its place; this one ends"
                )
            now = self._now()
            if now < before:
                reload_at = now
                self.politeness.went_back()
                self.agenda.replan(now)
            before = now
            if self.limit is not None and time.monotonic() - opened >= self.limit.total_seconds():
                return
            if now >= reload_at:
                await self._reload(now)
                if self.politeness.memory:
                    self.politeness.memory.is_alive()
                await self.learnt.keep()
                if not self.once:
                    self.hints.tick(now)
                    self.lifetimes.tick(now)
                reload_at = now + RELOAD
            for begun in await self._ready(now):
                yield begun
            if self.once and not self.turns and self.agenda.next_at() is None:
                return
            await asyncio.sleep(self._pause(clock.now()))

    def _now(self) -> datetime:
        """What time it is. If the clock was set, what was noted by it has moved along."""
        if step := self.steps():
            for part in (self.adaptive, self.hints, self.lifetimes):
                part.moved(step)
        return clock.now()

    async def _reload(self, now: datetime) -> None:
        """Take the watch list as it stands; with ``once`` it is read a single time."""
        if self.once and len(self.agenda):
            return
        try:
            watches, last, over = await asyncio.to_thread(self.standing.load, now)
        except Exception:
            if self.once:  # there is no last one
                raise
            log.exception("the watch list cannot be read now; the last one stays in force")
            return
        for watch, ended in over:
            log.info("%s is no longer visited: %s", watch.url, ended.reason)
        usable = [watch for watch in watches if self._usable(watch)]
        weighed = [] if self.once else [watch for watch in usable if is_adaptive(watch)]
        timed = usable if self.once else [watch for watch in usable if not is_adaptive(watch)]
        self.agenda.set(timed, last, now, at_once=self.once, refusals=self.standing.refusals)
        good = self.standing.good(urlkey(watch.url) for watch in weighed)
        self.adaptive.set(weighed, self.standing.learnt, good, now, self.standing.refusals, self.standing.tried)
        self.adaptive.ends(self.standing.ended, now)

    def _usable(self, watch: Watch) -> bool:
        """What cannot be done is said once; the other watches go on."""
        try:
            policy_of(watch)
            lacks = missing(self.keeper.config.crawl.browser) if watch.render == "browser" else ""
        except WatchlistError as e:
            lacks = str(e)
        if lacks and self.unusable.get(watch.url) != lacks:
            log.error("%s is not visited: %s", watch.url, lacks)
        self.unusable[watch.url] = lacks
        return not lacks

    async def _ready(self, now: datetime) -> list[Request | Visit]:
        """Visits that start now: due, and their host is free. They are in the ledger before they are sent.

        What the spool cannot take is not asked for: such a visit is over before it began.
        """
        self.turns.take(now)
        # To read the list may have taken a while: no visit shall seem to begin before its host's turn.
        begun = self.turns.begin(self._now())
        if not begun:
            return []
        try:
            await kept(self.keeper.recorder.starting(begun))
        except StoreError as e:
            log.error("%d visit(s) are not made: %s", len(begun), e)
            return [unkept(visit, e) for visit in begun]
        return [await self._first(visit) for visit in begun]

    async def _first(self, visit: Visit) -> Visit | Request:
        """The visit's request; what was taken down is not asked for."""
        if block := self.standing.blocks.page(visit.urlkey):
            return taken_down(visit, block)
        watch = self.turns.watch(visit.urlkey)
        if watch is not None and watch.probe_url and not self.once and not self.standing.blocks.page(
            urlkey(watch.probe_url)
        ):
            return self._probe(visit, watch)
        return await self._page(visit, slot=True)

    def _probe(self, visit: Visit, watch: Watch) -> Request:
        """The turn that was taken is the page's host's."""
        slot = group_of_url(watch.probe_url) == group_of_url(visit.url)
        request = self._request(watch.probe_url, visit, hops=0, slot=slot)
        request.meta.update({ROLE: PROBE, WHOLE: not self.probes.knows(visit.urlkey)})
        return request

    async def _page(self, visit: Visit, *, slot: bool) -> Request:
        request = self._request(visit.url, visit, hops=0, slot=slot)
        watch = self.turns.watch(visit.urlkey)
        if watch is not None and watch.render == "browser":
            request.meta[BY_BROWSER] = self._look(visit, watch)
        else:
            request.meta[WHOLE] = await self.rest.wants_all(visit)
        return request

    def _look(self, visit: Visit, watch: Watch) -> Look:
        politeness = self.politeness

        async def follow(url: str) -> None:
            if block := self.standing.blocks.page(urlkey(url)):
                raise TakenDown(str(block))
            await politeness.follow(url)

        return Look(visit=visit, watch=watch, follow=follow, forbids=politeness.forbids, second=politeness.second,
                    refused=politeness.refused, taken=politeness.taken)  # fmt: skip

    def _request(self, url: str, visit: Visit, *, hops: int, slot: bool) -> Request:
        meta = {VISIT: visit, "hops": hops, SLOT: slot}
        return Request(url, callback=self.answered, errback=self.failed, meta=meta, dont_filter=True)

    def _pause(self, now: datetime) -> float:
        """Seconds."""
        soonest = min(now + LOOK, self.turns.next_at(now) or now + LOOK)
        return max((soonest - now).total_seconds(), 0.001)

    # what comes back --------------------------------------------------------------------------------------

    async def answered(self, response: Response) -> AsyncIterator[Visit | Request]:
        """An answer: the visit's end, or a hop that is followed within the same visit; so is the rest of the page."""
        request = response.request
        assert request is not None
        visit: Visit = request.meta[VISIT]
        try:
            if request.meta.get(ROLE) == PROBE:
                yield await self._probed(visit, request, response)
                return
            following = self._next(visit, request, response)
            if isinstance(following, Visit) and following.outcome is None and BY_BROWSER not in request.meta:
                following = await self._with_rest(following)
            yield following
        except Exception as e:  # a visit without an end would never be followed by another
            log.exception("the answer of %s could not be dealt with", request.url)
            detail = f"{request.url}: its answer could not be dealt with ({type(e).__name__}: {e})"
            yield replace(visit, outcome="error", reason="protocol", detail=detail, reading="none")

    async def _probed(self, visit: Visit, request: Request, response: Response) -> Visit | Request:
        watch = self.turns.watch(visit.urlkey)
        if watch and self.probes.same(visit.urlkey, watch, response.status, response.body, clock.now()):
            detail = f"{request.url} answered as before, the page was not asked for"
            return replace(visit, outcome="probed", detail=detail, reading="none")
        return await self._page(visit, slot=group_of_url(request.url) != group_of_url(visit.url))

    async def _with_rest(self, visit: Visit) -> Visit:
        """What there is beside the page, asked for while the page itself is kept already."""
        self.rest.blocks = self.standing.blocks
        self.requisites.refuse(self.standing.blocks)
        self.answers[visit.urlkey] = visit
        try:
            self.answers[visit.urlkey] = whole = await self.rest.complete(visit)
            watch = self.turns.watch(visit.urlkey)
            if watch is None or not watch.requisites:
                return whole
            following = self.turns.following(visit.urlkey, clock.now())
            until = None if self.once else following
            return await self.requisites.complete(whole, until)
        finally:
            del self.answers[visit.urlkey]

    def _next(self, visit: Visit, request: Request, response: Response) -> Visit | Request:
        exchange: Exchange = request.meta[EXCHANGE]
        if exchange.status not in REDIRECTS:
            until = self.turns.parked_until(exchange.url)
            return replace(visit, exchange=exchange, detail=visit.detail or asked_to_wait(exchange, until, clock.now()))
        hops = request.meta["hops"]
        target = leads_to(visit, exchange, response.headers.get("Location"), hops, self.standing.blocks)
        if isinstance(target, Visit):
            return target
        hop = self._request(target, visit, hops=hops + 1, slot=False)
        hop.meta[WHOLE] = request.meta.get(WHOLE, False)
        return hop

    async def failed(self, failure: Failure) -> AsyncIterator[Visit | Request]:
        """No usable answer; what was kept of the exchange, if anything, says why."""
        request: Request = failure.request  # type: ignore[attr-defined]
        visit: Visit = request.meta[VISIT]
        if request.meta.get(ROLE) == PROBE:
            if self.probes.failed(visit.urlkey):
                why = explain(failure.value or RuntimeError("unknown"), host_of(request.url))[1]
                log.warning("%s, which is asked before %s, cannot be had; until it can the page is asked for: %s",
                            request.url, visit.url, why)  # fmt: skip
            yield await self._page(visit, slot=group_of_url(request.url) != group_of_url(visit.url))
            return
        yield unanswered(visit, failure.value or RuntimeError("unknown"), request.url, request.meta.get(EXCHANGE))

    # afterwards -------------------------------------------------------------------------------------------

    def visit_over(self, item: Any) -> None:
        """After the last stage, whatever became of it: the page may be visited again."""
        if not isinstance(item, Visit):
            return
        self.turns.running.pop(item.urlkey, None)
        self.standing.saw(item)
        self.probes.over(item)
        self.rest.seen(item)
        self.requisites.seen(item)
        if not self.once:
            again, refused = deserves_another(item), is_refusal(item)
            self.agenda.ended(item.urlkey, clock.now(), begun=item.started, cut=again, refused=refused)
            self.adaptive.over(item)
            self.hints.over(item)
            if refused and max(plan.refusals(item.urlkey) for plan in (self.agenda, self.adaptive)) == REFUSED_AFTER:
                log.warning("%s has refused %d visits in a row (%s): it is asked for once an hour until it lets us in",
                            item.url, REFUSED_AFTER, item.detail or item.status)  # fmt: skip
        log.info("%s", line(item))

    def closed(self, reason: str) -> None:
        """Scrapy forgets what it has not sent yet: such visits end here, for each that started has an end.

        A page that was answered is archived, whatever became of its rest; the next start reads it.
        """
        for key, visit in self.turns.running.items():
            self.keeper.recorder.visit(self.answers.get(key) or cut_off(visit, reason))
        self.turns.running.clear()
        self.learnt.ended()
        self.hints.close()
        self.lifetimes.close()
        self.standing.follow(clock.now())  # with ``once`` the list is not read again


def _switch(word: bool | str) -> bool:
    if isinstance(word, bool):
        return word
    if word.lower() not in ("1", "0", "true", "false", "yes", "no"):
        raise ConfigError(f"once={word}: write once=1 or once=0")
    return word.lower() in ("1", "true", "yes")


def _span(word: timedelta | str | None) -> timedelta | None:
    try:
        return duration(word) if isinstance(word, str) else word
    except ValueError as e:
        raise ConfigError(f"limit={word}: {e}") from e
