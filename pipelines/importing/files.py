"""WARC and WACZ files, one after the other, each as a stream: what is asked for is taken, what is wrong is named."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from pipelines.errors import StoppressError
from pipelines.warc import Record

from .foreign import Foreign, RefusedError, foreign_of, target
from .foreign_wacz import BROKEN, NotWaczError, RefusedMember, Wacz
from .foreign_warc import Here, Passed, Refused, records
from .taking import Taking, Tally, Waiting

MOST_VISITS = 64  # of an archive of ours, that are gathered at once; each lies within some seconds
MOST_WAITING = 100_000  # revisits of one file that come before their originals
MOST_HELD = 64 * 2**20  # bytes of theirs


@dataclass(frozen=True, slots=True)
class Refusal:
    """What of which file was not taken; ``offset`` is that of the record, or of its gzip member."""

    file: str
    offset: int
    why: str


class Files:
    """``take`` each file, then ``take_waiting``."""

    def __init__(
        self, taking: Taking, tally: Tally, *, most: int, now: datetime,
        refused: Callable[[Refusal], None], step: Callable[[], None],
    ) -> None:  # fmt: skip
        """``most``: bytes of a record; ``step``: called now and then, to show how far it is."""
        self._taking, self._tally, self._most, self._now = taking, tally, most, now
        self._refused, self._step = refused, step
        self._waiting: dict[Path, set[tuple[str, int]]] = {}  # revisits that came before their originals
        self._groups: dict[str, list[Foreign]] = {}
        self._held = 0
        self._only: set[tuple[str, int]] | None = None
        self._path = Path()

    def take(self, path: Path) -> None:
        """All of it that is wanted; StoppressError: the archive cannot be written. A file that cannot be read is
        refused."""
        self._path = path
        try:
            for where, file in self._streams(path):
                self._stream(where, file)
        except (NotWaczError, *BROKEN) as e:
            why = (e.strerror or str(e)) if isinstance(e, OSError) else str(e)
            self._refuse(path.name, 0, why)
        finally:
            self._end_groups()

    def take_waiting(self) -> None:
        """Once more the revisits whose originals had not come, now that all have."""
        waiting, self._waiting = self._waiting, {}
        for path, these in waiting.items():
            self._only = these
            self.take(path)
        self._only = None

    def _streams(self, path: Path) -> Iterator[tuple[str, BinaryIO]]:
        if path.suffix.lower() != ".wacz":
            with path.open("rb") as file:
                yield path.name, file
            return
        with Wacz(path) as wacz:
            for member in wacz.members():
                if not isinstance(member, RefusedMember):
                    with wacz.open(member) as file:
                        yield f"{path.name}/{member.name}", file
                elif self._only is None:
                    self._refuse(f"{path.name}/{member.name}", 0, member.why)

    def _stream(self, where: str, file: BinaryIO) -> None:
        for found in records(file, most=self._most, wanted=self._wants):
            if self._only is not None and (where, found.offset) not in self._only:
                continue
            if self._only is None:
                self._tally.records += 1
            if isinstance(found, Here):
                self._record(where, found)
            elif isinstance(found, Passed):
                self._tally.passed[found.why] += 1
            elif isinstance(found, Refused):
                self._refuse(where, found.offset, found.why)
            self._step()

    def _wants(self, record: Record) -> str:
        return self._taking.wants(record, target(record))

    def _record(self, where: str, found: Here) -> None:
        try:
            one = foreign_of(found.record, where, found.offset, self._now)
        except RefusedError as e:
            self._refuse(where, found.offset, str(e))
            return
        if not one.visit:
            self._group([one])
            return
        self._groups.setdefault(one.visit, []).append(one)
        self._held += _size(one)
        while len(self._groups) > MOST_VISITS or self._held > MOST_HELD:
            self._end_group()

    def _end_groups(self) -> None:
        while self._groups:
            self._end_group()

    def _end_group(self) -> None:
        """The one that was begun first."""
        group = self._groups.pop(next(iter(self._groups)))
        self._held -= sum(map(_size, group))
        self._group(group)

    def _group(self, group: list[Foreign]) -> None:
        first = group[0]
        try:
            self._taking.take(group)
        except Waiting as e:
            if self._only is None and len(self._waiting.get(self._path, ())) < MOST_WAITING:
                self._waiting.setdefault(self._path, set()).update((one.where, one.offset) for one in group)
            else:
                self._refuse(first.where, first.offset, str(e))
        except RefusedError as e:
            self._refuse(first.where, first.offset, str(e))

    def _refuse(self, file: str, offset: int, why: str) -> None:
        self._tally.refused += 1
        self._refused(Refusal(file, offset, why))


def _size(one: Foreign) -> int:
    return len(one.block) + 1000  # what is said of it


def check(paths: list[Path]) -> None:
    """StoppressError for a name that is none, before anything is done."""
    for path in paths:
        if not path.is_file():
            raise StoppressError(f"{path}: no such file; name WARC files (.warc, .warc.gz) and WACZ files (.wacz)")
