"""What a stored WARC file holds, by record id: what has to be there before another copy of it may go."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from pipelines.errors import DamagedRecord
from pipelines.warc import REDACTED, TOMBSTONE_TYPE, parse_record

from .members import Broken, Members
from .objects import ObjectStore
from .told import replaced_by

_PIECE = 1 << 18  # bytes read at once


@dataclass(slots=True)
class Contents:
    """Record ids with the digests of their blocks; ``gone``: ids of which tombstones lie here; ``heads``: those of
    warcinfo records, but for that of a merged file, which says no more than how it was made."""

    records: dict[str, str] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    heads: set[str] = field(default_factory=set)
    replaces: set[str] = field(default_factory=set)

    def __len__(self) -> int:
        return len(self.records) + len(self.gone) + len(self.heads)

    def without(self, other: Contents) -> Contents:
        """What ``other`` neither has, with the same digest, nor a tombstone of."""
        missing = self.records.items() - other.records.items()
        return replace(
            self,
            records={name: digest for name, digest in missing if name not in other.gone},
            heads=self.heads - other.heads,
        )


def contents(store: ObjectStore, key: str) -> Contents:
    """Every record of a file but what a redaction left. DamagedRecord: it is not whole."""
    found = Contents()
    with store.open(key) as stream:
        for item in Members(lambda: stream.read(_PIECE)):
            if isinstance(item, Broken):
                raise DamagedRecord(f"{key} is damaged at byte {item.offset}: {item.why}")
            record = parse_record(item.plain)
            if record.type == "warcinfo":
                replaces = replaced_by(record)
                found.replaces.update(replaces)
                found.heads.update([] if replaces else [record.id])
            elif record.get(REDACTED) is None:
                found.records[record.id] = record.get("WARC-Block-Digest") or ""
            elif record.get("Content-Type") == TOMBSTONE_TYPE:
                found.gone.add((record.get("WARC-Refers-To") or "").strip("<>"))
    return found
