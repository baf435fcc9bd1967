"""A visit through the browser, from its request to what Scrapy goes on with: starts what is needed, keeps what came.

The page that is read is the browser's, marked so; what went over the wire for it is kept beside it. Where the answer
is no page to be shown (an error, a download, JSON) it is judged as it came, as if no browser had been asked.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from pipelines import clock
from pipelines.config_tables import CrawlTable
from pipelines.errors import TakenDown
from pipelines.model import TRUNCATION_REASONS, Exchange, Role, Visit
from pipelines.promise import Promise

from ..failures import explain
from .certificate import own_certificate
from .chromium import Chromium
from .dom import Dom
from .feeds import Known
from .look import BrowserTrouble, Look, Seen
from .passage import Document, Limits, Passage, Send, Stopped, TooManyHops
from .proxy import Proxy
from .rendered import rendered
from .show import Shown, show

log = logging.getLogger(__name__)
Record = Callable[[Exchange, Role, Visit | None], Promise[Visit | None]]
AT_ONCE = 4  # pages that are open at a time: each takes a process and some 200 MB


_TRUNCATED = {"timeout": "time", "too-large": "length"}


class Viewer:
    """One browser and one proxy for a crawl, started when they are first needed."""

    def __init__(self, crawl: CrawlTable, stats: Any, *, send: Send, record: Record) -> None:
        self._crawl, self._stats = crawl, stats
        self._send, self._record = send, record
        self._known = Known()
        self._starting = asyncio.Lock()
        self._free = asyncio.Semaphore(AT_ONCE)
        self._proxy: Proxy | None = None
        self._chromium: Chromium | None = None

    async def visit(self, request: Request, look: Look) -> Seen:
        """Whatever comes of it: nothing is raised but the end of the crawl."""
        async with self._free:
            proxy, chromium = await self._ready()
            passage = self._passage(look)
            proxy.admit(passage)
            try:
                shown = await self._shown(chromium, passage)
            finally:
                await proxy.dismiss(passage)
        self._count(passage, chromium)
        seen = await self._judged(passage, shown, chromium.version)
        return Seen(exchange=seen.exchange, answer=_measured(request, seen, passage))

    async def close(self) -> None:
        if self._chromium is not None:
            await self._chromium.close()
        if self._proxy is not None:
            await self._proxy.close()

    async def _ready(self) -> tuple[Proxy, Chromium]:
        async with self._starting:
            if self._proxy is None or self._chromium is None:
                tls, key = own_certificate()
                proxy = Proxy(tls)
                await proxy.start()
                self._proxy = proxy
                crawl = self._crawl
                self._chromium = Chromium(crawl.browser, agent=crawl.agent, proxy=proxy.address, key=key)
            return self._proxy, self._chromium

    def _passage(self, look: Look) -> Passage:
        size = self._crawl.max_size
        return Passage(
            look=look,
            send=self._send,
            record=lambda exchange, role: self._record(exchange, role, look.visit),
            limits=Limits(size=size, total=2 * size),
            seconds=self._crawl.timeout.total_seconds(),
        )

    async def _shown(self, chromium: Chromium, passage: Passage) -> Shown | BrowserTrouble | TimeoutError | None:
        """Expected trouble is a value."""
        try:
            context = await chromium.page(passage)
            passage.begin()  # a browser that had to be started first has cost the page nothing
            try:
                return await show(context, passage, self._crawl.max_size)
            finally:
                await chromium.leave(context)
        except (BrowserTrouble, TimeoutError) as e:
            return e
        except Exception as e:  # noqa: BLE001 - a browser can end in any way
            return BrowserTrouble(f"the browser did not show the page ({type(e).__name__}: {str(e)[:200]})")

    def _count(self, passage: Passage, chromium: Chromium) -> None:
        self._stats.set_value("stoppress/browser/starts", chromium.starts)
        for name, count in (("visits", 1), ("requests", passage.sent), ("refused", passage.refused),
                            ("blocked", len(passage.blocked))):  # fmt: skip
            self._stats.inc_value(f"stoppress/browser/{name}", count)
        if passage.blocked:
            log.warning("%s: %s", passage.look.visit.url, _held_back(passage))

    async def _judged(self, passage: Passage, shown: Shown | Exception | None, browser: str) -> Seen:
        visit, page = passage.look.visit, shown.document if isinstance(shown, Shown) else passage.page
        for document in passage.documents:
            if document is not page:
                self._keep(document, "redirect", visit)
        if passage.stopped is not None:
            return _stopped(passage, passage.stopped)
        if page is None:
            return _nothing(passage, shown)
        if not page.is_shown:
            self._keep(page, "page", visit)
            return Seen(exchange=page.exchange, answer=page.answer)
        self._keep(page, "requisite", visit)
        if not isinstance(shown, Shown):
            why = shown or BrowserTrouble("the browser took it for a download, or left it")
            return _failed(page.exchange.url, page.exchange.started, why)
        exchange = await self._rendered(passage, page.exchange, shown.dom, browser)
        self._record(exchange, "page", visit)
        passage.look.taken(exchange.url, exchange.started)
        return Seen(exchange=exchange, answer=page.answer)

    async def _rendered(self, passage: Passage, wire: Exchange, dom: Dom, browser: str) -> Exchange:
        at = await _later(wire, dom.at)
        key = passage.look.visit.urlkey
        exchange = rendered(wire.url, dom.html, status=wire.status or 200, at=at, browser=browser,
                            limit=self._crawl.max_size, longer=dom.longer, detail=_held_back(passage))  # fmt: skip
        lacking = passage.feeds.lacking(self._known.of(key))
        if lacking is None:
            self._known.saw(key, passage.feeds.good)
            return exchange
        return exchange if exchange.truncated else _short(exchange, *lacking)

    def _keep(self, document: Document, role: Role, visit: Visit) -> None:
        if document.exchange.request:  # else nothing went over the wire: the visit's own record tells of it
            self._record(document.exchange, role, visit)


async def _later(wire: Exchange, at: datetime) -> datetime:
    """When the page was read: in a later second than its bytes came, for CDX and Memento address by seconds."""
    free = wire.started.replace(microsecond=0) + timedelta(seconds=1)
    if (early := free - clock.now()) > timedelta():
        await asyncio.sleep(early.total_seconds())  # nothing is dated in the future
    return max(at, free)


def _short(exchange: Exchange, feed: str, why: str) -> Exchange:
    detail = (
        f"{exchange.url}: what its scripts asked for at {feed} did not come ({why}), so that the page in the browser "
        "lacks what that would have brought; it is kept as evidence, never as a version"
    )
    reason = why if why in TRUNCATION_REASONS else "disconnect"
    return replace(exchange, truncated=_TRUNCATED.get(reason, "disconnect"), error=reason, detail=detail)


def _held_back(passage: Passage) -> str:
    if not passage.blocked:
        return ""
    hosts = ", ".join(sorted(set(passage.blocked))[:5])
    return (
        f"its scripts asked for {len(passage.blocked)} address(es) that [egress] allow does not permit, nothing was "
        f"sent: {hosts}"[:500]
    )


def _stopped(passage: Passage, stopped: Stopped) -> Seen:
    """It led where it may not."""
    why, last = stopped.why, passage.documents[-1].exchange if passage.documents else None
    if isinstance(why, IgnoreRequest | TakenDown):  # robots.txt, the crawl's end, an order: told as for any hop
        return Seen(exchange=None, answer=why)
    if isinstance(why, TooManyHops):
        return _ended(last.url if last else stopped.url, passage, "redirect", str(why))
    reason, text = explain(why, urlsplit(stopped.url).hostname or "")
    return _ended(stopped.url, passage, reason, f"{stopped.url}: {text}; the next visit comes as planned")


def _ended(url: str, passage: Passage, reason: str, detail: str) -> Seen:
    """In words of its own: an exception of another host must not be laid to this one's charge."""
    exchange = Exchange(url=url, started=passage.look.visit.started, request=b"", error=reason, detail=detail)
    return Seen(exchange=exchange, answer=BrowserTrouble(detail))


