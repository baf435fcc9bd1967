"""One WARC file against the catalog: its object, its index, its captures, and if asked for every byte of it."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO

from pipelines.errors import ObjectNotFound, StoreError, StoreUnavailable

from .catalog import Catalog, WarcFile
from .fixity import MOST_CAPTURES, Checked, Problem
from .objects import ObjectStore
from .spool import NAME
from .warcs import index_key

if TYPE_CHECKING:
    from .every_byte import Damage

Places = dict[str, tuple[int, int]]  # record id -> offset and length
FAST = ("size", "checksum", "index", "captures")
DEEP = ("sha256", "members", "records", "digests")
_PATIENCE = 3  # objects in a row that cannot be read: then it is the store, not they
_END = 2**62  # behind every file's end


class FileCheck:
    """``stored`` is for files in the store; the other methods for who looks at files elsewhere."""

    def __init__(self, catalog: Catalog, store: ObjectStore, *, deep: bool, clock: Callable[[], datetime]) -> None:
        self._catalog, self._store, self._deep, self._clock = catalog, store, deep, clock
        self._unread = 0

    def stored(self, file: WarcFile, key: str) -> Checked:
        places = self._catalog.places(key)
        result = Checked(key, self._clock(), FAST)
        try:
            problems = [*self._object(file, key, places), *self._index(file, places)]
            if self._deep and not any(problem.kind == "missing" for problem in problems):
                with self._store.open(key) as stream:
                    result = self.through(result, stream, key, file.sha256, places)
        except ObjectNotFound as e:
            problems = [self.missing(key, str(e), len(places))]
        except (StoreError, OSError) as e:
            self._unread += 1
            if self._unread >= _PATIENCE and isinstance(e, StoreUnavailable):
                raise
            problems = [Problem("unreadable", str(e), affected=len(places))]
        else:
            self._unread = 0
        return replace(result, problems=(*problems, *result.problems))

    def _object(self, file: WarcFile, key: str, places: Places) -> Iterator[Problem]:
        try:
            stat = self._store.stat(key)
        except ObjectNotFound as e:
            yield self.missing(key, str(e), len(places))
            return
        if stat.size > file.size:
            yield Problem("size", f"has {stat.size} bytes, {file.size} were stored", file.size)
        if stat.size < file.size:
            yield self._touching("size", f"has {stat.size} bytes, {file.size} were stored", key, stat.size, _END)
        if stat.sha256 and file.sha256 and file.sha256 != f"sha256:{stat.sha256}":
            yield Problem("checksum", f"the store has it with sha256:{stat.sha256}, stored was {file.sha256}")
        yield from self.inside(key, file.size, places)

    def inside(self, name: str, size: int, places: Places) -> Iterator[Problem]:
        if any(offset < 0 or length <= 0 or offset + length > size for offset, length in places.values()):
            yield self._touching("captures", "captures of the catalog point beyond its end", name, size, _END)

    def _index(self, file: WarcFile, places: Places) -> Iterator[Problem]:
        if not NAME.fullmatch(file.name):  # what others put there, and a rebuild took in, has no index of ours
            return
        key = index_key(file.name)
        try:
            listed = self._lines(key)
        except ObjectNotFound as e:
            yield Problem("index", f"its index is missing: {e}")
            return
        except (gzip.BadGzipFile, zlib.error, EOFError, ValueError, LookupError, TypeError) as e:
            yield Problem("index", f"its index {key} is damaged: {e}")
            return
        if len(listed) != len(places):
            yield Problem("index", f"its index {key} has {len(listed)} lines, the catalog {len(places)} captures")
        elif listed != places:
            strange = len(listed.items() - places.items())
            yield Problem("index", f"its index {key} places {strange} captures otherwise than the catalog")

    def _lines(self, key: str) -> Places:
        with self._store.open(key) as stream, gzip.open(stream) as lines:
            facts = (json.loads(line.split(b" ", 2)[2]) for line in lines)
            return {fact["record_id"]: (int(fact["offset"]), int(fact["length"])) for fact in facts}

    def through(self, result: Checked, stream: BinaryIO, name: str, sha256: str | None, places: Places) -> Checked:
        from .every_byte import Damage, read_through, rewritten  # FastWARC: only who reads it pays for it
        from .quickly import quickly

        found = quickly(stream, places, sha256) if sha256 else read_through(stream, places)
        if found is None:
            with self._store.open(name) as again:
                found = read_through(again, places)
        damages = found.damages
        if sha256 and found.sha256 != sha256 and not damages:
            with self._store.open(name) as again:
                damages = list(rewritten(again))
            damages = damages or [Damage(None, 0, "all records are right; where it differs cannot be told")]
        problems = [self._damage(damage, name) for damage in damages]
        if sha256 and found.sha256 != sha256:
            problems.append(Problem("checksum", f"its bytes have {found.sha256}, stored was {sha256}"))
        checked = (*result.checked, *DEEP)
        return replace(result, checked=checked, problems=tuple(problems), size=found.size, sha256=found.sha256)

    def _damage(self, damage: Damage, name: str) -> Problem:
        if damage.offset is None:
            return Problem("damaged", damage.why)
        return self._touching("damaged", damage.why, name, damage.offset, damage.offset + damage.length)

    def _touching(self, kind: str, why: str, name: str, start: int, end: int) -> Problem:
        """What lies between captures was written after that before it, and belongs to the same visit as a rule."""
        touched = self._catalog.captures_between(name, start, end)
        if not touched and (before := self._catalog.capture_before(name, start)):
            return Problem(kind, f"{why}; no capture, but a record of the exchange or visit of", start, (before,), 1)
        return Problem(kind, why, start, tuple(touched[:MOST_CAPTURES]), len(touched))

    def missing(self, name: str, why: str, affected: int) -> Problem:
        touched = self._catalog.captures_between(name, 0, _END)[:MOST_CAPTURES]
        return Problem("missing", why, None, tuple(touched), affected)
