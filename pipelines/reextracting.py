"""Today's extractor over captures that were read before:

    captures, file by file -> records, many with one read -> extracted in worker processes -> beside the old reading
                                                                                           -> rows of their own

No version and no change is touched. What this extractor was asked about is not asked again, so a run that was broken
off goes on where it was.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field, replace

from .beside import Beside, beside
from .errors import DamagedRecord, ObjectNotFound, StoppressError
from .extract import EXTRACTOR
from .extract.canonical import content_hash
from .model import Answer, Capture, Unreadable, Version
from .parts import answers
from .store import rows
from .store.bulk import Span, fetch, records, spans
from .store.catalog import Catalog, Chosen, LaterReading, PastReading
from .store.warcs import WarcReader
from .warc import Record
from .workers import Workers

_AT_ONCE = 500  # captures whose rows are held
_SAVED_TOGETHER = 50  # readings in one transaction ...
_SAVED_AFTER = 2.0  # ... or what has come in so many seconds
Found = Record | DamagedRecord | ObjectNotFound


@dataclass(slots=True)
class Unreached:
    """A capture whose record cannot be had: the next run asks for it again."""

    past: PastReading
    why: str


@dataclass(slots=True)
class Page:
    """One page in figures, of this run alone."""

    url: str
    results: Counter[str] = field(default_factory=Counter)
    changes: Counter[str] = field(default_factory=Counter)  # by type, of all its captures


@dataclass(slots=True)
class Progress:
    """How far it has come; what it shows is about this run alone."""

    of_captures: int = 0
    captures: int = 0
    unreached: int = 0
    results: Counter[str] = field(default_factory=Counter)
    pages: dict[str, Page] = field(default_factory=dict)

    def add(self, found: Beside | Unreached) -> None:
        self.captures += 1
        page = self.pages.setdefault(found.past.urlkey, Page(found.past.url))
        result = found.result if isinstance(found, Beside) else "unreached"
        if isinstance(found, Unreached):
            self.unreached += 1
        else:
            self.results[result] += 1
            page.changes.update(change.type for change in found.changes)
        page.results[result] += 1


Told = Callable[[Beside | Unreached], None]


@dataclass(frozen=True, slots=True)
class _Fetching:
    """Captures whose bytes are on their way."""

    span: Span
    asked: dict[str, PastReading]  # by record id
    data: asyncio.Task[bytes | None]


class Reextract:
    """``run`` once; it may be broken off at any moment and done again."""

    def __init__(self, catalog: Catalog, reader: WarcReader, chosen: Chosen, *, workers: int) -> None:
        """``chosen.until`` must be given: a crawler that is at work would have no end else."""
        self._catalog, self._reader, self._chosen, self._count = catalog, reader, chosen, workers
        self._saved = time.monotonic()
        self._waiting: list[LaterReading] = []
        self._refused: set[str] = set()  # record ids that were told as unreached
        self._parts: dict[str, list[Capture]] = {}  # by visit
        self._obeyed: dict[str, frozenset[str]] = {}  # takedowns that were known when a capture was chosen, by its id
        self._shown: tuple[str, int, Version | None] = ("", 0, None)
        self.progress = Progress(of_captures=catalog.count_to_reextract(EXTRACTOR, chosen))

    def run(self, told: Told) -> None:
        """``told`` hears of each capture, before it is saved: what was not told is not done."""
        asyncio.run(self._run(told))

    async def _run(self, told: Told) -> None:
        workers = Workers(self._count)
        try:
            # Once more as long as there is something: a file that has left the spool in the meantime has another place.
            before = -1
            while before < self.progress.captures:
                before = self.progress.captures
                async for found in self._all(workers):
                    self.progress.add(found)
                    told(found)
                    self._save(found)
                self._write()
        finally:
            self._write()
            workers.close()

    def _save(self, found: Beside | Unreached) -> None:
        if isinstance(found, Unreached):
            self._refused.add(found.past.capture.record_id)
            return
        self._waiting.append(found.now)
        if len(self._waiting) >= _SAVED_TOGETHER or time.monotonic() - self._saved > _SAVED_AFTER:
            self._write()

    def _write(self) -> None:
        waiting, self._waiting, self._saved = self._waiting, [], time.monotonic()
        self._catalog.save_reextracted(waiting)

    async def _all(self, workers: Workers) -> AsyncIterator[Beside | Unreached]:
        """In the order of the files; the reading runs ahead."""
        ahead = deque[asyncio.Task[Beside | Unreached]]()
        try:
            async for past, record in self._records():
                ahead.append(asyncio.create_task(self._read(past, record, workers)))
                if len(ahead) >= 2 * self._count:
                    yield await ahead.popleft()
            while ahead:
                yield await ahead.popleft()
        finally:
            for task in ahead:
                task.cancel()

    async def _records(self) -> AsyncIterator[tuple[PastReading, Found]]:
        """The bytes of the next captures are fetched while these are being read."""
        ahead = deque[_Fetching]()
        try:
            for span, asked in self._spans():
                ahead.append(_Fetching(span, asked, asyncio.create_task(asyncio.to_thread(fetch, self._reader, span))))
                if len(ahead) > 1:
                    for found in self._taken(ahead[0], await ahead[0].data):
                        yield found
                    ahead.popleft()
            for last in ahead:
                for found in self._taken(last, await last.data):
                    yield found
        finally:
            await asyncio.gather(*(one.data for one in ahead), return_exceptions=True)

    def _taken(self, one: _Fetching, data: bytes | None) -> Iterator[tuple[PastReading, Found]]:
        for capture, record in records(self._reader, one.span, data):
            yield one.asked[capture.record_id], record

    def _spans(self) -> Iterator[tuple[Span, dict[str, PastReading]]]:
        after = ("", -1)
        while found := self._catalog.to_reextract(EXTRACTOR, self._chosen, after=after, limit=_AT_ONCE):
            after = (found[-1].capture.filename, found[-1].capture.offset)
            blocks = self._catalog.blocks()  # what was taken down is not shown, so it is not read either
            free = (p for p in found if not (blocks.page(p.urlkey) or blocks.capture(p.capture)))
            asked = {p.capture.record_id: p for p in free if p.capture.record_id not in self._refused}
            self._obeyed |= dict.fromkeys(asked, blocks.ids())
            parts = self._catalog.parts([p.capture.visit_id for p in asked.values() if p.capture.visit_id])
            self._parts |= {visit: [c for c in theirs if not blocks.capture(c)] for visit, theirs in parts.items()}
            for span in spans([past.capture for past in asked.values()]):
                yield span, asked

    async def _read(self, past: PastReading, record: Found, workers: Workers) -> Beside | Unreached:
        if not isinstance(record, Record):
            return Unreached(past, str(record))
        capture = past.capture
        try:
            kept = await asyncio.to_thread(self._answers, capture, record)
        except StoppressError as e:
            return Unreached(past, str(e))
        told = await workers.read_whole(kept)
        now = LaterReading(
            record_id=capture.record_id, urlkey=past.urlkey, timestamp=capture.timestamp, extractor=EXTRACTOR,
            reading="version", obeyed=self._obeyed.pop(capture.record_id, frozenset()),
        )  # fmt: skip
        if isinstance(told, Unreadable):
            now = replace(now, reading=told.reading, detail=told.detail)
        else:
            version = rows.as_kept(told)
            now = replace(now, version=version, content_hash=content_hash(version))
        return beside(past, now, lambda: self._version(past))

    def _answers(self, capture: Capture, record: Record) -> list[Answer]:
        """The capture's own and those of its visit's older pages and feeds; these are fetched one by one."""
        parts = self._parts.pop(capture.visit_id or "", [])

        def block(one: Capture) -> bytes:
            return record.block if one is capture else self._reader.record(one).block

        return answers((capture, *parts), block, self._catalog.capture)

    def _version(self, past: PastReading) -> Version | None:
        """What the capture showed; the next capture of the page often shows the same."""
        number = past.number or 0
        if self._shown[:2] != (past.urlkey, number):
            stored = self._catalog.version(past.urlkey, number)
            self._shown = (past.urlkey, number, stored.version if stored else None)
        return self._shown[2]
