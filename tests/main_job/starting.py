"""A crawl started in other ways than by ``stoppress crawl``: as Scrapy starts it, or with a setting mislaid."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.running import PATIENCE, ROOT, Ran, environment

_MISLAID = """
import sys
import crawler.settings as production
for name, _, value in (word.partition("=") for word in sys.argv[3:]):
    setattr(production, name, value)
import stoppress
stoppress.main(["-c", sys.argv[1], "crawl", sys.argv[2], "--json"])
"""


def scrapy_crawl(config: Path, *words: str) -> Ran:
    """``scrapy crawl live`` in the project's folder, with the config named by the environment."""
    return _run(["-m", "scrapy", "crawl", "live", *words], {"STOPPRESS_CONFIG": str(config)})


def crawl_with(config: Path, *settings: str) -> Ran:
    """``stoppress crawl --once`` by production code, but for these ``NAME=VALUE`` in crawler/settings.py."""
    return _run(["-c", _MISLAID, str(config), "--once", *settings], {})


def _run(words: list[str], more: dict[str, str]) -> Ran:
    done = subprocess.run(
        [sys.executable, *words],
        capture_output=True, timeout=PATIENCE, check=False, cwd=ROOT, env=environment() | more,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return Ran(done.returncode, done.stdout, done.stderr.decode())
