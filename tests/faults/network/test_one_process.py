"""The catalogue starts a process for each look; within one, an unreadable page is no page to compare with either."""

from __future__ import annotations

from pathlib import Path

from tests.main_job.serving import serve_in_turn
from tests.running import crawl_until, stoppress, write_config
from tests.servers.raw_http import RawServer

from .answers import FIRST, LATER


def test_an_empty_page_twice_leaves_the_page_before_it_unchanged(raw_server: RawServer, tmp_path: Path) -> None:
    url = serve_in_turn(raw_server, "/live", [FIRST, b"", b"", FIRST, LATER])
    config = write_config(tmp_path, url)
    stoppress("apply", str(config))

    visits = crawl_until(config, lambda seen: len(seen) >= 5)[:5]

    assert [(v["outcome"], v["reading"]) for v in visits] == [
        ("archived", "version"), ("archived", "empty"), ("archived", "empty"), ("revisit", "unchanged"),
        ("archived", "version"),
    ]  # fmt: skip
    assert [[change["type"] for change in v["changes"]] for v in visits] == [[], [], [], [], ["added"]]
