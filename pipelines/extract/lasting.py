"""How long what was read from a page stays true while the page does not change.

A page is read against the moment of its fetch: ages, clocks without a day, times that lie ahead. An age is another one
at each look; the others turn at moments that can be told: until the first of these, the same page says the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo

from .days import SKEW
from .found import Found
from .gate import FUTURE
from .times import Read

MARGINS = (FUTURE, SKEW, timedelta())  # how far ahead a time may lie for those who ask
SHIFT = timedelta(hours=1)  # by which summer time may move a clock
_DAY = timedelta(days=1)


@dataclass(slots=True)
class Lasting:
    """Told all times that a reading meets; ``at`` is that of the reading, ``zone`` that of its clocks."""

    at: datetime
    zone: tzinfo = UTC
    steady: bool = True
    end: datetime = field(default=datetime.max.replace(tzinfo=UTC))

    def found(self, found: Iterable[Found]) -> None:
        for item in found:
            self.read(item.published, item.updated)

    def read(self, *reads: Read | None) -> None:
        for read in filter(None, reads):
            if read.age is not None or read.is_yearless():
                self.steady = False
            elif read.moment is not None:
                self.moment(read.moment)
            elif read.clock is not None and read.day is None:
                self._turned(self._next(read, UTC if read.utc else self.zone) - SKEW - SHIFT)

    def moment(self, *moments: datetime | None) -> None:
        for moment in filter(None, moments):
            aware = moment if moment.tzinfo else moment.replace(tzinfo=self.zone)
            self.turns(*(aware - margin for margin in MARGINS))

    def _next(self, read: Read, zone: tzinfo) -> datetime:
        """When the clock shows this again, and one might take it for today's."""
        assert read.clock is not None
        shown = datetime.combine((self.at + SKEW).astimezone(zone).date(), read.clock, zone)
        return shown if shown > self.at + SKEW else shown + _DAY

    def turns(self, *moments: datetime) -> None:
        """What was read holds until the first of these that is still to come."""
        self.end = min((self.end, *(moment for moment in moments if moment > self.at)))

    def _turned(self, moment: datetime) -> None:
        """As ``turns``; what may have turned a little earlier than it says has turned."""
        self.steady = self.steady and moment > self.at
        self.turns(moment)

    def until(self, at: datetime) -> bool:
        """Whether the same page, looked at then, says the same."""
        same_offset = at.astimezone(self.zone).utcoffset() == self.at.astimezone(self.zone).utcoffset()
        return self.steady and self.at <= at < self.end and same_offset
