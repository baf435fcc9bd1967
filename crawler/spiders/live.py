"""The clock: asks the agenda what is due, yields its request, and makes of whatever comes back one Visit.

agenda --due--> host free? --started in the ledger--> request --> answer, hop or failure --> Visit
"""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections import defaultdict, deque
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Self
from urllib.parse import urljoin

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.adaptive import Adaptive, is_adaptive
from crawler.agenda import Agenda, Due
from crawler.available import missing
from crawler.browser.look import Look
from crawler.egress import self_test
from crawler.failures import explain
from crawler.hints.desk import HintDesk
from crawler.hosts import group_of, group_of_url, host_of
from crawler.lifetimes import LearntOfNewsrooms
from crawler.memory import LearntOfPages
from crawler.politeness import MOST_HOPS, SLOT, Politeness
from crawler.probes import Probes
from crawler.requisites import RequisitesOfPage
from crawler.rest import RestOfPage
from crawler.schedule import REFUSED_AFTER, deserves_another, is_refusal
from crawler.setup import keeper_of
from crawler.standing import Standing
from crawler.visit_ends import asked_to_wait, cut_off, line, lost, taken_down, unanswered, unkept
from crawler.watchlist import policy_of
from crawler.wire import BY_BROWSER, EXCHANGE, PROBE, ROLE, VISIT, WHOLE
from pipelines import clock
from pipelines.errors import ConfigError, CrawlerRunning, StoppressError, StoreError, TakenDown, WatchlistError
from pipelines.keeper import Keeper
from pipelines.model import Exchange, Visit, Watch
from pipelines.promise import kept
from pipelines.units import duration
from pipelines.urlkey import normalise, urlkey

log = logging.getLogger(__name__)
LOOK = timedelta(milliseconds=200)  # how long the clock sleeps at most between two looks at the agenda
ROBOTS_LOOK = timedelta(milliseconds=20)  # how soon the clock sees that a robots.txt has come
RELOAD = timedelta(seconds=3)  # how soon a new, paused or removed watch is noticed
SET = ("closing", "forced")  # looks of the adaptive schedule whose time is known before


