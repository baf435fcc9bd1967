"""robots.txt as servers really send it: compressed, damaged, too long."""

from __future__ import annotations

import asyncio
import gzip
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import brotli
import pytest

from tests.running import stoppress, write_config
from tests.servers.raw_http import RawServer, page

RULES = b"User-agent: *\nDisallow: /forbidden\n"
PATHS = ("/free", "/forbidden")
FILL = b"# nothing to see here\n"


def robots(body: bytes, coding: str = "") -> bytes:
    return page(body, *([f"Content-Encoding: {coding}"] if coding else []), content_type="text/plain")


SENT: dict[str, tuple[bytes, str | None, str | None]] = {  # what is sent; reasons for /free and /forbidden
    "plain": (robots(RULES), None, "robots"),
    "gzip": (robots(gzip.compress(RULES), "gzip"), None, "robots"),
    "br": (robots(brotli.compress(RULES), "br"), None, "robots"),
    "bom": (robots(b"\xef\xbb\xbf" + RULES), None, "robots"),
    "gzip cut": (robots(gzip.compress(RULES * 40)[:-9], "gzip"), "robots", "robots"),
    "gzip that is none": (robots(RULES, "gzip"), "robots", "robots"),
    "unknown coding": (robots(RULES, "rot13"), "robots", "robots"),
    "broken off": (
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 999\r\n\r\nUser-agent: *\n", "robots", "robots",
    ),
    "rules within the first 500 KiB": (robots(gzip.compress(RULES + FILL * 50_000), "gzip"), None, "robots"),
}  # fmt: skip


@pytest.fixture
def servers() -> Iterator[dict[str, RawServer]]:
    """A server, and so an origin, for each case, all in one thread."""
    made, loop, ending = {name: RawServer() for name in SENT}, asyncio.new_event_loop(), asyncio.Event()
    ready = threading.Barrier(2)

    async def serve() -> None:
        up: set[str] = set()
        for name, server in made.items():
            server.route("/robots.txt", _closing(SENT[name][0]))
        await asyncio.gather(*(server.serve(partial(_note, up, name, ready), ending) for name, server in made.items()))

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    thread.start()
    ready.wait(10)
    yield made
    loop.call_soon_threadsafe(ending.set)
    thread.join(10)
    loop.close()


def _note(up: set[str], name: str, ready: threading.Barrier) -> None:
    up.add(name)
    if len(up) == len(SENT):
        ready.wait(10)


def _closing(sent: bytes) -> Any:
    async def answer(_reader: object, writer: Any) -> None:
        writer.write(sent)
        await writer.drain()

    return answer


def test_robots_txt_is_read_as_it_is_meant_or_counts_as_unreachable(
    servers: dict[str, RawServer], tmp_path: Path
) -> None:
    good = page(b"<p>The harbour is closed to all ships until further notice.</p>")
    urls = {(name, path): server.route(path, good) for name, server in servers.items() for path in PATHS}
    config = write_config(tmp_path, *urls.values())
    stoppress("apply", str(config))

    ran = stoppress("crawl", "--once", "--json", config=config)

    said = {line["url"]: line["reason"] for line in ran.lines}
    assert {name: tuple(said[urls[name, path]] for path in PATHS) for name in SENT} == {
        name: (free, forbidden) for name, (_, free, forbidden) in SENT.items()
    }
    assert {name: [len(server.hits_of(path)) for path in PATHS] for name, server in servers.items()} == {
        name: [int(free is None), 0] for name, (_, free, _) in SENT.items()
    }
