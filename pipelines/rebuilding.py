"""STORE -> CATALOG: everything that the archive knows of itself, from the archive alone.

warc/**    -> captures, visits, readings (versions, changes, confirmations), files     the index part
captures whose reading is missing -> extracted and compared again, each page in its order
control/** -> watches, pauses, resumes, ends
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field

from . import clock
from .catching_up import read_again
from .comparing import compare_late
from .errors import CatalogError, StoreError, StoreUnavailable
from .learning import learn_lifetimes
from .model import Visit
from .replaying import replay, replay_takedowns
from .rereading import Rereading, in_workers
from .store.catalog import Catalog
from .store.indexing import Indexed, Indexer
from .store.objects import ObjectStore
from .store.warcs import WarcReader
from .workers import Workers

log = logging.getLogger(__name__)
_AT_ONCE = 200  # unread visits that are held in memory


@dataclass(slots=True)
class Progress:
    """How far it has come; what it shows is about this run alone."""

    files: int = 0
    of_files: int = 0
    captures: int = 0
    visits: int = 0
    readings: int = 0
    read_again: int = 0
    orders: int = 0
    went_on: bool = False  # with an earlier run that had been broken off
    problems: list[tuple[str, str]] = field(default_factory=list)

    def add(self, found: Indexed) -> None:
        self.files += 1
        self.captures += found.captures
        self.visits += found.visits
        self.readings += found.readings
        self.problems += [(found.key, f"at byte {damage.offset}: {damage.why}") for damage in found.damages]


Told = Callable[[Progress, Indexed | None], None]  # the file that is being read; None: captures are read again


class Rebuild:
    """``begin``, then ``run``; both may be broken off at any moment and done again.

    The catalog is refused to crawlers until ``run`` has ended.
    """

    def __init__(self, catalog: Catalog, store: ObjectStore, *, workers: int) -> None:
        self._catalog, self._store, self._count = catalog, store, workers
        self._indexer = Indexer(catalog, store)
        self.progress = Progress(of_files=len(self._indexer.files))

    def begin(self, *, replace: bool = False) -> None:
        """StoreError: there is nothing to rebuild from. CatalogError: there are rows; ``replace`` deletes them."""
        if not self._indexer.files and next(self._store.list("control/"), None) is None:
            raise StoreError("the store holds nothing to rebuild from, neither warc/ nor control/; correct its name")
        self.progress.went_on = self._catalog.together(lambda: self._begun(replace))

    def _begun(self, replace: bool) -> bool:
        """Emptied, and at once told of all that was taken down: readers go on meanwhile, and may not see it."""
        went_on = self._catalog.begin_rebuild(replace=replace)
        if not went_on:
            try:
                replay_takedowns(self._store, self._catalog)
            except StoreUnavailable:
                raise
            except StoreError as e:  # all others were obeyed; at the end it is told
                log.warning("%s", e)
        return went_on

    def run(self, told: Told = lambda progress, file: None) -> Iterator[Indexed]:
        """Each file once its rows are in; afterwards the rest. ``told`` hears of everything on the way."""
        progress = self.progress
        for found in self._indexer.run(lambda found: told(progress, found)):
            progress.add(found)
            yield found
        self._catalog.readings_told()
        self._catalog.sightings_told()
        asyncio.run(self._read_missing(lambda: told(progress, None)))
        replayed = replay(self._store, self._catalog)
        progress.orders = replayed.orders
        progress.problems += replayed.problems
        self._catalog.end_rebuild()
        learn_lifetimes(self._catalog, clock.now())

    async def _read_missing(self, told: Callable[[], None]) -> None:
        """Oldest first, so that each page's visits are compared in their order; the reading itself runs ahead."""
        refused: set[str] = set()
        workers = Workers(self._count)
        read = in_workers(workers, asyncio.get_running_loop())
        rereading = Rereading(self._catalog, WarcReader(self._store, None), read)
        try:
            while visits := self._unread(refused):
                async for visit in self._read(visits, workers):
                    try:
                        await asyncio.to_thread(compare_late, visit, self._catalog, rereading)
                    except CatalogError as e:
                        refused.add(visit.id)
                        self.progress.problems.append((visit.url, f"visit {visit.id} cannot be read: {e}"))
                    self.progress.read_again += 1
                    told()
        finally:
            workers.close()

    def _unread(self, refused: set[str]) -> list[Visit]:
        found = self._catalog.unread_visits(limit=_AT_ONCE + len(refused))
        return [visit for visit in found if visit.id not in refused]

    async def _read(self, visits: list[Visit], workers: Workers) -> AsyncIterator[Visit]:
        reader = WarcReader(self._store, None)
        left, ahead = deque(visits), deque[asyncio.Task[Visit]]()
        while left or ahead:
            while left and len(ahead) < 2 * self._count:
                ahead.append(asyncio.create_task(read_again(left.popleft(), reader, self._catalog, workers)))
            yield await ahead.popleft()
