"""Visits that were read -> their versions and changes in the catalog."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from .between import REMEMBERED, proof_of, shown_at
from .confirming import confirmed, confirmed_beyond
from .diff import changes
from .diff.reach import known, reaches_on, since_all, told
from .extract.canonical import content_hash
from .face import iso
from .model import IMPORT, Change, Proof, Unreadable, Version, Visit
from .reach_dates import dated_within
from .rereading import Reread, by_other_rules, not_at_hand
from .settled import Settled, settled
from .store.catalog import Catalog, StoredVersion
from .store.sightings import time_of
from .turns import lies_between

Keep = Callable[[Settled], None]


@dataclass(frozen=True, slots=True)
class _Compared:
    """A visit with ``reading`` settled, and the ids of earlier removals that it confirms."""

    visit: Visit
    confirms: tuple[str, ...] = ()
    known: bool = False  # it was settled and saved before
    reread: str | None = None  # the version before was read again for this; by whom it had been read


@dataclass(frozen=True, slots=True)
class _Pair:
    """A visit, the page's version before it, and that one as today's rules read it where other rules had."""

    visit: Visit
    before: StoredVersion | None = None
    between: bool = False  # it came later, and lies between two versions that had been compared with each other
    today: Version | Unreadable | None = None


def compare(visit: Visit, catalog: Catalog, keep: Keep | None = None, reread: Reread = not_at_hand) -> Visit:
    """The visit with ``reading`` settled, and with version number and changes where the content is new."""
    return compare_all([visit], catalog, keep, reread)[0]


def compare_all(
    visits: Sequence[Visit], catalog: Catalog, keep: Keep | None = None, reread: Reread = not_at_hand
) -> list[Visit]:
    """Each of them, in this order, saved in one transaction; the comparing itself holds up no other writer.

    ``keep`` is told of each reading once it is settled, for the archive. ``reread``: the version before by today's
    rules, where others had read it.
    """
    done: list[Visit] = []
    for group in _each_page_once(visits):
        compared = [_compare(pair, catalog, reread) for pair in _paired(group, catalog, reread)]
        confirmed = [id_ for one in compared for id_ in one.confirms]
        read = catalog.visits_read([one.visit for one in compared], confirmed=confirmed)
        for one, visit in zip(compared, read, strict=True):
            if keep and not one.known and (kept := settled(visit, one.confirms, one.reread)):
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


def compare_late(visit: Visit, catalog: Catalog, reread: Reread = not_at_hand) -> Visit:
    """As ``compare``, for a visit between others that are saved already: as if it had been read in its turn.

    A version gets the number that is free at its place. Where none is, whoever numbered the others did not know of
    it: it comes last, as it does when a crawler reads late.
    """
    if visit.why == IMPORT:  # it comes late as a rule, and has its place by its date
        return compare(visit, catalog, reread=reread)
    place = catalog.place_of(visit)
    [pair] = _paired([visit], catalog, reread, below=place.number)
    compared = _compare(pair, catalog, reread, below=place.number)
    if compared.visit.reading == "version":
        if place.taken:
            return compare(visit, catalog, reread=reread)
        compared = replace(compared, visit=replace(compared.visit, version_seq=place.number))
    return catalog.visits_read([compared.visit], confirmed=compared.confirms)[0]


def _paired(visits: Sequence[Visit], catalog: Catalog, reread: Reread, *, below: int | None = None) -> list[_Pair]:
    """``below``: as if the page's versions ended before this number. What must be read again is read together."""
    pairs = _pairs(visits, catalog, below)
    old = [pair.before for pair in pairs if pair.before and _needs_rereading(pair.before, pair.visit)]
    fresh = dict(zip((stored.record_id for stored in old), reread(old) if old else (), strict=True))
    return [replace(pair, today=fresh.get(pair.before.record_id)) if pair.before else pair for pair in pairs]


def _pairs(visits: Sequence[Visit], catalog: Catalog, below: int | None) -> list[_Pair]:
    new = [visit for visit in visits if visit.reading == "version" and visit.version is not None]
    latest = catalog.latest_versions({visit.urlkey for visit in new if visit.why != IMPORT}, below=below)
    alone = {visit.id: _imported(visit, catalog) for visit in new if visit.why == IMPORT}
    return [alone.get(visit.id) or _Pair(visit, latest.get(visit.urlkey)) for visit in visits]


def _imported(visit: Visit, catalog: Catalog) -> _Pair:
    before = catalog.latest_version(visit.urlkey, by=time_of(visit))
    return _Pair(visit, before, between=before is not None and lies_between(catalog.turns(visit.urlkey), before.seq))


def _needs_rereading(before: StoredVersion, visit: Visit) -> bool:
    version = visit.version
    if version is None or before.redacted or _told_before(before, visit):
        return False
    changed = before.content_hash != content_hash(version) or _deep(version)
    return changed and by_other_rules(before, version.extractor)


def _told_before(before: StoredVersion, visit: Visit) -> bool:
    """It is asked about again: a part of its group could not be saved."""
    return bool(visit.captures) and before.record_id == visit.captures[0].record_id


