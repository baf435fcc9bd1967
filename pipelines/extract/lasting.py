"""How long what was read from a page stays true while the page does not change.

A page is read against the moment of its fetch: ages, clocks without a day, and times that may lie ahead. Where it has
none of these, another look at the same page says the same; else it has to be read again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo

from .found import Found
from .times import Read

WIDEST = timedelta(hours=15)  # no zone is further from UTC


@dataclass(slots=True)
class Lasting:
    """Told all times that a reading meets; ``at`` is that of the reading."""

    at: datetime
    zone: tzinfo = UTC
    steady: bool = True
    _moments: list[datetime] = field(default_factory=list)

    def found(self, found: Iterable[Found]) -> None:
        for item in found:
            self.read(item.published, item.updated)

    def read(self, *reads: Read | None) -> None:
        for read in filter(None, reads):
            if read.moment is None or read.age is not None:
                self.steady = False  # an age, or a clock whose day the fetch tells
            else:
                self.moment(read.moment)

    def moment(self, *moments: datetime | None) -> None:
        """Times that lie ahead become times that do not."""
        for moment in filter(None, moments):
            late = moment if moment.tzinfo else moment.replace(tzinfo=UTC) + WIDEST
            self.steady = self.steady and late <= self.at

    def until(self, at: datetime) -> bool:
        """Whether the same page, looked at then, says the same."""
        return self.steady and at >= self.at and _offset(at, self.zone) == _offset(self.at, self.zone)


def _offset(at: datetime, zone: tzinfo) -> timedelta | None:
    return at.astimezone(zone).utcoffset()
