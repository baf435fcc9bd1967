"""``scrapy crawl live``: the same crawl, started the Scrapy way."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.main_job.starting import scrapy_crawl
from tests.running import crawling, stoppress, write_config
from tests.servers.raw_http import RawServer, page

GOOD = b"<!doctype html><html><body><h1>Storm</h1><p>The harbour is closed to all ships until further notice.</p>"


def test_scrapy_crawl_live_archives_what_is_watched(raw_server: RawServer, tmp_path: Path) -> None:
    url = raw_server.route("/page", page(GOOD))
    config = write_config(tmp_path, url)
    stoppress("apply", str(config))

    ran = scrapy_crawl(config, "-a", "once=1")

    assert ran.code == 0, ran.err[-3000:]
    assert len(raw_server.hits_of("/page")) == 1
    assert stoppress("get", f"{url}@v1", config=config).out == GOOD
    assert len(list(tmp_path.glob("archive/warc/**/*.warc.gz"))) == 1
    assert not list(tmp_path.glob("spool/*.warc.gz*"))
    assert [line["outcome"] for line in stoppress("log", url, "--json", config=config).lines] == ["archived"]


def test_it_recovers_what_a_killed_crawler_left_and_says_so(raw_server: RawServer, tmp_path: Path) -> None:
    url = raw_server.route("/page", page(GOOD))
    config = write_config(tmp_path, url)
    stoppress("apply", str(config))
    with crawling(config, "--for", "60s") as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.kill()
        process.wait()

    ran = scrapy_crawl(config, "-a", "once=0", "-a", "limit=1500ms")

    assert ran.code == 0, ran.err[-3000:]
    assert "stoppress: recovered 1 spool file" in ran.err
    assert not list(tmp_path.glob("spool/*.warc.gz*"))
    assert len(stoppress("log", url, "--json", config=config).lines) >= 2


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("once=perhaps", "once=perhaps: write once=1 or once=0"),
        ("limit=10", "limit=10: '10' is not a duration"),
        ("onse=1", "the spider live has no argument onse; it has once and limit"),
    ],
)
def test_arguments_that_say_nothing_known_are_refused(tmp_path: Path, word: str, told: str) -> None:
    ran = scrapy_crawl(write_config(tmp_path, "http://127.0.0.1:9/"), "-a", word)

    assert ran.code == 1
    assert told in ran.err
