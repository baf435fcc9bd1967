"""Drafts of new files lie in TMPDIR: however a command ends, it or the next one takes them away, and no other's."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipelines.scratch import scratch
from tests.running import PATIENCE, ROOT, environment, stoppress

from .places import STORM, Place


@pytest.fixture
def drafts(tmp_path: Path) -> Path:
    folder = tmp_path / "drafts"
    folder.mkdir()
    return folder


def in_it(drafts: Path) -> list[str]:
    return sorted(path.name.rpartition("-")[0] for path in drafts.iterdir())


def test_sigterm_in_the_middle_of_compact_leaves_nothing(here: Place, drafts: Path) -> None:
    first = sorted((here.config.parent / "archive").rglob("*.warc.gz"))[0]
    data = first.read_bytes()
    first.unlink()
    os.mkfifo(first)  # a file that never answers
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "stoppress.py"), "-c", str(here.config), "compact", "--older-than", "0s", "--yes"],
        env={**environment(), "TMPDIR": str(drafts)}, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    end = time.monotonic() + PATIENCE
    while not list(drafts.glob("*/*")) and time.monotonic() < end:
        time.sleep(0.05)
    there = in_it(drafts)
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=PATIENCE)
    first.unlink()
    first.write_bytes(data)

    assert there == ["stoppress-compact"]
    assert (process.returncode, in_it(drafts)) == (143, [])
    assert "Traceback" not in err
    assert here.run("verify", "--deep").code == 0


@pytest.mark.parametrize(
    ("words", "point", "name"),
    [
        (("compact", "--older-than", "0s", "--yes"), "compact_put", "stoppress-compact"),
        (("takedown", STORM, "--redact", "--reason", "court order"), "redact_put", "stoppress-redact"),
    ],
)
def test_what_a_killed_run_has_left_is_taken_away_by_the_next(
    here: Place, drafts: Path, words: tuple[str, ...], point: str, name: str
) -> None:
    killed = stoppress(*words, config=here.config, env={"TMPDIR": str(drafts), "STOPPRESS_CRASH_AT": point})
    left = in_it(drafts)
    again = stoppress(*words, config=here.config, env={"TMPDIR": str(drafts)})

    assert (killed.code, left) == (-signal.SIGKILL, [name])
    assert (again.code, in_it(drafts)) == (0, []), again.err


HOLD = """
import sys, time
from pipelines.scratch import scratch
with scratch("compact") as folder:
    (folder / "draft").write_bytes(b"x")
    print(folder, flush=True)
    time.sleep(60)
"""


def test_the_draft_of_a_run_that_lives_stays(drafts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = subprocess.Popen(
        [sys.executable, "-c", HOLD], stdout=subprocess.PIPE, text=True,
        env={**environment(), "TMPDIR": str(drafts)},
    )  # fmt: skip
    assert other.stdout is not None
    theirs = Path(other.stdout.readline().strip())
    monkeypatch.setattr("tempfile.tempdir", str(drafts))
    with scratch("compact") as mine:
        assert (theirs / "draft").exists()
        assert mine != theirs
    other.kill()
    other.wait()
    assert theirs.exists()
    with scratch("compact"):
        assert not theirs.exists()
    other.stdout.close()


def test_what_is_no_folder_of_ours_stays(drafts: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(drafts))
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "file").touch()
    (drafts / "stoppress-compact-link").symlink_to(kept)
    (drafts / "stoppress-compact-file").touch()
    (drafts / "stoppress-demo-abc").mkdir()
    with scratch("compact"):
        pass

    assert (kept / "file").exists()
    assert sorted(path.name for path in drafts.iterdir()) == [
        "stoppress-compact-file", "stoppress-compact-link", "stoppress-demo-abc",
    ]  # fmt: skip
