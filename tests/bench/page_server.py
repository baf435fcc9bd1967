"""A server so fast that it is not what is measured: ``python page_server.py PORT HOSTS``, raw asyncio.

GET /changed/N  another page than the last time       GET /same/N  the same page, no validators
GET /etag/N     the same page, 304 to its ETag        GET /robots.txt  everything is allowed
GET /large/N    as /changed, ten times as large       GET /identity/N  as /large, never coded
Pages are 30 kB of HTML, gzip-coded where that is accepted; all of them are made before the port opens.
"""

from __future__ import annotations

import asyncio
import gzip
import sys
from collections import Counter
from random import Random

SIZE = 30_000  # bytes of HTML
LARGE = 10 * SIZE
POOL = 64  # different pages; a URL goes through them in turn
ETAG = b'"the-only-one"'
HTML = b"Content-Type: text/html; charset=utf-8\r\n"


def page(seed: int, size: int = SIZE) -> bytes:
    """Invented words in paragraphs; compresses to about two fifths, as news pages do."""
    random = Random(seed)
    words = ["".join(random.choices("aeiounrstldm", k=random.randint(2, 11))) for _ in range(2500)]
    html = f"<!doctype html><title>Page {seed}</title><body>"
    while len(html) < size:
        html += f'<p class="block">{" ".join(random.choices(words, k=40))}.</p>\n'
    return html[:size].encode()


def coded(body: bytes) -> bytes:
    """As it goes over the wire."""
    return gzip.compress(body, 6, mtime=0)


def answer(status: bytes, headers: bytes, body: bytes = b"") -> bytes:
    length = b"" if status.startswith(b"304") else b"Content-Length: %d\r\n" % len(body)
    return b"HTTP/1.1 " + status + b"\r\nServer: bench\r\n" + headers + length + b"\r\n" + body


class Pages:
    """Every answer there is, ready to be written."""

    def __init__(self) -> None:
        self._changed, self._large = _both(SIZE), _both(LARGE)
        etag = HTML + b"ETag: " + ETAG + b"\r\n"
        self._etag = [one[0].replace(HTML, etag, 1) for one in self._changed]
        self._not_modified = answer(b"304 Not Modified", b"ETag: " + ETAG + b"\r\n")
        self._robots = answer(b"200 OK", b"Content-Type: text/plain\r\n", b"User-agent: *\nAllow: /\n")
        self._asked: Counter[bytes] = Counter()

    def to(self, request: bytes) -> bytes:
        path = request.split(b" ", 2)[1]
        head = request.lower()
        kind = path.split(b"/")[1]
        takes_gzip = b"gzip" in head and kind != b"identity"
        if kind == b"etag":
            return self._not_modified if b"if-none-match: " + ETAG in head else self._etag[takes_gzip]
        if kind == b"same":
            return self._changed[takes_gzip][0]
        if kind in (b"changed", b"large", b"identity"):
            key = path + head.partition(b"host:")[2].partition(b"\r\n")[0]
            self._asked[key] += 1
            pages = self._changed if kind == b"changed" else self._large
            return pages[takes_gzip][(self._asked[key] + int(path.rpartition(b"/")[2])) % POOL]
        return self._robots if path == b"/robots.txt" else answer(b"404 Not Found", b"")


def _both(size: int) -> list[list[bytes]]:
    """The answers with pages of this size: as they are, and gzip-coded."""
    bodies = [page(seed, size) for seed in range(POOL)]
    head = HTML + b"Content-Encoding: gzip\r\n"
    return [
        [answer(b"200 OK", HTML, body) for body in bodies],
        [answer(b"200 OK", head, coded(body)) for body in bodies],
    ]


class Connection(asyncio.Protocol):
    def __init__(self, pages: Pages) -> None:
        self._pages, self._rest = pages, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        *requests, self._rest = (self._rest + data).split(b"\r\n\r\n")
        for request in requests:
            self._transport.write(self._pages.to(request))  # type: ignore[attr-defined]


async def serve(port: int, hosts: int) -> None:
    pages = Pages()
    addresses = [f"127.0.0.{n}" for n in range(1, hosts + 1)]
    server = await asyncio.get_running_loop().create_server(lambda: Connection(pages), addresses, port, backlog=1024)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2])))
