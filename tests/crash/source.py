"""The pages that are watched while the crawler is killed: no two answers alike, and each byte sent is remembered."""

from __future__ import annotations

import asyncio
import gzip
import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.servers.raw_http import Hit, RawServer, page

PAGES = 8


@dataclass
class Source(RawServer):
    """``/p/0`` to ``/p/7``, each of another kind; ``sent``: by URL, the answers in order."""

    seed: int = 0
    sent: dict[str, list[bytes]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    @property
    def urls(self) -> list[str]:
        return [self.url(f"/p/{n}") for n in range(PAGES)]

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            return False
        hit = Hit(head.split(b" ", 2)[1].decode(), head, datetime.now(UTC))
        answer, whole = self._made(hit)
        self.sent[self.url(hit.path)].append(answer)  # first: if we are cut off, it was sent in part all the same
        writer.write(answer)
        await writer.drain()
        return whole

    def _made(self, hit: Hit) -> tuple[bytes, bool]:
        """The answer, and whether the connection stays open after it."""
        count = len(self.sent[self.url(hit.path)])
        kind = int(hit.path.rpartition("/")[2]) if hit.path.startswith("/p/") else -1
        body = self._body(hit.path, count, least=200, most=300_000 if kind == 0 else 20_000)
        if kind == 1:
            cuts = sorted(self._random.sample(range(1, len(body)), 3))
            pieces = [body[a:b] for a, b in zip([0, *cuts], [*cuts, len(body)], strict=True)]
            head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
            return head + b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in pieces) + b"0\r\n\r\n", True
        if kind == 2:
            return page(gzip.compress(body, mtime=0), "Content-Encoding: gzip"), True
        if kind == 3:
            return page(self._same(hit.path), f"X-Answer: {count}"), True
        if kind == 4:
            etag = f'"{count // 4}"'  # new with each fourth answer
            if hit.header("if-none-match") == etag:
                return f"HTTP/1.1 304 Not Modified\r\nETag: {etag}\r\nX-Answer: {count}\r\n\r\n".encode(), True
            return page(body, f"ETag: {etag}"), True
        if kind == 5 and count % 3 == 1:
            return page(body)[:-100], False
        if kind == 6 and count % 3 == 1:
            return page(body, status="404 Not Found"), True
        if kind == -1:
            return page(b"User-agent: *\nAllow: /\n# %d\n" % count, content_type="text/plain"), True
        return page(body), True

    def _same(self, path: str) -> bytes:
        return b"<html><h1>" + path.encode() + b"</h1><p>Nothing new.</p>" + b"<p>as ever</p>" * 100

    def _body(self, path: str, count: int, *, least: int, most: int) -> bytes:
        size = self._random.randint(least, most)
        text = f"<html><h1>{path} {count}</h1><p>{self._random.randbytes(16).hex()}</p><p>"
        return text.encode() + self._random.randbytes(size // 2).hex().encode() + b"</p></html>"
