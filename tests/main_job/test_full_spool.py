"""When nothing can be acknowledged, visits end as errors in the ledger and the clock goes on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.running import PATIENCE, ROOT, crawl_until, environment, stoppress, write_config
from tests.servers.raw_http import RawServer, page

BROKEN = """
import sys
from crawler.spiders.live import LiveSpider
def broken(self, now):
    raise RuntimeError("no such thing")
LiveSpider._ready = broken
import stoppress
stoppress.main(["-c", sys.argv[1], "crawl", "--once"])
"""


def test_visits_resume_when_a_full_spool_has_room_again(raw_server: RawServer, tmp_path: Path) -> None:
    async def answer(_reader: object, writer: Any) -> None:
        writer.write(page(os.urandom(40_000), content_type="application/octet-stream"))
        await writer.drain()

    url = raw_server.route("/page", answer)
    config = write_config(tmp_path, url, catalog="sqlite:///catalog.db")
    config.write_text(config.read_text().replace("[crawl]", 'spool_limit = "60kB"\nroll_size = "10kB"\n[crawl]', 1))
    stoppress("apply", str(config))
    in_the_way = tmp_path / "archive" / "warc"  # a file where the store needs a folder: it refuses all
    in_the_way.write_text("")

    def enough(visits: list[dict[str, Any]]) -> bool:
        refused = [n for n, visit in enumerate(visits) if visit["reason"] == "storage"]
        if refused and in_the_way.is_file():
            in_the_way.unlink()
        return bool(refused) and visits[-1]["outcome"] == "archived"

    visits = crawl_until(config, enough)

    seen = [(visit["outcome"], visit["reason"]) for visit in visits]
    assert seen[0] == ("archived", None)
    assert set(seen) == {("archived", None), ("error", "storage")}
    assert "spool_limit" in next(visit["detail"] for visit in visits if visit["reason"] == "storage")
    ledger = [(line["outcome"], line["reason"]) for line in stoppress("log", url, "--json", config=config).lines]
    assert sorted(map(str, ledger)) == sorted(map(str, seen))
    assert len(raw_server.hits_of("/page")) < len(visits)  # what cannot be kept is not asked for


def test_a_clock_that_breaks_ends_the_command_with_a_message(raw_server: RawServer, tmp_path: Path) -> None:
    config = write_config(tmp_path, raw_server.route("/page", page(b"<p>Storm</p>")))
    stoppress("apply", str(config))

    ran = subprocess.run(
        [sys.executable, "-c", BROKEN, str(config)],
        capture_output=True, timeout=PATIENCE, check=False, cwd=ROOT, env=environment(), text=True,
    )  # fmt: skip

    assert ran.returncode == 1
    assert "stoppress: the crawl ended early (RuntimeError: no such thing)" in ran.stderr
