"""What dead processes left open in a spool: mended, cut at the last whole member, and sealed.

    whole members                     kept, also behind a damaged place (``members`` says how they are known)
    a damaged place in the middle     copied to quarantine, named with its offset; a record in its stead says so
    what follows the last whole one   copied to quarantine and cut off: a torn tail, never acknowledged as a rule

Safe to be killed anywhere and run again: a copy is on disk before what it was made of goes, and a mended file takes
the place of the damaged one at once.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from pipelines import clock
from pipelines.crashpoint import crashpoint
from pipelines.entity import EMPTY_LINE
from pipelines.errors import DamagedRecord, StoppressError
from pipelines.gzipping import HEADER, mark_of, marked
from pipelines.warc import VISIT_TYPE, Placed, Record, damage_record, member, parse_record

from .disk import sync_folder
from .members import Broken, Members
from .spool import left_open, seal_name
from .warcs import OPEN

QUARANTINE = "quarantine"
_MENDED = ".mended"  # beside the damaged file while it is written
_PIECE = 1 << 18  # bytes read at once


@dataclass(frozen=True, slots=True)
class Place:
    """Bytes of a file that are no whole record. ``kept``: the name of their copy in quarantine."""

    offset: int
    length: int
    why: str
    kept: str = ""

    @property
    def end(self) -> int:
        return self.offset + self.length


@dataclass(frozen=True, slots=True)
class Recovered:
    """A file left by a dead process, sealed again. ``records`` are lean; ``torn`` bytes were behind the last of
    them, ``damaged`` are places before it, with the offsets they had."""

    path: Path
    records: tuple[Placed, ...]
    size: int
    torn: int
    damaged: tuple[Place, ...] = ()


def recover(folder: Path, told: Callable[[Recovered], None] = lambda left: None,
            now: Callable[[], datetime] = clock.now,
            known: Callable[[str], Iterable[int]] = lambda name: ()) -> list[Recovered]:  # fmt: skip
    """Seal what dead processes left open. StoppressError: the disk does not take what that needs.

    ``told`` hears of each file before it is sealed: if it raises, the file is still there for the next try.
    ``known``: where in the file of that name records begin, as far as others have been told.
    """
    found = []
    for path in left_open(folder):
        try:
            found.append(_recover(path, told, now, known))
        except OSError as e:
            raise StoppressError(
                f"{path}, which a crawler that died has left, cannot be sealed: {e.strerror or e}; nothing of it is "
                f"lost: make room for it on the disk of {folder}, see that this user may write there, then start again"
            ) from e
    return found


def _recover(path: Path, told: Callable[[Recovered], None], now: Callable[[], datetime],
             known: Callable[[str], Iterable[int]]) -> Recovered:  # fmt: skip
    size = path.stat().st_size
    records, places = _looked_through(path)
    if not records and size:  # its beginning, and with it the mark, may be what is damaged
        records, places = _looked_through(path, _marks(path, known(path.name.removesuffix(OPEN))))
    tail = places.pop() if places and places[-1].end == size else None
    if tail:
        _kept(path, tail, ".tail")
        crashpoint("mid_recovery")
        _cut(path, tail.offset)
    name = path.name.removesuffix(OPEN)
    left = Recovered(path.with_name(name), records, tail.offset if tail else size, tail.length if tail else 0)
    if not records:  # not even its warcinfo is whole
        told(left)
        path.unlink()
        return left
    if places:
        places = [replace(place, kept=_kept(path, place, f".{place.offset}")) for place in places]
        crashpoint("mid_recovery")
        records = _mend(path, records, places, now())
        left = replace(left, records=records, size=path.stat().st_size, damaged=tuple(places))
    told(left)
    crashpoint("mid_recovery")
    seal_name(path)
    return left


def _marks(path: Path, offsets: Iterable[int]) -> list[bytes]:
    """The file's mark, by what lies where others have been told that records begin: no body does."""
    with path.open("rb") as file:
        found = Counter(filter(None, (mark_of(os.pread(file.fileno(), HEADER, offset)) for offset in offsets)))
    return [mark for mark, _ in found.most_common(1)]


def _looked_through(path: Path, marks: Collection[bytes] = ()) -> tuple[tuple[Placed, ...], list[Place]]:
    """Its records, lean, and what is none; neighbouring places are one."""
    records: list[Placed] = []
    places: list[Place] = []
    with path.open("rb") as file:
        for found in _parts(file, marks):
            if isinstance(found, Placed):
                records += lean([found])
            elif places and places[-1].end == found.offset:
                places[-1] = replace(places[-1], length=places[-1].length + found.length)
            else:
                places.append(found)
    return tuple(records), places


