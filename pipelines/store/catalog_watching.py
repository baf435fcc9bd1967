"""How the watching goes: what was caught of a page, and what its newest looks and versions say. Reads only."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select

from pipelines.completeness import REVISIONS, Caught

from .database import Database
from .statements import listed
from .tables import changes, visits

_GOOD = visits.c.outcome.in_(("archived", "revisit"))
_LOOK = and_(_GOOD, or_(visits.c.outcome == "revisit", visits.c.reading.in_(("version", "unchanged"))))


class WatchingRows(Database):
    """What estimates and warnings are made of."""

    def caught(self, urlkeys: Iterable[str] | None = None) -> dict[str, Caught]:
        """By page: its good looks and the gaps in which its revisions came. Of these pages, or of all."""
        asked = None if urlkeys is None else list(urlkeys)
        return self.read(lambda connection: _caught(connection, asked))


def _caught(connection: Connection, asked: list[str] | None) -> dict[str, Caught]:
    looks = select(visits.c.urlkey, func.count()).where(_LOOK).group_by(visits.c.urlkey)
    told = select(changes.c.urlkey, changes.c.to_seq, changes.c.type, changes.c.document).where(
        changes.c.type.in_(REVISIONS), changes.c["class"] == "editorial", changes.c.confirmed.is_(True)
    )
    if asked is not None:
        these = select(listed(connection, asked))
        looks, told = looks.where(visits.c.urlkey.in_(these)), told.where(changes.c.urlkey.in_(these))
    gaps: defaultdict[str, dict[tuple[Any, ...], float]] = defaultdict(dict)
    for row in connection.execute(told):
        change = json.loads(row.document)
        gap = change.get("gap_s")
        if gap is not None:  # an update's words and its headline, edited in one go, are one revision
            gaps[row.urlkey].setdefault((row.to_seq, change.get("update") or row.type), max(float(gap), 0.0))
    counts = {row[0]: int(row[1]) for row in connection.execute(looks)}
    return {
        key: Caught(counts.get(key, 0), tuple(gaps[key].values()) if key in gaps else ())
        for key in sorted(counts.keys() | gaps.keys())
    }
