"""A page with styles, fonts and images on a real socket, and the production crawler sent to it."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.running import stoppress, write_config
from tests.servers.raw_http import RawServer, page

LIVE = "/live/storm"
CSS, FONT = "text/css", "font/woff2"


def png(colour: int = 0) -> bytes:
    """An image of one dot."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    dot = chunk(b"IDAT", zlib.compress(bytes([0, colour % 256, colour // 256, 9])))
    return b"\x89PNG\r\n\x1a\n" + head + dot + chunk(b"IEND", b"")


def html(body: str = "", head: str = "") -> bytes:
    text = "<p>The harbour of the estuary is closed to ships of all kinds, its office says.</p>"
    title = '<meta charset="utf-8"><title>Storm</title>'
    return f"<!doctype html><html><head>{title}{head}</head><body><h1>Storm</h1>{text}{body}</body></html>".encode()


def serve(server: RawServer, body: str = "", head: str = "", *, robots: str = "") -> str:
    """The page's address; all else has to be given a route."""
    server.route("/robots.txt", page(robots.encode(), content_type="text/plain"))
    return server.route(LIVE, page(html(body, head)))


def images(server: RawServer, *paths: str) -> None:
    for number, path in enumerate(paths):
        server.route(path, page(png(number), content_type="image/png"))


def watched(folder: Path, *urls: str, crawl: str = "", every: str = "1s") -> Path:
    """``crawl``: lines for [crawl]."""
    config = write_config(folder, *urls, every=every)
    text = config.read_text().replace("[egress]", f"{crawl}\n[egress]")
    config.write_text(text.replace('min = "1s"\n', 'min = "1s"\nrequisites = true\n'))
    applied = stoppress("apply", str(config))
    assert applied.code == 0, applied.err
    return config


def crawled(config: Path) -> dict[str, Any]:
    done = stoppress("crawl", "--once", "--json", config=config)
    assert "Traceback" not in done.err, done.err
    [visit] = done.lines
    return dict(visit) | {"said": done.err}


def asked(server: RawServer) -> list[str]:
    """Paths that were asked for so far, but robots.txt; and forget them."""
    found = [hit.path for hit in server.hits if hit.path != "/robots.txt"]
    server.hits.clear()
    return found


def paths(captures: Sequence[dict[str, Any]], role: str = "requisite") -> list[str]:
    return sorted("/" + c["url"].split("/", 3)[3] for c in captures if c["role"] == role)
