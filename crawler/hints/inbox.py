"""Which rows of what was told were read already. Pure.

Rows are numbered before they are committed: on PostgreSQL a lower number may come to light after a higher one, however
many there are between. What was passed over is therefore asked for by number, until it can come no more.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from pipelines.store.stored import Hint

COMES_WITHIN = timedelta(minutes=10)  # of a number above it: longer is no transaction of ours under way
MOST_MISSING = 10_000  # numbers that are waited for, the highest: a database that has lost so many has them not


class Inbox:
    """Of one crawler: each row once. What it asks for next: ``last`` and higher, and those that are ``missing``."""

    def __init__(self) -> None:
        self.last = 0
        self._missing: dict[int, datetime] = {}

    @property
    def missing(self) -> list[int]:
        return list(self._missing)

    def take(self, rows: Iterable[Hint], now: datetime) -> list[Hint]:
        """Those that are new."""
        new = [row for row in sorted(rows, key=lambda row: row.id) if row.id > self.last or row.id in self._missing]
        for row in new:
            self._missing.pop(row.id, None)
            passed = range(max(self.last + 1, row.id - MOST_MISSING), row.id)
            self._missing.update(dict.fromkeys(passed, now))
            self.last = max(self.last, row.id)
        for number in sorted(self._missing)[: max(len(self._missing) - MOST_MISSING, 0)]:
            del self._missing[number]
        self._missing = {number: since for number, since in self._missing.items() if now - since < COMES_WITHIN}
        return new