def _nothing(passage: Passage, shown: object) -> Seen:
    """No document: it was never asked for, or it leads where no browser goes."""
    visit = passage.look.visit
    if passage.documents:
        last = passage.documents[-1].exchange
        return _ended(last.url, passage, "blocked", f"{last.url} redirects to what cannot be followed")
    why = shown if isinstance(shown, Exception) else BrowserTrouble("the browser asked for no page")
    return _failed(visit.url, visit.started, why)


def _failed(url: str, at: datetime, why: Exception) -> Seen:
    """Our browser's trouble is no fact about the page: such a visit is given up, the next comes as planned."""
    if isinstance(why, TimeoutError):
        text = "its scripts kept the page busy until the time was up ([crawl] timeout), so that it could not be read"
        reason = "timeout"
    else:
        text, reason = str(why), "abandoned"
    detail = f"{url}: {text}; the next visit comes as planned"
    return Seen(exchange=Exchange(url=url, started=at, request=b"", error=reason, detail=detail), answer=why)


def _measured(request: Request, seen: Seen, passage: Passage) -> Response | Exception:
    """What politeness learns of the page's host: status, header and latency. Of other hosts it was told on the way."""
    page = passage.page
    if page is None or urlsplit(page.exchange.url).hostname != urlsplit(request.url).hostname:
        if isinstance(seen.answer, Response):
            return Response(request.url, request=request)
        return BrowserTrouble(str(seen.answer)) if page and seen.answer is page.answer else seen.answer
    request.meta["download_latency"] = page.exchange.duration.total_seconds()
    return seen.answer.replace(request=request, body=b"") if isinstance(seen.answer, Response) else seen.answer
