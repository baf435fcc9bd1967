"""The requisites of one visit, asked for: the most important first, one at a time of each host, within a small budget.

Each waits here, not in the downloader, until its host may be asked: so it is left when the time, or the crawl, ends.
A page that waits for the host goes before; one that comes to be due is held up by one gap of its host at most.
"""

from __future__ import annotations

import asyncio
import heapq
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from scrapy import Request
from scrapy.crawler import Crawler

from pipelines import clock
from pipelines.extract.requisites import Rank, Requisite
from pipelines.model import Answer, Capture, Exchange, Visit
from pipelines.units import spell
from pipelines.urlkey import urlkey

from .failures import explain
from .had import REDIRECTS, SOONER, Had, Known, is_whole, wait
from .hosts import group_of_url, host_of
from .leads import Leads
from .politeness import MOST_HOPS, SLOT, Disallowed, Parked, Politeness
from .wire import EXCHANGE, ORIGINAL, REQUISITE, ROLE, VISIT, WHOLE

log = logging.getLogger(__name__)
LOOK = timedelta(milliseconds=200)  # between two looks whether a page still goes before
ROBOTS_LOOK = timedelta(milliseconds=20)  # ... or whether a robots.txt has come
SHORTEST = 5.0  # seconds that an answer may take, also one that is asked for when the time is nearly over
AT_ONCE = 6  # as many connections as browsers open to a host; here to all hosts together


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """``[crawl] requisite_...``: of one visit."""

    files: int
    every: timedelta  # before one is asked for again
    time: timedelta
    size: int  # bytes of all answers ...
    one: int  # ... and of one of them
    timeout: timedelta  # of one


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What all visits of one crawler share. ``gives_way``: whether a page waits for this host."""

    crawler: Crawler
    leads: Leads
    limits: Limits
    gives_way: Callable[[str], bool]

    @property
    def politeness(self) -> Politeness:
        found = self.crawler.get_downloader_middleware(Politeness)
        assert found is not None
        return found

    @property
    def is_stopped(self) -> bool:
        return self.politeness.ending or not (self.crawler.engine and self.crawler.engine.running)


@dataclass(order=True, slots=True)
class _Place:
    """Where a requisite stands in its host's queue: what was had before stands behind what was not."""

    had: bool
    rank: Rank
    number: int
    url: str = field(compare=False)
    hops: int = field(compare=False)


@dataclass(slots=True)
class _Asking:
    """One that is under way."""

    place: _Place
    task: asyncio.Task[None] | None = None
    request: Request | None = None


