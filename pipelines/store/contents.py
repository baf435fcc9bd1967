"""What a stored WARC file holds, by record id: what has to be there before another copy of it may go."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from pipelines.errors import DamagedRecord
from pipelines.warc import REDACTED, TOMBSTONE_TYPE, parse_record

from .members import Broken, Members
from .objects import ObjectStore
from .told import replaced_by

_PIECE = 1 << 18  # bytes read at once


@dataclass(slots=True)
class Contents:
    """Record ids with the digests of their blocks; ``gone``: ids of which tombstones lie here."""

    records: dict[str, str] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    replaces: set[str] = field(default_factory=set)

    def add(self, other: Contents) -> None:
        self.records |= other.records
        self.gone |= other.gone

    def lacks(self, other: Contents) -> list[str]:
        """Records of ``other`` that are neither here, with the same digest, nor redacted here."""
        missing = other.records.items() - self.records.items()
        return sorted(name for name, _ in missing if name not in self.gone)


def contents(store: ObjectStore, key: str) -> Contents:
    """Every record of a file but its warcinfo and what a redaction left. DamagedRecord: it is not whole."""
    found = Contents()
    with store.open(key) as stream:
        for item in Members(lambda: stream.read(_PIECE)):
            if isinstance(item, Broken):
                raise DamagedRecord(f"{key} is damaged at byte {item.offset}: {item.why}")
            record = parse_record(item.plain)
            if record.type == "warcinfo":
                found.replaces.update(replaced_by(record))
            elif record.get(REDACTED) is None:
                found.records[record.id] = record.get("WARC-Block-Digest") or ""
            elif record.get("Content-Type") == TOMBSTONE_TYPE:
                found.gone.add((record.get("WARC-Refers-To") or "").strip("<>"))
    return found


def together(store: ObjectStore, keys: Iterable[str]) -> Contents:
    """Of several files."""
    found = Contents()
    for key in keys:
        found.add(contents(store, key))
    return found
