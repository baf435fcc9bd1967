"""Which changes a reader asks for, and where they come from: as they were recorded, or as rediff computed them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from pipelines.change_ids import change_ids
from pipelines.errors import NotArchived
from pipelines.model import Change
from pipelines.store.catalog import Catalog, Rediffed, StoredChange


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """None: whatever it is."""

    urlkey: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    types: tuple[str, ...] = ()
    class_: str | None = None
    stealth: bool | None = None
    confirmed: bool | None = True

    def read(self, catalog: Catalog, differ: str | None = None) -> Iterator[StoredChange]:
        """Oldest first. NotArchived: no rediff was made with this differ."""
        if differ is None:
            return catalog.changes(
                urlkey=self.urlkey, since=self.since, until=self.until, types=self.types, class_=self.class_,
                stealth=self.stealth, confirmed=self.confirmed,
            )  # fmt: skip
        return self._computed(catalog, differ)

    def _computed(self, catalog: Catalog, differ: str) -> Iterator[StoredChange]:
        known = sorted({name for name, basis in catalog.differs() if not basis})
        if differ not in known:
            there = f"there is {', '.join(known)}" if known else "nothing was computed again yet"
            raise NotArchived(f"no changes by {differ!r}; {there}; next: stoppress rediff")
        found = [one for pair in catalog.rediffed(differ, "", self.urlkey) for one in _stored(pair, catalog)]
        found.sort(key=lambda one: (one.change.seen_by is not None, one.change.seen_by))
        return (one for one in found if self._fits(one.change))

    def _fits(self, change: Change) -> bool:
        seen = change.seen_by
        return (
            (not self.types or change.type in self.types)
            and self.class_ in (None, change.class_)
            and self.stealth in (None, change.stealth)
            and self.confirmed in (None, change.confirmed)
            and (self.since is None or (seen is not None and seen >= self.since))
            and (self.until is None or (seen is not None and seen <= self.until))
        )


def _stored(pair: Rediffed, catalog: Catalog) -> Iterator[StoredChange]:
    about = {"urlkey": pair.urlkey, "differ": pair.differ}
    version = catalog.version(pair.urlkey, pair.to_seq)
    url = version.version.url if version else pair.urlkey
    ids = change_ids(pair.changes, from_seq=pair.from_seq, to_seq=pair.to_seq, **about)
    for id_, change in zip(ids, pair.changes, strict=True):
        yield StoredChange(
            change=change, change_id=id_, url=url, from_seq=pair.from_seq, to_seq=pair.to_seq,
            extractor=pair.extractor, **about,
        )  # fmt: skip