class Gathering:
    """``until``: when the page's next visit is due; None: there is none."""

    def __init__(self, means: Means, visit: Visit, known: Known, until: datetime | None) -> None:
        self._means, self._limits, self._politeness = means, means.limits, means.politeness
        self._visit, self._known = visit, known
        left = max((until - clock.now()).total_seconds(), 0.0) if until else float("inf")
        seconds = means.limits.time.total_seconds()
        spelt = f"[crawl] requisite_time = {spell(means.limits.time)} is over"
        self._over = "the page's next visit is due" if left < seconds else spelt
        self._end = time.monotonic() + min(seconds, left)
        self._queues: dict[str, list[_Place]] = {}  # by registrable name
        self._asking: dict[str, _Asking] = {}  # by registrable name
        self._wanted: set[str] = set()
        self._sent = self._size = 0
        self._failed: list[str] = []
        self._why = ""  # something has to be left out

    async def wants(self, wanted: Sequence[Requisite]) -> bool:
        """Whether one of them, or of what they lead to, is to be asked for."""
        await self._take(wanted)
        return bool(self._queues)

    async def through(self) -> str:
        """All that is wanted and what it leads to; gives back what there is to say of it, for people."""
        try:
            while self._queues or self._asking:
                soonest = self._start()
                if self._means.is_stopped:
                    self._why = "the crawl ended"
                    break
                if not self._asking and (self._why or not self._queues):
                    break
                await self._pause(soonest)
        finally:
            self._give_up()
        return self._told()

    # what is wanted -----------------------------------------------------------------------------------------

    async def _take(self, wanted: Sequence[Requisite], hops: int = 0) -> None:
        """Into the queues; of what was had lately only what it leads to."""
        for one in wanted if hops <= MOST_HOPS else ():
            url = one.url
            if url in self._wanted or url == self._visit.url:
                continue
            self._wanted.add(url)
            had = self._known.had.get(url)
            if had is not None and had.again > clock.now():
                await self._take(await self._means.leads.of(had, one.rank), hops + 1)
                continue
            place = _Place(had is not None, one.rank, len(self._wanted), url, hops)
            heapq.heappush(self._queues.setdefault(group_of_url(url), []), place)

    # what may be asked now ----------------------------------------------------------------------------------

    def _start(self) -> datetime:
        """Begin whatever may begin; when something else may at the soonest."""
        now = clock.steady()
        soonest = now + LOOK if self._asking else datetime.max.replace(tzinfo=now.tzinfo)
        for host in sorted(self._queues, key=lambda host: self._queues[host][0]):
            if self._means.is_stopped or self._why or len(self._asking) >= AT_ONCE:
                break
            if host in self._asking or not self._has_one(host):
                continue
            free = self._free_at(host, now)
            if free <= now and self._may_cost(now):
                self._begin(host, now)
            soonest = min(soonest, max(free, now))
        if not self._why and self._queues and soonest - now > timedelta(seconds=self._left):
            self._why = f"{self._over} before their hosts may be asked"
        return soonest

    @property
    def _left(self) -> float:
        return self._end - time.monotonic()

    def _has_one(self, host: str) -> bool:
        """Whether the host's queue has one that may be asked for at all; others leave it."""
        queue = self._queues[host]
        while queue and (refused := self._refused(queue[0].url)):
            self._lost(heapq.heappop(queue), *refused)
        if not queue:
            del self._queues[host]
        return bool(queue)

    def _refused(self, url: str) -> tuple[str, timedelta] | None:
        """Why it may not be asked for, as far as that is known, and for how long that is taken to hold."""
        every = self._limits.every
        if block := self._means.leads.blocks.page(urlkey(url)):
            return str(block), every
        if why := self._politeness.forbidden(url):
            return why, every
        why = self._politeness.closed(url)
        return (why, every / SOONER) if why else None

    def _free_at(self, host: str, now: datetime) -> datetime:
        politeness, url = self._politeness, self._queues[host][0].url
        if not politeness.knows(url):  # it is asked for now, if it is not on its way
            return now + ROBOTS_LOOK
        if self._means.gives_way(host):
            return now + LOOK
        return politeness.governor.free_at(host_of(url), now)

    def _may_cost(self, now: datetime) -> bool:
        limits = self._limits
        if self._sent >= limits.files:
            self._why = f"[crawl] requisite_files = {limits.files}"
        elif self._left <= 0:
            self._why = self._over
        elif self._size + limits.one * (len(self._asking) + 1) > limits.size:
            if self._asking:  # they may turn out to be smaller
                return False
            self._why = f"[crawl] requisite_size = {limits.size} bytes"
        return not self._why

    def _begin(self, host: str, now: datetime) -> None:
        asking = self._asking[host] = _Asking(heapq.heappop(self._queues[host]))
        if not self._queues[host]:
            del self._queues[host]
        self._politeness.governor.start(host_of(asking.place.url), now)
        self._sent += 1
        asking.task = asyncio.ensure_future(self._ask(host, asking))

    async def _pause(self, soonest: datetime) -> None:
        seconds = min(max((soonest - clock.steady()).total_seconds(), 0.001), LOOK.total_seconds())
        under_way = [asking.task for asking in self._asking.values() if asking.task]
        if under_way:
            await asyncio.wait(under_way, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        else:
            await asyncio.sleep(seconds)

    # one of them --------------------------------------------------------------------------------------------

    async def _ask(self, host: str, asking: _Asking) -> None:
        place = asking.place
        try:
            had = self._known.had.get(place.url)
            original = await self._means.leads.original(had)
            asking.request = self._request(place.url, original)
            exchange, why = await self._answered(asking.request)
            await self._note(place, original, exchange, why)
        except Exception as e:
            log.exception("the requisite %s could not be dealt with", place.url)
            self._lost(place, f"{type(e).__name__}: {e}", self._limits.every)
        finally:
            self._asking.pop(host, None)

    def _request(self, url: str, original: Capture | None) -> Request:
        seconds = min(self._limits.timeout.total_seconds(), max(self._left, SHORTEST))
        meta = {
            VISIT: self._visit, ROLE: REQUISITE, WHOLE: True, SLOT: True, ORIGINAL: original,
            "download_timeout": seconds, "download_maxsize": self._limits.one,
        }  # fmt: skip
        headers = {b"Accept": b"*/*"}
        if original and original.etag:
            headers[b"If-None-Match"] = original.etag.encode("latin-1")
        if original and original.last_modified:
            headers[b"If-Modified-Since"] = original.last_modified.encode("latin-1")
        return Request(url, headers=headers, meta=meta, dont_filter=True)

    async def _answered(self, request: Request) -> tuple[Exchange | None, str]:
        engine: Any = self._means.crawler.engine
        try:
            await engine.download_async(request)
        except (Disallowed, Parked) as e:
            return None, str(e)
        except Exception as e:  # noqa: BLE001 - whatever it is, the page does not depend on it
            return request.meta.get(EXCHANGE), explain(e, host_of(request.url))[1]
        return request.meta.get(EXCHANGE), ""

    async def _note(self, place: _Place, original: Capture | None, exchange: Exchange | None, why: str) -> None:
        came = exchange if exchange is not None and exchange.response is not None else None
        status, truncated = (came.status, came.truncated) if came else (None, None)
        self._size += len(came.response or b"") if came else 0
        every = self._limits.every
        had = self._known.had.setdefault(place.url, Had(clock.now()))
        had.again = clock.now() + wait(status, truncated, every)
        if came and status == 304 and original:
            self._known.came.add(place.url)
            await self._take(await self._means.leads.of(had, place.rank), place.hops + 1)
        elif came and (is_whole(status, truncated) or (status in REDIRECTS and not truncated)):
            answer = Answer(came.response or b"", came.url, came.started)
            self._known.came.add(place.url)
            had.leads = await self._means.leads.told_by(answer, place.rank)
            await self._take(had.leads, place.hops + 1)
        else:
            if truncated == "length":
                why = f"it has more than a quarter of [crawl] requisite_size, {self._limits.one} bytes"
            self._failed.append(f"{place.url}: {why or f'it answered {status}'}")

    def _lost(self, place: _Place, why: str, again: timedelta) -> None:
        self._failed.append(f"{place.url}: {why}")
        self._known.had.setdefault(place.url, Had(clock.now())).again = clock.now() + again

    # the end ------------------------------------------------------------------------------------------------

    def _give_up(self) -> None:
        """The crawl ends: what still comes is a capture of no visit, for this one is over."""
        for host, asking in list(self._asking.items()):
            heapq.heappush(self._queues.setdefault(host, []), asking.place)
            if asking.request is not None:
                asking.request.meta[VISIT] = None
            if asking.task is not None:
                asking.task.cancel()

    def _told(self) -> str:
        left, said = sum(map(len, self._queues.values())), []
        if left:
            said.append(f"{left} of {len(self._wanted)} requisites are left for the next visit ({self._why})")
        if self._failed:
            said.append(f"{len(self._failed)} requisite(s) could not be had, the first: {self._failed[0]}")
        return "; ".join(said)
