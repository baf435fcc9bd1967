"""A proxy before a real S3 server that fails as networks and servers do, by dice; off, it only passes on."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tests.servers.fault_proxy import FaultProxy

FAULTS = ("cut", "reset", "delay", "lost answer", "cut answer", "500", "503", "flipped byte")
LONGEST_DELAY = 0.5  # seconds


def _refusal(status: str) -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()


@dataclass
class FaultyStore(FaultProxy):
    """``share`` of the requests meet a fault; ``at_put`` is called once in the middle of the next upload."""

    seed: int = 0
    share: float = 0.0
    at_put: Callable[[], None] | None = None
    met: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        super().__post_init__()
        self._dice = random.Random(self.seed)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        hit = self.front.hits[-1]
        if hit.header("expect"):
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = await reader.readexactly(int(hit.header("content-length") or 0))
        if hit.head.startswith(b"PUT ") and self.at_put:
            kill, self.at_put = self.at_put, None
            await self._ask_in_part(hit.head, body)
            kill()
            raise ConnectionResetError
        fault = self._dice.choice(FAULTS) if self._dice.random() < self.share else "none"
        self.met[fault] += 1
        writer.write(await self._spoilt(fault, hit.head, body))
        await writer.drain()

    async def _spoilt(self, fault: str, head: bytes, body: bytes) -> bytes:
        if fault == "reset":
            raise ConnectionResetError
        if fault == "cut":
            await self._ask_in_part(head, body)
            raise ConnectionResetError
        if fault == "delay":
            await asyncio.sleep(self._dice.random() * LONGEST_DELAY)
        if fault == "503":  # before it is done; a 500 comes when it is
            return _refusal("503 Slow Down")
        if fault == "flipped byte" and body:
            at = self._dice.randrange(len(body))
            body = body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]
        answer = await self._ask(head, body)
        if fault == "lost answer":
            raise ConnectionResetError
        if fault == "cut answer":
            return answer[: self._dice.randrange(len(answer))]
        return _refusal("500 Internal Server Error") if fault == "500" else answer

    async def _ask_in_part(self, head: bytes, body: bytes) -> None:
        """The server gets the request up to byte k, then the connection breaks."""
        where = urlsplit(self.upstream)
        _, writer = await asyncio.open_connection(where.hostname, where.port)
        writer.write((head + body)[: self._dice.randint(1, len(head + body) - (1 if body else 0))])
        with suppress(ConnectionError):
            await writer.drain()
        writer.transport.abort()