class LiveSpider(Spider):
    """``once``: every active watch once, then end. ``limit``: end after this time. Else: until told to stop.

    Both may be given as text, as in ``scrapy crawl live -a once=1 -a limit=10m``.
    """

    name = "live"
    keeper: Keeper
    standing: Standing
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
        self.adaptive: Adaptive
        self.waiting: dict[str, deque[Due]] = defaultdict(deque)
        self.running: dict[str, Visit] = {}  # by page: in the ledger, not over
        self.answers: dict[str, Visit] = {}  # by page: of those that run, the answered ones whose rest is asked for
        self.owing: set[str] = set()  # hosts at which an adaptive look is next, if one is worth it
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
        spider.learnt = LearntOfPages(spider.adaptive, spider.keeper.catalog, spider.keeper.worker)
        spider.lifetimes = LearntOfNewsrooms(spider.adaptive, spider.keeper.catalog)
        spider.rest = RestOfPage(crawler, spider.keeper)
        spider.requisites = RequisitesOfPage(crawler, spider.keeper, spider.goes_before)
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
        self.politeness = politeness
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
            if self.once and not self.waiting_or_running() and self.agenda.next_at() is None:
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
        while due := self.agenda.pop(now):
            self.waiting[group_of_url(due.watch.url)].append(due)
        # To read the list may have taken a while: no visit shall seem to begin before its host's turn.
        now = self._now()
        begun = self._worth_it(now, self.owing) if self.owing else []
        for group, queue in self.waiting.items():
            while queue and self._may_start(queue[0].watch.url):
                begun.append(self._begin(queue.popleft(), now))
                if queue:
                    self.owing.add(group)
        begun += self._worth_it(now, set())
        if not begun:
            return []
        self.running.update((visit.urlkey, visit) for visit in begun)
        try:
            await kept(self.keeper.recorder.starting(begun))
        except StoreError as e:
            log.error("%d visit(s) are not made: %s", len(begun), e)
            return [unkept(visit, e) for visit in begun]
        return [await self._first(visit) for visit in begun]

    def _worth_it(self, now: datetime, owing: set[str]) -> list[Visit]:
        """Visits of adaptive watches. A turn of another schedule that waits for its host goes before, but not twice:
        where more wait, they take turns with a look that is worth its price. ``owing``: hosts whose turn that is."""
        governor, begun, owed = self.politeness.governor, [], frozenset(owing)

        def free(host: str) -> bool:
            group = group_of(host)
            if self.waiting.get(group) and group not in owed:
                return False
            return governor.free_at(host, steady) <= steady

        steady = clock.steady()
        while due := self.adaptive.choose(now, free, governor.tokens(steady)):
            may = [one for one in due if one.urlkey not in self.running and self._may_start(one.watch.url)]
            begun += [self._begin(self._let_in(one, now), now) for one in may]
            self.owing -= {group_of_url(one.watch.url) for one in may}
            for one in due:
                if one not in may:
                    self.adaptive.given_up(one.urlkey)
            if not may:
                break
        return begun

    def _let_in(self, due: Due, now: datetime) -> Due:
        """A look whose time no schedule has set is not due while its host is parked."""
        parked = self._parked_until(due.watch.url)
        if parked is None or due.why in SET or not due.scheduled < parked <= now:
            return due
        return replace(due, scheduled=parked)

    def _parked_until(self, url: str) -> datetime | None:
        until = self.politeness.governor.parked_until(host_of(url))
        return clock.dated(until) if until else None

    def _watch(self, key: str) -> Watch | None:
        return self.agenda.watch(key) or self.adaptive.watch(key)

    def _following(self, key: str, now: datetime) -> datetime | None:
        return self.agenda.following(key, now) or self.adaptive.following(key, now)

    async def _first(self, visit: Visit) -> Visit | Request:
        """The visit's request; what was taken down is not asked for."""
        if block := self.standing.blocks.page(visit.urlkey):
            return taken_down(visit, block)
        watch = self._watch(visit.urlkey)
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
        watch = self._watch(visit.urlkey)
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

    def goes_before(self, group: str) -> bool:
        """Whether a page waits for a host of this name, or for the budget of all hosts: requisites give way to it."""
        short = self.politeness.governor.is_short(clock.steady())
        return bool(self.waiting.get(group)) or (short and any(self.waiting.values()))

    def _begin(self, due: Due, now: datetime) -> Visit:
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

    def _request(self, url: str, visit: Visit, *, hops: int, slot: bool) -> Request:
        meta = {VISIT: visit, "hops": hops, SLOT: slot}
        return Request(url, callback=self.answered, errback=self.failed, meta=meta, dont_filter=True)

    def waiting_or_running(self) -> int:
        return len(self.running) + sum(map(len, self.waiting.values()))

    def _pause(self, now: datetime) -> float:
        at, steady = [now + LOOK], clock.steady()
        if (upcoming := self.agenda.next_at()) is not None:
            at.append(upcoming)
        for queue in self.waiting.values():
            if queue:
                url = queue[0].watch.url
                known = self.politeness.knows(url)
                free = self.politeness.governor.free_at(host_of(url), steady)
                at.append(now + (free - steady if known else ROBOTS_LOOK))
        return max((min(at) - now).total_seconds(), 0.001)

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
        watch = self._watch(visit.urlkey)
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
            watch = self._watch(visit.urlkey)
            if watch is None or not watch.requisites:
                return whole
            following = self._following(visit.urlkey, clock.now())
            until = None if self.once else following
            return await self.requisites.complete(whole, until)
        finally:
            del self.answers[visit.urlkey]

    def _next(self, visit: Visit, request: Request, response: Response) -> Visit | Request:
        exchange: Exchange = request.meta[EXCHANGE]
        location = response.headers.get("Location")
        if exchange.status not in (301, 302, 303, 307, 308):
            until = self._parked_until(exchange.url)
            return replace(visit, exchange=exchange, detail=visit.detail or asked_to_wait(exchange, until, clock.now()))
        if not location:
            return lost(visit, exchange, f"{exchange.url} redirects without saying where to")
        if request.meta["hops"] >= MOST_HOPS:
            return lost(visit, exchange, f"{visit.url} redirects more than {MOST_HOPS} times, last to {location!r}")
        return self._hop(visit, exchange, request, location)

    def _hop(self, visit: Visit, exchange: Exchange, request: Request, location: bytes) -> Visit | Request:
        try:
            # Blanks are a mistake that browsers forgive; all else must be a URL as it stands.
            to = location.decode("utf-8", "replace").strip().replace(" ", "%20")
            target = normalise(urljoin(exchange.url, to))
        except (WatchlistError, ValueError) as e:
            return lost(visit, exchange, f"{exchange.url} redirects to what cannot be followed: {e}", "blocked")
        if urlkey(target) == urlkey(exchange.url) and target == exchange.url:
            return lost(visit, exchange, f"{exchange.url} redirects to itself")
        if block := self.standing.blocks.page(urlkey(target)):
            return replace(taken_down(visit, block), exchange=exchange, status=exchange.status)
        hop = self._request(target, visit, hops=request.meta["hops"] + 1, slot=False)
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
        self.running.pop(item.urlkey, None)
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
        for key, visit in self.running.items():
            self.keeper.recorder.visit(self.answers.get(key) or cut_off(visit, reason))
        self.running.clear()
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
