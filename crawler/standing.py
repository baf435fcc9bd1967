"""The standing watches with what the catalog knows of their pages: what the clock starts from."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial

from pipelines import clock
from pipelines.keeper import Keeper
from pipelines.ledger import SUCCESS
from pipelines.model import Visit, Watch
from pipelines.store.catalog import StandingWatch
from pipelines.store.stored import LearntPage
from pipelines.takedowns import Blocks
from pipelines.urlkey import urlkey

from .adaptive import is_adaptive
from .endings import Endings
from .rollover import Rollovers, with_reason
from .schedule import Ended, is_over

log = logging.getLogger(__name__)


class Standing:
    """Reads the list, ends what is over, and remembers the last good visit of each page."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self._known: set[str] = set()
        self._first_visit: dict[str, datetime] = {}
        self._last_good: dict[str, datetime] = {}
        self._last_change: dict[str, datetime] = {}
        self._endings = Endings(keeper.catalog)
        self._rollovers = Rollovers(keeper, self._endings)
        self.refusals: dict[str, int] = {}  # by page: visits in a row, when it was first read
        self.blocks = Blocks(())  # what was taken down, as last read
        self.learnt: dict[str, LearntPage] = {}  # of pages that came into the list at its last reading ...
        self.tried: dict[str, datetime] = {}  # ... and when the last visit of each began, whatever became of it
        self.ended: set[str] = set()  # pages whose coverage has ended, by their last looks
        self._looked: set[str] = set()  # pages that were looked at since that was asked

    def load(self, now: datetime) -> tuple[list[Watch], dict[str, datetime | None], list[tuple[Watch, Ended]]]:
        """(active watches, last scheduled time by urlkey, watches that are over from now on). Reads the catalog."""
        catalog = self._keeper.catalog
        self.blocks = Blocks(catalog.takedowns())
        self._keeper.recorder.originals.forget(self.blocks.gone())
        self.follow(now)
        standing = {row.urlkey: row for row in catalog.watches("active")}
        active = {key: row.watch for key, row in standing.items()}
        histories = catalog.histories(active.keys() - self._known)
        for key, history in histories.items():
            if history.first_started:
                self._first_visit[key] = history.first_started
            if history.last_good:
                self._last_good[key] = history.last_good
            if history.last_changed:
                self._last_change[key] = history.last_changed
            if history.last_started and history.last_started != history.last_good:
                self._endings.recall(key, active[key].url)
        self.refusals = catalog.refusals(histories)
        self.tried = {key: history.last_started for key, history in histories.items() if history.last_started}
        self._keeper.recorder.originals.remember(
            {key: history.original for key, history in histories.items()},
            {key: history.unmodified for key, history in histories.items()},
        )
        self.learnt = catalog.learnt(active.keys() - self._known)
        self._known = set(active)
        self._ask_for_ends(active)
        over = [] if clock.now.doubtful else self._over(standing, now)
        for watch, ended in over:
            self._end(standing[urlkey(watch.url)], ended, now)
        gone = {watch.url for watch, _ in over}
        last = {key: history.last_scheduled or history.last_started for key, history in histories.items()}
        return [watch for watch in active.values() if watch.url not in gone], last, over

    def _ask_for_ends(self, active: Mapping[str, Watch]) -> None:
        """Of adaptive watches: their closing looks are counted from the end of coverage, not from silence."""
        looked, self._looked = self._looked, set()
        for key in looked & active.keys():
            if is_adaptive(active[key]) and self._endings.why(key, self._last_good.get(key)):
                self.ended.add(key)
            else:
                self.ended.discard(key)

    def good(self, keys: Iterable[str]) -> dict[str, datetime]:
        """When each page was last seen well."""
        return {key: self._last_good[key] for key in keys if key in self._last_good}

    def follow(self, now: datetime) -> None:
        """Take up the pages at which others say that they go on."""
        try:
            self._rollovers.follow(self.blocks, now)
        except OSError as e:  # the next look at the list follows them
            log.error("pages that go on elsewhere: that cannot be written to the spool now: %s", e)

    def _end(self, row: StandingWatch, ended: Ended, now: datetime) -> None:
        """In the archive first: whoever rebuilds the catalog from it shall not take the page up again."""
        watch, reason = row.watch, with_reason(row, ended.reason)
        try:
            self._keeper.order([{"verb": "end", "url": watch.url, "reason": reason}], now)
        except OSError as e:  # the next look at the list ends it again
            log.error("%s: its end cannot be written to the spool now: %s", watch.url, e)
            return
        self._keeper.catalog.set_watch_state(watch.url, "ended", reason=reason)

    def _over(self, standing: dict[str, StandingWatch], now: datetime) -> list[tuple[Watch, Ended]]:
        # An ended page keeps its schedule up to the last closing look; the looks before it fall into that time.
        closing = max(self._keeper.config.defaults.after_end, default=None)
        found = [(watch, Ended(why)) for watch, why in self._rollovers.failed(standing, now)]
        over, moved = {urlkey(watch.url) for watch, _ in found}, self._rollovers.moved(standing)
        for key, row in standing.items():
            if key in over:
                continue
            why = partial(self._endings.why, key, self._last_good.get(key), moved.get(key))
            ended = is_over(
                row.watch,
                taken_up=row.added,
                first_visit=self._first_visit.get(key),
                last_change=self._last_change.get(key),
                coverage_ended=why,
                closing=_closing(closing or row.watch.max, row.watch),
                now=now,
            )
            if ended:
                found.append((row.watch, ended))
        return found

    def saw(self, visit: Visit) -> None:
        """What a finished visit teaches."""
        self._endings.saw(visit)
        self._rollovers.saw(visit)
        self._first_visit.setdefault(visit.urlkey, visit.started)
        if visit.outcome in SUCCESS:
            self._last_good[visit.urlkey] = visit.started
            self._looked.add(visit.urlkey)
        if visit.reading == "version" and visit.version:
            self._last_change[visit.urlkey] = visit.started

    def last_good(self, urlkey: str) -> datetime | None:
        return self._last_good.get(urlkey)


def _closing(longest: timedelta, watch: Watch) -> timedelta:
    """How long an ended page is watched: an adaptive one has its last closing look then, and time to have it."""
    return longest + watch.max if is_adaptive(watch) else longest
