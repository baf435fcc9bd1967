"""Visits that were read -> their versions and changes in the catalog."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from .diff import changes, confirm
from .diff.reach import known, reaches_on, told
from .extract.canonical import content_hash
from .model import Change, Proof, Version, Visit
from .reach_dates import confirmed_beyond, dated_within
from .settled import Settled, settled
from .store.catalog import Catalog, StoredVersion

Keep = Callable[[Settled], None]
REMEMBERED = 100  # earlier versions that tell what is back from what is new


@dataclass(frozen=True, slots=True)
class _Compared:
    """A visit with ``reading`` settled, and the ids of earlier removals that it confirms."""

    visit: Visit
    confirms: tuple[str, ...] = ()
    known: bool = False  # it was settled and saved before


def compare(visit: Visit, catalog: Catalog, keep: Keep | None = None) -> Visit:
    """The visit with ``reading`` settled, and with version number and changes where the content is new."""
    return compare_all([visit], catalog, keep)[0]


def compare_all(visits: Sequence[Visit], catalog: Catalog, keep: Keep | None = None) -> list[Visit]:
    """Each of them, in this order, saved in one transaction; the comparing itself holds up no other writer.

    ``keep`` is told of each reading once it is settled, for the archive.
    """
    done: list[Visit] = []
    for group in _each_page_once(visits):
        compared = [_compare(visit, catalog) for visit in group]
        confirmed = [id_ for one in compared for id_ in one.confirms]
        read = catalog.visits_read([one.visit for one in compared], confirmed=confirmed)
        for one, visit in zip(compared, read, strict=True):
            if keep and not one.known and (kept := settled(visit, one.confirms)):
                keep(kept)
        done += read
    return done


def _each_page_once(visits: Iterable[Visit]) -> Iterator[list[Visit]]:
    """A page's next visit is compared with what this one leaves in the catalog."""
    group: list[Visit] = []
    for visit in visits:
        if any(visit.urlkey == other.urlkey for other in group):
            yield group
            group = []
        group.append(visit)
    if group:
        yield group


def compare_late(visit: Visit, catalog: Catalog) -> Visit:
    """As ``compare``, for a visit between others that are saved already: as if it had been read in its turn.

    A version gets the number that is free at its place. Where none is, whoever numbered the others did not know of
    it: it comes last, as it does when a crawler reads late.
    """
    place = catalog.place_of(visit)
    compared = _compare(visit, catalog, below=place.number)
    if compared.visit.reading == "version":
        if place.taken:
            return compare(visit, catalog)
        compared = replace(compared, visit=replace(compared.visit, version_seq=place.number))
    return catalog.visits_read([compared.visit], confirmed=compared.confirms)[0]


def _compare(visit: Visit, catalog: Catalog, *, below: int | None = None) -> _Compared:
    """``below``: as if the page's versions ended before this number."""
    if visit.reading != "version" or visit.version is None:
        return _Compared(visit)
    before = catalog.latest_version(visit.urlkey, below=below)
    if before is None:
        return _Compared(visit)
    if visit.captures and before.record_id == visit.captures[0].record_id:
        return _Compared(visit, known=True)  # asked again: a part of its group could not be saved
    deep = visit.version.window.parts or visit.version.deleted  # what it says beyond its words is looked at, too
    if before.content_hash == content_hash(visit.version) and not deep:
        return _Compared(replace(visit, reading="unchanged", version=None))
    if before.redacted:  # what it said is not known any more: all of the page would look added
        return _Compared(visit)
    stored = catalog.versions(visit.urlkey, limit=REMEMBERED, below=below)
    history = tuple(one.version for one in stored)
    if reaches_on((*history, visit.version)):
        return _reaching(visit, visit.version, stored, catalog)
    if before.content_hash == content_hash(visit.version):
        return _Compared(replace(visit, reading="unchanged", version=None))
    found = changes(before.version, visit.version, history=history)
    dated = tuple(_dated(change, before, visit) for change in found)
    return _Compared(replace(visit, changes=dated), _confirmed(visit.urlkey, visit.version, before, catalog))


def _reaching(visit: Visit, new: Version, stored: Sequence[StoredVersion], catalog: Catalog) -> _Compared:
    """Of a page with older pages or feeds: compared with all that was known of it, as far as this look reached."""
    before = stored[-1]
    basis = known([one.version for one in stored if not one.redacted])
    history = tuple(one.version for one in stored)
    found = told(changes(basis, new, history=history), new)
    confirms = _confirmed(visit.urlkey, new, before, catalog)
    confirms += confirmed_beyond(visit.urlkey, new, catalog)
    if not found and not (new.window.complete and not before.version.window.complete):
        return _Compared(replace(visit, reading="unchanged", version=None), confirms)
    dated = tuple(dated_within(change, basis, stored, visit) for change in found)
    return _Compared(replace(visit, changes=dated), confirms)


def _dated(change: Change, before: StoredVersion, visit: Visit) -> Change:
    """Not before the last look that still showed the old content, not after the first that shows the new."""
    capture = visit.captures[0]
    return replace(
        change,
        seen_after=before.last_seen,
        seen_by=capture.timestamp,
        old_proof=Proof(record_id=before.record_id, digest=before.digest, timestamp=before.first_seen),
        new_proof=Proof(record_id=capture.record_id, digest=capture.digest, timestamp=capture.timestamp),
    )


def _confirmed(urlkey: str, later: Version, before: StoredVersion, catalog: Catalog) -> tuple[str, ...]:
    """This page still lacks what its predecessor had lost: that removal is confirmed by a second good look."""
    pending = [
        stored
        for stored in catalog.changes(urlkey=urlkey, seq=before.seq, types=("removed",))
        if not stored.change.confirmed
    ]
    basis = catalog.version(urlkey, before.seq - 1) if pending else None
    if basis is None or basis.redacted:
        return ()
    again = confirm([stored.change for stored in pending], basis.version, later)
    return tuple(stored.change_id for stored, change in zip(pending, again, strict=True) if change.confirmed)
