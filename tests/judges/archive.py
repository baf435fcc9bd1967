"""An archive of one page with what it is shown with, made by the crawler, and what is true of it.

True is what its WARC files say, read by warcio.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from warcio.archiveiterator import ArchiveIterator

from tests.requisites.site import CSS, FONT, png, watched
from tests.running import crawl_until
from tests.servers.raw_http import RawServer, page, serving

PATH = "/live/storm?edition=uk&page=1"
COLOUR = "rgb(10, 20, 30)"  # by the page's own style ...
OF_SHEET = "rgb(40, 50, 60)"  # ... and by its sheet
SHEET, FONT_FILE, IMAGE = "/s/storm.css", "/f/storm.woff2", "/i/storm.png"


@dataclass(frozen=True)
class Fact:
    """One capture: 14 digits, and the entity that whoever asks for it must get."""

    timestamp: str
    kind: str
    status: int
    sha256: str
    length: int
    shows: list[str]  # its heading, the colours that its style and its sheet give, the width of its image


@dataclass(frozen=True)
class World:
    config: Path
    url: str
    facts: list[Fact]
    requisites: dict[str, str]  # URL -> SHA-256 of the entity

    def to_json(self) -> dict[str, Any]:
        told = [asdict(fact) for fact in self.facts]
        return {"url": self.url, "captures": told, "requisites": self.requisites}


def body(number: int) -> bytes:
    """What the page says at its ``number``-th edit."""
    updates = "".join(
        f'<article id="u{n}"><time datetime="2026-01-03T10:{n:02}:00Z">10:{n:02}</time><p>Report {n} on the storm: '
        f"the harbour of Öresund was closed to ships of all kinds.</p></article>"
        for n in range(number, 0, -1)
    )
    style = f'<style>h1 {{ color: {COLOUR} }}</style><link rel="stylesheet" href="{SHEET}">'
    head = f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Storm</title>{style}</head>'
    return f"{head}<body><main><h1>Storm {number}</h1><img src='{IMAGE}' alt=''>{updates}</main></body></html>".encode()


def made(folder: Path) -> World:
    """Three versions; between them the same payload again, and a 304."""
    with serving(RawServer()) as server:
        numbers = [1, 1, 2, 2, 3]
        url = server.route(PATH, _Turns(server, numbers))
        server.route("/robots.txt", page(b"", content_type="text/plain"))
        requisites = _requisites(server)
        config = watched(folder, url)
        crawl_until(config, lambda seen: len(seen) >= len(numbers) and not seen[-1]["detail"])
    return World(config, url, facts(folder, url), requisites)


def _requisites(server: RawServer) -> dict[str, str]:
    font = f"@font-face {{ font-family: Storm; src: url({FONT_FILE}) format('woff2') }}"
    sheet = f"{font} article {{ color: {OF_SHEET}; font-family: Storm, serif }}".encode()
    bodies = ((SHEET, sheet, CSS), (FONT_FILE, b"wOF2, but no font", FONT), (IMAGE, png(7), "image/png"))
    return {
        server.route(path, page(content, content_type=kind)): hashlib.sha256(content).hexdigest()
        for path, content, kind in bodies
    }


class _Turns:
    """The next state for each request; the second state has an ETag, and is answered with 304 when asked again."""

    def __init__(self, server: RawServer, numbers: list[int]) -> None:
        self._server, self._left = server, numbers.copy()

    async def __call__(self, _reader: object, writer: Any) -> None:
        number = self._left.pop(0) if len(self._left) > 1 else self._left[0]
        etag = f'"state-{number}"'
        known = self._server.hits_of(PATH)[-1].header("If-None-Match")
        if number == 2 and known == etag:
            writer.write(f"HTTP/1.1 304 Not Modified\r\nETag: {etag}\r\n\r\n".encode())
        else:
            writer.write(page(body(number), *([f"ETag: {etag}"] if number == 2 else [])))
        await writer.drain()


def facts(folder: Path, url: str) -> list[Fact]:
    """Oldest first. A revisit stands for the full capture before it."""
    found: dict[str, tuple[str, int, bytes]] = {}
    for path in sorted(folder.glob("archive/warc/**/*.warc.gz")):
        with path.open("rb") as file:
            for record in ArchiveIterator(file):
                if record.rec_type in ("response", "revisit") and record.rec_headers["WARC-Target-URI"] == url:
                    date = record.rec_headers["WARC-Date"]
                    status = int(record.http_headers.get_statuscode())
                    found[date] = (record.rec_type, status, record.content_stream().read())
    told: list[Fact] = []
    last = b""
    for date, (kind, status, payload) in sorted(found.items()):
        last = payload if kind == "response" else last
        timestamp = "".join(letter for letter in date[:19] if letter.isdigit())
        digest, status = hashlib.sha256(last).hexdigest(), 200 if status == 304 else status
        heading = last.decode().partition("<h1>")[2].partition("</h1>")[0]
        told.append(Fact(timestamp, kind, status, digest, len(last), [heading, COLOUR, OF_SHEET, "1"]))
    return told
