"""Times marked as UTC that lie ahead of the fetch: where that is the newsroom's own offset, they are its wall times.

Other carriers tell such times by their distance from right ones (``reconcile``); this needs none but the fetch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from .found import Found
from .times import Place, Read

SLACK = timedelta(minutes=3)  # clocks of newsrooms and crawlers differ


def as_wall_times(groups: Sequence[list[Found]], place: Place) -> list[list[Found]] | None:
    """The groups with their times as the newsroom's wall times; None if what they state may be true."""
    stating = [moments for group in groups if (moments := _stated(group))]
    if not stating or not all(_ahead(moments, place) for moments in stating):
        return None
    return [[_as_wall(found) for found in group] for group in groups]


def _stated(group: list[Found]) -> list[datetime]:
    reads = [f.published for f in group if f.published and f.published.precision != "day"]
    return [r.moment for r in reads if r.moment and r.moment.tzinfo]


def _ahead(moments: list[datetime], place: Place) -> bool:
    offset = place.at.astimezone(place.zone).utcoffset()
    if offset is None or any(m.utcoffset() for m in moments):
        return False
    return place.at + SLACK < max(moments) <= place.at + offset + SLACK


def _as_wall(found: Found) -> Found:
    return replace(found, published=_naive(found.published), updated=_naive(found.updated),
                   created=_naive(found.created))  # fmt: skip


def _naive(read: Read | None) -> Read | None:
    if read is None or read.moment is None or read.moment.utcoffset() != timedelta():
        return read
    return replace(read, moment=read.moment.replace(tzinfo=None))
