"""Files that were made of others, as they say it themselves; and what merges that went wrong have left of them.

name, worker admin_… -> first record, a warcinfo -> the names of the files that it stands for
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress

from pipelines.errors import DamagedRecord, ObjectNotFound
from pipelines.warc import parse_record

from .catalog import WarcFile
from .members import Member, Members
from .newfile import name_after
from .objects import ObjectStore
from .spool import NAME
from .told import replaced_by
from .warcs import index_key, worker_of

COMPACT = "compact"  # why a merged file is made: a part of its name
_PIECE = 1 << 15  # bytes: more than a first record has
_BAD_INDEX = (ObjectNotFound, OSError, EOFError, zlib.error, ValueError, LookupError, TypeError)


def is_merged(name: str) -> bool:
    return bool(NAME.fullmatch(name)) and worker_of(name).startswith("admin_")


def made_of(store: ObjectStore, key: str) -> list[str]:
    """The files that this one stands for, by its first record alone; none where that does not say so."""
    if not is_merged(key.rpartition("/")[2]):
        return []
    with suppress(ObjectNotFound, DamagedRecord, ValueError), store.open(key) as stream:
        first = next(iter(Members(lambda: stream.read(_PIECE))), None)
        if isinstance(first, Member):
            record = parse_record(first.plain)
            return replaced_by(record) if record.type == "warcinfo" else []
    return []


def begun(files: Iterable[WarcFile], store: ObjectStore) -> list[list[WarcFile]]:
    """Groups of which a merged file lies in the store already, though the catalog still points to each of them: a
    merge was killed, or its catalog was locked. Made of the same files it is the same file.

    They are ended as they were begun. Were they taken together with others, the store would have two merged files with
    the same records, and who reads it alone could not tell which of them counts.
    """
    known = {file.name: file for file in files}
    groups = []
    for stat in store.list("warc/"):
        name = stat.key.rpartition("/")[2]
        if is_merged(name) and name not in known:
            group = [known[other] for other in made_of(store, stat.key) if other in known]
            if group and name_after(group, COMPACT) == name:
                groups.append(group)
    return list(_apart(sorted(groups, key=len, reverse=True)))


def _apart(groups: Iterable[list[WarcFile]]) -> Iterator[list[WarcFile]]:
    """Those that have no file in common with one before."""
    taken: set[str] = set()
    for group in groups:
        names = {file.name for file in group}
        if not names & taken:
            yield group
        taken |= names


def doubled(files: Sequence[WarcFile], store: ObjectStore) -> Iterator[WarcFile]:
    """Files whose index lists a capture twice: until 2026-11-29 two merged files with the same records could be merged.

    Only what is made of merged files can be such a one.
    """
    for file in files:
        if is_merged(file.name) and any(map(is_merged, file.replaces)):
            with suppress(*_BAD_INDEX):  # verify names it
                lines = gzip.decompress(store.get(index_key(file.name))).splitlines()
                names = [json.loads(line.split(b" ", 2)[2])["record_id"] for line in lines]
                if len(set(names)) < len(names):
                    yield file
