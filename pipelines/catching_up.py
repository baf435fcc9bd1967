"""Visits that were kept but not read: a crash came between the two, so the next start reads them."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

from .comparing import compare
from .errors import CatalogError, StoppressError
from .keeper import Keeper
from .model import Unreadable, Visit
from .parts import answers
from .rereading import Rereading, in_workers
from .store.catalog import Catalog
from .store.warcs import WarcReader, in_store, worker_of
from .workers import Workers

log = logging.getLogger(__name__)


def catch_up(keeper: Keeper) -> int:
    """Read and compare them in the order in which they were made; how many there were.

    What lies in another crawler's spool is that crawler's: it reads it, now or when it starts again.
    """
    visits = [visit for visit in keeper.catalog.unread_visits() if _is_here(visit, keeper.worker)]
    if visits:
        asyncio.run(_read_all(keeper, visits))
    return len(visits)


def _is_here(visit: Visit, worker: str) -> bool:
    filename = visit.captures[0].filename
    return in_store(filename) or worker_of(filename) == worker


async def _read_all(keeper: Keeper, visits: list[Visit]) -> None:
    workers = Workers(1)
    rereading = Rereading(keeper.catalog, keeper.reader, in_workers(workers, asyncio.get_running_loop()))
    try:
        for visit in visits:
            try:
                read = await read_again(visit, keeper.reader, keeper.catalog, workers)
                # Beside the loop, which reads once more what other rules had read.
                await asyncio.to_thread(compare, read, keeper.catalog, keeper.keep_reading, rereading)
            except CatalogError as e:  # the next start tries again; today's visits must not wait for it
                log.error("what %s said at %s is not read: %s", visit.url, visit.started, e)
    finally:
        workers.close()


async def read_again(visit: Visit, reader: WarcReader, catalog: Catalog, workers: Workers) -> Visit:
    """The visit with what its archived page and its parts say, or with why that cannot be told."""
    try:
        kept = answers(visit.captures, lambda capture: reader.record(capture).block, catalog.capture)
    except StoppressError as e:
        return replace(visit, reading="extract-failed", detail=str(e))
    result = await workers.read_whole(kept)
    if isinstance(result, Unreadable):
        return replace(visit, reading=result.reading, detail=result.detail)
    return replace(visit, reading="version", version=result)
