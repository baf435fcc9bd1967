"""A page whose times have all moved by one whole half-hour: they are read in another zone now, nobody changed them.

A newsroom mends the zone of its template, or the reader learns only from a later look that times marked as UTC are local.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from ..model import Change, Update, Version
from .fields import iso
from .same import ticks

_STEP = timedelta(minutes=30)  # zones differ by multiples of it, but for Nepal and the Chathams
_MOST = timedelta(hours=14)
_FEWEST = 3  # updates that two versions share
_TELLING = 20  # characters of a text that stands for one update


def offset(old: Version, new: Version) -> timedelta | None:
    """By how much the times of all updates that stand in both versions, word for word, have moved; None: they have not."""
    then, now = _times(old.updates), _times(new.updates)
    gaps = [now[text] - moment for text, moment in then.items() if text in now]
    if len(gaps) < _FEWEST or len({*gaps}) > 1 or not gaps[0]:
        return None
    return gaps[0] if not gaps[0] % _STEP and abs(gaps[0]) <= _MOST else None


def _times(updates: Sequence[Update]) -> dict[str, datetime]:
    exact = (u for u in updates if len(u.text) >= _TELLING and u.time_precision != "day" and not ticks(u))
    return {u.text: u.published for u in exact if u.published}


def moved(version: Version, by: timedelta) -> Version:
    """The version as it would read in the other zone."""
    window = version.window
    return replace(
        version,
        updates=tuple(replace(u, published=_by(u.published, by), updated=_by(u.updated, by)) for u in version.updates),
        window=replace(window, newest=_by(window.newest, by), oldest=_by(window.oldest, by)),
    )


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

