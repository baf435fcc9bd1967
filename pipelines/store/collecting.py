"""What may be deleted: objects that no row points to and that hold nothing of their own.

    replaced by a merged file, longer ago than a grace -> every record is in that one: index and file go
    orphan, older than a grace -> every record is in files that the catalog points to: it goes; else it is named
    index without its file, upload begun and never ended, older than the grace -> goes

What is not ours by its name and place is nobody's to delete here; but an empty WARC file, which holds nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from pipelines.crashpoint import crashpoint
from pipelines.errors import DamagedRecord, ObjectNotFound

from .admin import AdminStore, Upload
from .catalog import Catalog, WarcFile
from .objects import Stat
from .ours import indexed_by, is_our_warc
from .spares import Spares
from .spool import NAME
from .warcs import index_key


@dataclass(frozen=True, slots=True)
class Found:
    """One object, or upload, that nothing points to; ``keep``: why it is not deleted."""

    key: str
    size: int
    why: str
    keep: str | None = None
    upload: Upload | None = None
    failure: bool = False  # somebody has to look at it


class Collector:
    """``limit``: what is younger is left in peace; ``replaced``: and what was replaced later.

    A reader asks the catalog where a record lies, then the store for it: in between, and for as long as a dump of the
    catalog or an index is used, a file must not go.
    """

    def __init__(self, catalog: Catalog, store: AdminStore, *, limit: datetime, replaced: datetime) -> None:
        self._catalog, self._store, self._limit, self._replaced = catalog, store, limit, replaced
        self._made: dict[str, WarcFile] = {}  # what stands for a file, by the name of that
        self._spares = Spares(catalog, store, self._made.get)

    def run(self) -> Iterator[Found]:
        """Judged one after the other; nothing is deleted here."""
        listed = list(self._store.list("warc/"))  # before the catalog: what is stored meanwhile has its row by then
        indexes = list(self._store.list("index/"))
        known = self._catalog.files()
        names = {file.name for file in known}
        self._made.update((name, file) for file in known for name in file.replaces)
        for stat in listed:
            if stat.key.endswith(".warc.gz") and _name(stat) not in names:
                yield self._file(stat)
        there = names | {_name(stat) for stat in listed}
        for stat in indexes:
            if (name := indexed_by(stat.key)) and name not in there:
                yield self._aged(stat, "index without its file")
        for upload in self._store.uploads():
            if upload.begun <= self._limit:
                yield Found(upload.key, 0, f"upload begun {upload.begun:%Y-%m-%d} and never ended", upload=upload)

    def _aged(self, stat: Stat, why: str) -> Found:
        young = stat.modified > self._limit
        return Found(stat.key, stat.size, why, keep="younger than the grace period" if young else None)

    def _of(self, stat: Stat, made: WarcFile) -> Found:
        """Nothing has pointed to it since the file that replaces it was stored: no other record of that is needed."""
        young = made.stored is not None and made.stored > self._replaced
        keep = "replaced within the grace period: whoever has read its old place may still come" if young else None
        return Found(stat.key, stat.size, f"replaced by {made.name}", keep=keep)

    def _file(self, stat: Stat) -> Found:
        made = self._made.get(_name(stat))
        found = self._of(stat, made) if made else self._aged(stat, "orphan")
        if found.keep:
            return found
        try:
            only = self._spares.only_here(stat.key, heads=True)
        except (DamagedRecord, ObjectNotFound) as e:
            return Found(stat.key, stat.size, found.why, keep=f"cannot be compared: {e}", failure=True)
        if only:
            kept = f"holds {len(only)} record(s) that no other file has; start its crawler, or run stoppress rebuild"
            return Found(stat.key, stat.size, found.why, keep=kept, failure=True)
        if stat.size and not is_our_warc(stat.key):
            return Found(stat.key, stat.size, found.why, keep="its name is none of ours; who put it there knows why")
        return found

    def delete(self, found: Found) -> None:
        """The index first: whoever reads the store alone must not be led to what is gone."""
        if found.upload:
            self._store.give_up(found.upload)
            return
        name = found.key.rpartition("/")[2]
        if found.key.startswith("warc/") and NAME.fullmatch(name):  # what others put there has no index of ours
            self._store.delete(index_key(name))
            crashpoint("gc_index_deleted")
        self._store.delete(found.key)
        crashpoint("gc_deleted")


def _name(stat: Stat) -> str:
    return stat.key.rpartition("/")[2]
