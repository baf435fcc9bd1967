"""Where Playwright or Chromium is missing it is said at once, with the next step, and other watches go on."""

from __future__ import annotations

import stat
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler import available
from pipelines.config import load_config
from pipelines.opened import open_catalog
from tests.running import stoppress, write_config
from tests.servers.raw_http import RawServer, page

ASKED = 'render = "browser"\n'
NOWHERE = "no-such-chromium"


def config_asking(folder: Path, url: str, *others: str, browser: str = NOWHERE) -> Path:
    path = write_config(folder, url, *others)
    text = path.read_text().replace("[egress]", f'browser = "{browser}"\n[egress]')
    path.write_text(text.replace('min = "1s"\n', f'min = "1s"\n{ASKED}', 1))
    return path


@pytest.fixture
def with_playwright(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As far as looking for it goes: these tests show no page."""
    (tmp_path / "lib" / "playwright").mkdir(parents=True)
    (tmp_path / "lib" / "playwright" / "__init__.py").touch()
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path / "lib")])


def test_without_playwright_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)

    assert "pip install 'stoppress[browser]'" in available.missing()


@pytest.mark.usefixtures("with_playwright")
def test_without_chromium_it_is_said_where_it_was_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    assert "apt install chromium" in available.missing()
    assert f'[crawl] browser = "{NOWHERE}"' in available.missing(NOWHERE)


@pytest.mark.usefixtures("with_playwright")
def test_a_configured_chromium_is_the_one_that_is_used(tmp_path: Path) -> None:
    own = tmp_path / "my-chromium"
    own.write_text("#!/bin/sh\n")
    own.chmod(own.stat().st_mode | stat.S_IXUSR)

    assert available.program(str(own)) == str(own)
    assert available.missing(str(own)) == ""


def test_a_chromium_that_does_not_start_is_told_in_its_own_words(tmp_path: Path) -> None:
    own = tmp_path / "my-chromium"
    own.write_text("#!/bin/sh\necho 'no usable sandbox' >&2\nexit 1\n")
    own.chmod(0o755)

    assert "no usable sandbox" in available.tried(str(own))


def test_apply_and_watch_refuse_and_nothing_is_applied(tmp_path: Path) -> None:
    config = config_asking(tmp_path, "http://127.0.0.1:9/live", "http://127.0.0.1:9/other")

    applied = stoppress("apply", str(config))
    watched = stoppress("watch", "http://127.0.0.1:9/third", "--render", "browser", config=config)

    for ran in (applied, watched):
        assert ran.code == 2, ran.err
        assert NOWHERE in ran.err or "stoppress[browser]" in ran.err
    assert stoppress("watches", "--json", config=config).lines == []


def test_a_crawl_goes_on_without_what_it_cannot_show_and_says_so_once(raw_server: RawServer, tmp_path: Path) -> None:
    shown, plain = raw_server.url("/shown"), raw_server.route("/plain", page(b"<p>The harbour is closed.</p>"))
    config = config_asking(tmp_path, shown, plain)
    _watched_all_the_same(config)

    ran = stoppress("crawl", "--for", "5s", "--json", config=config)

    assert {visit["url"] for visit in ran.lines} == {plain}
    assert ran.err.count(f"{shown} is not visited: ") == 1
    found = {line["check"]: line for line in stoppress("doctor", "--json", config=config).lines}
    assert found["browser"]["state"] == "failed"
    assert found["browser"]["next"]


def _watched_all_the_same(config: Path) -> None:
    """As if it had been ordered on a machine that has everything."""
    said = load_config(config)
    with open_catalog(said) as catalog:
        catalog.save_watches(said.watches, now=datetime.now(UTC))
