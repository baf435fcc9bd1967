"""Who told what of which page, and what to make of it. Pure.

    told --what is news--> schedule        asked --silence--> schedule        looked --confirmed, or not--> worth
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime, timedelta

from crawler.schedule.learning import Seen
from pipelines.store.stored import HintSource

from .polls import Source
from .worth import UNTOLD, Worth

MOST_WAITING = 20  # hints of a source for one page that wait for a look; of more the oldest and the newest count
TELLS_BY_ITSELF = frozenset({"webhook", "command"})
Schedule = Callable[[str, datetime], None]


class Board:
    """Of one crawler. ``watched``: whether the schedule of a page makes use of hints. ``last``: when the last good look
    at it began, as far as the schedule knows, also from an earlier process."""

    def __init__(self, sources: Iterable[Source], watched: Callable[[str], bool],
                 last: Callable[[str], datetime | None]) -> None:  # fmt: skip
        self.sources = {source.url: source for source in sources}
        self.worth: dict[str, Worth] = {}
        self._watched, self._last = watched, last
        self._pages: dict[str, set[str]] = {}  # by source: what it has told of
        self._tellers: dict[str, set[str]] = {}  # by page
        self._waiting: dict[tuple[str, str], list[datetime]] = {}  # (source, page): since its last look
        self._looked: dict[str, datetime] = {}
        self._changed: set[str] = set()
        self._told: dict[tuple[str, str], datetime] = {}  # to be remembered

    def recall(self, known: Iterable[HintSource], pages: Mapping[str, Collection[str]], now: datetime) -> None:
        """What an earlier process has learnt."""
        again: dict[str, datetime | None] = {}
        for row in known:
            self.worth[row.source] = Worth(row.events, row.told, row.looks, row.found, row.demoted)
            again[row.source] = row.again
            if source := self.sources.get(row.source):
                source.failures, source.detail = row.failures, row.detail
                source.heard = min(row.polled, now) if row.polled else None
        for name, told in pages.items():
            self._pages[name] = set(told)
            for key in told:
                self._tellers.setdefault(key, set()).add(name)
        for source in self.sources.values():
            source.begins(now, again.get(source.url))

    def due(self, now: datetime) -> list[Source]:
        """Sources whose turn it is, the one that waits longest first."""
        due = (one for one in self.sources.values() if one.is_due(now))
        return sorted(due, key=lambda one: (one.again is not None, one.again))

    def told(self, name: str, hints: Iterable[tuple[str, datetime]], now: datetime) -> list[tuple[str, datetime]]:
        """What a source says has happened; those of it that the schedule should know."""
        useful = []
        for key, at in hints:
            if not self._watched(key):
                continue
            self._pages.setdefault(name, set()).add(key)
            self._tellers.setdefault(key, set()).add(name)
            self._told[name, key] = now
            looked = max(filter(None, (self._looked.get(key), self._last(key))), default=None)
            if looked is not None and at <= looked:
                continue
            waiting = self._waiting.setdefault((name, key), [])
            if at in waiting:
                continue
            if len(waiting) >= MOST_WAITING:
                waiting[-1] = max(at, waiting[-1])
                continue
            waiting.append(at)
            if not self._of(name).demoted:
                useful.append((key, at))
        self._changed.add(name)
        return useful

    def silent(self, name: str) -> tuple[list[str], float]:
        """(pages, recall): what its having been asked says of them. Where several tell, the best is listened to."""
        own = self._of(name)
        if own.demoted:
            return [], 0.0
        best = [key for key in self._pages.get(name, ()) if self._watched(key) and self._best(key) == name]
        return best, own.recall

    def _best(self, key: str) -> str:
        asked = (name for name in self._tellers[key] if name in self.sources and not self._of(name).demoted)
        return max(asked, key=lambda name: (self._of(name).recall, name), default="")

    def looked(self, key: str, at: datetime, seen: Seen, previous: datetime | None) -> list[str]:
        """A good look at a page, the first since ``previous``; names of sources that were demoted or restored by it."""
        last = max(filter(None, (self._looked.get(key), previous)), default=None)
        self._looked[key] = at
        ages = [age for age in (*seen.new, *seen.edited) if age is not None]
        more = float(seen.events - len(ages)) or float(seen.changed and not ages)
        turned = []
        for name in sorted(self._tellers.get(key, ())):
            waiting = self._waiting.pop((name, key), [])
            hints = [hint for hint in waiting if hint <= at and (last is None or hint > last)]
            if later := [hint for hint in waiting if hint > at]:
                self._waiting[name, key] = later
            if last is None or last >= at:
                continue  # what a first look finds may be of any age
            worth = self._of(name)
            worth.looked(
                last=last.timestamp(), now=at.timestamp(), ages=ages, more=more,
                hints=[hint.timestamp() for hint in hints], heard=self._heard(name, at),
            )  # fmt: skip
            self._changed.add(name)
            if worth.judged():
                turned.append(name)
        return turned

    def waiting(self, key: str) -> list[datetime]:
        """What was told of a page since the last look at it began."""
        told = (self._waiting.get((name, key), []) for name in self._tellers.get(key, ()) if not self._of(name).demoted)
        return sorted({at for times in told for at in times})

    def heard(self, name: str, at: datetime) -> None:
        """It has told something without having been asked."""
        if source := self.sources.get(name):
            source.heard = max(filter(None, (source.heard, at)))

    def _heard(self, name: str, now: datetime) -> float:
        """Until when it could have told of everything."""
        if source := self.sources.get(name):
            return min(source.heard, now).timestamp() if source.heard else float("-inf")
        return now.timestamp() - UNTOLD if name in TELLS_BY_ITSELF else float("-inf")

    def pages(self, name: str) -> set[str]:
        return self._pages.get(name, set())

    def unwatched(self, keys: Iterable[str]) -> None:
        """These pages are watched no longer."""
        for key in keys:
            for name in self._tellers.pop(key, set()):
                self._pages.get(name, set()).discard(key)
                self._waiting.pop((name, key), None)
                self._told.pop((name, key), None)
            self._looked.pop(key, None)

    def known_pages(self) -> set[str]:
        return set(self._tellers)

    def moved(self, by: timedelta) -> None:
        """The clock was set."""
        for source in self.sources.values():
            source.moved(by)
        self._looked = {key: at + by for key, at in self._looked.items()}
        self._waiting = {pair: [at + by for at in times] for pair, times in self._waiting.items()}

    # what outlives a process --------------------------------------------------------------------------------

    def changed(self, name: str) -> None:
        self._changed.add(name)

    def take_changed(self) -> tuple[list[HintSource], dict[tuple[str, str], datetime]]:
        """What is new since this was asked last."""
        names, self._changed = self._changed, set()
        told, self._told = self._told, {}
        return [self._kept(name) for name in names], told

    def not_remembered(self, sources: Iterable[HintSource], told: Mapping[tuple[str, str], datetime]) -> None:
        self._changed.update(source.source for source in sources)
        self._told = {**told, **self._told}

    def _kept(self, name: str) -> HintSource:
        worth, source = self._of(name), self.sources.get(name)
        return HintSource(
            source=name, events=worth.events, told=worth.told, looks=worth.looks, found=worth.found,
            demoted=worth.demoted, polled=source.heard if source else None, again=source.again if source else None,
            failures=source.failures if source else 0, detail=source.detail if source else "",
        )  # fmt: skip

    def _of(self, name: str) -> Worth:
        return self.worth.setdefault(name, Worth())
