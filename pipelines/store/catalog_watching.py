"""How the watching goes: what was caught of a page, and what its newest looks and versions say. Reads only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, case, func, or_, select

from pipelines.completeness import REVISIONS, Caught
from pipelines.health import EARLIER, IN_A_ROW, REFUSING
from pipelines.model import IMPORT

from . import rows
from .database import Database
from .statements import listed, with_json
from .stored import Chosen
from .tables import changes, versions, visits

EVERYTHING = Chosen()
_GOOD = visits.c.outcome.in_(("archived", "revisit"))
# What came well, as far as that is known yet: a page that is to be read was captured all the same.
_READ_WELL = and_(_GOOD, or_(visits.c.reading.is_(None), visits.c.reading != "refused"))
_NO_UPDATES = '"updates":[]'  # in a version's document; JSON escapes the quotes of any text that looks like this
_LOOK = and_(_GOOD, or_(visits.c.outcome == "revisit", visits.c.reading.in_(("version", "unchanged"))))


class WatchingRows(Database):
    """What estimates and warnings are made of."""

    def caught(self, chosen: Chosen = EVERYTHING) -> dict[str, Caught]:
        """By page: its good looks up to the end of the time, and the gaps in which its revisions came that were seen in
        the time."""
        return self.read(lambda connection: _caught(connection, chosen))

    def newest_good(self, urlkeys: Iterable[str]) -> dict[str, datetime]:
        """By page: the start of its newest visit that brought the page, and not a wall before it."""
        return self.read(lambda connection: _newest_good(connection, list(urlkeys)))

    def refused_since(self, urlkeys: Iterable[str]) -> dict[str, datetime]:
        """Pages whose last three visits were refused, with the start of the first of these."""
        return self.read(lambda connection: _refused_since(connection, list(urlkeys)))

    def empty_since(self, urlkeys: Iterable[str]) -> dict[str, datetime]:
        """Pages whose newest version has no updates while one of the last few had: since when."""
        return self.read(lambda connection: _empty_since(connection, list(urlkeys)))


def _caught(connection: Connection, chosen: Chosen) -> dict[str, Caught]:
    looks = select(visits.c.urlkey, func.count()).where(_LOOK).group_by(visits.c.urlkey)
    told = select(changes.c.urlkey, changes.c.to_seq, changes.c.type).where(
        changes.c.type.in_(REVISIONS), changes.c["class"] == "editorial", changes.c.confirmed.is_(True)
    )
    if chosen.urlkeys is not None:
        these = select(listed(connection, chosen.urlkeys))
        looks, told = looks.where(visits.c.urlkey.in_(these)), told.where(changes.c.urlkey.in_(these))
    if chosen.since:
        told = told.where(changes.c.seen_by >= rows.micros(chosen.since))
    if chosen.until:
        looks = looks.where(visits.c.started <= rows.micros(chosen.until))
        told = told.where(changes.c.seen_by <= rows.micros(chosen.until))
    gaps: defaultdict[str, dict[tuple[Any, ...], float]] = defaultdict(dict)
    for key, seq, type_, gap, update in connection.execute(
        with_json(connection, told, changes.c.document, "gap_s", "update")
    ):
        if gap is not None:  # an update's words and its headline, edited in one go, are one revision
            mine, name = gaps[key], (seq, update or type_)
            mine[name] = max(float(gap), mine.get(name, 0.0))
    counts = {row[0]: int(row[1]) for row in connection.execute(looks)}
    return {
        key: Caught(counts.get(key, 0), tuple(gaps[key].values()) if key in gaps else ())
        for key in sorted(counts.keys() | gaps.keys())
    }


def _newest_good(connection: Connection, asked: list[str]) -> dict[str, datetime]:
    page = listed(connection, asked)
    query = select(visits.c.started).where(visits.c.urlkey == page, _READ_WELL, visits.c.why != IMPORT)
    newest = query.order_by(visits.c.started.desc()).limit(1).scalar_subquery()
    found = connection.execute(select(page, newest))
    return {row[0]: rows.moment(row[1]) for row in found if row[1] is not None}


def _refused_since(connection: Connection, asked: list[str]) -> dict[str, datetime]:
    page = listed(connection, asked)
    refused = or_(visits.c.status.in_(REFUSING), visits.c.reading == "refused")
    # NULL where the visit was not refused, or where there is none.
    started = case((refused, visits.c.started))
    last = select(started).where(visits.c.urlkey == page, visits.c.outcome.is_not(None), visits.c.why != IMPORT)
    steps = [
        last.order_by(visits.c.started.desc()).limit(1).offset(back).scalar_subquery().label(f"back{back}")
        for back in range(IN_A_ROW)
    ]
    found = connection.execute(select(page, *steps))
    return {row[0]: rows.moment(row[IN_A_ROW]) for row in found if all(at is not None for at in row[1:])}


def _empty_since(connection: Connection, asked: list[str]) -> dict[str, datetime]:
    page = listed(connection, asked)
    newest = select(versions.c.seq).where(versions.c.urlkey == page, versions.c.redacted.is_(None))
    newest = newest.order_by(versions.c.seq.desc()).limit(1)
    last = versions.alias("last")
    same = and_(last.c.urlkey == page, last.c.seq == newest.correlate(page.table).scalar_subquery())
    query = select(last.c.urlkey, last.c.seq).select_from(page.table.join(last, same))
    bare = connection.execute(query.where(last.c.document.contains(_NO_UPDATES))).all()
    found = {}
    for key, _ in bare:  # a few: most pages that are watched have updates
        mine = select(versions.c.first_seen, versions.c.document.contains(_NO_UPDATES)).where(
            versions.c.urlkey == key, versions.c.redacted.is_(None)
        )
        since = None
        for first_seen, without in connection.execute(mine.order_by(versions.c.seq.desc()).limit(EARLIER + 1)):
            if not without and since is not None:
                found[key] = rows.moment(since)
                break
            since = first_seen
    return found
