"""Asking for the rest of a page within its visit: older pages, feeds, then the page itself once more.

    page --worker: what it says, what there is--> ask? --politeness, guard, recorder--> answer --worker--> ask on?
                                                                                  all of them -> one Version

Every request passes the same middlewares as the page's own; each answer is a capture of the visit. What cannot be had
is told in the visit's detail, and the version's window says that not everything was reached.
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import replace
from typing import Any
from urllib.parse import urljoin

from scrapy import Request
from scrapy.crawler import Crawler

from pipelines.entity import DecodeError, entity, parse
from pipelines.errors import WatchlistError
from pipelines.extract.older import same_list
from pipelines.extract.rest import More
from pipelines.extract.whole import Look, whole
from pipelines.keeper import Keeper
from pipelines.model import Answer, Exchange, Version, Visit
from pipelines.recent import Recent
from pipelines.takedowns import Blocks
from pipelines.urlkey import normalise, urlkey
from pipelines.warc import sha256

from .failures import explain
from .hosts import host_of
from .paging import Known, Limits, goes_on, is_sweep, remembered
from .politeness import MOST_HOPS, Disallowed, Parked
from .wire import EXCHANGE, ROLE, VISIT, WHOLE

log = logging.getLogger(__name__)
REMEMBERED = 30  # versions that tell a new process what is known of a page


class NotReached(Exception):
    """A part could not be had; the text is for people."""


class RestOfPage:
    """What one crawler asks for beside the pages themselves."""

    def __init__(self, crawler: Crawler, keeper: Keeper) -> None:
        crawl = keeper.config.crawl
        self.limits = Limits(crawl.older_pages, crawl.older_every, crawl.older_time, crawl.older_size)
        self._crawler, self._keeper = crawler, keeper
        self._known: Recent[str, Known] = Recent()
        self.blocks = Blocks(())

    async def wants_all(self, visit: Visit) -> bool:
        """Whether the page must be had in full: a 304 would tell neither its feed nor its older pages."""
        if not self.limits.pages:
            return False
        original = self._keeper.recorder.originals.get((visit.urlkey, visit.url))
        if original is None or not (original.etag or original.last_modified):
            return False
        known = await self._of(visit.urlkey)
        return bool(known.more) and (known.fed or known.sweep_due(visit.started, self.limits.every))

    def seen(self, visit: Visit) -> None:
        """The visit is over: a page that has grown a rest is looked at with it next time."""
        known = self._known.get(visit.urlkey)
        if known is not None and visit.version is not None and not visit.version.window.complete:
            known.more = True

    async def complete(self, visit: Visit) -> Visit:
        """The visit of an answered page, read with its rest where there is one to be asked for."""
        exchange = visit.exchange
        if not self.limits.pages or exchange is None or exchange.response is None:
            return visit
        if exchange.status != 200 or exchange.truncated or exchange.error:
            return visit
        if exchange.fidelity == "browser":  # its scripts make its older pages, too: asked for plainly they differ
            return visit
        known = await self._of(visit.urlkey)
        due = known.fed or known.sweep_due(visit.started, self.limits.every)
        as_before = self._is_as_before(visit, exchange)
        if known.more is False or (not due and as_before):
            return visit
        try:
            page = await self._keeper.workers.look(_answer(exchange))
            if page.version is None:
                return visit
            read = await self._read(visit, page, page.version, known)
            # What was read need not be read again; but the same page without a rest is a revisit, not a version.
            return visit if as_before and page.rest.next is None else read
        except Exception:
            log.exception("the rest of %s could not be asked for; the page itself is kept", visit.url)
            return visit

    async def _read(self, visit: Visit, page: Look, version: Version, known: Known) -> Visit:
        known.more = page.rest.next is not None
        known.fed = known.more and not version.updates
        sweep = is_sweep(known, version, visit.started, self.limits.every)
        walk = _Walk(self, visit, page, known, sweep=sweep)
        if page.rest.next is not None and (sweep or goes_on(known, version)):
            await walk.through(page.rest.next)
        result = await asyncio.to_thread(whole, page, walk.parts)
        assert isinstance(result, Version)  # the page itself is one
        known.looks += 1
        if sweep:
            known.swept_at(visit.started, self.limits.every, reached=result.window.complete or not known.more)
        known.ended = version.state == "ended"
        known.saw([version, *(part.version for part in walk.parts if part.version)])
        return replace(visit, version=result, detail=walk.trouble)

    async def _of(self, page: str) -> Known:
        known = self._known.get(page)
        if known is None:
            known = await asyncio.to_thread(self._remembered, page)
            self._known[page] = known
        return known

    def _remembered(self, page: str) -> Known:
        catalog = self._keeper.catalog
        latest = catalog.latest_version(page)
        if latest is None or (latest.version.window.complete and not latest.version.window.parts):
            return remembered([latest.version] if latest else [])
        return remembered([stored.version for stored in catalog.versions(page, limit=REMEMBERED)])

    def _is_as_before(self, visit: Visit, exchange: Exchange) -> bool:
        """The same payload as last time: the recorder will call it a revisit."""
        original = self._keeper.recorder.originals.before((visit.urlkey, exchange.url), exchange.started)
        try:
            return original is not None and sha256(entity(parse(exchange.response or b""))) == original.digest
        except (DecodeError, ValueError):
            return False

    async def look(self, exchange: Exchange, page: Exchange) -> Look:
        answer, first = _answer(exchange), _answer(page)
        seen = await self._keeper.workers.look(answer, first.url)
        return await self._keeper.workers.look(answer, first.url, first) if seen.is_bare else seen

    async def fetch(self, visit: Visit, more: More, first: str, *, whole: bool = True) -> Exchange:
        """One answer, redirects followed; NotReached says why there is none."""
        url = more.url
        for _ in range(MOST_HOPS + 1):
            if block := self.blocks.page(urlkey(url)):
                raise NotReached(str(block))
            exchange, location = await self._ask(visit, url, more, whole=whole)
            if exchange.status not in (301, 302, 303, 307, 308) or not location:
                return exchange
            url = _target(exchange.url, location)
            if more.kind == "older" and not same_list(url, first):
                raise NotReached(f"{more.url} redirects to {url}, which is not a page of this list")
        raise NotReached(f"{more.url} redirects more than {MOST_HOPS} times")

    async def _ask(self, visit: Visit, url: str, more: More, *, whole: bool) -> tuple[Exchange, bytes | None]:
        request = Request(url, meta={VISIT: visit, ROLE: more.kind, WHOLE: whole}, dont_filter=True)
        engine: Any = self._crawler.engine
        try:
            response = await engine.download_async(request)
        except (Disallowed, Parked) as e:
            raise NotReached(str(e)) from e
        except Exception as e:
            exchange: Exchange | None = request.meta.get(EXCHANGE)
            if exchange is not None and exchange.response is not None:  # it came, but not whole
                return exchange, None
            raise NotReached(f"{url}: {explain(e, host_of(url))[1]}") from e
        return request.meta[EXCHANGE], response.headers.get("Location")


class _Walk:
    """From one answer to the next, within the limits."""

    def __init__(self, rest: RestOfPage, visit: Visit, page: Look, known: Known, *, sweep: bool) -> None:
        self._rest, self._visit, self._page, self._known, self._sweep = rest, visit, page, known, sweep
        assert visit.exchange is not None  # the page has answered
        self._own = visit.exchange
        self.parts: list[Look] = []
        self.trouble = ""
        self._found = False  # something that the page itself does not show

    async def through(self, more: More) -> None:
        try:
            await self._chain(more)
            if more.kind == "older" and self._found and not self.trouble:
                await self._once_more()
        except NotReached as e:
            self.trouble = f"the rest of the page was not reached: {e}"

    async def _chain(self, first: More) -> None:
        limits, began, size = self._rest.limits, time.monotonic(), 0
        shown = {u.key for u in self._page.version.updates} if self._page.version else set()
        asked = {self._page.url}
        more: More | None = first
        while more is not None:
            if more.url in asked:
                return self._stop(f"{more.url} was read already, and is called the next")
            if len(self.parts) >= limits.pages:
                return self._stop(f"[crawl] older_pages = {limits.pages} allows no more than so many")
            if time.monotonic() - began > limits.time.total_seconds():
                return self._stop(f"[crawl] older_time is over after {len(self.parts)}")
            if size > limits.size:
                return self._stop(f"[crawl] older_size allows no more than {limits.size} bytes")
            asked.add(more.url)
            exchange = await self._rest.fetch(self._visit, more, self._page.url)
            size += len(exchange.response or b"")
            look = await self._rest.look(exchange, self._own)
            self.parts.append(look)
            if look.version is None:
                return self._stop(f"{look.url} cannot be read")
            keys = {u.key for u in look.version.updates}
            if keys and keys <= shown and look.rest.next is not None:
                return self._stop(f"{look.url} brings nothing but what was shown before")
            self._found = self._found or not keys <= shown
            shown |= keys
            if not self._sweep and not goes_on(self._known, look.version):
                return None
            more = look.rest.next
        return None

    def _stop(self, why: str) -> None:
        self.trouble = f"the rest of the page was not reached: {why}"

    async def _once_more(self) -> None:
        """The pages may have shifted while they were read: an update that came, or went, moved all below it."""
        page = self._page
        exchange = await self._rest.fetch(self._visit, More(page.url, "older"), page.url, whole=False)
        self.parts.append(page if exchange.status == 304 else await self._rest.look(exchange, self._own))


def _answer(exchange: Exchange) -> Answer:
    return Answer(exchange.response or b"", exchange.url, exchange.started, exchange.truncated)


def _target(url: str, location: bytes) -> str:
    try:
        return normalise(urljoin(url, location.decode("utf-8", "replace").strip().replace(" ", "%20")))
    except (WatchlistError, ValueError) as e:
        raise NotReached(f"{url} redirects to what cannot be followed: {e}") from e
