"""A spool whose disk fails at any one operation, or is full: what was acknowledged is there, and it goes on alone."""

from __future__ import annotations

import errno
import json
import os
import pathlib
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from pipelines.errors import StoreError
from pipelines.store.adopting import adopt
from pipelines.store.catalog import Catalog
from pipelines.store.recorder import Limits, Recorder
from tests.running import PATIENCE, environment
from tests.servers.requirements import without
from tests.store.spool.desk import FOREVER, exchange, visit_of, visits_in, warcinfo

SMALL = Limits(roll_size=3000, roll_age=FOREVER)


class Failing:
    """Counts what is done to files below a folder; the ``at``-th fails with ``error``."""

    def __init__(self, folder: Path, at: int, error: int) -> None:
        self.folder, self.at, self.error, self.done = folder, at, error, 0

    def step(self) -> None:
        self.done += 1
        if self.done == self.at:
            raise OSError(self.error, os.strerror(self.error))

    def watching(self, patch: pytest.MonkeyPatch) -> None:
        real_open, ours = pathlib.Path.open, self

        def opened(path: Path, mode: str = "r", *rest: Any, **more: Any) -> Any:
            if not path.is_relative_to(ours.folder) or "b" not in mode or mode == "rb":
                return real_open(path, mode, *rest, **more)
            ours.step()
            file = real_open(path, mode, *rest, **more)
            return _Half(file, ours)

        patch.setattr(pathlib.Path, "open", opened)
        for holder, name in ((os, "fsync"), (pathlib.Path, "rename"), (pathlib.Path, "replace")):
            patch.setattr(holder, name, self._before(getattr(holder, name)))

    def _before(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def act(*given: Any, **more: Any) -> Any:
            self.step()
            return real(*given, **more)

        return act


class _Half:
    """A file whose failing write leaves half of its bytes behind, as a full disk does."""

    def __init__(self, file: Any, disk: Failing) -> None:
        self._file, self._disk = file, disk

    def write(self, data: bytes) -> int:
        try:
            self._disk.step()
        except OSError:
            self._file.write(data[: len(data) // 2])
            self._file.flush()
            raise
        return int(self._file.write(data))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __enter__(self) -> _Half:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


def acknowledged(folder: Path, catalog: Catalog, numbers: range) -> set[str]:
    """Keep visits of these numbers; the names of those that were acknowledged."""
    kept = set()
    recorder = Recorder(folder, catalog, worker="w1", warcinfo=warcinfo, sealed=lambda _: None, limits=SMALL)
    for number in numbers:
        made = exchange(os.urandom(1000), minute=number)
        recorder.exchange(made, visit_id=f"v{number}", role="page")
        try:
            recorder.visit(visit_of(made, f"v{number}")).result(30)
            kept.add(f"v{number}")
        except StoreError as e:
            assert "the spool could not be written" in str(e)  # noqa: PT017 - most visits raise nothing
    recorder.close()
    return kept


def found(folder: Path, catalog: Catalog) -> list[str]:
    """What the next start finds, in the spool and in the catalog alike."""
    adopt(folder, catalog)
    assert not list(folder.glob("*.open"))
    names = [name for path in folder.glob("*.warc.gz") for name in visits_in(path)]
    assert sorted(visit.id for visit in catalog.visits()) == sorted(names)
    return names


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO], ids=["ENOSPC", "EIO"])
def test_at_whichever_operation_the_disk_fails_once_all_that_was_acknowledged_is_there(
    tmp_path: Path, error: int
) -> None:
    at, steps = 0, 1
    while at < steps:
        at += 1
        folder = tmp_path / str(at)
        (folder / "spool").mkdir(parents=True)
        with Catalog.open(f"sqlite:///{folder / 'catalog.db'}") as catalog, pytest.MonkeyPatch.context() as patch:
            disk = Failing(folder / "spool", at, error)
            disk.watching(patch)
            kept = acknowledged(folder / "spool", catalog, range(4))
            patch.undo()
            names = found(folder / "spool", catalog)
        steps = max(steps, disk.done)

        assert kept <= set(names)
        assert len(names) == len(set(names)) <= len(kept) + 1  # one may be whole on the disk and untold
        assert len(kept) >= 2, f"it did not recover from operation {at}"
    assert at >= 15


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[None]:
    """A file system of its own; OSError where nothing may be mounted."""
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if mounted.returncode:
        raise OSError(mounted.stderr)
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_on_a_disk_that_is_full_nothing_is_acknowledged_and_with_room_again_all_is(tmp_path: Path) -> None:
    """With /dev/full's error by a wrapper above; here with a real small disk, where one may be mounted."""
    spool = tmp_path / "spool"
    with ExitStack() as stack:
        try:
            stack.enter_context(small_disk(spool, "256k"))
        except OSError:
            without("the right to mount a small tmpfs, which fills up as a real disk does")
            return
        catalog = stack.enter_context(Catalog.open(f"sqlite:///{tmp_path / 'catalog.db'}"))
        ballast = spool / "ballast"
        ballast.write_bytes(bytes(200_000))
        before = acknowledged(spool, catalog, range(60))
        ballast.unlink()
        after = acknowledged(spool, catalog, range(60, 70))
        names = found(spool, catalog)

    assert 0 < len(before) < 60
    assert after == {f"v{n}" for n in range(60, 70)}
    assert before | after <= set(names)


def test_system_calls_that_fail_one_at_a_time_cost_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    """By a wrapper above; here by libfiu, below Python and SQLite alike, where it is."""
    if (program := shutil.which("fiu-run")) is None:
        without("libfiu (Debian's fiu-utils), whose system calls fail below Python and SQLite")
        return
    script = Path(__file__).with_name("under_fiu.py")
    done = subprocess.run(
        [program, "-x", sys.executable, str(script), str(tmp_path)],
        capture_output=True, text=True, check=False, timeout=PATIENCE, env=environment(), stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout)
    with Catalog.open(f"sqlite:///{tmp_path / 'catalog.db'}") as catalog:
        names = found(tmp_path / "spool", catalog)

    assert all(told["met"].values()), told["met"]
    assert set(told["kept"]) <= set(names)
    assert len(names) == len(set(names))
    assert len(told["kept"]) > len(names) / 2
