"""What is not watched is not passed over: the verbs say so, on stderr, with the next command."""

from __future__ import annotations

import shlex
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.advice import advice
from pipelines.cli.entry import run
from pipelines.config import load_config
from pipelines.opened import opened
from pipelines.store.catalog import StandingWatch
from stoppress import VERBS
from tests.running import stoppress, write_config

TWO = """
[defaults]
until = 2030-01-01T12:00:00+01:00
timezone = "Europe/Rome"
[[watch]]
url = "https://a.example.org/live?b=1&a=2#top"
schedule = "cron */10 6-23 * * *"
from = 2026-11-03T18:00:00Z
tags = ["storm", "harbour"]
[[watch]]
url = "https://b.example.org"
min = "1s"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a config.toml"
    path.write_text(TWO)
    return path


def test_an_empty_list_names_the_tables_that_wait(file: Path) -> None:
    assert advice(load_config(file), []) == (
        f"nothing is watched; next: stoppress apply {shlex.quote(str(file))} (2 [[watch]] tables wait there)"
    )


def test_without_tables_the_next_step_is_a_watch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    other = tmp_path / "other.toml"
    other.write_text("")

    assert advice(load_config(), []) == "nothing is watched; next: stoppress watch URL"
    assert advice(load_config(other), []) == f"nothing is watched; next: stoppress -c {other} watch URL"


def test_what_was_applied_is_not_mentioned_and_what_was_changed_since_is(file: Path) -> None:
    assert run(VERBS, "0", ["apply", str(file)]) == 0
    config = load_config(file)
    with opened(config) as (catalog, _):
        standing = catalog.watches()
    file.write_text(TWO.replace("*/10", "*/5"))

    assert advice(config, standing) == ""
    assert advice(load_config(file), standing).endswith("(1 [[watch]] table waits there)")
    assert "is not applied as it stands" in advice(load_config(file), standing[:1])


def test_pages_that_are_paused_or_over_are_counted(file: Path) -> None:
    config = load_config(file)
    now = datetime(2026, 11, 3, tzinfo=UTC)
    rows = [StandingWatch(urlkey="", watch=watch, state="paused", reason="", added=now) for watch in config.watches]

    said = advice(config.model_copy(update={"watch": ()}), [rows[0], replace(rows[1], state="ended")])

    assert said.startswith("no watch is active (1 ended, 1 paused); next: ")
    assert said.endswith("resume URL")


@pytest.mark.parametrize("verb", ["watches", "due"])
def test_lists_say_what_is_missing_on_them(verb: str, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(VERBS, "0", ["-c", str(file), verb, "--json"]) == 0

    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("nothing is watched; next: stoppress apply ")


def test_a_crawl_of_nothing_says_so_and_ends_at_once_without_failing(tmp_path: Path) -> None:
    config = write_config(tmp_path, "http://127.0.0.1:9/a", "http://127.0.0.1:9/b")

    crawl = stoppress("crawl", "--once", "--json", config=config)

    assert f"nothing is watched; next: stoppress apply {config} (2 [[watch]] tables wait there)" in crawl.err
    assert (crawl.code, crawl.out) == (0, b"")
