"""A server that says "not modified" whatever happens: now and then the whole page is asked for."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from scrapy import Request

from crawler.conditional import UNCONDITIONAL_EVERY, Conditional
from crawler.wire import VISIT
from pipelines.config import load_config
from pipelines.model import Capture
from pipelines.opened import open_catalog
from pipelines.store.originals import Originals
from tests.running import stoppress, write_config
from tests.servers.raw_http import RawServer, page

from .answers import FIRST

URL = "https://news.example.org/live"
ORIGINAL = Capture(
    urlkey="org,example,news)/live", timestamp=datetime(2026, 1, 1, tzinfo=UTC), url=URL, record_id="urn:uuid:1",
    digest="sha256:0", filename="a.warc.gz", offset=0, length=9, etag='"a"',
)  # fmt: skip


def asked(times: int, *, before: int = 0, why: str = "due") -> list[bool]:
    """Whether each of so many visits is conditional; ``before``: 304 answers that earlier processes got."""
    originals = Originals()
    originals.remember({ORIGINAL.urlkey: ORIGINAL}, {ORIGINAL.urlkey: before})
    part, conditional = Conditional(originals), []
    for _ in range(times):
        request = Request(URL, meta={VISIT: SimpleNamespace(urlkey=ORIGINAL.urlkey, why=why)})
        part.process_request(request)
        conditional.append(request.headers.get("If-None-Match") == b'"a"')
    return conditional


def test_a_304_that_lies_is_found_out_after_twenty_visits() -> None:
    conditional = asked(3 * UNCONDITIONAL_EVERY)

    whole = [number for number, condition in enumerate(conditional, start=1) if not condition]
    assert whole == [UNCONDITIONAL_EVERY, 2 * UNCONDITIONAL_EVERY, 3 * UNCONDITIONAL_EVERY]


def test_it_is_found_out_also_where_each_visit_is_a_process_of_its_own() -> None:
    assert [asked(1, before=count)[0] for count in (0, UNCONDITIONAL_EVERY - 2, UNCONDITIONAL_EVERY - 1)] == [
        True, True, False,
    ]  # fmt: skip


def test_a_closing_look_sees_the_page_whole() -> None:
    assert (asked(2, why="closing"), asked(2)) == ([False, False], [True, True])


def test_the_catalog_counts_the_304_since_the_page_was_last_seen_whole(raw_server: RawServer, tmp_path: Path) -> None:
    async def answer(_reader: object, writer: Any) -> None:
        known = raw_server.hits_of("/live")[-1].header("If-None-Match")
        writer.write(b"HTTP/1.1 304 Not Modified\r\n\r\n" if known else page(FIRST, 'ETag: "a"'))
        await writer.drain()

    url = raw_server.route("/live", answer)
    config = write_config(tmp_path, url)
    stoppress("apply", str(config))
    counted = []
    for _ in range(3):
        stoppress("crawl", "--once", config=config)
        with open_catalog(load_config(config)) as catalog:
            counted += [history.unmodified for history in catalog.histories().values()]

    assert counted == [0, 1, 2]
