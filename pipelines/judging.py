"""Which records a redaction takes out of a file, and what comes in their place. Pure but for what it has seen."""

from __future__ import annotations

import json
from collections.abc import Iterable

from . import warc
from .cdxj import capture_of
from .redaction import blanked_reading
from .takedowns import Takedown
from .tombstones import derived, tombstone
from .warc import Placed, Record


class Judge:
    """Asked for each record of a file in its order. ``records``: ids of the captures that go; ``visits``: of the
    visits of whole pages, of which every exchange goes; ``words``: captures of which versions lose their text."""

    def __init__(self, takedown: Takedown, records: Iterable[str], visits: Iterable[str],
                 words: Iterable[str] = ()) -> None:  # fmt: skip
        self._takedown, self._records, self._visits = takedown, frozenset(records), frozenset(visits)
        self._words = self._records | frozenset(words)
        self._taken: set[str] = set()  # exchanges without a capture, met so far

    def instead(self, record: Record) -> list[Record] | None:
        """None: it stays as it is."""
        if record.get(warc.REDACTED) or record.type == "warcinfo":
            return None
        if record.get("Content-Type") == warc.READING_TYPE:
            return self._reading(record)
        if record.get("Content-Type") == warc.VISIT_TYPE:  # what was done, not what the page said
            return None
        if not self._goes(record):
            return None
        return [tombstone(record, self._takedown, capture_of(Placed(record, 0, 0), ""))]

    def _goes(self, record: Record) -> bool:
        about = (record.get("WARC-Concurrent-To") or "").strip("<>")
        mine = record.id in self._records or record.get("Stoppress-Visit") in self._visits
        if mine:
            self._taken.add(record.id)
        return mine or about in self._records or about in self._taken

    def _reading(self, record: Record) -> list[Record] | None:
        said = json.loads(record.block)
        told = blanked_reading(said, self._words, self._takedown.id)
        if told is None:
            return None
        block = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")
        fresh = warc.with_block(record, block, derived(record.id + " reading", self._takedown), self._takedown.id)
        return [tombstone(record, self._takedown, None), fresh]
