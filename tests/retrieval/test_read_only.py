"""An archive that this user may read and not write: another user's, or a mount that is read-only."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipelines.model import Watch
from pipelines.store import database
from pipelines.store.catalog import Catalog
from tests.running import PATIENCE, ROOT, environment

from .conftest import STORM, T0, body

Read = Callable[..., subprocess.CompletedProcess[bytes]]
# Root writes anywhere; without this capability it is a user like any other.
PLAIN_USER = ["setpriv", "--bounding-set=-dac_override"] if os.geteuid() == 0 else []


@pytest.fixture
def archive(folder: Path, tmp_path: Path) -> Path:
    shutil.copytree(folder, tmp_path / "kept")
    return tmp_path / "kept"


@pytest.fixture
def read(archive: Path) -> Iterator[Read]:
    """``stoppress WORDS...`` by somebody who may not write to the archive's folder."""
    if PLAIN_USER and not shutil.which("setpriv"):
        pytest.skip("run by root, and there is no setpriv to be somebody else")
    folder = archive / "archive"

    def called(*words: str) -> subprocess.CompletedProcess[bytes]:
        for path in (*folder.rglob("*"), folder):
            path.chmod(0o555 if path.is_dir() else 0o444)
        typed = [sys.executable, str(ROOT / "stoppress.py"), "-c", str(archive / "stoppress.toml"), *words]
        return subprocess.run(
            [*PLAIN_USER, *typed], capture_output=True, timeout=PATIENCE, check=False, env=environment()
        )

    yield called
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755)


def killed_while_writing(catalog: Path) -> None:
    """What a killed process leaves: a watch that is only in the log, and the log's index."""
    code = (
        "import os, sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('PRAGMA wal_autocheckpoint=0');"
        "c.execute('DELETE FROM watches'); c.commit(); os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", code, str(catalog)], check=True, timeout=PATIENCE)


@pytest.mark.parametrize("words", [["pages"], ["versions", STORM], ["show", STORM], ["log", STORM], ["changes"]])
def test_it_is_read_and_left_as_it_is(read: Read, archive: Path, words: list[str]) -> None:
    before = sorted(archive.rglob("*"))
    ran = read(*words, "--json")

    assert (ran.returncode, ran.stderr) == (0, b"")
    assert ran.stdout
    assert sorted(archive.rglob("*")) == before


def test_its_bytes_are_there_too(read: Read) -> None:
    assert read("get", f"{STORM}@v2").stdout == body(2)


def test_an_empty_log_of_a_reader_is_no_hindrance(read: Read, archive: Path) -> None:
    with sqlite3.connect(f"{(archive / 'archive/catalog.db').as_uri()}?mode=ro", uri=True) as reader:
        reader.execute("SELECT 1 FROM watches").fetchall()
    reader.close()
    assert (archive / "archive/catalog.db-wal").exists()

    assert read("pages").returncode == 0


def test_what_a_killed_writer_left_is_read_with_its_log(read: Read, archive: Path) -> None:
    killed_while_writing(archive / "archive/catalog.db")
    ran = read("pages", "--json")

    assert ran.returncode == 0
    assert b"/live/waiting" not in ran.stdout


def test_a_log_that_cannot_be_read_is_not_passed_over(read: Read, archive: Path) -> None:
    killed_while_writing(archive / "archive/catalog.db")
    (archive / "archive/catalog.db-shm").unlink()
    ran = read("pages")

    assert (ran.returncode, ran.stdout) == (1, b"")
    assert b"its last changes are still in catalog.db-wal; run stoppress watches as the user who owns it" in ran.stderr
    assert ran.stderr.count(b"\n") == 1


def test_the_next_step_that_is_named_helps(archive: Path) -> None:
    killed_while_writing(archive / "archive/catalog.db")
    typed = [sys.executable, str(ROOT / "stoppress.py"), "-c", str(archive / "stoppress.toml"), "watches"]
    subprocess.run(typed, check=True, capture_output=True, timeout=PATIENCE, env=environment())

    assert not (archive / "archive/catalog.db-wal").exists()


def test_a_catalog_taken_as_unchanging_is_looked_at_again(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def frozen(path: Path) -> sqlite3.Connection:
        return database._connect(path, "mode=ro&immutable=1", database._Frozen)

    monkeypatch.setattr(database, "_connect_to_read", frozen)
    url = f"sqlite:///{archive / 'archive/catalog.db'}"
    with Catalog.open(url, read_only=True) as reader:
        before = len(reader.pages())
        with Catalog.open(url) as writer:
            writer.save_watches([Watch(url="https://news.example.org/new")], now=T0)

        assert len(reader.pages()) == before + 1
