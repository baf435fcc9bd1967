"""Times marked as UTC that lie ahead of the fetch: where that is the newsroom's own offset, they are its wall times.

Other carriers tell such times by their distance from right ones (``reconcile``); this needs none but the fetch.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from .found import Found
from .times import Place, Read, shown

SLACK = timedelta(minutes=3)  # clocks of newsrooms and crawlers differ


def as_wall_times(groups: Sequence[list[Found]], place: Place) -> list[list[Found]] | None:
    """The groups with their times as the newsroom's wall times; None if what they state may be true."""
    stating = [stated for group in groups if (stated := _stated(group))]
    if not stating or not all(_ahead(stated, place) for stated in stating):
        return None
    return [[_as_wall(found) for found in group] for group in groups]


def turns(groups: Sequence[list[Found]], place: Place) -> Iterator[datetime]:
    """When the same page may be read otherwise: what it states lies ahead no longer then, or not too far."""
    offset = place.at.astimezone(place.zone).utcoffset() or timedelta()
    for moment in (moment for group in groups for moment, _ in _stated(group)):
        yield moment - SLACK
        yield moment - SLACK - offset


def _stated(group: list[Found]) -> list[tuple[datetime, str | None]]:
    """The moments, and what is printed beside each."""
    reads = [(f.published, f.shown) for f in group if f.published and f.published.precision != "day"]
    return [(r.moment, printed) for r, printed in reads if r.moment and r.moment.tzinfo]


def _ahead(stated: list[tuple[datetime, str | None]], place: Place) -> bool:
    """One alone may be a slip of a clock, or wait for its hour: two must lie ahead, or readers see the same clock."""
    offset = place.at.astimezone(place.zone).utcoffset()
    if offset is None or any(moment.utcoffset() for moment, _ in stated):
        return False
    early = [(moment, printed) for moment, printed in stated if moment > place.at + SLACK]
    if not early or max(moment for moment, _ in early) > place.at + offset + SLACK:
        return False
    return len(early) > 1 or _prints(*early[0])


def _prints(moment: datetime, printed: str | None) -> bool:
    read = shown(printed) if printed else None
    if read is None:
        return False
    clock = read.clock or (read.moment.time() if read.moment else None)
    return clock is not None and (clock.hour, clock.minute) == (moment.hour, moment.minute)


def _as_wall(found: Found) -> Found:
    return replace(found, published=_naive(found.published), updated=_naive(found.updated),
                   created=_naive(found.created))  # fmt: skip


def _naive(read: Read | None) -> Read | None:
    if read is None or read.moment is None or read.moment.utcoffset() != timedelta():
        return read
    return replace(read, moment=read.moment.replace(tzinfo=None))
