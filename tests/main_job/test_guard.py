"""Without the egress guard nothing is sent: settings that were mislaid end the crawl, they do not open it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.main_job.starting import crawl_with, scrapy_crawl
from tests.running import stoppress, write_config
from tests.servers.raw_http import RawServer, page

OTHER = "scrapy.resolver.CachingThreadedResolver"


@pytest.fixture
def config(raw_server: RawServer, tmp_path: Path) -> Path:
    written = write_config(tmp_path, raw_server.route("/page", page(b"<p>The harbour is closed to all ships.</p>")))
    assert stoppress("apply", str(written)).code == 0
    return written


@pytest.mark.parametrize(
    ("setting", "cause"),
    [
        (f"TWISTED_DNS_RESOLVER={OTHER}", "the egress guard is not installed"),
        (f"DNS_RESOLVER={OTHER}", "DNS_RESOLVER is set"),
    ],
)
def test_a_crawl_without_its_guard_sends_nothing_and_says_why(
    raw_server: RawServer, config: Path, setting: str, cause: str
) -> None:
    ran = crawl_with(config, setting)

    assert ran.code == 1, ran.err[-2000:]
    assert raw_server.hits == []
    assert f"stoppress: nothing was sent: {cause}" in ran.err


@pytest.mark.parametrize("setting", [f"TWISTED_DNS_RESOLVER={OTHER}", f"DNS_RESOLVER={OTHER}"])
def test_started_by_scrapy_it_is_the_same(raw_server: RawServer, config: Path, setting: str) -> None:
    ran = scrapy_crawl(config, "-a", "once=1", "-s", setting)

    assert ran.code == 1, ran.err[-2000:]
    assert raw_server.hits == []
    assert "nothing was sent: " in ran.err
