"""A crawl with the machine's Chromium; where it or Playwright is missing, the tests say so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.available import missing as lacking
from tests.running import write_config
from tests.servers.raw_http import RawServer, serving
from tests.servers.requirements import missing

from .canary import Canary, listening


@pytest.fixture(scope="session")
def chromium() -> None:
    """For tests that show pages."""
    if lacks := lacking():
        missing(lacks)


@pytest.fixture(scope="module")
def site() -> Iterator[RawServer]:
    with serving(RawServer()) as server:
        yield server


@pytest.fixture(scope="module")
def canary() -> Iterator[Canary]:
    """Something private that nobody may reach: an address of loopback that [egress] allow leaves out."""
    with listening("127.0.0.66") as bird:
        yield bird


def browser_config(folder: Path, *urls: str, timeout: str = "60s", max_size: str = "2MiB", more: str = "") -> Path:
    """A config whose watches ask for the browser; only 127.0.0.1 itself is allowed."""
    path = write_config(folder, *urls)
    text = path.read_text().replace('"127.0.0.0/8"', '"127.0.0.1/32"')
    text = text.replace('timeout = "5s"', f'timeout = "{timeout}"\nmax_size = "{max_size}"')
    path.write_text(text.replace('min = "1s"\n', f'min = "1s"\nrender = "browser"\n{more}'))
    return path
