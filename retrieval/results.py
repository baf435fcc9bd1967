"""What a query gives back: it iterates, and becomes a table where pandas is installed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from pipelines.errors import StoppressError
from pipelines.face import Json, change_to_json
from pipelines.store.catalog import StoredChange

if TYPE_CHECKING:
    from pandas import DataFrame


class Changes:
    """Recorded changes; each iteration reads them anew, oldest first.

    >>> for stored in archive.changes(since="2d"):
    ...     print(stored.url, stored.change.type, stored.change.new)
    """

    def __init__(self, read: Callable[[], Iterator[StoredChange]]) -> None:
        self._read = read

    def __iter__(self) -> Iterator[StoredChange]:
        return self._read()

    def to_pandas(self) -> DataFrame:
        """One row per change, the columns of ``changes --json``; times as pandas timestamps in UTC."""
        try:
            import pandas as pd
        except ImportError as e:
            raise StoppressError("to_pandas needs pandas; next: pip install pandas") from e
        table = pd.DataFrame([change_row(stored) for stored in self], columns=list(COLUMNS))
        for name in ("seen_after", "seen_by", "earlier"):
            table[name] = pd.to_datetime(table[name], utc=True, format="ISO8601")
        return table


CHANGE_TYPES = (
    "added", "removed", "edited", "moved", "retimed", "merged", "split", "retitled", "pinned", "unpinned",
    "headline", "standfirst", "byline", "media", "links", "left_window", "returned", "restored", "reverted",
    "coverage_started", "coverage_ended", "continued",
)  # fmt: skip
COLUMNS = (
    "url", "from", "to", "change_id", "type", "class", "update", "field", "old", "new", "ops",
    "match_method", "match_score", "confirmed", "seen_after", "seen_by", "old_record", "new_record",
    "extractor", "differ", "runner_up_score", "other", "numbers_changed", "quotes_changed", "names_changed",
    "was", "age_s", "gap_s", "earlier", "notice", "stealth", "reasons", "coarse",
)  # fmt: skip


def change_line(stored: StoredChange) -> Json:
    """A line of ``changes --json``: the change as ``compare --json`` prints it, and where it belongs."""
    return {
        **change_to_json(stored.change),
        "url": stored.url,
        "from": stored.from_seq,
        "to": stored.to_seq,
        "change_id": stored.change_id,
        "extractor": stored.extractor,
        "differ": stored.differ,
    }


def change_row(stored: StoredChange) -> dict[str, Any]:
    """The same, flat: a proof is the id of its record."""
    line = change_line(stored)
    for side in ("old", "new"):
        proof = line.pop(f"{side}_proof", None)
        line[f"{side}_record"] = proof and proof["record_id"]
    return {name: line.get(name) for name in COLUMNS}
