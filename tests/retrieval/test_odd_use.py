"""Odd ways to call the real command: odd bytes, streams that are full or closed, Ctrl-C at any moment."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.running import PATIENCE, ROOT, environment

from .conftest import STORM, body

Call = Callable[..., subprocess.CompletedProcess[bytes]]
FULL = Path("/dev/full")


def command(folder: Path, *words: str | bytes) -> list[str | bytes]:
    return [sys.executable, str(ROOT / "stoppress.py"), "-c", str(folder / "stoppress.toml"), *words]


@pytest.fixture
def call(folder: Path) -> Call:
    """``stoppress WORDS...`` in a process, with its streams as they are given."""

    def called(*words: str | bytes, unbuffered: bool = False, closed: str = "", **given: object):  # type: ignore[no-untyped-def]
        env = {**environment(), "PYTHONUNBUFFERED": "1" if unbuffered else ""}
        typed = command(folder, *words)
        if closed:  # what subprocess cannot do itself
            typed = ["sh", "-c", f'exec "$@" {closed}', "sh", *typed]
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL, "env": env}
        return subprocess.run(typed, timeout=PATIENCE, check=False, **{**streams, **given})  # type: ignore[call-overload]

    return called


def one_line(err: bytes) -> str:
    said = err.decode().splitlines()
    assert len(said) == 1, err.decode()
    return said[0]


@pytest.mark.parametrize("verb", ["log", "get", "show", "versions", "watch", "pause"])
def test_bytes_that_are_not_utf8_are_named(call: Call, verb: str) -> None:
    ran = call(verb, b"http://me:s3cret@news.example.org/\xff")

    assert (ran.returncode, ran.stdout) == (2, b"")
    assert b"holds bytes that are not UTF-8" in ran.stderr
    assert b"TOML" not in ran.stderr
    assert b"s3cret" not in ran.stderr


def test_an_option_is_as_particular(call: Call) -> None:
    ran = call("watch", "http://news.example.org/", "--tag", b"\xff")

    assert (ran.returncode, ran.stdout) == (2, b"")
    assert rb"'\udcff' holds bytes that are not UTF-8" in ran.stderr


def test_the_name_of_a_file_may_have_any_bytes(call: Call, tmp_path: Path) -> None:
    wanted = os.fsencode(tmp_path) + b"/caf\xe9.html"
    ran = call("get", f"{STORM}@v1", "-o", wanted)

    assert ran.returncode == 0
    assert Path(os.fsdecode(wanted)).read_bytes() == body(1)


WRITERS = [
    ["pages"], ["get", f"{STORM}@v1"], ["show", STORM], ["changes", "--json"], ["diff", STORM, "v1", "v2", "--html"],
    ["--help"],
]  # fmt: skip


@pytest.mark.skipif(not FULL.exists(), reason="no /dev/full here")
@pytest.mark.parametrize("unbuffered", [True, False])
@pytest.mark.parametrize("words", WRITERS, ids=lambda words: words[0])
def test_a_full_disk_under_stdout_is_one_line(call: Call, words: list[str], unbuffered: bool) -> None:
    with FULL.open("wb") as full:
        ran = call(*words, stdout=full, unbuffered=unbuffered)

    assert ran.returncode == 1
    assert "stoppress: the output cannot be written: No space left on device" in one_line(ran.stderr)


@pytest.mark.parametrize("words", WRITERS, ids=lambda words: words[0])
def test_a_closed_stdout_is_one_line(call: Call, words: list[str]) -> None:
    ran = call(*words, closed=">&-")

    assert ran.returncode == 1
    assert "stoppress: the output cannot be written: Bad file descriptor" in one_line(ran.stderr)


def test_a_closed_stdout_is_no_matter_to_who_writes_nothing_there(call: Call, tmp_path: Path) -> None:
    ran = call("get", f"{STORM}@v1", "-o", str(tmp_path / "page.html"), closed=">&-")

    assert ran.returncode == 0, ran.stderr
    assert (tmp_path / "page.html").read_bytes() == body(1)


def test_a_closed_stderr_is_no_failure_and_nothing_else_gets_its_words(call: Call) -> None:
    ran = call("get", f"{STORM}@v1", closed="2>&-")

    assert (ran.returncode, ran.stdout) == (0, body(1))


def test_a_terminal_that_lacks_a_letter_stops_nothing(call: Call, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<!doctype html><meta charset=utf-8><title>t</title><h1>Gr\u00fc\u00dfe \U0001f600</h1><p>Text.")
    env = {**environment(), "PYTHONIOENCODING": "ascii"}
    ran = call("extract", str(page), "--url", "https://news.example.org/", "--json", env=env)

    assert (ran.returncode, ran.stderr) == (0, b"")
    assert json.loads(ran.stdout)["headline"] == "Grüße \U0001f600"


@pytest.mark.parametrize("spool", ["no-folder", "stoppress.toml/spool"])
def test_a_spool_that_cannot_be_written_is_named_with_its_key(tmp_path: Path, spool: str) -> None:
    config = tmp_path / "stoppress.toml"
    config.write_text(f'[archive]\nspool = "{spool}"\n')
    (tmp_path / "no-folder").write_text("a file")
    ran = subprocess.run(
        command(tmp_path, "crawl", "--once"), capture_output=True, timeout=PATIENCE, check=False, env=environment()
    )

    assert ran.returncode == 1
    said = ran.stderr.decode().splitlines()[-1]
    assert f"stoppress: the spool {tmp_path / spool} cannot be written: " in said
    assert "[archive] spool" in said
    assert "Traceback" not in ran.stderr.decode()


def test_ctrl_c_is_no_traceback_at_any_moment(folder: Path) -> None:
    whole = _interrupted(folder, PATIENCE)[1]
    # Not at once: before a line of ours is read, Python prints what it likes.
    ends = [_interrupted(folder, whole * part / 12) for part in range(3, 12)]

    assert {code for code, _, _ in ends} <= {0, 130, -signal.SIGINT}  # the last while Python takes itself down
    assert [err for _, _, err in ends if b"Traceback" in err] == []


def _interrupted(folder: Path, after: float) -> tuple[int, float, bytes]:
    """``stoppress changes`` with Ctrl-C after so many seconds: its status, how long it ran, its stderr."""
    began = time.monotonic()
    with subprocess.Popen(
        command(folder, "changes"), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment()
    ) as ran:
        try:
            ran.wait(after)
        except subprocess.TimeoutExpired:
            ran.send_signal(signal.SIGINT)
        _, err = ran.communicate(timeout=PATIENCE)
    return ran.returncode, time.monotonic() - began, err
