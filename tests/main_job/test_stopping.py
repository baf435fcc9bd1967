"""Stopped at any moment, each visit that started has an end, and nothing is left open."""

from __future__ import annotations

import random
import signal
import time
from pathlib import Path

import pytest

from tests.running import crawling, stoppress, write_config
from tests.servers.raw_http import RawServer, page

pytestmark = pytest.mark.long

GOOD = page(b"<!doctype html><html><body><h1>Storm</h1><p>The harbour is closed to all ships.</p></body></html>")
PAGES = 40


def test_sigterm_at_any_moment_leaves_no_visit_without_an_end(raw_server: RawServer, tmp_path: Path) -> None:
    urls = [raw_server.route(f"/{n}", GOOD) for n in range(PAGES)]
    config = write_config(tmp_path, *urls)
    stoppress("apply", str(config))
    moments = random.Random(5)
    for _ in range(4):
        seen = len(raw_server.hits)
        with crawling(config) as process:
            while len(raw_server.hits) == seen:
                time.sleep(0.01)
            time.sleep(moments.uniform(0, 0.6))
            process.send_signal(signal.SIGTERM)
            process.wait(30)
        assert process.returncode == 0
        assert not list(tmp_path.glob("spool/*.warc.gz*"))

    log = (tmp_path / "crawl.log").read_text()
    assert "recovered" not in log, log[-2000:]
    assert "Traceback" not in log, log[-2000:]
    visits = [line for url in urls for line in stoppress("log", url, "--json", config=config).lines]
    assert visits
    assert {visit["outcome"] for visit in visits} <= {"archived", "revisit", "error"}
    assert {visit["reason"] for visit in visits} <= {None, "abandoned"}
