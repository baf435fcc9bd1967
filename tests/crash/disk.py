"""A disk that remembers: what the spool and the store do to files is recorded, and played again as of any moment.

SIGKILL loses nothing that was written, so it cannot show a missing fsync. Here a power loss is played: after each
operation, what no fsync has covered is gone, or there in part, or there as zeros.

A file's bytes are durable when the file was fsynced, a name when its folder was, neither follows from the other.
"""

from __future__ import annotations

import io
import os
import pathlib
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

# What is there after it: of unsynced names and bytes neither, names alone, names and part of the last write, names
# and zeros, bytes alone, removals of names alone, both.
LOSSES = (
    "all unsynced", "names, not bytes", "half a write", "zeros for bytes", "bytes, not names", "new names", "nothing",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """One operation: ``write``, ``truncate`` and ``sync`` on a file; ``link``, ``unlink``, ``mkdir``, ``sync folder``
    on names; ``mark`` is what a test notes in between."""

    kind: str
    path: Path = Path()
    file: int = 0
    at: int = 0
    data: bytes = b""
    note: Any = None


@dataclass
class Disk:
    """Records everything below ``root`` while it is ``watching``."""

    root: Path
    log: list[Step] = field(default_factory=list)
    _files: dict[int, int] = field(default_factory=dict)  # inode -> our number of the file
    _made: int = 0

    def mark(self, note: Any) -> None:
        self.log.append(Step("mark", note=note))

    def watching(self, patch: pytest.MonkeyPatch) -> None:
        """Every way in which the spool and the directory store change files; unknown ways would be seen as losses."""
        patch.setattr(pathlib.Path, "open", self._opening(pathlib.Path.open))
        patch.setattr(os, "fsync", self._fsyncing(os.fsync))
        patch.setattr(os, "truncate", self._truncating(os.truncate))
        patch.setattr(os, "link", self._linking(os.link))
        for name in ("rename", "replace"):
            patch.setattr(pathlib.Path, name, self._renaming(getattr(pathlib.Path, name)))
        patch.setattr(pathlib.Path, "unlink", self._unlinking(pathlib.Path.unlink))
        patch.setattr(pathlib.Path, "mkdir", self._making(pathlib.Path.mkdir))

    # recording ----------------------------------------------------------------------------------------------

    def _ours(self, path: Path) -> bool:
        return path.is_relative_to(self.root)

    def number(self, facts: os.stat_result) -> int:
        return self._files[facts.st_ino]

    def _opening(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def opened(path: Path, mode: str = "r", *rest: Any, **more: Any) -> Any:
            if not self._ours(path) or mode == "rb" or "b" not in mode:
                return real(path, mode, *rest, **more)
            new = not path.exists()
            raw = _Raw(self, path, mode.replace("b", ""))
            if new:
                self._made += 1
                self._files[os.fstat(raw.fileno()).st_ino] = self._made
                self.log.append(Step("link", path, self._made))
            elif "w" in mode:
                self.log.append(Step("truncate", path, self.number(os.fstat(raw.fileno())), 0))
            return io.BufferedRandom(raw) if "+" in mode else io.BufferedWriter(raw)

        return opened

    def _fsyncing(self, real: Callable[[int], None]) -> Callable[[int], None]:
        def fsync(handle: int) -> None:
            real(handle)
            facts = os.fstat(handle)
            if stat.S_ISDIR(facts.st_mode):
                folders = [self.root, *(path for path in self.root.rglob("*") if path.is_dir())]
                same = (path for path in folders if os.path.samestat(path.stat(), facts))
                self.log.extend(Step("sync folder", path) for path in same)
            elif (number := self._files.get(facts.st_ino)) is not None:
                self.log.append(Step("sync", file=number))

        return fsync

    def _truncating(self, real: Callable[..., None]) -> Callable[..., None]:
        def truncate(path: Path, length: int) -> None:
            real(path, length)
            self.log.append(Step("truncate", path, self.number(path.stat()), length))

        return truncate

    def _linking(self, real: Callable[..., None]) -> Callable[..., None]:
        def link(source: Path, target: Path) -> None:
            real(source, target)
            self.log.append(Step("link", target, self.number(target.stat())))

        return link

    def _renaming(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def rename(path: Path, target: Path) -> Any:
            done = real(path, target)
            if self._ours(target):
                self.log.append(Step("rename", target, self.number(target.stat()), note=path))
            return done

        return rename

    def _unlinking(self, real: Callable[..., None]) -> Callable[..., None]:
        def unlink(path: Path, missing_ok: bool = False) -> None:
            there = path.exists()
            real(path, missing_ok=missing_ok)
            if self._ours(path) and there:
                self.log.append(Step("unlink", path))

        return unlink

    def _making(self, real: Callable[..., None]) -> Callable[..., None]:
        def mkdir(path: Path, *rest: Any, **more: Any) -> None:
            new = self._ours(path) and not path.exists()
            real(path, *rest, **more)
            if new:
                self.log.append(Step("mkdir", path))

        return mkdir


class _Raw(io.FileIO):
    """A file below Python's buffers: what is written here has reached the system, and only that."""

    def __init__(self, disk: Disk, path: Path, mode: str) -> None:
        super().__init__(path, mode)
        self._disk, self._path = disk, path

    def write(self, data: Any) -> int:
        at, number = self.tell(), self._disk.number(os.fstat(self.fileno()))
        done = super().write(data)
        self._disk.log.append(Step("write", self._path, number, at, bytes(data)[:done]))
        return done

    def truncate(self, size: int | None = None) -> int:
        done = super().truncate(size)
        self._disk.log.append(Step("truncate", self._path, self._disk.number(os.fstat(self.fileno())), done))
        return done


class _State:
    """Names and bytes, each as the system sees them and as the disk has them."""

    def __init__(self, folders: set[Path]) -> None:
        self.folders, self.kept_folders = set(folders), set(folders)
        self.names: dict[Path, int] = {}
        self.kept_names: dict[Path, int] = {}
        self.bytes: dict[int, bytes] = {}
        self.kept_bytes: dict[int, bytes] = {}
        self.last: dict[int, Step] = {}  # the last write, which may be half done

    def take(self, step: Step) -> None:
        getattr(self, "_" + step.kind.replace(" ", "_"))(step)

    def _mark(self, step: Step) -> None:
        pass

    def _write(self, step: Step) -> None:
        now = self.bytes.get(step.file, b"")
        self.bytes[step.file] = now[: step.at] + step.data + now[step.at + len(step.data) :]
        self.last[step.file] = step

    def _truncate(self, step: Step) -> None:
        self.bytes[step.file] = self.bytes.get(step.file, b"")[: step.at]

    def _sync(self, step: Step) -> None:
        self.kept_bytes[step.file] = self.bytes.get(step.file, b"")

    def _link(self, step: Step) -> None:
        self.names[step.path] = step.file

    def _rename(self, step: Step) -> None:
        self.names.pop(step.note)
        self.names[step.path] = step.file

    def _unlink(self, step: Step) -> None:
        self.names.pop(step.path)

    def _mkdir(self, step: Step) -> None:
        self.folders.add(step.path)

    def _sync_folder(self, step: Step) -> None:
        self.kept_names = {p: n for p, n in self.kept_names.items() if p.parent != step.path}
        self.kept_names |= {p: n for p, n in self.names.items() if p.parent == step.path}
        self.kept_folders |= {p for p in self.folders if p.parent == step.path}

    def lose(self, loss: str) -> dict[Path, bytes]:
        found = self.names
        if loss in ("all unsynced", "bytes, not names", "new names"):
            found = {path: number for path, number in self.kept_names.items() if self._reached(path)}
        if loss == "new names":
            found = {path: number for path, number in found.items() if not self._removed(path, number)}
        return {path: self._bytes(number, loss) for path, number in found.items()}

    def _reached(self, path: Path) -> bool:
        top = min(self.kept_folders, key=lambda folder: len(folder.parts))
        return all(folder in self.kept_folders for folder in path.parents if folder.is_relative_to(top))

    def _removed(self, path: Path, number: int) -> bool:
        """Gone, and not renamed: within a folder a file system renames at once or not at all."""
        return path not in self.names and all(
            now.parent != path.parent for now, file in self.names.items() if file == number
        )

    def _bytes(self, number: int, loss: str) -> bytes:
        now, kept = self.bytes.get(number, b""), self.kept_bytes.get(number, b"")
        if loss in ("nothing", "bytes, not names"):
            return now
        if loss == "zeros for bytes":
            return kept + bytes(max(0, len(now) - len(kept)))
        if loss == "half a write" and now != kept and (step := self.last.get(number)):
            return now[: max(len(kept), step.at + len(step.data) // 2)]
        return kept


def states(disk: Disk) -> Iterator[tuple[int, str, dict[Path, bytes]]]:
    """Every moment with every loss, as the files that are there then; what looks alike between two marks comes once."""
    seen: set[frozenset[tuple[Path, bytes]]] = set()
    state = _State({disk.root})
    for steps, step in enumerate(disk.log, 1):
        state.take(step)
        if step.kind == "mark":
            seen.clear()
        for loss in LOSSES:
            files = state.lose(loss)
            key = frozenset(files.items())
            if key not in seen:
                seen.add(key)
                yield steps, loss, files
