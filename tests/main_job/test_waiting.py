"""A visit that has to wait for its host is not in the way of the end of a crawl, nor of its own page."""

from __future__ import annotations

import signal
import time
from pathlib import Path
from typing import Any

import pytest

from tests.running import crawling, stoppress, write_config
from tests.servers.raw_http import RawServer, page

GOOD = page(b"<!doctype html><html><body><h1>Storm</h1><p>The harbour is closed to all ships.</p></body></html>")
HOUR = page(b"User-agent: *\nCrawl-delay: 3000\n", content_type="text/plain")


def until(happened: object, seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not happened():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.parametrize("where", ["behind robots.txt", "behind a hop"])
def test_sigterm_ends_a_crawl_whose_visits_wait_for_their_host(
    raw_server: RawServer, tmp_path: Path, where: str
) -> None:
    there = f"localhost:{raw_server.port}"  # another host than 127.0.0.1
    slow = there if where == "behind a hop" else f"127.0.0.1:{raw_server.port}"

    async def rules(_reader: object, writer: Any) -> None:
        asked = raw_server.hits_of("/robots.txt")[-1].header("Host")
        writer.write(HOUR if asked == slow else page(b"", content_type="text/plain"))
        await writer.drain()

    raw_server.route("/robots.txt", rules)
    url = raw_server.route("/live", page(b"", f"Location: http://{there}/there", status="302 Found"))
    config = write_config(tmp_path, url)
    stoppress("apply", str(config))

    with crawling(config) as process:
        until(lambda: any(hit.header("Host") == slow for hit in raw_server.hits_of("/robots.txt")))
        time.sleep(0.5)
        process.send_signal(signal.SIGTERM)
        process.wait(30)

    assert process.returncode == 0
    assert not raw_server.hits_of("/there")
    ended = [(v["outcome"], v["reason"]) for v in stoppress("log", url, "--json", config=config).lines]
    assert ended == ([("error", "abandoned")] if where == "behind a hop" else [])


def test_a_crawl_delay_holds_from_the_first_page_on(raw_server: RawServer, tmp_path: Path) -> None:
    raw_server.route("/robots.txt", HOUR)
    config = write_config(tmp_path, *[raw_server.route(f"/{n}", GOOD) for n in range(3)])
    stoppress("apply", str(config))

    with crawling(config):
        until(lambda: raw_server.hits_of("/robots.txt"))
        time.sleep(2)

    assert [hit.path for hit in raw_server.hits] == ["/robots.txt"]


@pytest.mark.parametrize("location", ["http://[::1", "file:///etc/passwd", "ftp://127.0.0.1/robots.txt"])
def test_a_robots_file_that_leads_nowhere_is_asked_for_once_a_minute(
    raw_server: RawServer, tmp_path: Path, location: str
) -> None:
    raw_server.route("/robots.txt", page(b"", f"Location: {location}", status="302 Found"))
    config = write_config(tmp_path, raw_server.route("/live", GOOD))
    stoppress("apply", str(config))

    visits = stoppress("crawl", "--for", "3s", "--json", config=config).lines

    assert {(v["outcome"], v["reason"]) for v in visits} == {("error", "robots")}
    assert [hit.path for hit in raw_server.hits] == ["/robots.txt"]
