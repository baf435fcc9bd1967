"""What a visit tells the schedule: the events since the look before, and how long ago each was. Pure.

Only what readers were told counts: bytes, boxes, ticking times and typography are no events, nor is what only left the
part of the page that is shown. A visit that failed, or brought no page that can be read, is no look.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from pipelines.ledger import SUCCESS
from pipelines.model import Change, Update, Version, Visit

from .learning import NOTHING, Seen

OF_PAGE = frozenset({"headline", "standfirst"})
OF_UPDATE = frozenset({"added", "edited", "retitled", "removed", "merged", "split", "restored", "reverted"})
_UNREAD = frozenset({"empty", "not-html", "decode", "extract-failed", "refused", "none"})


def seen(visit: Visit) -> Seen | None:
    """None: it was no look, and teaches nothing."""
    if visit.outcome not in SUCCESS or visit.reading in _UNREAD or visit.reading is None:
        return None
    version = visit.version
    if visit.reading != "version" or version is None:
        return NOTHING
    if visit.version_seq == 1:
        return Seen(new=tuple(_age(version.at, _usable(update, update.published)) for update in version.updates))
    changes = [change for change in visit.changes if change.class_ == "editorial"]
    if not version.updates:
        return Seen(changed=bool(changes))
    return _events(version, changes)


def _events(version: Version, changes: list[Change]) -> Seen:
    updates = {update.key: update for update in version.updates}
    new: dict[str, float | None] = {}
    edited: dict[str, float | None] = {}  # an update that changed in two ways was changed once
    heads = set()
    for change in changes:
        if change.type in OF_UPDATE and change.update is not None:
            age = _age(version.at, _when(change, updates.get(change.update)))
            (new if change.type == "added" else edited)[change.update] = age
        elif change.type in OF_PAGE:
            heads.add(change.type)
    edits = tuple(age for key, age in edited.items() if key not in new)
    return Seen(new=tuple(new.values()), edited=edits, heads=len(heads))


def _when(change: Change, update: Update | None) -> datetime | None:
    if update is None:
        return None
    if change.type == "added":
        return _usable(update, update.published)
    stated = update.updated
    return _usable(update, stated) if stated and update.published and stated > update.published else None


def _usable(update: Update, time: datetime | None) -> datetime | None:
    """By the newsroom's own clock; a time that ticks was made from ours."""
    return None if update.time_source == "relative" or update.time_precision == "day" else time


def _age(at: datetime, time: datetime | None) -> float | None:
    return None if time is None else max((at - time) / timedelta(seconds=1), 0.0)