def _parts(file: BinaryIO, marks: Collection[bytes]) -> Iterator[Placed | Place]:
    for item in Members(lambda: file.read(_PIECE), strict=True, marks=marks):
        if isinstance(item, Broken):
            yield Place(item.offset, item.length, item.why)
            continue
        try:
            record = parse_record(item.plain)
        except DamagedRecord as e:
            yield Place(item.offset, item.length, str(e))
        else:
            yield Placed(record, item.offset, item.length)


def _cut(path: Path, size: int) -> None:
    with path.open("r+b") as file:
        file.truncate(size)
        file.flush()
        os.fsync(file.fileno())


# mending ----------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Mending:
    source: BinaryIO
    target: BinaryIO
    records: list[Placed] = field(default_factory=list)
    at: int = 0

    def take(self, placed: Placed) -> None:
        self.source.seek(placed.offset)
        self._put(self.source.read(placed.length), placed.record)

    def note(self, record: Record, mark: bytes) -> None:
        self._put(marked(member(record), mark) if mark else member(record), record)

    def _put(self, data: bytes, record: Record) -> None:
        self.target.write(data)
        self.records.append(Placed(record, self.at, len(data)))
        self.at += len(data)


def _mend(path: Path, records: Sequence[Placed], places: Iterable[Place], now: datetime) -> tuple[Placed, ...]:
    """The file without its damaged places, each with a record in its stead; its records where they lie now."""
    new = path.with_name(path.name + _MENDED)
    parts: list[Placed | Place] = sorted([*records, *places], key=lambda part: part.offset)
    with path.open("rb") as source, new.open("wb") as target:
        mending = _Mending(source, target)
        mark = _mark(source, records)
        for part in parts:
            if isinstance(part, Placed):
                mending.take(part)
            else:
                mending.note(_note(source, path, part, now), mark)
        target.flush()
        os.fsync(target.fileno())
    new.replace(path)
    sync_folder(path.parent)
    return lean(mending.records)


def _mark(source: BinaryIO, records: Iterable[Placed]) -> bytes:
    source.seek(next(iter(records)).offset)
    return mark_of(source.read(HEADER))


def _note(source: BinaryIO, path: Path, place: Place, now: datetime) -> Record:
    digest = _digest(source, place.offset, place.length)
    facts = {
        "offset": place.offset, "length": place.length, "sha256": f"sha256:{digest}", "why": place.why,
        "quarantine": place.kept,
    }  # fmt: skip
    return damage_record(path.name.removesuffix(OPEN), facts, now)


# quarantine -------------------------------------------------------------------------------------------------------


def _kept(path: Path, place: Place, suffix: str) -> str:
    """The name of the copy, on disk when this returns. One with other bytes stays, but for what a kill cut off."""
    folder, name = path.parent / QUARANTINE, path.name.removesuffix(OPEN)
    folder.mkdir(exist_ok=True)
    names = itertools.chain([name + suffix], (f"{name}{suffix}.{number}" for number in itertools.count(2)))
    with path.open("rb") as source:
        copy = next(copy for copy in map(folder.joinpath, names) if _is_part(copy, source, place))
        source.seek(place.offset)
        with copy.open("wb") as file:
            for data in _pieces(source, place.length):
                file.write(data)
            file.flush()
            os.fsync(file.fileno())
    sync_folder(folder)
    sync_folder(path.parent)
    return copy.name


def what_is_kept(name: str) -> str:
    """What the bytes of a file in quarantine are, by its name."""
    found = re.search(r"\.warc\.gz\.([0-9]+)(\.[0-9]+)?$", name)
    return f"damaged bytes from the middle of a file, at {found[1]}" if found else "torn bytes of a file that was cut"


def _is_part(copy: Path, source: BinaryIO, place: Place) -> bool:
    """Whether the copy is not there, or holds what these bytes begin with."""
    if not copy.exists():
        return True
    size = copy.stat().st_size
    with copy.open("rb") as file:
        there = hashlib.file_digest(file, "sha256").hexdigest()
    return size <= place.length and there == _digest(source, place.offset, size)


def _digest(source: BinaryIO, offset: int, length: int) -> str:
    digest = hashlib.sha256()
    source.seek(offset)
    for data in _pieces(source, length):
        digest.update(data)
    return digest.hexdigest()


def _pieces(source: BinaryIO, length: int) -> Iterator[bytes]:
    while length > 0 and (data := source.read(min(length, _PIECE))):
        length -= len(data)
        yield data


# memory -----------------------------------------------------------------------------------------------------------


def lean(records: Iterable[Placed]) -> tuple[Placed, ...]:
    """Without what no row is made of: a whole file of bodies would fill the memory of a small machine."""
    return tuple(replace(placed, record=replace(placed.record, block=_told(placed.record))) for placed in records)


def _told(record: Record) -> bytes:
    """Of an answer its HTTP header, of a visit all."""
    if record.type in ("response", "revisit"):
        found = EMPTY_LINE.search(record.block)
        return record.block[: found.end()] if found else record.block
    return record.block if record.get("Content-Type") == VISIT_TYPE else b""
