"""A page whose times have all moved by one whole half-hour: they are read in another zone now, nobody changed them.

A newsroom mends the zone of its template; or times marked as UTC are told to be local by lying ahead of one look, and
of the next no longer.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from ..model import Change, Update, Version
from .fields import iso
from .same import ticks

_MINUTE = timedelta(minutes=1)  # as exactly as times are compared where one is printed
_STEP = timedelta(minutes=30)  # zones differ by multiples of it, but for Nepal and the Chathams
_MOST = timedelta(hours=14)
_FEWEST = 3  # updates that two versions share
_TELLING = 20  # characters of a text that stands for one update


def offset(old: Version, new: Version) -> timedelta | None:
    """By how much all times of updates that stand in both versions, word for word, have moved; None: they have not."""
    now = {update.text: update for update in new.updates}
    seen: dict[str, int] = {}  # text -> minutes that its time has moved by; of equal texts the last stands for them
    for before in reversed(old.updates):
        then, later = _told(before), _told(now.get(before.text))
        if not then or not later or before.text in seen:
            continue
        seen[before.text] = gap = round((later - then) / _MINUTE)
        if not gap or gap != next(iter(seen.values())):  # as of most pages the first one tells
            return None
    by = next(iter(seen.values()), 0) * _MINUTE
    return by if len(seen) >= _FEWEST and not by % _STEP and abs(by) <= _MOST else None


def _told(update: Update | None) -> datetime | None:
    """The time of an update that is known by its text."""
    exact = update and len(update.text) >= _TELLING and update.time_precision != "day" and not ticks(update)
    return update.published if update and exact else None


def moved(version: Version, by: timedelta) -> Version:
    """The version as it would read in the other zone."""
    window = version.window
    return replace(
        version,
        updates=tuple(replace(u, published=_by(u.published, by), updated=_by(u.updated, by)) for u in version.updates),
        window=replace(window, newest=_by(window.newest, by), oldest=_by(window.oldest, by)),
    )


def in_step(version: Version, new: Version) -> Version:
    """An earlier version as it would read in the zone of the new one."""
    by = offset(version, new)
    return moved(version, by) if by else version


def _by(moment: datetime | None, by: timedelta) -> datetime | None:
    return moment + by if moment else None


def told_from(change: Change, by: timedelta) -> Change:
    """A change of a time against a moved version, as one against what that version says."""
    if change.field not in ("published", "updated") or change.old is None:
        return change
    return replace(change, old=iso(datetime.fromisoformat(change.old) - by))


def moves(old: Update, new: Update, by: timedelta) -> list[Change]:
    """The times that moved by just so much: nobody's doing. ``old`` is the moved one."""
    return [
        Change(type="retimed", class_="volatile", field=field, old=iso(was - by), new=iso(now))
        for field, was, now in (("published", old.published, new.published), ("updated", old.updated, new.updated))
        if was and was == now
    ]
