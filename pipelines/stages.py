"""What happens to a visit:

    exchanges | Record -> captures, outcome | Extract -> version | Compare -> changes

Three thin Scrapy item pipelines over one growing ``Visit``; each stage saves its own result at once, and
trouble in a later stage never harms an earlier one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from scrapy.crawler import Crawler

from .comparing import compare_all
from .errors import CatalogError, StoreError
from .grouping import Grouping
from .model import Unreadable, Version, Visit
from .promise import kept
from .rereading import Rereading, in_workers
from .store.catalog import StoredVersion

if TYPE_CHECKING:
    from .keeper import Keeper

log = logging.getLogger(__name__)


class Stage:
    """A stage knows the keeper of its crawler, lent by whoever set the crawl up."""

    crawler: Crawler
    keeper: Keeper

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        self = cls()
        self.crawler = crawler
        self.keeper = crawler.stoppress_keeper  # type: ignore[attr-defined]
        return self


class Record(Stage):
    """Join the visit's captures, write its line of the ledger, wait until all of it is on disk."""

    async def process_item(self, visit: Any) -> Any:
        if not isinstance(visit, Visit):
            return visit
        exchange = visit.exchange
        try:
            recorded = await kept(self.keeper.recorder.visit(visit))
        except StoreError as e:
            log.error("%s is not kept: %s", visit.url, e)
            recorded = replace(visit, outcome="error", reason="storage", detail=str(e), reading="none", captures=())
            await self._recorded(recorded)
        return replace(recorded, exchange=exchange) if recorded else visit

    async def _recorded(self, visit: Visit) -> None:
        try:
            await asyncio.to_thread(self.keeper.catalog.visits_recorded, [visit])
        except CatalogError as e:  # the next start notices that it never ended
            log.error("%s: its end is not in the catalog: %s", visit.url, e)


class Extract(Stage):
    """Read the page in a worker process, but only if its content can have changed."""

    async def process_item(self, visit: Any) -> Any:
        if not isinstance(visit, Visit) or visit.reading is not None:
            return visit
        exchange = visit.exchange
        if visit.outcome != "archived" or exchange is None or exchange.response is None:
            return replace(visit, reading="none")
        if visit.version is not None:  # read with its older pages and feeds, while these were asked for
            return replace(visit, reading="version")
        result = await self.keeper.workers.read(exchange.response, exchange.url, exchange.started)
        if isinstance(result, Unreadable):
            self.keeper.recorder.originals.unreadable((visit.urlkey, exchange.url))
            return replace(visit, reading=result.reading, detail=result.detail)
        return replace(visit, reading="version", version=result)

    async def close_spider(self) -> None:
        await asyncio.to_thread(self.keeper.workers.close)


class Compare(Stage):
    """Compare with the page's newest version; save version and changes in one transaction."""

    def open_spider(self) -> None:
        # One thread: versions of a page are numbered in the order in which they were seen.
        act = partial(compare_all, catalog=self.keeper.catalog, keep=self.keeper.keep_reading, reread=self._reread)
        self._comparing = Grouping(act, "compare")
        self._rereading: Rereading | None = None

    def _reread(self, stored: Sequence[StoredVersion]) -> list[Version | Unreadable]:
        """In the thread of the comparing, while the event loop waits for it."""
        assert self._rereading is not None
        return self._rereading(stored)

    async def process_item(self, visit: Any) -> Any:
        if not isinstance(visit, Visit) or visit.outcome != "archived":
            return visit
        if self._rereading is None:
            read = in_workers(self.keeper.workers, asyncio.get_running_loop())
            self._rereading = Rereading(self.keeper.catalog, self.keeper.reader, read)
        try:
            return await kept(self._comparing.put(visit))
        except CatalogError as e:  # the capture is kept: the next start reads it again
            log.error("what %s said is not in the catalog yet: %s", visit.url, e)
            return replace(visit, reading=None, version=None)

    async def close_spider(self) -> None:
        await asyncio.to_thread(self._comparing.close)
