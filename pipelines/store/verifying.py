"""Is everything there that the catalog says, and is it what was written? Reads only; a crawler may be running.

catalog -> object in the store: there, its size, the store's checksum, its index, its captures inside it
        -> every byte of it, if asked for
store   -> objects that the catalog does not know         spool -> what waits there, and the quarantine
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from .catalog import Catalog, WarcFile
from .file_check import FileCheck
from .fixity import Checked, Problem
from .objects import ObjectStore, Stat
from .recovering import QUARANTINE, what_is_kept
from .spool import NAME, left_open, sealed
from .warcs import OPEN

ORPHAN = "orphan: the catalog does not know it"


@dataclass(frozen=True, slots=True)
class Slice:
    """The n-th of t shares of all files: the same files each time, and all t together are all files."""

    n: int = 1
    t: int = 1

    def has(self, name: str) -> bool:
        return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8]) % self.t == self.n - 1


class Verifier:
    """``spool`` is this machine's, of the worker of that name; files in others' spools are not looked at."""

    def __init__(self, catalog: Catalog, store: ObjectStore, spool: Path, *, worker: str, deep: bool, share: Slice,
                 clock: Callable[[], datetime]) -> None:  # fmt: skip
        self._catalog, self._store, self._spool = catalog, store, spool
        self._worker, self._deep, self._share, self._clock = worker, deep, share, clock
        self._check = FileCheck(catalog, store, deep=deep, clock=clock)

    def total(self) -> int:
        """About how many objects ``run`` will tell of."""
        return sum(self._share.has(file.name) for file in self._catalog.files())

    def run(self) -> Iterator[Checked]:
        """Every object of the share, one after the other; StoreUnavailable if the store does not answer any more."""
        pointed = self._catalog.captures_by_file()  # first: the files that they point to are known by then
        files = self._catalog.files()
        for file in files:
            if self._share.has(file.name):
                yield from self._file(file)
        if not files:
            yield from self._nothing_known()
        yield from self._nowhere(pointed, files)
        yield from self._orphans()
        yield from self._quarantine()

    def _file(self, file: WarcFile) -> Iterator[Checked]:
        if file.state == "stored" and file.key:
            checked = self._check.stored(file, file.key)
            made = self._catalog.replacing(file.name) if checked.problems else None
            yield self._left(file.key, made) if made else checked
        elif file.worker != self._worker:
            yield Checked(file.name, self._clock(), note=f"{file.state} in the spool of {file.worker}, not looked at")
        elif (path := self._in_spool(file.name)) is None:
            now = self._catalog.file(file.name)
            if now and now.state == "stored" and now.key:  # it went to the store in the meantime
                yield self._check.stored(now, now.key)
            elif places := self._catalog.places(file.name):
                gone = self._check.missing(file.name, "is neither in the spool nor in the store", len(places))
                yield Checked(file.name, self._clock(), ("size",), (gone,))
        else:
            yield from self._spooled(file, path)

    def _in_spool(self, name: str) -> Path | None:
        both = (self._spool / (name + OPEN), self._spool / name)  # in this order: it may be sealed just now
        return next((path for path in both if path.exists()), None)

    def _nothing_known(self) -> Iterator[Checked]:
        """A catalog without a file is that of an archive that is new, or it was lost: then nothing was checked."""
        keys = (stat.key for stat in self._store.list("warc/") if NAME.fullmatch(stat.key.rpartition("/")[2]))
        if (first := next(keys, None)) is not None and not self._catalog.files():  # still: a crawler may be at work
            why = (
                f"it knows no WARC file, and the store has {first}: it is new, or was lost, and nothing can be checked "
                "against it; stop all crawlers, then: stoppress rebuild --replace"
            )
            yield Checked("catalog", self._clock(), ("catalog",), (Problem("catalog", why),))

    # what lies in the spool

    def _spooled(self, file: WarcFile, path: Path) -> Iterator[Checked]:
        places = self._catalog.places(file.name)  # before the size: an open file grows
        result = Checked(file.name, self._clock(), ("captures",), note=f"{file.state}, waits in the spool")
        try:
            problems = tuple(self._check.inside(file.name, path.stat().st_size, places))
            if self._deep and not path.name.endswith(OPEN):
                with path.open("rb") as stream:
                    result = self._check.through(result, stream, file.name, None, places)
        except FileNotFoundError:  # sealed or stored since
            yield from self._file(self._catalog.file(file.name) or file)
            return
        yield replace(result, problems=(*problems, *result.problems))

    def _quarantine(self) -> Iterator[Checked]:
        folder = self._spool / QUARANTINE
        for path in sorted(folder.iterdir()) if folder.is_dir() else []:
            why = f"{path.stat().st_size} {what_is_kept(path.name)}; look at them, then move them away"
            name = f"{QUARANTINE}/{path.name}"
            yield Checked(name, self._clock(), ("quarantine",), (Problem("quarantine", why),))

    # what nothing points to, and what points to nothing

    def _nowhere(self, pointed: dict[str, int], files: list[WarcFile]) -> Iterator[Checked]:
        known = {name for file in files for name in (file.name, file.key)}
        for name, count in pointed.items():
            waits = "/" not in name and self._in_spool(name)
            if name not in known and not waits and self._share.has(name.rpartition("/")[2]):
                gone = self._check.missing(name, "captures point to this file, which the catalog does not know", count)
                yield Checked(name, self._clock(), ("captures",), (gone,))

    def _orphans(self) -> Iterator[Checked]:
        """Listed first, then looked for: what a crawler stores now has its row by its name already."""
        listed = [*self._strangers("warc/", ".warc.gz"), *self._strangers("index/", ".cdxj.gz")]
        files = self._catalog.files()
        known = {file.name for file in files} | {file.key for file in files}
        for stat, name in listed:
            if name not in known and (made := self._catalog.replacing(name)):
                yield replace(self._left(stat.key, made), size=stat.size)
            elif name not in known:
                yield Checked(stat.key, self._clock(), note=ORPHAN, size=stat.size)
        if self._spool.is_dir():
            for path in [*left_open(self._spool), *sealed(self._spool)]:
                name = path.name.removesuffix(OPEN)
                if name not in known and self._share.has(name):
                    with suppress(FileNotFoundError):
                        yield Checked(path.name, self._clock(), note="orphan in the spool", size=path.stat().st_size)

    def _left(self, key: str, made: WarcFile) -> Checked:
        return Checked(key, self._clock(), note=f"replaced by {made.name}; stoppress gc deletes it")

    def _strangers(self, prefix: str, suffix: str) -> Iterator[tuple[Stat, str]]:
        for stat in self._store.list(prefix):
            name = stat.key.rpartition("/")[2].removesuffix(suffix) + ".warc.gz"
            if self._share.has(name):
                yield stat, name
