"""A site with a paged live page on a real socket, and the production crawler sent to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines.warc import sha256
from tests.rest import pages
from tests.running import stoppress, write_config
from tests.servers.raw_http import RawServer, page

LIVE = "/live/storm"
JSON = "application/json"


@dataclass
class Site:
    """``numbers``: of the updates, newest first; ``edited``: n7="other words"; ``before``: called for each request."""

    server: RawServer
    numbers: list[int]
    size: int = 3
    edited: dict[str, str] = field(default_factory=dict)
    before: Callable[[int], None] = lambda number: None
    headline: str = ""
    validates: bool = False  # with an ETag, and 304 to it

    def __post_init__(self) -> None:
        self.server.route("/robots.txt", page(b"User-agent: *\nDisallow: /closed\n", content_type="text/plain"))
        self.url = self.server.route(LIVE, self._answer)

    async def _answer(self, _reader: object, writer: Any) -> None:
        query = self.server.hits[-1].path.partition("?")[2]
        number = int(query.removeprefix("page=") or 1)
        self.before(number)
        body = pages.paged(self.numbers, number, self.size, **self.edited)
        if self.headline:
            body = body.replace(b"Storm over the estuary: live", self.headline.encode())
        tag = f'"{sha256(body)}"'
        if self.validates and self.server.hits[-1].header("If-None-Match") == tag:
            writer.write(f"HTTP/1.1 304 Not Modified\r\nETag: {tag}\r\nConnection: close\r\n\r\n".encode())
        else:
            writer.write(page(body, *[f"ETag: {tag}"] * self.validates, "Connection: close"))
        await writer.drain()

    @property
    def asked(self) -> list[str]:
        """What was asked for so far, but robots.txt; and forget it."""
        found = [hit.path.removeprefix(LIVE) or "page" for hit in self.server.hits if hit.path != "/robots.txt"]
        self.server.hits.clear()
        return found


def watched(folder: Path, url: str, *, crawl: str = "") -> Path:
    config = write_config(folder, url)
    config.write_text(config.read_text().replace("[egress]", f"{crawl}\n[egress]"))
    applied = stoppress("apply", str(config))
    assert applied.code == 0, applied.err
    return config


def crawled(config: Path) -> dict[str, Any]:
    done = stoppress("crawl", "--once", "--json", config=config)
    [visit] = done.lines
    return dict(visit) | {"said": done.err}


def numbers(version: dict[str, Any]) -> list[int]:
    return [int(u["id"].rpartition(":")[2]) - 50000 for u in version["updates"]]


def shown(config: Path, url: str, when: str = "now") -> dict[str, Any]:
    [line] = stoppress("show", f"{url}@{when}", "--json", config=config).lines
    return line


def roles(visit: dict[str, Any]) -> list[str]:
    return [c["role"] for c in visit["captures"]]


def types(changes: Sequence[dict[str, Any]]) -> list[tuple[str, str | None]]:
    return sorted((c["type"], c["update"]) for c in changes)
