"""A crawler that is running notices a takedown within seconds: the visit ends as error, and nothing is asked."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from tests.running import crawling, stoppress, write_config
from tests.servers.raw_http import RawServer, page

BODY = b"<!doctype html><html><body><h1>Storm</h1><p>The harbour is closed to all ships until noon.</p></body></html>"
WHY = ("--reason", "court order 12/26")
SOON = 30.0  # seconds; a bound for what hangs


def test_a_running_crawler_asks_no_longer_for_what_was_taken_down_and_again_when_it_is_lifted(
    raw_server: RawServer, tmp_path: Path
) -> None:
    raw_server.route("/robots.txt", page(b"User-agent: *\nAllow: /\n", content_type="text/plain"))
    url, other = raw_server.route("/live", page(BODY)), raw_server.route("/other", page(BODY))
    config = write_config(tmp_path, url, other)
    stoppress("apply", str(config))
    with crawling(config, "--for", "60s") as process:
        lines = _lines(process)
        _until(lines, lambda visit: visit["url"] == url and visit["outcome"] == "archived")
        assert stoppress("takedown", url, *WHY, config=config).code == 0
        refused = _until(lines, lambda visit: visit["url"] == url and visit["reason"] == "takedown")
        asked = len(raw_server.hits_of("/live"))
        _until(lines, lambda visit: visit["url"] == url and visit["reason"] == "takedown")
        _until(lines, lambda visit: visit["url"] == other and visit["outcome"] == "revisit")
        assert (refused["outcome"], refused["captures"]) == ("error", [])
        assert "451: " in refused["detail"]
        assert len(raw_server.hits_of("/live")) == asked
        assert stoppress("takedown", url, "--lift", "--reason", "withdrawn", config=config).code == 0
        _until(lines, lambda visit: visit["url"] == url and visit["outcome"] == "revisit")


def test_not_even_robots_txt_is_asked_of_a_host_that_was_taken_down(raw_server: RawServer, tmp_path: Path) -> None:
    url = raw_server.route("/live", page(BODY))
    config = write_config(tmp_path, url)
    stoppress("apply", str(config))
    stoppress("takedown", url, "--prefix", *WHY, config=config)
    ran = stoppress("crawl", "--once", "--json", config=config)

    assert (ran.code, [(v["outcome"], v["reason"]) for v in ran.lines]) == (1, [("error", "takedown")])
    assert raw_server.hits_of("/live") == raw_server.hits_of("/robots.txt") == []


def test_a_redirect_into_what_was_taken_down_is_not_followed(raw_server: RawServer, tmp_path: Path) -> None:
    there = raw_server.route("/there", page(BODY))
    url = raw_server.route("/live", page(b"moved", f"Location: {there}", status="302 Found"))
    config = write_config(tmp_path, url)
    stoppress("apply", str(config))
    stoppress("takedown", there, *WHY, config=config)
    ran = stoppress("crawl", "--once", "--json", config=config)

    assert [(v["outcome"], v["reason"], v["status"]) for v in ran.lines] == [("error", "takedown", 302)]
    assert raw_server.hits_of("/there") == []


def test_a_revisit_never_refers_to_what_was_redacted(raw_server: RawServer, tmp_path: Path) -> None:
    url = raw_server.route("/live", page(BODY))
    config = write_config(tmp_path, url)
    stoppress("apply", str(config))
    stoppress("crawl", "--once", config=config)
    assert stoppress("takedown", f"{url}@v1", "--redact", *WHY, config=config).code == 0
    with crawling(config, "--for", "20s") as process:
        lines = _lines(process)
        first = _until(lines, lambda visit: visit["url"] == url)
        again = _until(lines, lambda visit: visit["url"] == url)

    assert (first["outcome"], again["outcome"]) == ("archived", "revisit")


def _lines(process: Any) -> Any:
    assert process.stdout is not None
    return process.stdout


def _until(lines: Any, wanted: Any) -> dict[str, Any]:
    limit = time.monotonic() + SOON
    for line in lines:
        visit: dict[str, Any] = json.loads(line)
        if wanted(visit):
            return visit
        assert time.monotonic() < limit, visit
    raise AssertionError("the crawl ended before")


def test_files_are_merged_and_collected_beside_a_running_crawler(raw_server: RawServer, tmp_path: Path) -> None:
    url = raw_server.route("/live", page(BODY))
    config = write_config(tmp_path, url)
    stoppress("apply", str(config))
    for _ in range(3):
        stoppress("crawl", "--once", config=config)
    with crawling(config, "--for", "8s") as process:
        lines = _lines(process)
        _until(lines, lambda visit: visit["outcome"] == "revisit")
        merged = stoppress("compact", "--older-than", "0s", "--yes", "--json", config=config)
        collected = stoppress("gc", "--grace", "0s", "--yes", config=config)
        after = _until(lines, lambda visit: visit["outcome"] == "revisit")
        list(lines)
    verified = stoppress("verify", "--deep", "--json", config=config)

    assert (merged.code, len(merged.lines[0]["replaces"]), collected.code) == (0, 3, 0), merged.err + collected.err
    assert (verified.code, verified.lines[-1]["noted"]) == (0, 0), verified.out
    assert stoppress("get", f"{url}@{after['started']}", config=config).out == BODY
