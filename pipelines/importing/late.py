"""What was imported is read by the extractor, and compared: oldest first, each at its place in time."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable

from pipelines.catching_up import read_again
from pipelines.comparing import compare
from pipelines.errors import CatalogError
from pipelines.keeper import Keeper
from pipelines.model import IMPORT, Visit
from pipelines.rereading import Rereading, in_workers

from .beginnings import tell

_AT_ONCE = 200  # visits that are held in memory


def read_all(
    keeper: Keeper, pages: Iterable[str], read: Callable[[Visit], None], failed: Callable[[Visit, str], None]
) -> int:
    """All imported visits that are not read yet, also those of an import that was killed. Both hear of each visit.

    ``pages``: urlkeys of those whose captures were given. How many changes of their first versions were told now.
    """
    return asyncio.run(_read_all(keeper, set(pages), read, failed))


async def _read_all(
    keeper: Keeper, pages: set[str], told: Callable[[Visit], None], failed: Callable[[Visit, str], None]
) -> int:
    reread = in_workers(keeper.workers, asyncio.get_running_loop())
    rereading = Rereading(keeper.catalog, keeper.reader, reread)
    refused: set[str] = set()
    while visits := _unread(keeper, refused):
        async for visit in _ahead(keeper, visits):
            pages.add(visit.urlkey)
            try:
                told(await asyncio.to_thread(compare, visit, keeper.catalog, keeper.keep_reading, rereading))
            except CatalogError as e:
                refused.add(visit.id)
                failed(visit, str(e))
    return sum([await asyncio.to_thread(tell, keeper, page, rereading) for page in sorted(pages)])


def _unread(keeper: Keeper, refused: set[str]) -> list[Visit]:
    found = keeper.catalog.unread_visits(limit=_AT_ONCE + len(refused), why=IMPORT)
    return [visit for visit in found if visit.id not in refused]


async def _ahead(keeper: Keeper, visits: list[Visit]) -> AsyncIterator[Visit]:
    """In this order; the reading itself runs ahead, in the worker processes."""
    left, ahead = deque(visits), deque[asyncio.Task[Visit]]()
    while left or ahead:
        while left and len(ahead) < 2 * keeper.config.extract.workers:
            ahead.append(asyncio.create_task(read_again(left.popleft(), keeper.reader, keeper.catalog, keeper.workers)))
        yield await ahead.popleft()
