"""How long a client may take: none holds a connection by saying nothing, or by taking nothing of what it asked for."""

from __future__ import annotations

import asyncio
import resource
from contextlib import suppress
from typing import Any

from .bounded import Bounded

HEAD = 10.0  # seconds for the head of a request, from the connection or the last answer on
TAKING = 60.0  # seconds in which some of what waits to go out has to go
DESCRIPTORS = 65_536  # open connections and files, where the system lets a process have so many


class Patient(Bounded):
    """uvicorn's protocol waits for ever for a first request, the rest of a head, and a reader."""

    _limit: asyncio.TimerHandle | None = None
    _left: int | None = None  # bytes that waited to go out when that was last looked at

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._within(HEAD)

    def connection_lost(self, exc: Exception | None) -> None:
        self._whenever()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._answering():
            self._whenever()

    def on_response_complete(self) -> None:
        self._within(HEAD)
        super().on_response_complete()
        if self._answering():  # another request had come meanwhile
            self._whenever()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._within(TAKING)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._answering():
            self._whenever()

    def _answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _within(self, seconds: float) -> None:
        self._whenever()
        self._limit = self.loop.call_later(seconds, self._look)

    def _look(self) -> None:
        left = self.transport.get_write_buffer_size()
        if left == 0 or (self._left is not None and left >= self._left):
            self.transport.abort()
            return
        self._within(TAKING)
        self._left = left

    def _whenever(self) -> None:
        if self._limit is not None:
            self._limit.cancel()
        self._limit = self._left = None


def descriptors_raised() -> None:
    """As many connections as the system allows: most give a process 1,024 until it asks for more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted: Any = DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, DESCRIPTORS)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(ValueError, OSError):  # as it was is less, and works
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
