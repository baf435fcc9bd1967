"""What only a directory can promise: an atomic first writer, and files a person can look at."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipelines.errors import ObjectExists, StoreUnavailable
from pipelines.store import local
from pipelines.store.local import LocalStore
from pipelines.store.opening import open_store


def test_of_racing_writers_one_wins_whole(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)

    def put(n: int) -> int | None:
        try:
            store.put_if_absent("a/b", bytes([n]) * 100_000)
        except ObjectExists:
            return None
        return n

    with ThreadPoolExecutor(8) as pool:
        winners = [n for n in pool.map(put, range(8)) if n is not None]

    assert len(winners) == 1
    assert store.get("a/b") == bytes(winners) * 100_000


def test_a_listing_goes_on_past_a_thousand(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    for n in range(1005):
        (tmp_path / "a" / f"{n:04}").touch()

    assert [s.key for s in LocalStore(tmp_path).list("a/")] == [f"a/{n:04}" for n in range(1005)]


def test_a_key_is_the_path_of_a_file(tmp_path: Path) -> None:
    open_store(f"file://{tmp_path}").put_if_absent("warc/a.warc.gz", b"x")

    assert (tmp_path / "warc" / "a.warc.gz").read_bytes() == b"x"


def test_a_failed_write_leaves_neither_object_nor_draft(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    store = LocalStore(tmp_path)
    monkeypatch.setattr(local.os, "fsync", full)
    with pytest.raises(StoreUnavailable, match="No space left on device"):
        store.put_if_absent("a", b"x")

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_what_a_killed_writer_left_is_no_object(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    store.put_if_absent("a", b"x")
    (tmp_path / ".incoming" / "half").write_bytes(b"hal")

    assert [s.key for s in store.list()] == ["a"]


def test_foreign_files_in_the_directory_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a file with blanks").touch()
    (tmp_path / "broken-link").symlink_to(tmp_path / "nowhere")

    assert list(LocalStore(tmp_path).list()) == []


def test_a_check_names_a_directory_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(StoreUnavailable, match="file/archive"):
        LocalStore(tmp_path / "file" / "archive").check()


def test_a_directory_store_does_not_load_boto3() -> None:
    code = "import sys; from pipelines.store.opening import open_store; open_store('a'); print('boto3' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "False\n"
