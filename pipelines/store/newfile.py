"""A WARC file that stands for others: written here, put under a new name, read back, then the catalog is switched.

warcinfo, with the names of the files that it replaces, then their members unchanged, or what came instead
"""

from __future__ import annotations

import hashlib
import io
import os
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BufferedReader
from pathlib import Path
from typing import Any, BinaryIO, cast

from pipelines import warc
from pipelines.cdxj import capture_of, index
from pipelines.config_tables import PRODUCT
from pipelines.errors import DamagedRecord, ObjectExists, StoppressError, StoreError
from pipelines.gzipping import marked
from pipelines.model import Capture
from pipelines.tombstones import capture_gone
from pipelines.warc import Placed, Record, parse_record, warcinfo

from .catalog import WarcFile
from .hashed import Hashed
from .members import Broken, Members
from .objects import ObjectStore, sha256_of
from .told import REPLACES, replaced_by
from .warcs import index_key, opened_at, warc_key, worker_of

_PIECE = 1 << 20  # bytes read at once
Instead = Callable[[Record], list[Record] | None]


@dataclass(slots=True)
class NewFile:
    """``stream`` is written from its start; ``captures`` are those in it, as the catalog will have them."""

    name: str
    stream: BinaryIO
    offset: int = 0
    captures: list[Capture] = field(default_factory=list)
    _members: set[bytes] = field(default_factory=set)  # digests of those that were copied

    @property
    def key(self) -> str:
        return warc_key(self.name)

    def add(self, record: Record, raw: bytes | None = None) -> None:
        """A record; ``raw``: its member, where it has one already. One that two of the sources have is added once."""
        if raw is not None:
            digest = hashlib.sha256(raw).digest()
            if digest in self._members:
                return
            self._members.add(digest)
        data = raw or marked(warc.member(record), hashlib.sha256(self.name.encode()).digest()[:6])
        place = (self.offset, len(data))
        self.stream.write(data)
        self.offset += len(data)
        if record.get("Content-Type") == warc.TOMBSTONE_TYPE:
            capture = capture_gone(record.block, self.key, *place)
        else:
            capture = capture_of(Placed(record, *place), self.key)
        self.captures += [capture] if capture else []


def draft(path: Path) -> io.BufferedWriter:
    """Where a new file is written before it is put."""
    return io.BufferedWriter(_Draft(path, "w"))


class _Draft(io.FileIO):
    """Only here an OSError is known to be about the draft: its sources are read in the same breath."""

    def write(self, data: Any, /) -> int:
        """StoppressError: there is no room for it."""
        try:
            return super().write(data)
        except OSError as e:
            raise StoppressError(
                f"{Path(os.fsdecode(self.name)).parent} cannot take a new file: {e.strerror}; nothing is lost: make "
                "room there, or name another folder in TMPDIR, then run this again"
            ) from e


def name_after(sources: Sequence[WarcFile], what: str) -> str:
    """Younger than all of them by a millisecond, so that whoever reads the newest first meets it before them.

    ``what``: why it is made; the same program gives the same name for the same files and reason.
    """
    newest = max(sources, key=lambda file: _opened(file.name))
    stamp = _opened(newest.name) + timedelta(milliseconds=1)
    digest = hashlib.sha256(" ".join([*sorted(file.name for file in sources), what, PRODUCT]).encode()).hexdigest()
    serial = 90_000 + int(digest[:8], 16) % 10_000
    moment = f"{stamp:%Y%m%d%H%M%S}{stamp.microsecond // 1000:03d}"
    return f"stoppress-{moment}-{serial:05d}-admin_{digest[8:16]}.warc.gz"


def _opened(name: str) -> datetime:
    try:
        return opened_at(name)
    except (ValueError, IndexError) as e:
        raise StoreError(f"{name} has no time in its name; it is left alone") from e


def first_record(new: NewFile, sources: Sequence[WarcFile], at: datetime, why: str) -> Record:
    """``at``: not the clock's time, but one that is the same when it is made again."""
    facts = {"software": PRODUCT, "format": "WARC File Format 1.1", "description": why}
    record = warcinfo(new.name, {**facts, REPLACES: ",".join(file.name for file in sources)}, at)
    name = f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, new.name)}>"
    return Record(tuple((k, name if k == "WARC-Record-ID" else v) for k, v in record.fields), record.block)


@contextmanager
def understood(key: str, offset: int) -> Iterator[None]:
    """DamagedRecord: a whole record that says what none of ours does; others may have put it there."""
    try:
        yield
    except (ValueError, KeyError, TypeError, AttributeError) as e:
        raise DamagedRecord(
            f"{key}: the record at byte {offset} cannot be understood ({type(e).__name__}: {e}); move the file out of "
            "the store if it is not ours, then run this again"
        ) from e


def copy(new: NewFile, store: ObjectStore, file: WarcFile, instead: Instead = lambda record: None) -> set[str]:
    """All members of a stored file; the names of what it had replaced itself.

    DamagedRecord: it is not what was stored, or lacks a capture; nothing may stand for it then.
    """
    replaces: set[str] = set()
    key = file.key or ""
    with store.open(key) as stream, Hashed(stream) as source:
        for item in Members(source.read):
            if isinstance(item, Broken):
                raise DamagedRecord(f"{key} is damaged at byte {item.offset}: {item.why}; see: stoppress verify --deep")
            with understood(key, item.offset):
                record = parse_record(item.plain)
                if record.type == "warcinfo":
                    replaces.update(replaced_by(record))
                other = instead(record)
                if other is None:
                    new.add(record, item.raw)
                for one in other or ():
                    new.add(one)
    if file.sha256 and source.sha256() != file.sha256:
        raise DamagedRecord(f"{key} has {source.sha256()}, stored was {file.sha256}; see: stoppress verify --deep")
    return replaces


def stored(new: NewFile, path: Path, store: ObjectStore, sources: Sequence[WarcFile],
           replaces: set[str]) -> WarcFile:  # fmt: skip
    """Put it and its index, and read both back. StoreError: they are not there as they were sent."""
    stat = store.put_if_absent(new.key, path)
    sha256 = sha256_of(path)
    lines = index(new.captures)
    try:
        store.put_if_absent(index_key(new.name), lines)
    except ObjectExists as e:
        raise StoreError(f"{e}; move it away, then run this again") from e
    with store.open(new.key) as stream:
        if hashlib.file_digest(cast("BufferedReader", stream), "sha256").hexdigest() != sha256:
            raise StoreError(f"{new.key} does not read back as it was sent; nothing was replaced, try again")
    if store.get(index_key(new.name)) != lines:
        raise StoreError(f"{index_key(new.name)} does not read back as it was sent; nothing was replaced, try again")
    return WarcFile(
        name=new.name, key=new.key, state="stored", size=stat.size, sha256=f"sha256:{sha256}",
        worker=worker_of(new.name),
        opened=opened_at(new.name), stored=stat.modified,
        replaces=tuple(sorted({*(file.name for file in sources), *replaces})),
    )  # fmt: skip
