"""The checks of .ci/check.py find what they are for."""

from __future__ import annotations

import importlib.util
import json
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from .commands import ROOT

CI = ROOT / ".ci"
VERSION = f"  {shlex.join([sys.executable, str(ROOT / 'stoppress.py')])} --version\n"
CORPUS = "the corpus of real pages is not here (STOPPRESS_CORPUS, or ../shared/corpus)"


@pytest.fixture(scope="module")
def check() -> ModuleType:
    spec = importlib.util.spec_from_file_location("check", CI / "check.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def report(folder: Path, *reasons: str) -> Path:
    cases = "".join(
        f'<testcase classname="tests.a" name="test_{i}"><skipped type="pytest.skip" message="{reason}"/></testcase>'
        for i, reason in enumerate(reasons)
    )
    path = folder / "tests.xml"
    path.write_text(f'<testsuites><testsuite><testcase classname="t" name="ok"/>{cases}</testsuite></testsuites>')
    return path


def line(caught: int = 2, invented: int = 0, **more: int) -> str:
    newsroom = {"kinds": {"edited": {"caught": caught, "total": 2}}, "total": 2, "invented": invented}
    return json.dumps({"visits": 9, "versions": 3, "changes": 2, "warc_bytes": 9, "newsroom": newsroom, **more})


def test_a_missing_corpus_is_excused_and_counted(
    check: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = check.skips(report(tmp_path, CORPUS, CORPUS), corpus_is_here=False)

    assert wrong == []
    assert "skipped for want of the corpus: 2; skipped otherwise: 0" in capsys.readouterr().out


def test_no_other_skip_is_excused(check: ModuleType, tmp_path: Path) -> None:
    wrong = check.skips(report(tmp_path, CORPUS, "moto is not installed"), corpus_is_here=False)

    assert wrong == ["tests.a.test_1 was skipped: moto is not installed"]


def test_a_corpus_test_may_not_skip_where_the_corpus_is(check: ModuleType, tmp_path: Path) -> None:
    assert len(check.skips(report(tmp_path, CORPUS), corpus_is_here=True)) == 1


def test_a_demo_that_caught_all_passes(check: ModuleType) -> None:
    assert check.demo(line()) == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (line(caught=1), "edited: 1 of 2 caught"),
        (line(invented=3), "3 changes invented"),
        (line(warc_bytes=0), "no warc_bytes"),
        (line() + "\n" + line(), "demo --json printed 2 lines instead of one"),
        ("", "demo --json printed 0 lines instead of one"),
    ],
)
def test_a_demo_that_missed_something_fails(check: ModuleType, text: str, problem: str) -> None:
    assert check.demo(text) == [problem]


@pytest.mark.parametrize(
    ("caught", "problems"),
    [
        ("edits 2/2, deletions 1/1; invented 0", 0),
        ("edits 1/2, deletions 1/1; invented 0", 1),
        ("edits 2/2; invented 1", 1),
        ("nothing was done; invented 0", 1),
    ],
)
def test_the_summary_for_people_is_read_too(check: ModuleType, caught: str, problems: int) -> None:
    assert len(check.summary(f"caught    {caught}\n\nNext:\n{VERSION * 3}")) == problems


@pytest.mark.parametrize("last", ["  stoppress-that-is-not-on-the-path --version\n", VERSION.strip(), "  true\n", ""])
def test_a_summary_whose_next_commands_do_not_run_as_printed_is_not_taken(check: ModuleType, last: str) -> None:
    assert len(check.summary(f"caught    edits 2/2; invented 0\n\nNext:\n{VERSION * 2}{last}")) == 1


def test_the_ci_script_is_a_script_that_bash_can_read() -> None:
    assert (CI / "run").stat().st_mode & 0o111
    if bash := shutil.which("bash"):
        subprocess.run([bash, "-n", str(CI / "run")], check=True)
