"""STORE/warc/** -> the catalog's rows of captures, visits and readings; the part of a rebuild that reads every byte.

Newest file first: one that was made of others says so, and they are left out. So is one that was made of nothing else
than what is left out: a merge that was broken off has left it, and a later one has taken its files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from pipelines.errors import ObjectNotFound

from .catalog import Catalog, WarcFile
from .merged import made_of
from .objects import ObjectStore, Stat
from .told import Damage, Told, told_by
from .warcs import opened_at, worker_of

Progress = Callable[["Indexed"], None]


@dataclass(slots=True)
class Indexed:
    """What one file has told so far."""

    key: str
    size: int
    captures: int = 0
    visits: int = 0
    readings: int = 0
    damages: list[Damage] = field(default_factory=list)
    replaces: list[str] = field(default_factory=list)

    def add(self, part: Told) -> None:
        self.captures += len(part.captures)
        self.visits += len(part.visits)
        self.readings += len(part.readings)
        self.damages += part.damages
        self.replaces += part.replaces


class Indexer:
    """``run`` goes on where an earlier one was broken off."""

    def __init__(self, catalog: Catalog, store: ObjectStore) -> None:
        self._catalog, self._store = catalog, store
        self.files = sorted(
            (stat for stat in store.list("warc/") if stat.key.endswith(".warc.gz")),
            key=lambda stat: _time_in(_name(stat)), reverse=True,
        )  # fmt: skip

    def run(self, progress: Progress = lambda indexed: None) -> Iterator[Indexed]:
        """Each file that was read, once its rows are in the catalog; StoreUnavailable: run it again later."""
        done, left_out = self._catalog.names("file"), self._catalog.names("replaced")
        for stat in self.files:
            if _name(stat) in done or _name(stat) in left_out or self._is_left_over(stat, left_out):
                continue
            found = self._file(stat, progress)
            left_out.update(found.replaces)
            yield found

    def _is_left_over(self, stat: Stat, left_out: set[str]) -> bool:
        sources = made_of(self._store, stat.key)
        return bool(sources) and left_out.issuperset(sources)

    def _file(self, listed: Stat, progress: Progress) -> Indexed:
        name, found = _name(listed), Indexed(listed.key, listed.size)
        try:
            stat = self._store.stat(listed.key)  # not as it was listed: when it was stored may be rounded there
            file = self._read(stat, found, progress)
        except ObjectNotFound as e:
            found.damages.append(Damage(0, str(e)))
            return found
        if found.damages:
            found.replaces.clear()  # what is lost here may be whole in the files that it was made of
            file = replace(file, replaces=())
        self._catalog.file_told(file, [other for other in found.replaces if other != name])
        return found

    def _read(self, stat: Stat, found: Indexed, progress: Progress) -> WarcFile:
        name = _name(stat)
        worker = _worker(name)
        size, sha256 = 0, f"sha256:{stat.sha256}" if stat.sha256 else None
        with self._store.open(stat.key) as stream:
            for part in told_by(stream, stat.key, worker=worker, hashed=sha256 is None):
                self._catalog.add_told(part.captures, part.visits, part.readings)
                found.add(part)
                progress(found)
                size, sha256 = part.size, sha256 or part.sha256
        return WarcFile(
            name=name, key=stat.key, state="stored", size=size, sha256=sha256, worker=worker,
            opened=_opened(stat), stored=stat.modified, replaces=tuple({*found.replaces} - {name}),
        )  # fmt: skip


def _name(stat: Stat) -> str:
    return stat.key.rpartition("/")[2]


def _time_in(name: str) -> str:
    """What names are sorted by: their 17 digits, or where they have none the whole of them, before all others."""
    words = name.rsplit("-", 3)
    return words[1] if len(words) == 4 else f" {name}"


def _worker(name: str) -> str:
    return worker_of(name) if "-" in name else ""


def _opened(stat: Stat) -> datetime:
    try:
        return opened_at(_name(stat))
    except (ValueError, IndexError):
        return stat.modified
