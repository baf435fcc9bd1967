"""Objects that the catalog does not point to: is there anything in them that no other file has?"""

from __future__ import annotations

from .catalog import Catalog
from .contents import Contents, contents, together
from .objects import ObjectStore


class Spares:
    """Compares such files with those that stand for them; reads both."""

    def __init__(self, catalog: Catalog, store: ObjectStore) -> None:
        self._catalog, self._store = catalog, store

    def only_here(self, key: str) -> list[str]:
        """Ids of the records that would be lost with it. DamagedRecord: one of the files cannot be read whole."""
        spare = contents(self._store, key)
        return together(self._store, self._elsewhere(key, spare)).lacks(spare)

    def _elsewhere(self, key: str, spare: Contents) -> list[str]:
        """Files that the catalog points to, in which its records may lie: made of it, it of them, or found by its
        captures."""
        name = key.rpartition("/")[2]
        keys = set()
        if made := self._catalog.replacing(name):
            keys.add(made.key)
        known = {file.name: file.key for file in self._catalog.files("stored")}
        keys |= {known[other] for other in spare.replaces if other in known}
        stood_for = (self._catalog.replacing(other) for other in spare.replaces)
        keys |= {file.key for file in stood_for if file}
        keys |= self._catalog.lying_in(spare.records)
        return sorted(other for other in keys if other and other != key)
