"""All changes computed again from stored versions, beside the recorded ones:

    neighbouring versions, page by page -> both sides by one extractor -> today's differ -> a row beside the old ones

No recorded change is touched. A pair that today's differ has settled is not asked again, so a run that was broken off
goes on where it was.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from .between import REMEMBERED, between, needed
from .derivations import DIFFER
from .errors import CatalogError
from .extract import EXTRACTOR
from .model import Change, Version
from .rereading import Reread
from .store.catalog import Catalog, Chosen, Rediffed, StoredVersion, VersionPair

RESULTS = ("equal", "different", "blind")
_AT_ONCE = 500  # pairs that are asked for with one query
_SAVED_TOGETHER = 50  # results in one transaction ...
_SAVED_AFTER = 2.0  # ... or what has come in so many seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A pair with what was recorded of it (``old``) and what comparing it again gives (``now``)."""

    url: str
    now: Rediffed
    old: tuple[Change, ...]
    detail: str = ""

    @property
    def gone(self) -> tuple[Change, ...]:
        """Recorded, and not found again."""
        return _without(self.old, self.now.changes)

    @property
    def come(self) -> tuple[Change, ...]:
        """Found now, and not recorded."""
        return _without(self.now.changes, self.old)


def _without(some: Sequence[Change], others: Sequence[Change]) -> tuple[Change, ...]:
    left = Counter(_what(change) for change in others)
    found = []
    for change in some:
        if left[_what(change)]:
            left[_what(change)] -= 1
        else:
            found.append(change)
    return tuple(found)


def _what(change: Change) -> tuple[object, ...]:
    """What a change says of the page; how it was found is another matter."""
    return (change.type, change.class_, change.field, change.old, change.new, change.confirmed)


@dataclass(slots=True)
class Progress:
    """How far it has come; what it shows is about this run alone."""

    of_pairs: int = 0
    pairs: int = 0
    results: Counter[str] = field(default_factory=Counter)
    pages: set[str] = field(default_factory=set)

    def add(self, found: Compared) -> None:
        self.pairs += 1
        self.results[found.now.result] += 1
        self.pages.add(found.now.urlkey)


class Rediff:
    """``run`` once; it may be broken off at any moment and done again. ``basis``: an extractor whose readings
    (``stoppress reextract``) are compared in place of the stored versions."""

    def __init__(self, catalog: Catalog, chosen: Chosen, reread: Reread, *, basis: str = "") -> None:
        self._catalog, self._chosen, self._reread, self._basis = catalog, chosen, reread, basis
        self._saved = time.monotonic()
        self._waiting: list[Rediffed] = []
        self.progress = Progress(of_pairs=catalog.count_to_rediff(DIFFER, basis, chosen))

    def run(self, told: Callable[[Compared], None]) -> None:
        """``told`` hears of each pair, before it is saved: what was not told is not done."""
        try:
            for pair in self._pairs():
                if (found := self._compare(pair)) is not None:
                    self.progress.add(found)
                    told(found)
                    self._save(found.now)
        finally:
            self._write()

    def _pairs(self) -> Iterator[VersionPair]:
        after = ("", -1)
        while found := self._catalog.to_rediff(DIFFER, self._basis, self._chosen, after=after, limit=_AT_ONCE):
            after = (found[-1].urlkey, found[-1].to_seq)
            blocks = self._catalog.blocks()  # what was taken down is not shown, so it is not compared either
            yield from (pair for pair in found if not blocks.page(pair.urlkey))

    def _compare(self, pair: VersionPair) -> Compared | None:
        blocks = self._catalog.blocks()
        old, new = (self._catalog.version(pair.urlkey, seq) for seq in (pair.from_seq, pair.to_seq))
        if old is None or new is None or any(v.redacted or blocks.record(v.record_id) for v in (old, new)):
            return None
        recorded = tuple(c.change for c in self._catalog.changes(urlkey=pair.urlkey, seq=pair.to_seq))
        versions = self._catalog.versions(pair.urlkey, limit=REMEMBERED + 2, below=new.seq + 2)
        if not {old.seq, new.seq} <= {one.seq for one in versions}:  # imported, and older than many
            versions = self._catalog.versions(pair.urlkey)
        sides = needed(old, new, versions)
        read, why = self._alike(sides)
        made = Rediffed(
            urlkey=pair.urlkey, from_seq=pair.from_seq, to_seq=pair.to_seq, differ=DIFFER, basis=self._basis,
            extractor=read[0].extractor if read else "", result="blind", obeyed=blocks.ids(),
        )  # fmt: skip
        url = new.version.url
        if not read:
            return Compared(url=url, now=made, old=recorded, detail=why)
        by_number = {one.seq: version for one, version in zip(sides, read, strict=True)}
        found = tuple(between(old, new, versions, by_number))
        settled = not any(c.type == "removed" and not c.confirmed for c in found)
        compared = Compared(url=url, now=replace(made, changes=found, settled=settled), old=recorded)
        equal = not compared.gone and not compared.come
        return replace(compared, now=replace(compared.now, result="equal" if equal else "different"))

    def _alike(self, sides: Sequence[StoredVersion]) -> tuple[list[Version], str]:
        """As one extractor reads them: the one that was asked for, the one that read them all, or today's."""
        if self._basis and self._basis != EXTRACTOR:
            found = [self._catalog.reextracted_record(one.record_id, self._basis) for one in sides]
            read = [later.version for later in found if later and later.version]
            why = "" if len(read) == len(sides) else f"{self._basis} has not read all of them: stoppress reextract"
            return (read, "") if not why else ([], why)
        if not self._basis and len({one.version.extractor for one in sides}) == 1:
            return [one.version for one in sides], ""
        try:
            again = self._reread(sides)
        except CatalogError as e:
            return [], str(e)
        fine = [version for version in again if isinstance(version, Version)]
        whys = [version.detail for version in again if not isinstance(version, Version)]
        return (fine, "") if not whys else ([], f"{EXTRACTOR} cannot read a side: {whys[0]}")

    def _save(self, found: Rediffed) -> None:
        if found.result == "blind":  # the next run asks again
            return
        self._waiting.append(found)
        if len(self._waiting) >= _SAVED_TOGETHER or time.monotonic() - self._saved > _SAVED_AFTER:
            self._write()

    def _write(self) -> None:
        waiting, self._waiting, self._saved = self._waiting, [], time.monotonic()
        self._catalog.save_rediffed(waiting)
