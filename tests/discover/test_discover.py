"""``stoppress discover`` on a small newspaper: what is live is found, what is forbidden is not asked for."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.discover.site import newspaper
from tests.running import PATIENCE, ROOT, environment, stoppress, write_config
from tests.servers.raw_http import RawServer, page

LIVE = ["/2026/flood", "/news/storm-live", "/sport/final"]


@pytest.fixture
def front(raw_server: RawServer) -> str:
    return newspaper(raw_server, datetime.now(UTC).replace(microsecond=0))


def test_live_pages_are_found_confirmed_and_watched(raw_server: RawServer, front: str, tmp_path: Path) -> None:
    config = write_config(tmp_path)
    ran = stoppress("discover", front, "--json", config=config)

    assert ran.code == 0, ran.err
    live = {line["url"]: line for line in ran.lines if line["live"]}
    assert sorted(live) == [raw_server.url(path) for path in LIVE]
    assert {line["how"] for line in live.values()} == {"link", "news-sitemap", "feed"}
    assert {line["updates"] for line in live.values()} == {6}
    assert not any(line["watched"] for line in ran.lines)
    assert "robots.txt forbids this URL" in ran.err
    asked = {hit.path for hit in raw_server.hits}
    assert not asked & {"/private/live", "/old.xml", "/old/live-updates", "/about"}
    assert not (tmp_path / "archive").exists()

    added = stoppress("discover", front, "--add", "--every", "2m", "--tag", "harbour", config=config)
    again = stoppress("discover", front, config=config)
    watches = stoppress("watches", "--json", config=config).lines

    assert (added.code, again.code) == (0, 0), added.err
    assert sorted(line["url"] for line in watches) == sorted(live)
    assert "3 live page(s), 0 of them not watched yet" in again.err
    assert "Storm over the harbour: 6 updates" in again.out.decode()


def test_a_limit_looks_at_the_likeliest_alone(raw_server: RawServer, front: str, tmp_path: Path) -> None:
    ran = stoppress("discover", raw_server.url("/news.xml"), "--limit", "1", "--json", config=write_config(tmp_path))

    assert [(line["url"], line["live"]) for line in ran.lines] == [(raw_server.url("/2026/flood"), True)]


def test_what_cannot_be_read_is_named(raw_server: RawServer, tmp_path: Path) -> None:
    config = write_config(tmp_path)
    raw_server.route("/picture", page(b"\x89PNG\r\n\x1a\n" + bytes(99), content_type="image/png"))
    gone = stoppress("discover", raw_server.url("/gone"), config=config)
    picture = stoppress("discover", raw_server.url("/picture"), config=config)
    private = stoppress("discover", "http://10.0.0.1/", config=config)

    assert (gone.code, private.code) == (1, 1)
    assert "/gone answered 404" in gone.err
    assert "neither a page, a sitemap nor a feed" in picture.err
    assert "10.0.0.1 has no address that [egress] allow permits" in private.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["http://127.0.0.1:9/", "--every", "2m"], "go with --add"),
        (["ftp://example.org/"], "is not a page that can be watched"),
        (["http://127.0.0.1:9/", "--add", "--every", "soon"], "schedule"),
    ],
)
def test_wrong_use_is_refused_before_anything_is_asked_for(tmp_path: Path, words: list[str], told: str) -> None:
    ran = stoppress("discover", *words, config=write_config(tmp_path))

    assert ran.code == 2
    assert told in ran.err


def test_ctrl_c_ends_it_and_says_so(raw_server: RawServer, front: str, tmp_path: Path) -> None:
    config = write_config(tmp_path).with_name("slow.toml")
    config.write_text(
        '[archive]\nstore = "archive"\n[crawl]\ncontact = "mailto:a@example.org"\nper_host = "1/min"\n'
        '[egress]\nallow = ["127.0.0.0/8"]\n'
    )
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "stoppress.py"), "-c", str(config), "discover", front],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(),
    )  # fmt: skip
    raw_server.wait_for("/robots.txt")
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=PATIENCE)

    assert process.returncode == 130
    assert "stopped before its end" in err
    assert "Traceback" not in err
