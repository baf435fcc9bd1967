"""Archived answers as a service reads them: lately given ones from memory, one of many that ask reads for all."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from pipelines.errors import ObjectNotFound
from pipelines.model import Capture
from pipelines.store.bulk import Span, fetch, records, spans
from pipelines.store.warcs import Place, StoredResponse, WarcReader, answered, place_of, revisited
from pipelines.warc import Record

T = TypeVar("T")
KEPT = 64 * 2**20  # bytes in memory
AT_ONCE = 256 * 2**10  # bytes of a record: reading so little from a disk takes less than handing it to a thread
FEW = 4  # threads for what takes longer on this machine
PLACES = 50_000  # of bodies, some 200 bytes each
THREADS = 32  # that wait for a store or a database elsewhere


class Records:
    """For one event loop. ``near``: the store is a disk of this machine; None: as the reader says."""

    def __init__(self, reader: WarcReader, *, near: bool | None = None, size: int = KEPT) -> None:
        self._reader, self._near, self._most = reader, reader.near if near is None else near, size
        self._kept: OrderedDict[str, StoredResponse] = OrderedDict()
        self._size = 0
        self._places: OrderedDict[str, Place | None] = OrderedDict()
        self._running: dict[str, asyncio.Future[StoredResponse]] = {}
        self._threads = ThreadPoolExecutor(FEW if self._near else THREADS, thread_name_prefix="reading")

    async def apart(self, act: Callable[[], T]) -> T:
        """What may take its time: in a thread."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, act)

    async def response(self, capture: Capture, original: Capture | None) -> StoredResponse:
        """As ``WarcReader.response``: a revisit and what it refers to are read at the same time, or in one go."""
        if capture.kind != "revisit":
            return await self._one(capture)
        if original is None:
            raise ObjectNotFound(f"{capture.record_id} revisits {capture.refers_to}, which is not in this archive")
        lying = list(spans(sorted((capture, original), key=lambda one: (one.filename, one.offset))))
        if not self._near and len(lying) == 1 and original.record_id not in self._kept:
            found = await self.apart(lambda: self._together(lying[0]))
            return revisited(*(self._keep(one.record_id, found[one.record_id]) for one in (capture, original)))
        return revisited(*await asyncio.gather(self._one(capture), self._one(original)))

    async def body(self, capture: Capture, original: Capture | None) -> bytes:
        """Of an answer whose header is known: from a disk it is read without taking the record apart once more."""
        source = original if capture.kind == "revisit" and original is not None else capture
        if not self._near or source.length > AT_ONCE or source.record_id in self._kept:
            return (await self.response(capture, original)).body
        member = self._reader.member(source)
        place = self._places.get(source.record_id)
        if place is not None and (body := place.body(member)) is not None:
            return body  # not kept: the system holds what is read often, and this is as quick as a memory of ours
        return self._whole(source, member).body

    def _whole(self, capture: Capture, member: bytes) -> StoredResponse:
        """Read from the disk, and where its body lies noted."""
        answer = answered(self._reader.taken(capture, member))
        self._places[capture.record_id] = place_of(answer.body, member)
        if len(self._places) > PLACES:
            self._places.popitem(last=False)
        return self._keep(capture.record_id, answer)

    def forget(self) -> None:
        """Whatever is in memory: something was taken down."""
        self._kept.clear()
        self._places.clear()
        self._size = 0

    async def _one(self, capture: Capture) -> StoredResponse:
        name = capture.record_id
        if (found := self._kept.get(name)) is not None:
            self._kept.move_to_end(name)
            return found
        if self._near and capture.length <= AT_ONCE:
            return self._whole(capture, self._reader.member(capture))
        if (running := self._running.get(name)) is None:
            running = asyncio.ensure_future(self._read(capture))
            self._running[name] = running
            running.add_done_callback(lambda done: self._over(name, done))
        return await asyncio.shield(running)  # a client that goes away must not take the others' answer along

    async def _read(self, capture: Capture) -> StoredResponse:
        return self._keep(capture.record_id, await self.apart(lambda: self._reader.answer(capture)))

    def _together(self, span: Span) -> dict[str, StoredResponse]:
        """What one request brings, by record ids."""
        found = {}
        for capture, record in records(self._reader, span, fetch(self._reader, span)):
            if not isinstance(record, Record):
                raise record
            found[capture.record_id] = answered(record)
        return found

    def _over(self, name: str, done: asyncio.Future[StoredResponse]) -> None:
        del self._running[name]
        if not done.cancelled():
            done.exception()  # whoever waited has it; if all have gone, nobody needs it

    def _keep(self, name: str, response: StoredResponse) -> StoredResponse:
        size = _size(response)
        if size <= self._most // 8 and name not in self._kept:
            self._kept[name] = response
            self._size += size
            while self._size > self._most:
                self._size -= _size(self._kept.popitem(last=False)[1])
        return response


def _size(response: StoredResponse) -> int:
    """Bytes of memory, about: a revisit has no body, and many fields."""
    return len(response.body) + sum(len(name) + len(value) + 200 for name, value in response.headers) + 500
