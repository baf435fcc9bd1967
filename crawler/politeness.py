"""Downloader middleware: no request leaves without robots.txt's consent and a slot of its host."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from typing import Self
from urllib.parse import urljoin, urlsplit

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from pipelines import clock
from pipelines.config import Config
from pipelines.errors import WatchlistError
from pipelines.urlkey import normalise

from .failures import NOT_REACHED, explain
from .governor import LONGEST_PARKING, Governor, parse_http_date, parse_retry_after
from .hosts import host_of
from .memory import Memory
from .robots import Rules, rules_from
from .wire import BEGINS, REQUISITE, ROLE, VISIT

log = logging.getLogger(__name__)
ROBOTS = "robots"  # the role of a robots.txt request
SLOT = "stoppress_slot"  # meta: the clock has taken this request's slot already
LEFT = "stoppress_left"  # meta: when it was sent
MOST_HOPS = 5  # RFC 9309 2.3.1.2, and our limit for pages too
LONGEST_WAIT = timedelta(hours=1)  # of a request within a visit: a hop, or a page behind its robots.txt
HELD = timedelta(minutes=1)  # of a page that is open in the browser meanwhile, or whose host was parked on its way
NOT_LIVE = timedelta(minutes=5)  # between two requests: people are told
NOT_AT_ALL = timedelta()  # longer than GRACE: of what a page is shown with
CREDIBLE = timedelta(days=1)  # a host's clock may differ from ours by so much
GRACE = timedelta(seconds=10)  # waits that are nearly over are waited for, also when the crawl ends


class Disallowed(IgnoreRequest):
    """robots.txt forbids it, or cannot be read."""


class Parked(IgnoreRequest):
    """Its host may not be asked for a long time, or the crawl ends before it may: nothing was sent."""


class Politeness:
    """Holds each request until its host is free; learns Crawl-delay, Retry-After and latency from the answers."""

    def __init__(self, governor: Governor, agent: str, memory: Memory | None = None) -> None:
        self.governor = governor
        self.memory = memory  # None: a search, which keeps nothing
        self._agent = agent
        self._keeping: set[asyncio.Task[None]] = set()
        self._origins: dict[str, Rules] = {}
        self._fetching: dict[str, asyncio.Task[None]] = {}
        self._seconds: dict[str, datetime] = {}  # URL -> when it may be asked again
        self._swept = self._opens = datetime.min.replace(tzinfo=UTC)
        self.ending = False  # no new visit starts: long waits are given up
        self.crawler: Crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        from .setup import config_of, has_keeper, keeper_of

        config: Config = config_of(crawler)
        crawl = config.crawl
        governor = Governor.of(crawl)
        memory = None
        if has_keeper(crawler):
            keeper = keeper_of(crawler)
            memory = Memory(governor, keeper.catalog, keeper.worker)
            memory.recall()
            crawler.signals.connect(memory.ended, signal=signals.spider_closed)
        self = cls(governor, crawl.agent, memory)
        if memory and memory.sent_until:
            self.opens_after(memory.sent_until)
        self.crawler = crawler
        return self

    def knows(self, url: str) -> bool:
        """Whether robots.txt of this URL's origin is at hand; if not it is fetched, and known some time later.

        The clock asks before it starts a visit, so that the rules hold from the first page on.
        """
        origin = _origin(url)
        if self._fresh(origin):
            return True
        self._fetching_of(origin)
        return False

    def asks_first(self, url: str) -> bool:
        """Whether a request to it would have robots.txt asked for, and nobody does so already."""
        origin = _origin(url)
        return origin not in self._fetching and not self._fresh(origin)

    def sitemaps(self, url: str) -> list[str]:
        """What robots.txt of this URL's origin names, once something was asked for there."""
        rules = self._origins.get(_origin(url))
        return rules.sitemaps() if rules else []

    def is_known_to_fail(self, url: str) -> bool:
        """Whether robots.txt could not be had a moment ago: a visit would end with the same reason, unsent."""
        rules = self._origins.get(_origin(url))
        return rules is not None and rules.failure is not None and rules.fresh(clock.now())

    def went_back(self) -> None:
        """The clock was set back: what was noted by it would hold for as long as that. Waits of hosts go by another."""
        self._origins.clear()
        self._seconds.clear()
        self._opens = datetime.min.replace(tzinfo=UTC)

    async def follow(self, url: str) -> None:
        """A page in the browser leads there: its consent and its host's turn, as for a hop."""
        await self._consent(url)
        await self._slot(url, HELD)
        await self.second(url)
        await self._turn(url, HELD)

    def forbids(self, url: str) -> bool:
        """Whether a robots.txt that is at hand forbids it; none is fetched for that."""
        rules = self._origins.get(_origin(url))
        return rules is not None and rules.failure is None and not rules.allows(url, self._agent)

    def forbidden(self, url: str) -> str:
        """What a robots.txt that is at hand and could be read says against it; "" if nothing."""
        rules = self._origins.get(_origin(url))
        return self._no(url, rules) if rules and rules.reachable and not rules.allows(url, self._agent) else ""

    def closed(self, url: str) -> str:
        """Why nothing of its origin may be asked for now: robots.txt could not be had; "" if that is not so."""
        rules = self._origins.get(_origin(url))
        if rules is None or rules.reachable or rules.rules is not None or not rules.fresh(clock.now()):
            return ""
        return explain(rules.failure, host_of(url))[1] if rules.failure else self._no(url, rules)

    def _no(self, url: str, rules: Rules) -> str:
        why = "forbids this URL" if rules.reachable else "cannot be read, so nothing may be fetched"
        return f"{_origin(url)}/robots.txt {why} to {self._agent.partition('/')[0]}"

    def refused(self, url: str, status: int, retry_after: str | None, date: str | None = None) -> None:
        """What scripts asked for was answered 429 or 503: that host is left alone as it asks."""
        if self._parked(url, status, timedelta(), retry_after, _today(date)):
            task = asyncio.ensure_future(self._remember())
            self._keeping.add(task)
            task.add_done_callback(self._keeping.discard)

    def taken(self, url: str, at: datetime) -> None:
        """No other capture of this URL may be of the second that this moment is in."""
        free = _second(at) + timedelta(seconds=1)
        self._seconds[url] = max(free, self._seconds.get(url, free))  # later ones may be reserved

    def opens_after(self, moment: datetime) -> None:
        """A crawl before this one may have captured any URL up to then: in that second nothing is sent any more."""
        if _second(moment) <= clock.now():  # by a clock that was set back since, it would hold for as long as that
            self._opens = _second(moment) + timedelta(seconds=1)

    async def process_request(self, request: Request) -> None:
        if request.meta.get(ROLE) != ROBOTS:
            await self._consent(request.url)
        has_slot = request.meta.pop(SLOT, False)
        if not has_slot:
            await self._slot(request.url)
        reserved = await self.second(request.url)
        # Whoever has reserved its turn outside can come again; a hop has its visit behind it.
        longest = NOT_AT_ALL if request.meta.get(ROLE) == REQUISITE else HELD if has_slot else LONGEST_WAIT
        await self._turn(request.url, longest)
        request.meta[LEFT] = clock.steady()
        request.meta[BEGINS] = partial(self._begins, request.url, reserved)

    async def process_response(self, request: Request, response: Response) -> Response:
        latency = timedelta(seconds=request.meta.get("download_latency", 0.0))
        retry_after = (response.headers.get("Retry-After") or b"").decode("latin-1") or None
        date = (response.headers.get("Date") or b"").decode("latin-1")
        if self._parked(request.url, response.status, latency, retry_after, _today(date)):
            await self._remember()
        return response

    async def process_exception(self, request: Request, exception: Exception) -> None:
        host = host_of(request.url)
        reason, _ = explain(exception, host)
        if reason == "timeout" and request.meta.get(ROLE) == REQUISITE:  # it may have had seconds only
            return
        # One page that breaks off, lies or is silent is no reason to leave its host alone.
        waited = request.meta.get(LEFT) if reason == "timeout" else None
        if reason in NOT_REACHED and self.governor.failed(host, clock.steady(), waited_since=waited):
            await self._remember()

    def _parked(self, url: str, status: int, latency: timedelta, retry_after: str | None, today: datetime) -> bool:
        """The governor learns of an answer; whether it has parked the host."""
        host = host_of(url)
        parked = self.governor.answered(host, status=status, latency=latency, retry_after=retry_after,
                                        now=clock.steady(), today=today)  # fmt: skip
        wait = parse_retry_after(retry_after, today) if parked else None
        if wait and wait > LONGEST_PARKING:
            log.warning("%s asks to be left alone for longer than a day (Retry-After: %.200s); it is, a day at a time",
                        host, retry_after)  # fmt: skip
        return parked

    async def _remember(self) -> None:
        if self.memory:
            await asyncio.shield(self.memory.keep())

    async def _slot(self, url: str, longest: timedelta = LONGEST_WAIT) -> None:
        """Reserve the next turn of its host, and wait for it."""
        host, now = host_of(url), clock.steady()
        at = self.governor.free_at(host, now)
        if at - now > longest:
            raise _parked_until(host, at)
        self.governor.start(host, at, now)
        await self._until(host, lambda: at, longest)

    async def _turn(self, url: str, longest: timedelta) -> None:
        """The last thing before it is sent: was the one before it late, or the host parked meanwhile?"""
        host = host_of(url)
        await self._until(host, lambda: self.governor.send_at(host, clock.steady()), longest)
        self.governor.sent(host, clock.steady())

    async def _until(self, host: str, when: Callable[[], datetime], longest: timedelta) -> None:
        while timedelta() < (left := when() - clock.steady()):
            if left > longest + GRACE:  # it was parked meanwhile
                raise _parked_until(host, when())
            if left > GRACE and (self.ending or not self.crawler.engine.running):
                raise Parked(f"the crawl ended before {host} could be asked, nothing was sent")
            await asyncio.sleep(min(left.total_seconds(), 1.0))

    async def second(self, url: str) -> datetime:
        """At most one capture per URL and second: CDX and Memento address with 14 digits. Waits for the next one that
        is free, and reserves it: when it begins, or now."""
        now = clock.now()
        if now - self._swept >= timedelta(seconds=1):  # redirects may lead to a new URL each time
            self._seconds = {known: at for known, at in self._seconds.items() if at > now}
            self._swept = now
        start = max(now, self._opens, self._seconds.get(url, now))
        self.taken(url, start)
        # Loop and clock are not of one pace: who is woken is early, by less than a millisecond as a rule.
        while timedelta() < (left := start - clock.now()) <= start - now:
            await asyncio.sleep(left.total_seconds())
        return start

    async def _begins(self, url: str, reserved: datetime) -> datetime:
        """When it is sent, which its capture is dated by: in the second that was reserved, or, where its turn and its
        host's other requests took longer, in one that is free."""
        while True:
            now = clock.now()
            if _second(now) == _second(reserved):
                return now
            free = self._seconds.get(url, now)
            if free <= now:
                self.taken(url, now)
                return now
            await asyncio.sleep(min((free - now).total_seconds(), 1.0))
            await self._turn(url, HELD)

    async def _consent(self, url: str) -> None:
        """Raises Disallowed, or what the downloader raised when robots.txt was asked for."""
        origin = _origin(url)
        if not self._fresh(origin):
            await asyncio.shield(self._fetching_of(origin))
        rules = self._origins[origin]
        if rules.failure is not None:
            raise rules.failure  # the visit ends with the same reason: the host cannot be reached
        if not rules.allows(url, self._agent):
            raise Disallowed(self._no(url, rules))

    def _fresh(self, origin: str) -> bool:
        rules = self._origins.get(origin)
        return rules is not None and rules.fresh(clock.now())

    def _fetching_of(self, origin: str) -> asyncio.Task[None]:
        """Many pages of one origin wait for one fetch."""
        task = self._fetching.get(origin)
        if task is None:
            task = self._fetching[origin] = asyncio.ensure_future(self._fetch(origin))
            task.add_done_callback(lambda _: self._fetching.pop(origin, None))
        return task

    async def _fetch(self, origin: str) -> None:
        known = self._origins.get(origin)
        try:
            rules = await self._fetched(f"{origin}/robots.txt", known)
        except Exception as e:  # noqa: BLE001 - kept, and raised for the visits that wait for the rules
            held = known.rules if known else None
            rules = Rules(clock.now(), held, reachable=False, failure=None if held else e)
        self._origins[origin] = rules
        delay = rules.crawl_delay(self._agent)
        if self.governor.crawl_delay(host_of(origin), delay, origin=origin):
            if delay > NOT_LIVE:
                log.warning("%s asks for %g s between two requests (Crawl-delay); that is obeyed, so its pages "
                            "cannot be followed live", origin, delay.total_seconds())  # fmt: skip
            await self._remember()

    async def _fetched(self, url: str, known: Rules | None) -> Rules:
        own, unread = host_of(url), Rules(clock.now(), known.rules if known else None, reachable=False)
        for _ in range(MOST_HOPS + 1):
            request = Request(url, meta={ROLE: ROBOTS, VISIT: None}, dont_filter=True)
            try:
                response = await self.crawler.engine.download_async(request)
            except Exception:
                if host_of(url) == own:
                    raise
                return unread  # a host that it led to says nothing of whether this one can be reached
            target = response.headers.get("Location")
            if response.status // 100 != 3 or not target:
                return _rules(response, known)
            try:
                url = normalise(urljoin(url, target.decode("latin-1")))
            except (WatchlistError, ValueError):  # it leads nowhere: not to be read
                return unread
        return Rules(clock.now())  # more hops than RFC 9309 asks for: treated as not there


def _parked_until(host: str, at: datetime) -> Parked:
    return Parked(f"{host} may not be asked before {clock.dated(at):%Y-%m-%dT%H:%M:%SZ}, nothing was sent")


def _second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


def _today(date: str | None) -> datetime:
    """What the host calls this moment, by its ``Date``: when it may be asked again is by its clock, not by ours.

    One that is a day off, or none (RFC 9110 6.6.1), tells less than our machine's clock.
    """
    machine = clock.machine()
    theirs = parse_http_date(date or "")
    return theirs if theirs and abs(theirs - machine) < CREDIBLE else machine


def _rules(response: Response, known: Rules | None) -> Rules:
    codings = b", ".join(response.headers.getlist("Content-Encoding")).decode("latin-1")
    whole = "dataloss" not in response.flags
    return rules_from(response.status, response.body, codings, whole=whole, known=known, now=clock.now())


@lru_cache(maxsize=2**14)
def _origin(url: str) -> str:
    return "{0.scheme}://{0.netloc}".format(urlsplit(url))
