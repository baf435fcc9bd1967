"""A page that does not let us in is left alone for an hour, and people are told."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from tests.running import crawl_until, stoppress, write_config
from tests.servers.raw_http import RawServer, page

SLACK = 0.2  # seconds that a head may take less than the one before it
GOOD = page(b"<!doctype html><html><body><h1>Storm</h1><p>The harbour is closed to all ships until further notice.</p>")


def test_after_three_refusals_a_page_is_asked_for_once_an_hour_also_by_the_next_crawl(
    raw_server: RawServer, tmp_path: Path
) -> None:
    url = raw_server.route("/members", page(b"members only", status="403 Forbidden"))
    other = raw_server.route("/open", GOOD)
    config = write_config(tmp_path, url, other)
    stoppress("apply", str(config))
    crawl_until(config, lambda seen: sum(visit["url"] == other for visit in seen) >= 6)
    crawl_until(config, lambda seen: sum(visit["url"] == other for visit in seen) >= 2)

    assert len(raw_server.hits_of("/members")) == 3
    told = [line for line in (tmp_path / "crawl.log").read_text().splitlines() if "has refused 3 visits" in line]
    assert len(told) == 1
    states = {line["url"]: line["state"] for line in stoppress("watches", "--json", config=config).lines}
    assert states == {url: "refused", other: "active"}


def test_the_next_crawl_forgets_no_gap_that_the_last_one_owed(raw_server: RawServer, tmp_path: Path) -> None:
    raw_server.route("/robots.txt", page(b"User-agent: *\nCrawl-delay: 4\n", content_type="text/plain"))
    config = write_config(tmp_path, raw_server.route("/live", GOOD))
    stoppress("apply", str(config))
    for _ in range(2):
        assert stoppress("crawl", "--once", config=config).code == 0

    gaps = [(later.at - earlier.at).total_seconds() for earlier, later in pairwise(raw_server.hits)]
    assert [hit.path for hit in raw_server.hits] == ["/robots.txt", "/live"] * 2
    assert min(gaps) >= 4 - SLACK, gaps
