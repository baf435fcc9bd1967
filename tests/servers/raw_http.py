"""An HTTP server that sends exactly the bytes it is told to, over a real socket, and remembers who asked when.

    server.route("/page", b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nhi")

A route may also be a coroutine ``handler(reader, writer)``: the request head is read by then (``Hit.head``),
a body is not; what it does with the socket is its own affair.
"""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
import struct
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def head_of_request(reader: asyncio.StreamReader) -> bytes:
    return await reader.readuntil(b"\r\n\r\n")


NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Hit:
    """One request: its path with the query, the bytes of its head, when it was complete, and the client's port."""

    path: str
    head: bytes
    at: datetime
    client: int = 0

    def header(self, name: str) -> str | None:
        """A header's first value; None if it was not sent."""
        for line in self.head.split(b"\r\n")[1:]:
            key, _, value = line.partition(b":")
            if key.strip().lower() == name.lower().encode():
                return value.strip().decode("latin-1")
        return None


def page(body: bytes, *headers: str, status: str = "200 OK", content_type: str = "text/html; charset=utf-8") -> bytes:
    """A whole response with its length; further headers as ``"Name: value"``."""
    head = [f"HTTP/1.1 {status}", f"Content-Type: {content_type}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def sending(*pieces: bytes, pause: float = 0.02, then: str = "close") -> Handler:
    """Pieces with pauses between them; then the connection is closed, reset or left open."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)
        if then == "reset":
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
        elif then == "stay":
            await reader.read()

    return answer


@dataclass
class RawServer:
    """Routes by path (with the query, else without it); any other path gets ``fallback``."""

    port: int = 0
    host: str = "127.0.0.1"  # or another address of this machine's own network, 127.0.0.0/8
    tls: ssl.SSLContext | None = None
    hits: list[Hit] = field(default_factory=list)
    fallback: bytes | Handler = NOT_FOUND
    read_head: Callable[[asyncio.StreamReader], Awaitable[bytes]] = head_of_request
    _routes: dict[str, bytes | Handler] = field(default_factory=dict)
    _open: set[asyncio.Task[None]] = field(default_factory=set)

    def url(self, path: str = "/") -> str:
        return f"{'https' if self.tls else 'http'}://{self.host}:{self.port}{path}"

    def route(self, path: str, answer: bytes | Handler) -> str:
        """What is sent for a path from now on; returns its URL."""
        self._routes[path] = answer
        return self.url(path)

    def hits_of(self, path: str) -> list[Hit]:
        return [hit for hit in self.hits if hit.path == path]

    def wait_for(self, path: str, within: float = 30) -> None:
        """Until somebody has asked for it."""
        end = time.monotonic() + within
        while not self.hits_of(path):
            assert time.monotonic() < end, f"nobody asked for {path} within {within} s"
            time.sleep(0.01)

    async def serve(self, ready: Callable[[], None], ending: asyncio.Event) -> None:
        server = await asyncio.start_server(self._connected, self.host, 0, ssl=self.tls)
        self.port = server.sockets[0].getsockname()[1]
        ready()
        await ending.wait()
        server.close()
        for task in list(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
        await server.wait_closed()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._open.add(task)
        try:
            while await self._answer(reader, writer):
                pass
        except (ConnectionError, asyncio.CancelledError):
            pass  # the client went away, or the test is over
        finally:
            self._open.discard(task)  # type: ignore[arg-type]
            writer.close()
            with suppress(ConnectionError, asyncio.CancelledError):
                await writer.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """False when the connection is to be closed: no further request, or a handler had its way."""
        try:
            head = await self.read_head(reader)
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            return False
        path = head.split(b" ", 2)[1].decode("latin-1")
        peer = writer.get_extra_info("peername")
        self.hits.append(Hit(path, head, datetime.now(UTC), peer[1] if peer else 0))
        answer = self._routes.get(path, self._routes.get(path.partition("?")[0], self.fallback))
        if not isinstance(answer, bytes):
            await answer(reader, writer)
            return False
        writer.write(answer)
        await writer.drain()
        return _keeps_open(head, answer)


def _keeps_open(request: bytes, answer: bytes) -> bool:
    """Only if both sides can tell where the answer ends."""
    heads = re.split(rb"\n\r?\n", answer.lower())
    head = next((head for head in heads if head[9:10] != b"1"), b"") + b"\n"  # behind 1xx responses
    framed = b"\ncontent-length:" in head or b"\ntransfer-encoding:" in head or head[9:12] in (b"204", b"304")
    return framed and b"connection: close" not in head and b"connection: close" not in request.lower()


@contextmanager
def serving(server: RawServer) -> Iterator[RawServer]:
    """The server, in a thread, until the block ends."""
    ready = threading.Event()
    loop = asyncio.new_event_loop()
    ending = asyncio.Event()
    thread = threading.Thread(target=_run, args=(loop, server.serve(ready.set, ending)), daemon=True)
    thread.start()
    assert ready.wait(10), "the raw server did not start"
    yield server
    loop.call_soon_threadsafe(ending.set)
    thread.join(10)
    assert not thread.is_alive(), "the raw server did not end"


@pytest.fixture
def raw_server() -> Iterator[RawServer]:
    """A ``RawServer`` of this test's own."""
    with serving(RawServer()) as server:
        yield server


def _run(loop: asyncio.AbstractEventLoop, serving: Awaitable[None]) -> None:
    try:
        loop.run_until_complete(serving)
    finally:
        loop.close()
