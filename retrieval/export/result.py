"""What an export has come to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from .estimates import Estimates

TAKEN_DOWN = "taken down"
NO_ORIGINAL = "no original"  # a revisit, and what it refers to is not in the archive, or not chosen with it
DAMAGED = "damaged"
MISSING = "missing"
NOT_STORED = "not stored yet"  # it lies in the spool of a crawler on another machine
FINDINGS = (NO_ORIGINAL, DAMAGED, MISSING)  # which should not be


@dataclass(slots=True)
class Tally:
    """Counts of what was written and of what was left out, by reason; grows while an export goes on."""

    of_captures: int = 0
    captures: int = 0  # that were looked at
    responses: int = 0
    revisits: int = 0
    emptied: int = 0  # of the revisits: 304 answers, now without their header
    originals: int = 0  # of the responses: taken along from before the time, not chosen themselves
    zstd: int = 0  # of the responses: bodies in a coding that replay tools do not know
    versions: int = 0
    pages: int = 0  # of a trace ...
    events: int = 0  # ... and what happened on them
    size: int = 0  # bytes of records
    left_out: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)  # why -> the first one, in words

    def leave(self, why: str, example: str) -> None:
        self.left_out[why] += 1
        self.examples.setdefault(why, example)


@dataclass(frozen=True, slots=True)
class Exported:
    """A finished export: the file, its size in bytes and SHA-256 in hex, and what is in it. ``public_key``: that of its
    signature, in Base64. ``estimated``: how much of what the pages said in the time has been captured; None where the
    captures were not read."""

    path: Path
    size: int
    sha256: str
    tally: Tally
    public_key: str | None = None
    estimated: Estimates | None = None

    @property
    def findings(self) -> int:
        """How many captures are not in it that should be."""
        return sum(self.tally.left_out[why] for why in FINDINGS)
