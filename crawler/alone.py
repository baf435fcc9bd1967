"""One crawler at a time visits the pages of a catalog: two would ask each host twice as often as it allows.

Each tells the catalog every few seconds that it runs. One that was killed tells nothing more: so whoever starts looks
for a while whether the other is heard of again. By that alone, since the clocks of two machines may differ.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import timedelta

from pipelines import clock
from pipelines.errors import CrawlerRunning
from pipelines.store.catalog import Catalog

log = logging.getLogger(__name__)
LONG_AGO = timedelta(minutes=10)  # not heard of since: its machine was switched off, or its clock is wrong
PATIENCE = 12.0  # seconds; it is heard of every three
LOOK = 0.5


def alone(catalog: Catalog, worker: str, *, patience: float = PATIENCE,
          sleep: Callable[[float], None] = time.sleep) -> None:  # fmt: skip
    """Return when no other crawler runs. CrawlerRunning names the one that does."""
    before = catalog.running_beside(worker)
    now = clock.machine()
    before = {name: heard for name, heard in before.items() if abs(now - heard) < LONG_AGO}
    if not before:
        return
    log.info("%s visited the pages of this catalog a moment ago: is it still there?", ", ".join(sorted(before)))
    for _ in range(max(1, round(patience / LOOK))):
        sleep(LOOK)
        there = {name: heard for name, heard in catalog.running_beside(worker).items() if name in before}
        for name, heard in there.items():
            if heard > before[name]:
                raise CrawlerRunning(
                    f"the crawler {name} visits the pages of this catalog: a second one would ask their hosts twice as "
                    "often as they allow. Stop it first, or give this one a catalog of its own ([archive] catalog)"
                )
        if not there:  # it has ended
            return
    log.info("it is not: it was killed")
