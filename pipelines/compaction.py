"""Which small files to merge: of one day, in the order of time, up to a size. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from .store.stored import WarcFile


def plan(files: Iterable[WarcFile], *, now: datetime, older_than: timedelta, size: int) -> list[list[WarcFile]]:
    """Groups of two files or more whose bytes together are at most ``size``; each file is smaller than half of it.

    Only what was stored before ``now - older_than``: a crawler may still be busy with what is younger.
    """
    days: dict[date, list[WarcFile]] = defaultdict(list)
    for file in files:
        if file.state == "stored" and file.key and file.stored and file.stored <= now - older_than:
            days[file.opened.date()].append(file)
    groups = []
    for _, theirs in sorted(days.items()):
        group: list[WarcFile] = []
        for file in sorted(theirs, key=lambda one: (one.opened, one.name)):
            if 2 * file.size > size:
                continue
            if sum(one.size for one in group) + file.size > size:
                groups.append(group)
                group = []
            group.append(file)
        groups.append(group)
    return [group for group in groups if len(group) > 1]
