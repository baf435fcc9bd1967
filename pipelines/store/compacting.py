"""Merges files: members unchanged, a warcinfo of its own in front; the old ones stay until ``gc``.

one new file of several -> put with its index, read back -> catalog switched, in one transaction
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pipelines.crashpoint import crashpoint
from pipelines.errors import DamagedRecord

from .catalog import Catalog, WarcFile
from .merged import COMPACT
from .newfile import NewFile, copy, draft, first_record, name_after, stored
from .objects import ObjectStore


def merge(group: Sequence[WarcFile], catalog: Catalog, store: ObjectStore, folder: Path) -> WarcFile:
    """The file that stands for these from now on. DamagedRecord: one of them is not whole; nothing is replaced."""
    path = folder / "merged.warc.gz"
    replaces: set[str] = set()
    with draft(path) as stream:
        new = NewFile(name_after(group, COMPACT), stream)
        at = max(file.opened for file in group)
        new.add(first_record(new, group, at, f"{len(group)} files merged, their records unchanged"))
        for file in group:
            replaces |= copy(new, store, file)
    _all_there(group, catalog, new)
    known = stored(new, path, store, group, replaces)
    crashpoint("compact_put")
    catalog.file_replaced(known, [file.name for file in group], new.captures)
    crashpoint("compact_pointed")
    path.unlink()
    return known


def _all_there(group: Sequence[WarcFile], catalog: Catalog, new: NewFile) -> None:
    """DamagedRecord: the catalog knows captures of these files that were not found in them."""
    here = {capture.record_id for capture in new.captures}
    for file in group:
        if lost := catalog.places(file.key or "").keys() - here:
            raise DamagedRecord(f"{file.key} lacks {min(lost)}, which the catalog says is in it: stoppress verify")
