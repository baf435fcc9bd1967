"""One crawler at a time visits the pages of a catalog: two would ask each host twice as often as it allows.

Each tells the catalog every few seconds that it runs, before it looks who else does: of two that start together at
least one sees the other. One that was killed tells nothing more. Whether what it told last moves on is all that counts,
since the clocks of two machines may differ.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from pipelines import clock
from pipelines.errors import CatalogError, CrawlerRunning
from pipelines.store.catalog import Catalog

log = logging.getLogger(__name__)
BEAT = 3.0  # seconds
PATIENCE = 4 * BEAT
LOOK = 0.5


class Heartbeat:
    """Tells that a crawler runs, in a thread of its own: also while its event loop has its hands full."""

    def __init__(self, catalog: Catalog, worker: str) -> None:
        self._catalog, self._worker = catalog, worker
        self.taken_over = False  # it was not heard of for so long that another crawler has begun in its place
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="stoppress-heartbeat", daemon=True)

    def begin(self) -> None:
        self._thread.start()

    def end(self) -> None:
        self._over.set()
        if self._thread.is_alive():
            self._thread.join(BEAT)

    def _beat(self) -> None:
        while not self._over.wait(BEAT):
            try:
                known = self._catalog.is_alive(self._worker, clock.machine())
            except CatalogError as e:
                log.debug("the catalog does not take that the crawler runs: %s", e)  # whoever writes to it says so
                continue
            if not known:
                self.taken_over = True
                return


async def alone(catalog: Catalog, worker: str, beside: Mapping[str, datetime], *, patience: float = PATIENCE,
                sleep: Callable[[float], Awaitable[object]] = asyncio.sleep) -> None:  # fmt: skip
    """Return when none of these runs; who was killed is waited for once. CrawlerRunning names the one that does.

    ``beside``: crawlers that had not ended when this one had told that it runs, with when each was last heard of.
    """
    waited, left = 0.0, dict(beside)
    if left:
        log.info("%s visited the pages of this catalog and has not ended: is it still there?", ", ".join(sorted(left)))
    while left and waited < patience:
        await sleep(LOOK)
        waited += LOOK
        there = await asyncio.to_thread(catalog.running_beside, worker)
        left = {name: heard for name, heard in left.items() if name in there}
        for name, heard in left.items():
            if there[name] != heard:
                raise CrawlerRunning(
                    f"the crawler {name} visits the pages of this catalog: a second one would ask their hosts twice as "
                    "often as they allow. Stop it first, or give this one a catalog of its own ([archive] catalog)"
                )
    if left:
        log.info("it is not: it was killed")
        await asyncio.to_thread(catalog.was_killed, left)
