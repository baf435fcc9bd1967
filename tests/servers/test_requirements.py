"""What a machine lacks is said aloud, or fails where everything was promised."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

NEEDY = """
from tests.servers.requirements import missing
def test_one(): missing("no flux capacitor")
def test_two(): missing("no flux capacitor")
"""


def run(folder: Path, require: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_needy.py").write_text(NEEDY)
    root = Path(__file__).parents[2]
    env = {**os.environ, "PYTHONPATH": str(root), "STOPPRESS_REQUIRE": require}
    args = ["-m", "pytest", "-p", "tests.servers.requirements", "-p", "no:cacheprovider", "-q", str(folder)]
    return subprocess.run([sys.executable, *args], cwd=folder, env=env, capture_output=True, text=True, check=False)


def test_a_missing_part_is_counted_at_the_end(tmp_path: Path) -> None:
    done = run(tmp_path, "")

    assert done.returncode == 0
    assert "NOT TESTED HERE: 2 tests" in done.stdout
    assert "2 tests: no flux capacitor" in done.stdout


def test_a_missing_part_fails_where_all_are_required(tmp_path: Path) -> None:
    done = run(tmp_path, "all")

    assert done.returncode == 1
    assert "required and missing: no flux capacitor" in done.stdout