def _compare(pair: _Pair, catalog: Catalog, reread: Reread, *, below: int | None = None) -> _Compared:
    visit, before = pair.visit, pair.before
    if before is None or visit.version is None:
        return _Compared(visit)
    if _told_before(before, visit):
        return _Compared(visit, known=True)
    new, had_read = visit.version, before.version.extractor if pair.today else None
    if before.content_hash == content_hash(new) and not _deep(new):
        return _Compared(replace(visit, reading="unchanged", version=None))
    if visit.why == IMPORT and time_of(visit) <= before.last_seen:
        return _contradicting(visit, before)
    visit = replace(visit, told_from=before.seq)
    if pair.between:
        return _Compared(_told_already(visit, before))
    if before.redacted:  # what it said is not known any more: all of the page would look added
        return _Compared(visit)
    if isinstance(pair.today, Unreadable):
        return _not_compared(visit, before, pair.today)
    by = time_of(visit) if visit.why == IMPORT else None
    stored = catalog.versions(visit.urlkey, limit=REMEMBERED, below=below, by=by)
    if reaches_on((*(one.version for one in stored), new)):
        return _reaching(visit, new, stored, catalog, reread)
    old = pair.today or before.version
    if content_hash(old) == content_hash(new):
        return _Compared(replace(visit, reading="unchanged", version=None), reread=had_read)
    earlier = stored[:-1]
    found = changes(old, new, history=(*(one.version for one in earlier), old))
    dated = tuple(_dated(change, before, visit, earlier) for change in found)
    confirms = confirmed(visit.urlkey, new, before, catalog, reread)
    return _Compared(replace(visit, changes=dated), confirms, reread=had_read)


def _contradicting(visit: Visit, before: StoredVersion) -> _Compared:
    """Somebody else was shown something else while two looks, before and after, found the page as it was."""
    detail = (
        f"v{before.seq} was seen from {iso(before.first_seen)} to {iso(before.last_seen)}, and this capture says "
        "something else: it is kept, and no version"
    )
    return _Compared(replace(visit, reading="none", detail=detail, version=None))


def _told_already(visit: Visit, before: StoredVersion) -> Visit:
    detail = (
        f"it lies between v{before.seq} and the version after, whose changes are told already: it has none of its own"
    )
    return replace(visit, detail=detail)


def _deep(new: Version) -> bool:
    """What it says beyond its words is looked at, too."""
    return bool(new.window.parts or new.deleted)


def _not_compared(visit: Visit, before: StoredVersion, why: Unreadable) -> _Compared:
    """Beside what other rules had read, the rules would look like edits."""
    rules = visit.version.extractor if visit.version else ""
    detail = f"v{before.seq} cannot be read by {rules}, so nothing is compared: {why.detail}"
    return _Compared(replace(visit, detail=detail[:500]), reread=before.version.extractor)


def _reaching(
    visit: Visit, new: Version, stored: Sequence[StoredVersion], catalog: Catalog, reread: Reread
) -> _Compared:
    """Of a page with older pages or feeds: compared with all that was known of it, as far as this look reached."""
    before = stored[-1]
    here = [one for one in stored if not one.redacted]
    since = here[since_all([one.version for one in here]) :]
    today = _all_by_rules_of(new, since, reread)
    if isinstance(today, Unreadable):
        return _not_compared(visit, before, today)
    had_read = next((one.version.extractor for one in since if by_other_rules(one, new.extractor)), None)
    shown = [*here[: -len(today)], *today]
    basis = known([one.version for one in today])
    found = told(changes(basis, new, history=[one.version for one in shown]), new)
    confirms = confirmed(visit.urlkey, new, before, catalog, reread)
    confirms += confirmed_beyond(visit.urlkey, new, catalog, found)
    if not found and not (new.window.complete and not before.version.window.complete):
        return _Compared(replace(visit, reading="unchanged", version=None), confirms, reread=had_read)
    proofs = _proofs(visit)
    dated = (dated_within(change, basis, shown, new, proofs) for change in found)
    proved = tuple(replace(change, earlier_proof=shown_at(change, shown)) for change in dated)
    return _Compared(replace(visit, changes=proved), confirms, reread=had_read)


def _all_by_rules_of(
    later: Version, stored: Sequence[StoredVersion], reread: Reread
) -> list[StoredVersion] | Unreadable:
    """Each with what the rules that read ``later`` read in it, from behind the last that they cannot read on: what only
    that one had shown is not known any more. If it is the newest there is nothing to compare with."""
    old = [one for one in stored if by_other_rules(one, later.extractor)]
    fresh = dict(zip((one.record_id for one in old), reread(old) if old else (), strict=True))
    found: list[StoredVersion] = []
    for one in stored:
        read = fresh.get(one.record_id, one.version)
        if not isinstance(read, Unreadable):
            found.append(replace(one, version=read))
        elif one is stored[-1]:
            return read
        else:
            found.clear()
    return found


def _dated(change: Change, before: StoredVersion, visit: Visit, earlier: Sequence[StoredVersion]) -> Change:
    """Not before the last look that still showed the old content, not after the first that shows the new."""
    capture = visit.captures[0]
    return replace(
        change,
        seen_after=before.last_seen,
        seen_by=capture.timestamp,
        old_proof=proof_of(before),
        new_proof=Proof(record_id=capture.record_id, digest=capture.digest, timestamp=capture.timestamp),
        earlier_proof=shown_at(change, earlier),
    )


def _proofs(visit: Visit) -> dict[str | None, Proof]:
    """The visit's records by URL, the page's own under None."""
    proofs: dict[str | None, Proof] = {}
    for url, c in [(None, visit.captures[0]), *((c.url, c) for c in visit.captures)]:
        proofs.setdefault(url, Proof(record_id=c.record_id, digest=c.digest, timestamp=c.timestamp))
    return proofs
