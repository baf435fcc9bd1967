"""A spool has one writer, and its name."""

from __future__ import annotations

import fcntl
import os
import threading
from pathlib import Path

import pytest

from pipelines.errors import SpoolLocked, StoppressError
from pipelines.store.spool import SpoolLock, file_name, holder, worker_name
from pipelines.store.warcs import warc_key
from tests.full_disk import full_disk
from tests.store.spool.desk import NOON


def test_the_lock_names_the_process_that_holds_it(tmp_path: Path) -> None:
    with SpoolLock(tmp_path), pytest.raises(SpoolLocked, match=f"process {os.getpid()};"):
        SpoolLock(tmp_path)
    with SpoolLock(tmp_path):  # free again
        pass


def test_who_asks_for_the_holder_keeps_nobody_out(tmp_path: Path) -> None:
    """Many looks while a crawler starts thirty times."""
    with SpoolLock(tmp_path):
        assert holder(tmp_path) == f"process {os.getpid()}"
    ending = threading.Event()

    def look() -> None:
        while not ending.is_set():
            holder(tmp_path)

    lookers = [threading.Thread(target=look) for _ in range(2)]
    for looker in lookers:
        looker.start()
    try:
        for _ in range(30):
            with SpoolLock(tmp_path):
                pass
    finally:
        ending.set()
        for looker in lookers:
            looker.join()

    assert holder(tmp_path) == ""


def test_a_lock_that_only_a_look_holds_is_waited_for_and_a_writer_s_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    monkeypatch.setattr("time.sleep", waits.append)
    with SpoolLock(tmp_path), pytest.raises(SpoolLocked):
        SpoolLock(tmp_path)

    assert waits == []

    with (tmp_path / "lock").open() as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        monkeypatch.setattr("time.sleep", lambda seconds: fcntl.flock(file, fcntl.LOCK_UN))
        with SpoolLock(tmp_path):
            assert waits == []


def test_a_look_writes_nothing(tmp_path: Path) -> None:
    assert holder(tmp_path) == ""
    assert list(tmp_path.iterdir()) == []

    (tmp_path / "lock").write_text("4711")

    assert holder(tmp_path) == ""
    assert (tmp_path / "lock").read_text() == "4711"


def test_a_disk_without_room_for_the_holder_s_name_is_named(tmp_path: Path) -> None:
    with full_disk(), pytest.raises(StoppressError, match=f"{tmp_path} cannot be written: .*; make room there"):
        SpoolLock(tmp_path)


def test_a_name_that_was_cut_off_is_given_anew(tmp_path: Path) -> None:
    (tmp_path / "worker").touch()
    name = worker_name(tmp_path)

    assert name
    assert worker_name(tmp_path) == name


def test_a_spool_keeps_the_name_of_its_writer(tmp_path: Path) -> None:
    name = worker_name(tmp_path)

    assert worker_name(tmp_path) == name
    assert "-" not in name
    assert warc_key(file_name(NOON, 1, name)).startswith("warc/2026/01/03/stoppress-20260103120000123-00001-")
