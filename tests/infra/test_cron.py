"""The cron line: parsed as cron does, and run."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from croniter import croniter

from .commands import INFRA, PROGRAM, check_arguments

TABLE = INFRA / "cron" / "stoppress"


def job() -> tuple[str, str, str]:
    """The one job of the table: (times, user, command for sh)."""
    jobs = [line for line in TABLE.read_text().splitlines() if line[:1] in ("*", *"0123456789")]
    assert len(jobs) == 1
    *times, user, command = jobs[0].split(maxsplit=6)
    return " ".join(times), user, command


def run_with(program: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """The command as cron would run it, with another program in the place of ours."""
    stand_in = folder / "stoppress"
    stand_in.write_text(f"#!/bin/sh\n{program}\n")
    stand_in.chmod(0o755)
    command = job()[2].replace(PROGRAM, str(stand_in))
    return subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=False, timeout=30)


def test_it_runs_every_ten_minutes() -> None:
    begin = datetime(2026, 3, 29, 0, 55, tzinfo=UTC)
    ticks = croniter(job()[0], begin)

    assert [ticks.get_next(datetime) - begin for _ in range(3)] == [timedelta(minutes=m) for m in (5, 15, 25)]


def test_it_is_a_table_that_cron_d_reads() -> None:
    assert "." not in TABLE.name  # cron skips files with a dot
    assert TABLE.read_text().endswith("\n")  # and a last line without an end
    assert "%" not in job()[2]  # which would end the command
    assert job()[1] == "stoppress"


def test_it_calls_what_the_command_line_has(capsys: pytest.CaptureFixture[str]) -> None:
    called = job()[2].partition("$(")[2].partition(")")[0].removesuffix("2>&1")

    assert "--once" in check_arguments(called, capsys)


def test_it_is_silent_when_all_is_well(tmp_path: Path) -> None:
    done = run_with("echo 'visits: 3 archived' >&2", tmp_path)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_it_says_what_a_failed_run_said(tmp_path: Path) -> None:
    done = run_with("echo 'visits: 1 error' >&2; exit 1", tmp_path)

    assert (done.returncode, done.stdout) == (1, "visits: 1 error\n")
