"""Objects that the catalog does not point to: is there anything in them that no other file has?"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from pipelines.errors import DamagedRecord

from .catalog import Catalog, WarcFile
from .contents import Contents, contents
from .objects import ObjectStore

_KEPT = 500_000  # records that are remembered, of one file at least: some hundred megabytes


class Spares:
    """Compares such files with those that stand for them; reads both.

    Many in a row are held by the same file, which a merge has made of them: it is read once. ``replacing``: the file
    that stands for one of this name, for who has asked the catalog for all of them.
    """

    def __init__(self, catalog: Catalog, store: ObjectStore,
                 replacing: Callable[[str], WarcFile | None] | None = None) -> None:  # fmt: skip
        self._catalog, self._store = catalog, store
        self._replacing = replacing or catalog.replacing
        self._read: OrderedDict[str, Contents | DamagedRecord] = OrderedDict()  # what was asked for last comes last

    def only_here(self, key: str, *, heads: bool = False) -> list[str]:
        """Ids of the records that would be lost with it; ``heads``: warcinfo records, too.

        DamagedRecord: one of the files cannot be read whole.
        """
        spare = contents(self._store, key)
        left = spare
        for other in self._elsewhere(key, spare):
            left = left.without(self._contents(other))
        return sorted([*left.records, *(left.heads if heads else ())])

    def _contents(self, key: str) -> Contents:
        """Of a file that the catalog points to: it is written once, and nobody deletes it."""
        if key not in self._read:
            self._read[key] = self._read_once(key)
        self._read.move_to_end(key)
        while len(self._read) > 1 and sum(map(_size, self._read.values())) > _KEPT:
            self._read.popitem(last=False)
        found = self._read[key]
        if isinstance(found, DamagedRecord):
            raise found
        return found

    def _read_once(self, key: str) -> Contents | DamagedRecord:
        try:
            return contents(self._store, key)
        except DamagedRecord as e:
            return e

    def _elsewhere(self, key: str, spare: Contents) -> list[str]:
        """Files that the catalog points to, in which its records may lie: made of it, it of them, or found by its
        captures."""
        names = {key.rpartition("/")[2], *spare.replaces}
        files = [*map(self._catalog.file, spare.replaces), *map(self._replacing, names)]
        keys = {file.key for file in files if file and file.state == "stored"}
        keys |= self._catalog.lying_in(spare.records)
        return sorted(other for other in keys if other and other != key)


def _size(found: Contents | DamagedRecord) -> int:
    return len(found) if isinstance(found, Contents) else 1
