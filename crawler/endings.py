"""What ends a watch whose coverage ends: the page's own signs, its past, its silence, and looks that found it gone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import takewhile

from pipelines.ending import CONFIRMED, Facts, facts, has_ended
from pipelines.model import Version, Visit
from pipelines.store.catalog import Catalog
from pipelines.urlkey import urlkey

REMEMBERED = 20  # earlier versions that tell what has turned
GONE = (404, 410)


class Endings:
    """One page's facts are read from the catalog when it has a new version, or none were read yet."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._facts: dict[str, Facts | None] = {}
        self._gone: dict[str, int] = {}

    def saw(self, visit: Visit) -> None:
        """What a finished visit says of where the page is."""
        if visit.reading == "version":
            self._facts.pop(visit.urlkey, None)
        if visit.outcome in (None, "probed") or (visit.outcome == "error" and visit.status not in GONE):
            return  # no network, no robots.txt: nobody was asked
        self._gone[visit.urlkey] = self._gone.get(visit.urlkey, 0) + 1 if self._is_gone(visit) else 0

    def recall(self, key: str, url: str) -> None:
        """The looks before this process that found it gone, as far as they count."""
        seen = self._catalog.visits(url, limit=CONFIRMED)
        self._gone[key] = sum(1 for _ in takewhile(lambda v: v.status in GONE, reversed(seen)))

    def _is_gone(self, visit: Visit) -> bool:
        if visit.status in GONE:
            return True
        landed = visit.captures[0].url if visit.captures else visit.url
        known = self.facts(visit.urlkey) if urlkey(landed) != visit.urlkey else None
        # where it always was led to is where it is; and what is live there is another page of its coverage
        return known is not None and urlkey(known.url) != urlkey(landed) and not (visit.version and visit.version.live)

    def facts(self, key: str) -> Facts | None:
        """None if the page has no version."""
        if key not in self._facts:
            stored = self._catalog.versions(key, limit=REMEMBERED)
            told: Sequence[Version] = [one.version for one in stored if not one.redacted]
            self._facts[key] = facts(told[-1], told[:-1]) if told else None
        return self._facts[key]

    def why(self, key: str, looked: datetime | None, moved_to: str | None = None) -> str:
        """Why its coverage counts as ended, for people; empty while it goes on. ``looked``: the last good look."""
        known = self.facts(key)
        if known is None:
            return ""
        found = known.votes(looked or known.last_activity, gone=self._gone.get(key, 0), moved_to=moved_to)
        return ", ".join(vote.reason for vote in found) if has_ended(found) else ""
