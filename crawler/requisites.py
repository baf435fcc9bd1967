"""What a page is shown with, within its visit: style sheets, fonts and images as captures with the role "requisite".

    the page, on disk --worker: what it needs--> not had, or long ago --gathering--> answers --worker: what these need

Nothing of it bears on the page: what cannot be had is told in the visit's detail, and tried first at the next one.
Each page has requisites of its own, also where two show the same image: so it can be exported and taken down alone.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from scrapy.crawler import Crawler

from pipelines import clock
from pipelines.entity import DecodeError, entity, parse
from pipelines.errors import StoreError
from pipelines.extract.requisites import Requisite, of_updates
from pipelines.keeper import Keeper
from pipelines.model import Answer, Exchange, Visit
from pipelines.promise import kept
from pipelines.takedowns import Blocks
from pipelines.warc import sha256

from .gathering import Gathering, Limits, Means
from .had import Known
from .leads import Leads

log = logging.getLogger(__name__)
REMEMBERED = timedelta(days=2)  # how far back what was had is known; what is wanted is asked for once a day at least
MOST_PAGES = 2**13  # of which it is remembered what they need; of others the catalog is asked again


class RequisitesOfPage:
    """What one crawler asks for so that its pages look right. ``gives_way``: whether a page waits for this host."""

    def __init__(self, crawler: Crawler, keeper: Keeper, gives_way: Callable[[str], bool]) -> None:
        crawl = keeper.config.crawl
        limits = Limits(
            files=crawl.requisite_files, every=crawl.requisite_every, time=crawl.requisite_time,
            size=crawl.requisite_size, one=min(crawl.max_size, max(crawl.requisite_size // 4, 1)),
            timeout=crawl.timeout,
        )  # fmt: skip
        self._means = Means(crawler=crawler, leads=Leads(keeper), limits=limits, gives_way=gives_way)
        self._keeper, self._every = keeper, limits.every
        self._known: dict[str, Known] = {}

    def refuse(self, blocks: Blocks) -> None:
        """What was taken down is not asked for."""
        self._means.leads.blocks = blocks

    async def complete(self, visit: Visit, until: datetime | None) -> Visit:
        """The visit of an answered page, with what its requisites came to. ``until``: when its next visit is due."""
        exchange = visit.exchange
        if exchange is None or exchange.status not in (200, 304) or exchange.truncated or exchange.error:
            return visit
        try:
            known = await self._of(visit)
            gathering = Gathering(self._means, visit, known, until)
            if not await gathering.wants(await self._wanted(visit, exchange, known)):
                return visit
            await kept(self._keeper.recorder.written())  # the page itself
            told = await gathering.through()
        except StoreError:  # so is the page's own record lost: the end of its visit tells of it
            return visit
        except Exception:
            log.exception("the requisites of %s could not be asked for; the page itself is kept", visit.url)
            return visit
        return replace(visit, detail="; ".join(one for one in (visit.detail, told) if one))

    def seen(self, visit: Visit) -> None:
        """The visit is over: what it has captured is on disk."""
        known = self._known.get(visit.urlkey)
        if known is not None:
            known.kept(visit.captures, self._every)
            known.forget(clock.now() - REMEMBERED)

    async def _of(self, visit: Visit) -> Known:
        known = self._known.pop(visit.urlkey, None)
        if known is None:
            known, since = Known(), visit.started - REMEMBERED
            known.saw(await asyncio.to_thread(self._keeper.catalog.requisites, visit.urlkey, since), self._every)
        self._known[visit.urlkey] = known
        if len(self._known) > MOST_PAGES:
            del self._known[next(iter(self._known))]
        return known

    async def _wanted(self, visit: Visit, exchange: Exchange, known: Known) -> list[Requisite]:
        """In the order of importance. A page that is as it was needs what it needed."""
        if visit.version is not None and visit.version.window.parts:
            known.updates = of_updates(one for update in visit.version.updates for one in update.media)
        original = self._keeper.recorder.originals.get((visit.urlkey, exchange.url))
        full = exchange.status == 200
        digest = _digest(exchange) if full else original.digest if original else ""
        if digest and digest != known.digest:
            answer = _answer(exchange) if full else await self._means.leads.kept(original)
            known.wanted = await self._keeper.workers.requisites(answer) if answer else ()
            known.digest = digest
        return [*known.wanted, *known.updates]


def _answer(exchange: Exchange) -> Answer:
    return Answer(exchange.response or b"", exchange.url, exchange.started)


def _digest(exchange: Exchange) -> str:
    try:
        return sha256(entity(parse(exchange.response or b"")))
    except (DecodeError, ValueError):
        return ""
