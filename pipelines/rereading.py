"""Stored versions, read again by today's rules: what is compared was read by the same rules on both sides.

    stored version -> its record in the archive -> today's extractor -> the version as it would be read today

So a new extractor or differ never makes a change (promise 5): the first comparison after an upgrade has on its old
side what today's rules read in the old bytes. What was read is held for a while: a page that says nothing new is
compared with the same old version at each visit.
"""

from __future__ import annotations

import asyncio
import json
import zlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from .derivations import DIFFER
from .errors import CatalogError, DamagedRecord, NotArchived, ObjectNotFound, StoreError, TakenDown
from .extract import EXTRACTOR
from .face import version_from_json, version_to_json
from .model import Answer, Unreadable, Version
from .parts import answers
from .store import rows
from .store.catalog import Catalog, StoredVersion
from .store.warcs import WarcReader, in_store

if TYPE_CHECKING:
    from .workers import Workers

_HELD = 2000  # versions, deflated: some 20 kB each
Found = Version | Unreadable
Read = Callable[[Sequence[Sequence[Answer]]], list[Found]]  # of each page its own answer and those of its parts
Reread = Callable[[Sequence[StoredVersion]], list[Found]]


def by_other_rules(stored: StoredVersion, extractor: str, differ: str = DIFFER) -> bool:
    """Was it read or compared by others than these?"""
    return (stored.version.extractor, stored.differ) != (extractor, differ)


def not_at_hand(stored: Sequence[StoredVersion]) -> list[Found]:
    """For whoever has no records to read in."""
    return [Unreadable(reading="extract-failed", detail="its record is not at hand") for _ in stored]


class Rereading:
    """Called with stored versions, gives each as ``EXTRACTOR`` reads it, or why that cannot be told.

    CatalogError: not now, the store cannot be reached; what is being compared is compared later.
    """

    def __init__(self, catalog: Catalog, reader: WarcReader, read: Read) -> None:
        self._catalog, self._reader, self._read = catalog, reader, read
        self._held: dict[str, bytes] = {}

    def __call__(self, stored: Sequence[StoredVersion]) -> list[Found]:
        found: dict[str, Found] = {}
        asked: dict[str, list[Answer]] = {}
        for one in stored:
            here = self._known(one.record_id) or self._answers(one)
            if isinstance(here, list):
                asked[one.record_id] = here
            else:
                found[one.record_id] = here
        for record_id, read in zip(asked, self._read(list(asked.values())) if asked else (), strict=True):
            found[record_id] = self._hold(record_id, read)
        return [found[one.record_id] for one in stored]

    def _known(self, record_id: str) -> Found | None:
        if held := self._held.get(record_id):
            return version_from_json(json.loads(zlib.decompress(held)))
        later = self._catalog.reextracted_record(record_id, EXTRACTOR)  # stoppress reextract has read it
        return later.version if later else None

    def _answers(self, stored: StoredVersion) -> list[Answer] | Unreadable:
        capture = self._catalog.capture(stored.record_id)
        if capture is None:
            return Unreadable(reading="extract-failed", detail=f"the catalog has no record {stored.record_id}")
        try:
            parts = self._catalog.parts([capture.visit_id]).get(capture.visit_id, []) if capture.visit_id else []
            return answers((capture, *parts), lambda one: self._reader.record(one).block, self._catalog.capture)
        except (DamagedRecord, TakenDown, NotArchived) as e:
            return Unreadable(reading="extract-failed", detail=str(e))
        except StoreError as e:
            if isinstance(e, ObjectNotFound) and in_store(capture.filename):
                return Unreadable(reading="extract-failed", detail=str(e))
            what = f"v{stored.seq} of {stored.version.url} must be read again by {EXTRACTOR} to be compared"
            raise CatalogError(f"{what}: {e}") from e

    def _hold(self, record_id: str, read: Found) -> Found:
        if isinstance(read, Unreadable):
            return read
        version = rows.as_kept(read)
        self._held[record_id] = zlib.compress(json.dumps(version_to_json(version)).encode(), 1)
        if len(self._held) > _HELD:
            del self._held[next(iter(self._held))]
        return version


def in_workers(workers: Workers, loop: asyncio.AbstractEventLoop) -> Read:
    """For a thread beside the event loop: side by side, in the worker processes."""

    async def all_of(pages: Sequence[Sequence[Answer]]) -> list[Found]:
        return list(await asyncio.gather(*map(workers.read_whole, pages)))

    return lambda pages: asyncio.run_coroutine_threadsafe(all_of(pages), loop).result()


def here(pages: Sequence[Sequence[Answer]]) -> list[Found]:
    """For whoever reads an archive: in this process."""
    from .reading import read_whole  # brings the extractor along

    return [read_whole(answers) for answers in pages]
