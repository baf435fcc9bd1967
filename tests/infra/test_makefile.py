"""What make says on a machine that lacks something; that the targets work is shown by CI, which uses them."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.servers.requirements import missing

from .commands import ROOT


def make(*words: str) -> subprocess.CompletedProcess[str]:
    if shutil.which("make") is None:
        missing("make is not installed")
    return subprocess.run(
        ["make", "--no-print-directory", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )


def python(folder: Path, script: str) -> str:
    """A stand-in for a Python that this machine has."""
    path = folder / "python3"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def test_help_lists_every_target() -> None:
    targets = re.search(r"^\.PHONY: help (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert targets is not None
    said = make("help")

    assert said.returncode == 0
    assert [t for t in targets[1].split() if f"make {t} " not in said.stdout] == []


@pytest.mark.parametrize("target", ["demo", "test"])
def test_a_machine_without_python_is_told_what_to_install(target: str, tmp_path: Path) -> None:
    done = make(target, "PYTHON=", f"VENV={tmp_path}/venv")

    assert done.returncode != 0
    assert "No Python 3.11 or newer found" in done.stderr


def test_a_python_that_is_not_there_is_named(tmp_path: Path) -> None:
    done = make("demo", "PYTHON=python3.99", f"VENV={tmp_path}/venv")

    assert done.returncode != 0
    assert "python3.99 is not a program here" in done.stderr


def test_a_python_that_is_too_old_is_named(tmp_path: Path) -> None:
    old = python(tmp_path, 'echo "python3 is Python 3.9; 3.11 or newer is needed" >&2; exit 1')
    done = make("demo", f"PYTHON={old}", f"VENV={tmp_path}/venv")

    assert done.returncode != 0
    assert "3.11 or newer is needed" in done.stderr
    assert not (tmp_path / "venv").exists()


def test_a_python_without_venv_is_told_what_to_install(tmp_path: Path) -> None:
    bare = python(tmp_path, 'case "$*" in *ensurepip*) exit 1;; esac')
    done = make("test", f"PYTHON={bare}", f"VENV={tmp_path}/venv")

    assert done.returncode != 0
    assert "apt install python3-venv" in done.stderr
