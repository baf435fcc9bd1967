"""How long a version stood: its ``last_seen`` moves with every look that shows it again.

    first_seen ... unchanged ... unchanged = last_seen ...? next version's first_seen

Visits may be read late and out of order (after a crash, in a rebuild): a look counts for the version that stood
at its time, and not at all while an earlier look that may have shown something new is still unread.
A second good look also confirms what the version had removed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, exists, func, not_, or_, select, update

from pipelines.model import Visit

from . import rows
from .statements import listed
from .tables import UNREAD, captures, changes, versions, visits

_PAGE: Any = bindparam("page")
_TIME: Any = bindparam("time")
_STARTED: Any = bindparam("started")


def seen_again(connection: Connection, unchanged: Sequence[Visit]) -> None:
    """These visits showed what was known; their captures are in the catalog."""
    if unchanged:
        fetched = _fetched(connection, [visit.id for visit in unchanged if not visit.captures])
        times = [(visit.urlkey, fetched.get(visit.id, rows.micros(time_of(visit)))) for visit in unchanged]
        looks = [{"page": page, "time": time} for page, time in times]
        connection.execute(_EXTEND, looks)
        connection.execute(_CONFIRM, looks)


def catch_up(connection: Connection, read: Sequence[Visit]) -> None:
    """These visits have just been read: looks after them that had to wait for that are counted now."""
    page = listed(connection, {visit.urlkey for visit in read})
    newest = select(func.max(visits.c.started)).where(visits.c.urlkey == page).scalar_subquery()
    last = {row[0]: row[1] for row in connection.execute(select(page, newest))}
    for visit in read:
        started = rows.micros(visit.started)
        if last[visit.urlkey] > started:  # hardly ever: most are read before the next comes
            catch_up_from(connection, visit.urlkey, started=started, time=rows.micros(time_of(visit)))


def catch_up_from(connection: Connection, page: str, *, started: int, time: int) -> None:
    """The same for a look that began at ``started`` and fetched at ``time`` (microseconds)."""
    last = connection.execute(_LAST_LOOK, {"page": page, "started": started, "time": time}).scalar()
    if last is not None:
        look = {"page": page, "time": last}
        connection.execute(_EXTEND, look)
        connection.execute(_CONFIRM, look)


def shows_the_same(visit: Visit) -> bool:
    """The page said what it said before: by its bytes, or as it was read."""
    return visit.outcome == "revisit" or visit.reading == "unchanged"


def time_of(visit: Visit) -> Any:
    """When the page was fetched."""
    return visit.captures[0].timestamp if visit.captures else visit.started


def _fetched(connection: Connection, visit_ids: Sequence[str]) -> dict[str, int]:
    """When these visits fetched their page: whoever tells of one may not have the file that its capture lies in."""
    if not visit_ids:
        return {}
    mine = (captures.c.visit_id.in_(select(listed(connection, visit_ids))), captures.c.role == "page")
    query = select(captures.c.visit_id, func.max(captures.c.timestamp)).where(*mine).group_by(captures.c.visit_id)
    return {row[0]: row[1] for row in connection.execute(query)}


def _standing() -> Select[Any]:
    """The number of the version that stood at the time."""
    stood = versions.alias("stood")
    return (
        select(stood.c.seq)
        .where(stood.c.urlkey == _PAGE, stood.c.first_seen <= _TIME)
        .order_by(stood.c.first_seen.desc(), stood.c.seq.desc())
        .limit(1)
    )


def _last_look() -> Select[Any]:
    """When the page was last seen as the visit (``started``, fetched at ``time``) showed it."""
    mine = and_(visits.c.urlkey == _PAGE, visits.c.started > _STARTED)
    stop = select(func.min(visits.c.started)).where(mine, UNREAD).scalar_subquery()
    following = select(func.min(versions.c.first_seen)).where(versions.c.urlkey == _PAGE, versions.c.first_seen > _TIME)
    return (
        select(func.coalesce(func.max(captures.c.timestamp), func.max(visits.c.started)))
        .join(captures, and_(captures.c.visit_id == visits.c.id, captures.c.role == "page"), isouter=True)
        .where(mine, or_(visits.c.outcome == "revisit", visits.c.reading == "unchanged"))
        .where(visits.c.started < func.coalesce(stop, rows.END))
        .where(visits.c.started < func.coalesce(following.scalar_subquery(), rows.END))
    )


_LAST_LOOK = _last_look()
_unread_between = exists().where(
    visits.c.urlkey == _PAGE, UNREAD, visits.c.started > versions.c.first_seen, visits.c.started < _TIME
)
_EXTEND = (
    update(versions)
    .where(versions.c.urlkey == _PAGE, versions.c.seq == _standing().scalar_subquery())
    .where(versions.c.last_seen < _TIME, not_(_unread_between))
    .values(last_seen=_TIME)
)
_shown_twice = select(versions.c.seq).where(
    versions.c.urlkey == _PAGE, versions.c.first_seen < _TIME, versions.c.last_seen >= _TIME
)
_CONFIRM = (
    update(changes)
    .where(changes.c.urlkey == _PAGE, changes.c.to_seq.in_(_shown_twice))
    .where(changes.c.type == "removed", changes.c.confirmed.is_(False))
    # The page as it was says nothing of its older pages; JSON escapes the quotes of any text that looks like this.
    .where(changes.c.document.not_like('%"part":%'))
    .values(confirmed=True)
)
