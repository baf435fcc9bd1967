"""A page behind a redirect is the page: its bytes, its validators, its revisits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator

from tests.running import stoppress, write_config
from tests.servers.raw_http import RawServer, page

pytestmark = pytest.mark.long

BODY = b"<!doctype html><html><body><h1>Storm</h1><p>The harbour is closed to all ships until noon.</p></body></html>"


def hop(to: str, status: str = "302 Found") -> bytes:
    return page(b"<p>This page has moved to another place.</p>", f"Location: {to}", status=status)


def crawled(config: Path) -> dict[str, Any]:
    [visit] = stoppress("crawl", "--once", "--json", config=config).lines
    return dict(visit)


@pytest.mark.parametrize("etag", [True, False])
def test_the_page_is_what_the_redirects_lead_to(raw_server: RawServer, tmp_path: Path, etag: bool) -> None:
    async def answer(_reader: object, writer: Any) -> None:
        known = raw_server.hits_of("/there")[-1].header("If-None-Match") == '"storm"'
        whole = page(BODY, *(['ETag: "storm"'] if etag else []))
        writer.write(b"HTTP/1.1 304 Not Modified\r\n\r\n" if known else whole)
        await writer.drain()

    raw_server.route("/there", answer)
    raw_server.route("/between", hop("/there", "301 Moved Permanently"))
    url = raw_server.route("/live", hop("/between"))
    config = write_config(tmp_path, url)
    stoppress("apply", str(config))

    visits = [crawled(config) for _ in range(3)]  # each in a process of its own

    assert [(v["outcome"], v["reading"]) for v in visits] == [
        ("archived", "version"), ("revisit", "unchanged"), ("revisit", "unchanged"),
    ]  # fmt: skip
    assert [v["status"] for v in visits] == ([200, 304, 304] if etag else [200, 200, 200])
    for when in ("v1", "now", *(v["started"] for v in visits)):
        assert stoppress("get", f"{url}@{when}", config=config).out == BODY
    [version] = stoppress("versions", url, "--json", config=config).lines
    [there] = stoppress("get", f"{url}@v1", "--json", config=config).lines
    assert (there["url"], version["digest"]) == (raw_server.url("/there"), there["digest"])
    told = [line for path in sorted(tmp_path.glob("archive/warc/**/*.warc.gz")) for line in visit_records(path)]
    hops = [{"url": url, "status": 302}, {"url": raw_server.url("/between"), "status": 301}]
    assert [line.get("redirects", []) for line in told] == [hops] * 3
    tag = {"etag": '"storm"'} if etag else {}
    asked = {"if_none_match": '"storm"'} if etag else {}
    assert [line.get("validators", {}) for line in told] == [tag, asked, asked]


def visit_records(path: Path) -> list[dict[str, Any]]:
    """What the visits' metadata records say, read by warcio."""
    with path.open("rb") as file:
        records = [(r.rec_headers["Content-Type"], r.raw_stream.read()) for r in ArchiveIterator(file, True)]
    return [json.loads(block) for kind, block in records if kind == "application/json; profile=stoppress-visit-1"]
