"""What was checked, when, and what came of it: a dated record in the store, so that it can be shown later.

fixity/YYYY/MM/DD/<timestamp17>-<worker>.jsonl      a line per object, the last one about the run
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from pipelines.face import iso
from pipelines.model import Capture

from .objects import ObjectStore

MOST_CAPTURES = 100  # named for one problem; how many there are is always said


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an object, and which captures it touches."""

    kind: str  # missing, unreadable, size, checksum, index, captures, damaged, quarantine, catalog
    detail: str
    offset: int | None = None
    captures: tuple[Capture, ...] = ()
    affected: int = 0

    def __str__(self) -> str:
        where = "" if self.offset is None else f"at byte {self.offset}: "
        names = "".join(f"\n    {c.url} at {iso(c.timestamp)}" for c in self.captures)
        more = self.affected - len(self.captures)
        rest = f"\n    and {more} more captures" if more > 0 else ""
        return f"{where}{self.detail}{names}{rest}"

    def to_json(self) -> dict[str, Any]:
        told = [{"url": c.url, "time": iso(c.timestamp), "record_id": c.record_id} for c in self.captures]
        line = {"kind": self.kind, "offset": self.offset, "detail": self.detail}
        return {**line, "affected": self.affected, "captures": told}


@dataclass(frozen=True, slots=True)
class Checked:
    """One object after it was looked at."""

    object: str  # its key in the store, or where it lies in the spool
    at: datetime
    checked: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    note: str = ""  # no problem, worth a line: an orphan, a file that waits in the spool
    size: int | None = None
    sha256: str | None = None  # of the bytes as they were read

    @property
    def result(self) -> str:
        if self.problems:
            return "damaged"
        return "noted" if self.note else "ok"

    def to_json(self) -> dict[str, Any]:
        line = {
            "object": self.object,
            "at": iso(self.at),
            "checked": list(self.checked),
            "result": self.result,
            "size": self.size,
            "sha256": self.sha256,
            "note": self.note or None,
            "problems": [problem.to_json() for problem in self.problems] or None,
        }
        return {name: value for name, value in line.items() if value is not None}


class FixityRecord:
    """The lines of one run, gathered in a file; ``keep`` puts them into the store."""

    def __init__(self, path: Path, worker: str, begun: datetime) -> None:
        stamp = begun.astimezone(UTC)
        self.key = f"fixity/{stamp:%Y/%m/%d}/{stamp:%Y%m%d%H%M%S}{stamp.microsecond // 1000:03d}-{worker}.jsonl"
        self._path = path
        self._file: BinaryIO = path.open("xb")

    def add(self, line: Mapping[str, Any]) -> None:
        self._file.write(json.dumps(line, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n")

    def keep(self, store: ObjectStore) -> None:
        self._file.close()
        store.put_if_absent(self.key, self._path)
