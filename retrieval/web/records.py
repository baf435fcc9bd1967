"""Archived answers as a service reads them: lately given ones from memory, each once however many ask for it."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from pipelines.errors import ObjectNotFound
from pipelines.model import Capture
from pipelines.store.warcs import StoredResponse, WarcReader, revisited, runs

T = TypeVar("T")
KEPT = 64 * 2**20  # bytes of bodies in memory
AT_ONCE = 256 * 2**10  # bytes of a record: reading so little from a disk takes less than handing it to a thread
THREADS = 32  # that wait for a store or a database elsewhere


class Records:
    """For one event loop. ``near``: catalog and store are files of this machine."""

    def __init__(self, reader: WarcReader, *, near: bool, size: int = KEPT) -> None:
        self._reader, self._near, self._most = reader, near, size
        self._kept: OrderedDict[str, StoredResponse] = OrderedDict()
        self._size = 0
        self._running: dict[str, asyncio.Future[StoredResponse]] = {}
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="reading")

    async def ask(self, act: Callable[[], T]) -> T:
        """A short question to the catalog: here, or where it may take its time in a thread."""
        return act() if self._near else await self.apart(act)

    async def apart(self, act: Callable[[], T]) -> T:
        """What may take its time: in a thread."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, act)

    async def response(self, capture: Capture, original: Capture | None) -> StoredResponse:
        """As ``WarcReader.response``: a revisit and what it refers to are read at the same time, or in one go."""
        if capture.kind != "revisit":
            return await self._one(capture)
        if original is None:
            raise ObjectNotFound(f"{capture.record_id} revisits {capture.refers_to}, which is not in this archive")
        if not self._near and original.record_id not in self._kept and len(runs([capture, original])) == 1:
            own, source = await self._pair(capture, original)
        else:
            own, source = await asyncio.gather(self._one(capture), self._one(original))
        return revisited(own, source)

    def forget(self) -> None:
        """Whatever is in memory: something was taken down."""
        self._kept.clear()
        self._size = 0

    async def _one(self, capture: Capture) -> StoredResponse:
        name = capture.record_id
        if (found := self._kept.get(name)) is not None:
            self._kept.move_to_end(name)
            return found
        if self._near and capture.length <= AT_ONCE:
            return self._keep(name, self._reader.answer(capture))
        if (running := self._running.get(name)) is None:
            running = asyncio.ensure_future(self._read(capture))
            self._running[name] = running
            running.add_done_callback(lambda done: self._over(name, done))
        return await asyncio.shield(running)  # a client that goes away must not take the others' answer along

    async def _read(self, capture: Capture) -> StoredResponse:
        return self._keep(capture.record_id, await self.apart(lambda: self._reader.answer(capture)))

    async def _pair(self, capture: Capture, original: Capture) -> tuple[StoredResponse, StoredResponse]:
        own, source = await self.apart(lambda: self._reader.answers([capture, original]))
        return self._keep(capture.record_id, own), self._keep(original.record_id, source)

    def _over(self, name: str, done: asyncio.Future[StoredResponse]) -> None:
        del self._running[name]
        if not done.cancelled():
            done.exception()  # whoever waited has it; if all have gone, nobody needs it

    def _keep(self, name: str, response: StoredResponse) -> StoredResponse:
        size = len(response.body)
        if size <= self._most // 8 and name not in self._kept:
            self._kept[name] = response
            self._size += size
            while self._size > self._most:
                self._size -= len(self._kept.popitem(last=False)[1].body)
        return response
