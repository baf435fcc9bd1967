"""Two pages and a redirect, kept by the production crawler: every kind of capture that an export has to do with."""

from __future__ import annotations

import gzip
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.rebuild.kept import CLOSED, POWER, RIVER, page
from tests.running import crawl_until, stoppress, write_config
from tests.servers import raw_http
from tests.servers.raw_http import RawServer

# What a line of JSON, a terminal, a spreadsheet and a page of HTML would obey.
HOSTILE = '</script><script>alert(1)</script> "\\" \u2028\u2029\x85\u202e =cmd()'
SAID = ([RIVER], [CLOSED, RIVER], [POWER, CLOSED, RIVER])


def bodies() -> list[bytes]:
    """Of STORM's three versions, as they were served and as they are kept: the second one gzip-coded."""
    escaped = HOSTILE.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    last = page(*SAID[2]).replace(b"<h1>Flood in the valley", f"<h1>{escaped}".encode())
    last = last.replace(b'"headline": "Flood in the valley"', b'"name": ""')
    return [page(*SAID[0]), gzip.compress(page(*SAID[1]), mtime=0), last]


@dataclass
class Newsroom:
    """``config`` is of an archive that nobody writes to any more."""

    config: Path
    storm: str
    flood: str
    moved: str  # where FLOOD redirects to
    visits: list[dict[str, Any]] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        return self.config.parent


def _storm(server: RawServer) -> Any:
    """First; not modified; changed, chunked and coded; the same payload again; changed; not modified from then on."""
    first, second, third = bodies()
    chunks = b"%x\r\n%b\r\n0\r\n\r\n" % (len(second), second)
    coded = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Encoding: gzip\r\n"
    again = raw_http.page(second, "Content-Encoding: gzip")
    turns = [
        raw_http.page(first, 'ETag: "1"'), b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\n\r\n',
        coded + b"Transfer-Encoding: chunked\r\n\r\n" + chunks, again, raw_http.page(third, 'ETag: "3"'),
    ]  # fmt: skip

    async def answer(_reader: Any, writer: Any) -> None:
        asked = server.hits_of("/live/storm")[-1].header("If-None-Match")
        turn = turns.pop(0) if turns else b'HTTP/1.1 304 Not Modified\r\nETag: "3"\r\n\r\n'
        assert not turn.startswith(b"HTTP/1.1 304") or asked, "a 304 is sent to nobody who has not asked for one"
        writer.write(turn)
        await writer.drain()

    return answer


def kept(server: RawServer, folder: Path, **where: Any) -> Newsroom:
    """Two crawls, so that there is more than one WARC file, until each has visited STORM three times."""
    server.route("/robots.txt", raw_http.page(b"User-agent: *\nAllow: /\n", content_type="text/plain"))
    storm = server.route("/live/storm", _storm(server))
    moved = server.route("/2026/flood", raw_http.page(page(POWER, headline="Flood")))
    redirect = f"HTTP/1.1 302 Found\r\nLocation: {moved}\r\nContent-Length: 0\r\n\r\n"
    flood = server.route("/live/flood", redirect.encode())
    watches = "".join(
        f'[[watch]]\nurl = "{url}"\nschedule = "every 1s"\nmin = "1s"\ntags = {tags}\n'
        for url, tags in ((storm, '["storms", "weather"]'), (flood, '["weather"]'))
    )
    config = write_config(folder, more=watches, **where)
    assert stoppress("apply", str(config)).code == 0
    visits: list[dict[str, Any]] = []
    for _ in range(2):
        visits += crawl_until(config, lambda seen: [visit["url"] for visit in seen].count(storm) >= 3)
    return Newsroom(config, storm, flood, moved, visits)
