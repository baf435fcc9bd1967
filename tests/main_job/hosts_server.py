"""Twenty hosts in one process, each with manners of its own: ``python hosts_server.py PORT LOG``.

A line of JSON per request: when its head was there (``time.monotonic``), its host and path, the status it was given,
and, where it was refused, until when the host is not to be asked, on the same clock.
"""

from __future__ import annotations

import asyncio
import json
import math
import sys
import time
from collections import Counter
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path

PAGE = b"<!doctype html><html><body><h1>Storm</h1><p>The harbour is closed to all ships until further notice.</p>"


@dataclass(frozen=True)
class Manners:
    """What a host asks for. ``refuses``: at which of its pages it does, once, and for how many seconds."""

    pages: int
    crawl_delay: int = 0
    status: int = 503
    refuses: int = 0
    wait: int = 0  # 0: it does not say
    as_date: bool = False


PLAIN = Manners(13)
HOSTS = {
    **{f"127.0.0.{n}": PLAIN for n in range(2, 10)},
    **{f"127.0.0.{n}": Manners(8, crawl_delay=2) for n in range(10, 15)},
    **{f"127.0.0.{n}": Manners(6, crawl_delay=3) for n in (15, 16)},
    "127.0.0.17": Manners(10, refuses=2, wait=4),
    "127.0.0.18": Manners(10, refuses=3, wait=11, status=429),
    "127.0.0.19": Manners(10, refuses=2, wait=4, status=429, as_date=True),
    "127.0.0.20": Manners(10, refuses=3, wait=11, as_date=True),
    "127.0.0.21": Manners(4, refuses=2),
}


class Host:
    def __init__(self, name: str, log: Path) -> None:
        self.name, self.manners, self.log = name, HOSTS[name], log
        self.asked: Counter[str] = Counter()

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                at = time.monotonic()
                path = head.split(b" ", 2)[1].decode()
                status, headers, body, until = self.answer(path)
                line = {"at": at, "host": self.name, "path": path, "status": status, "until": until}
                with self.log.open("a") as file:
                    file.write(json.dumps(line) + "\n")
                length = f"Content-Length: {len(body)}"
                writer.write("\r\n".join([f"HTTP/1.1 {status} So", length, *headers, "", ""]).encode() + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def answer(self, path: str) -> tuple[int, list[str], bytes, float | None]:
        manners = self.manners
        if path == "/robots.txt":
            delay = f"Crawl-delay: {manners.crawl_delay}\n" if manners.crawl_delay else ""
            return 200, ["Content-Type: text/plain"], f"User-agent: *\n{delay}".encode(), None
        self.asked["pages"] += 1
        if self.asked["pages"] != manners.refuses:
            return 200, ["Content-Type: text/html"], PAGE, None
        now = time.time()
        if not manners.wait:
            return manners.status, [], b"", time.monotonic() + 24  # a fifth less than the first back-off
        if not manners.as_date:
            return manners.status, [f"Retry-After: {manners.wait}"], b"", time.monotonic() + manners.wait
        date = math.ceil(now) + manners.wait
        until = time.monotonic() + date - now
        return manners.status, [f"Retry-After: {formatdate(date, usegmt=True)}"], b"", until


async def serve(port: int, log: Path) -> None:
    for name in HOSTS:
        await asyncio.start_server(Host(name, log).connected, name, port)
    ready = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", port)
    await ready.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
