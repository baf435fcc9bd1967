"""Coverage that goes on at another page of its publisher: that page is watched with the same orders.

says so -> watched, as a trial -> live when looked at: the old page has ended | not within ``TRIAL``: the trial is over

A chain has an end (``MOST``), and a page that was ever watched is not watched again by it, so that there are no loops.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from pipelines.control import watch_to_json
from pipelines.errors import WatchlistError
from pipelines.extract.rollover import publisher
from pipelines.keeper import Keeper
from pipelines.model import Visit, Watch
from pipelines.store.catalog import StandingWatch
from pipelines.takedowns import Blocks
from pipelines.urlkey import normalise, urlkey

from .endings import Endings

log = logging.getLogger(__name__)
MOST = 10  # pages that follow each other without anybody's order: a page a day for more than a week
CONTINUES = "continues "  # in the reason of a watch, before the address of the page that it continues
RECALLED = timedelta(days=2)  # before a crawler starts; what was seen earlier was followed, or is stale
TRIAL = timedelta(hours=1)  # pages are opened before their first update
NO_LIVE_PAGE = "it is no live page, though {} says that it goes on there"


class Rollovers:
    """Remembers what pages say about where they go on, and makes orders of it when the watch list is read."""

    def __init__(self, keeper: Keeper, endings: Endings) -> None:
        self._keeper, self._endings = keeper, endings
        self._wanted: dict[str, str] = {}
        self._recalled = False

    def saw(self, visit: Visit) -> None:
        if visit.version and visit.version.continued_at:
            self._wanted[visit.urlkey] = visit.version.continued_at

    def follow(self, blocks: Blocks, now: datetime) -> None:
        """Orders for what was seen since; OSError where they cannot be kept: they come again with the next look."""
        if not self._recalled:  # what a crawler before this one saw, and had no time for
            self._recalled = True
            for stored in self._keeper.catalog.changes(since=now - RECALLED, types=("continued",)):
                self._wanted.setdefault(stored.urlkey, stored.change.new or "")
        if not self._wanted:
            return
        rows = {row.urlkey: row for row in self._keeper.catalog.watches()}
        for key, target in list(self._wanted.items()):
            found = continuation(rows.get(key), target, rows, blocks)
            if found is not None:
                rows[urlkey(found.url)] = self._order(found, rows[key].watch.url, now)
            del self._wanted[key]

    def _order(self, watch: Watch, of: str, now: datetime) -> StandingWatch:
        reason = CONTINUES + of
        self._keeper.order([{"verb": "watch", "watch": watch_to_json(watch), "reason": reason}], now)
        self._keeper.catalog.save_watches([watch], now=now)
        self._keeper.catalog.set_watch_state(watch.url, "active", reason=reason)
        log.info("%s is watched: %s says that it goes on there", watch.url, of)
        return StandingWatch(watch, urlkey(watch.url), "active", reason, now)

    def moved(self, standing: Mapping[str, StandingWatch]) -> dict[str, str]:
        """Key of a page -> the live page that continues it, as a look has shown."""
        found = {}
        for row in standing.values():
            before = continues(row)
            if before and self._is_live(row):
                found[urlkey(before)] = row.watch.url
        return found

    def failed(self, standing: Mapping[str, StandingWatch], now: datetime) -> Iterator[tuple[Watch, str]]:
        """Trials that have shown no live page, and why they end."""
        for row in standing.values():
            before = continues(row)
            if before and now - row.added >= TRIAL and not self._is_live(row):
                yield row.watch, NO_LIVE_PAGE.format(before)

    def _is_live(self, row: StandingWatch) -> bool:
        known = self._endings.facts(row.urlkey)
        return known is not None and known.live


def continues(row: StandingWatch) -> str | None:
    """The page that this one was found by, also where a later reason follows."""
    return row.reason.removeprefix(CONTINUES).split(" ")[0] if row.reason.startswith(CONTINUES) else None


def with_reason(row: StandingWatch, reason: str) -> str:
    """A new reason; of a page that continues another, behind that."""
    before = continues(row)
    return f"{CONTINUES}{before} ({reason})" if before else reason


def continuation(
    row: StandingWatch | None, target: str, rows: Mapping[str, StandingWatch], blocks: Blocks
) -> Watch | None:
    """The watch that goes on where a page says so; None where it must not be."""
    if row is None or row.state == "paused":
        return None
    try:
        url = normalise(target)
    except (WatchlistError, ValueError):
        return None
    key = urlkey(url)
    if key in rows or blocks.page(key) or publisher(url) != publisher(row.watch.url):
        return None
    if chained(row, rows) >= MOST:
        log.warning("%s goes on at %s: no more than %d pages are followed; watch it by hand", row.watch.url, url, MOST)
        return None
    return replace(row.watch, url=url, from_=None)


def chained(row: StandingWatch, rows: Mapping[str, StandingWatch]) -> int:
    """How many pages before this one were continued by the next."""
    count, seen = 0, {row.urlkey}
    while url := continues(row):
        count += 1
        before = rows.get(urlkey(url))
        if before is None or before.urlkey in seen:
            break
        seen.add(before.urlkey)
        row = before
    return count
