"""What the servers of the catalogue send: bytes, bytes with an odd ending, or what depends on the request."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

from tests.servers.raw_http import Handler, Hit, RawServer, page

# Stand for what is known only when the servers run; as wide as it is, so that lengths hold.
PORT, PRIVATE = b"@PRT@", b"@PRV@"


@dataclass
class Sends:
    """These bytes; then the connection is closed, reset, or kept open until the client goes. ``heard``: by then."""

    data: bytes
    then: Literal["close", "reset", "stay"] = "close"
    heard: list[bytes] = field(default_factory=list)

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(self.data)
        await writer.drain()
        if self.then == "reset":
            await asyncio.sleep(0.1)  # what was sent is read before the reset throws it away
            opened: socket.socket = writer.get_extra_info("socket")
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
        elif self.then == "stay":
            self.heard.append(await reader.read())


@dataclass(frozen=True)
class Replies:
    """An answer that depends on the request."""

    to: Callable[[Hit], bytes]


Answer = bytes | Sends | Replies


def routed(answer: Answer, server: RawServer, private: int) -> bytes | Handler:
    """The answer as a route of this server."""
    if isinstance(answer, Sends):
        return Sends(filled(answer.data, server.port, private), answer.then, answer.heard)
    if isinstance(answer, bytes):
        return filled(answer, server.port, private)
    replies = answer

    async def reply(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(replies.to(server.hits[-1]))  # noted a moment ago, and nothing else has run since
        await writer.drain()

    return reply


def filled(data: bytes, port: int, private: int) -> bytes:
    return data.replace(PORT, b"%05d" % port).replace(PRIVATE, b"%05d" % private)


# pages ----------------------------------------------------------------------------------------------------------

START = (datetime.now(UTC) - timedelta(days=8)).replace(hour=6, minute=0, second=0, microsecond=0)
DAY = f"{START:%Y-%m-%d}"


def entry(number: int, *, stamp: str | None = None, name: str | None = None, text: str = "") -> bytes:
    """One update; ``stamp``: its time attribute ("" for none), else a minute of its own."""
    when = f"{START + timedelta(minutes=number):%Y-%m-%dT%H:%M:%SZ}" if stamp is None else stamp
    time = f'<time datetime="{when}">{when}</time>' if when else ""
    said = text or f"Report number {number} says that the harbour is closed to all ships until further notice."
    start = f'<article class="block" id="{name or f"update-{number}"}"><h2>Report {number}</h2>'
    return f"{start}{time}<p>{said}</p></article>\n".encode()


def live(numbers: Iterable[int] = (3, 2, 1), *, head: str = "", top: bytes = b"", end: bytes = b"") -> bytes:
    """A live page with these updates, newest first."""
    return of_entries(*(entry(n) for n in numbers), head=head, top=top, end=end)


def of_entries(*entries: bytes, head: str = "", top: bytes = b"", end: bytes = b"") -> bytes:
    return b"".join([
        b'<!doctype html><html lang="en"><head><title>Storm: live</title>', head.encode(),
        b"</head><body><h1>Storm: live</h1>", top, b"<main>", *entries, b"</main>", end, b"</body></html>",
    ])  # fmt: skip


def hop(to: bytes, status: str = "302 Found") -> bytes:
    head = page(b"moved", "Location: @TO@", status=status)
    return head.replace(b"@TO@", to)


FIRST, LATER = live(), live((4, 3, 2, 1))
