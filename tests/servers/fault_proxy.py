"""A proxy in front of a real server that spoils requests or answers: what networks do, on purpose."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from .raw_http import RawServer


def _as_it_is(head: bytes, data: bytes) -> bytes:
    return data


@dataclass
class FaultProxy:
    """Passes requests on from a raw server; ``on_answer`` gets request head and answer, None breaks off."""

    front: RawServer
    upstream: str
    on_request: Callable[[bytes, bytes], bytes] = _as_it_is
    on_answer: Callable[[bytes, bytes], bytes | None] = _as_it_is

    def __post_init__(self) -> None:
        self.front.fallback = self._pass_on

    @property
    def url(self) -> str:
        return self.front.url("")

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        hit = self.front.hits[-1]
        if hit.header("expect"):
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = await reader.readexactly(int(hit.header("content-length") or 0))
        answer = self.on_answer(hit.head, await self._ask(hit.head, self.on_request(hit.head, body)))
        if answer is None:
            writer.transport.abort()
            return
        writer.write(answer)
        await writer.drain()

    async def _ask(self, head: bytes, body: bytes) -> bytes:
        where = urlsplit(self.upstream)
        reader, writer = await asyncio.open_connection(where.hostname, where.port)
        lines = [x for x in head.split(b"\r\n") if not x.lower().startswith((b"expect:", b"connection:"))]
        writer.write(b"\r\n".join([lines[0], b"Connection: close", *lines[1:]]) + body)
        answer = await reader.read()
        writer.close()
        await writer.wait_closed()
        return answer
