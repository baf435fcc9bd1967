"""The demo before it begins, and the line it tells people to type when it has ended."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from crawler.demo import program
from crawler.newsroom import load_story, seconds_for
from tests.running import stoppress


def test_a_run_too_short_for_the_story_is_refused_with_the_least_that_will_do() -> None:
    refused = stoppress("demo", "--seconds", "29")

    assert refused.code == 2
    assert "--seconds 29 is too short" in refused.err
    assert "write --seconds 30 or more" in refused.err


def test_the_default_is_long_enough_for_the_whole_story() -> None:
    assert 2 * (len(load_story()["steps"]) + 1) < seconds_for(load_story()) <= 28


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An environment in this folder whose program says what it was called with."""
    path = tmp_path / "a place" / "bin" / "stoppress"
    path.parent.mkdir(parents=True)
    path.write_text('#!/bin/sh\necho "$@"\n')
    path.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(path.with_name("python")))
    monkeypatch.setattr(sys, "argv", ["/elsewhere/stoppress.py"])
    monkeypatch.chdir(tmp_path)
    return path


def says(command: str) -> str:
    return subprocess.run(command, shell=True, capture_output=True, text=True, check=True).stdout


def test_the_program_beside_the_interpreter_is_named_from_here(script: Path) -> None:
    assert program() == "'a place/bin/stoppress'"
    assert says(f"{program()} --version") == "--version\n"


def test_from_elsewhere_its_whole_path_is_named(
    script: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))

    assert program() == shlex.quote(str(script))


def test_the_bare_name_is_enough_only_where_it_is_this_program(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(script.parent), prepend=":")
    assert program() == "stoppress"

    other = script.parents[2] / "other" / "stoppress"
    other.parent.mkdir()
    other.write_text("#!/bin/sh\n")
    other.chmod(0o755)
    monkeypatch.setenv("PATH", str(other.parent), prepend=":")

    assert program() != "stoppress"


def test_the_script_that_was_started_counts_before_the_interpreter_s_folder(
    script: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/usr/bin/python3")
    monkeypatch.setattr(sys, "argv", [str(script)])

    assert says(f"{program()} pages") == "pages\n"


def test_without_a_script_the_interpreter_is_given_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "executable", "/opt/python/bin/python3")
    monkeypatch.setattr(sys, "argv", ["/srv/stop press/stoppress.py"])

    assert program() == "/opt/python/bin/python3 '/srv/stop press/stoppress.py'"
