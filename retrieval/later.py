"""What later extractors read in a page's captures (``stoppress reextract``), beside the versions of the catalog."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NoReturn

from pipelines.errors import NotArchived
from pipelines.model import Version
from pipelines.store.catalog import Catalog, LaterReading

from .lookup import Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class LaterVersion:
    """One content as an extractor read it in one capture or in several that follow each other."""

    extractor: str
    seq: int | None  # of the catalog's version that was on show at the first of them
    first_seen: datetime
    last_seen: datetime
    record_id: str  # of the first of them
    content_hash: str
    captures: int
    version: Version


def later_versions(catalog: Catalog, urlkey: str, extractor: str) -> list[LaterVersion]:
    """Oldest first. NotArchived: this extractor has read nothing of the page."""
    found = list(_folded(catalog.reextracted(urlkey, extractor)))
    return [_numbered(catalog, urlkey, one) for one in found] or _missing(catalog, urlkey, extractor)


def later_version(
    catalog: Catalog, urlkey: str, extractor: str, asked: Moment | None, *, now: datetime
) -> LaterVersion:
    """A number: the capture that first showed that version. A time: the last capture by then, None: the newest.

    NotArchived: this extractor has not read it.
    """
    if not isinstance(asked, int):
        found = catalog.reextracted_at(urlkey, extractor, asked or now)
    else:
        stored = catalog.version(urlkey, asked)
        found = catalog.reextracted_record(stored.record_id, extractor) if stored else None
    for one in _folded([found] if found else []):
        return _numbered(catalog, urlkey, one)
    return _missing(catalog, urlkey, extractor, found)


def _folded(readings: Iterable[LaterReading]) -> Iterator[LaterVersion]:
    held: LaterVersion | None = None
    for reading in readings:
        if reading.version is None or reading.content_hash is None:
            continue
        if held and held.content_hash == reading.content_hash:
            held = _with(held, reading)
            continue
        if held:
            yield held
        held = LaterVersion(
            extractor=reading.extractor, seq=None, first_seen=reading.timestamp, last_seen=reading.timestamp,
            record_id=reading.record_id, content_hash=reading.content_hash, captures=1, version=reading.version,
        )  # fmt: skip
    if held:
        yield held


def _with(held: LaterVersion, reading: LaterReading) -> LaterVersion:
    return replace(held, last_seen=reading.timestamp, captures=held.captures + 1)


def _numbered(catalog: Catalog, urlkey: str, one: LaterVersion) -> LaterVersion:
    stored = catalog.version_at(urlkey, one.first_seen)
    return replace(one, seq=stored.seq if stored and stored.first_seen <= one.first_seen else None)


def _missing(catalog: Catalog, urlkey: str, extractor: str, found: LaterReading | None = None) -> NoReturn:
    if found:
        raise NotArchived(f"{extractor} could not read it: {found.reading}: {found.detail}")
    known = catalog.extractors_of(urlkey)
    there = f"what there is of this page is by {', '.join(known)}" if known else "no other has read this page again"
    raise NotArchived(f"{extractor} has not read this; {there}; next: stoppress reextract URL")
