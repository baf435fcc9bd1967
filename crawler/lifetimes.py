"""How soon each newsroom overwrites what it has published: learnt from the archive from time to time, for the schedule.

Nothing of it holds up a visit: it is read and learnt in a thread, and what fails is a line in the log.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta

from pipelines.errors import StoppressError
from pipelines.learning import learn_lifetimes
from pipelines.lifetimes import Lifetimes
from pipelines.store.catalog import Catalog

from .adaptive import Adaptive

log = logging.getLogger(__name__)
EVERY = timedelta(hours=6)


class LearntOfNewsrooms:
    """Of one crawl."""

    def __init__(self, adaptive: Adaptive, catalog: Catalog) -> None:
        self._adaptive, self._catalog = adaptive, catalog
        self._next: datetime | None = None
        self._task: asyncio.Task[None] | None = None

    def tick(self, now: datetime) -> None:
        """Every few seconds."""
        if (self._next is None or now >= self._next) and (self._task is None or self._task.done()):
            self._next = now + EVERY
            self._task = asyncio.ensure_future(self._learn(now))

    async def _learn(self, now: datetime) -> None:
        try:
            found, last = await asyncio.to_thread(self._known)
            self._adaptive.newsrooms(found)
            if last is None or not timedelta() <= now - last < EVERY:
                self._adaptive.newsrooms(await asyncio.to_thread(learn_lifetimes, self._catalog, now))
            else:  # a crawl before this one has learnt, or another one beside it
                self._next = last + EVERY
        except Exception as e:
            unknown = not isinstance(e, StoppressError)
            log.error("how soon newsrooms overwrite could not be learnt, it is tried again: %s", e, exc_info=unknown)

    def _known(self) -> tuple[dict[str, Lifetimes], datetime | None]:
        return self._catalog.lifetimes(), self._catalog.lifetimes_learnt()

    def moved(self, by: timedelta) -> None:
        """The clock was set."""
        self._next = self._next + by if self._next else None

    def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
