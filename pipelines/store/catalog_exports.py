"""The catalog's captures and versions as an export takes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select, true

from pipelines.model import Capture

from . import rows
from .database import Database
from .statements import listed
from .stored import Chosen, StoredVersion
from .tables import captures, versions, visits

# A requisite that is still wanted is asked for again after a day at most ([crawl] requisite_every), and may have to
# wait for a visit with room for it.
_REQUISITES = timedelta(days=2)
_PLACES = 10_000  # that are asked for at once
_VERSIONS = 20  # versions that are held; each with all its text


@dataclass(frozen=True, slots=True)
class Extent:
    """How much was chosen: captures, their bytes, the times of the first and of the last."""

    captures: int
    size: int
    first: datetime | None
    last: datetime | None


@dataclass(frozen=True, slots=True)
class Taken:
    """A capture that was chosen. Of a revisit also its original, None where the catalog has none, and whether that
    was chosen, too."""

    capture: Capture
    original: Capture | None = None
    original_chosen: bool = False


class ExportRows(Database):
    """What an export asks for. Chosen are captures made in the time: those of these pages, and all that visits of
    these pages made (redirects, older pages, feeds, requisites). Tombstones of what was redacted are among them."""

    def extent(self, chosen: Chosen) -> Extent:
        def act(connection: Connection) -> Extent:
            count, size, when = func.count(), func.sum(captures.c.length), captures.c.timestamp
            query = select(count, size, func.min(when), func.max(when)).where(_is_chosen(connection, chosen, captures))
            found = connection.execute(query).one()
            return Extent(
                int(found[0]), int(found[1] or 0), rows.moment_or_none(found[2]), rows.moment_or_none(found[3])
            )

        return self.read(act)

    def taken_along(self, chosen: Chosen) -> list[Capture]:
        """What chosen captures need without being chosen, from before the time: what revisits refer to, as a rule one
        of each page, and the requisites that pages were shown with when the time began."""
        original = captures.alias("original")

        def act(connection: Connection) -> list[Capture]:
            earlier = _earlier_requisites(connection, chosen)
            known = [*earlier, *(c.refers_to for c in earlier.values() if c.refers_to)]
            ids = select(original.c.record_id).join(captures, captures.c.refers_to == original.c.record_id)
            ids = ids.where(_is_chosen(connection, chosen, captures), ~_is_chosen(connection, chosen, original))
            mine = or_(captures.c.record_id.in_(ids), captures.c.record_id.in_(select(listed(connection, known))))
            query = select(captures).where(mine).order_by(captures.c.record_id)
            return [rows.capture(row) for row in connection.execute(query).mappings()]

        return self.read(act)

    def chosen_places(self, chosen: Chosen) -> Iterator[tuple[str, int, str]]:
        """Of each: the file that it lies in, the offset there, its record id. By record ids, a batch at a time."""
        after = ""
        while True:
            found = self._places_behind(after, chosen)
            yield from found
            if len(found) < _PLACES:
                return
            after = found[-1][2]

    def _places_behind(self, after: str, chosen: Chosen) -> list[tuple[str, int, str]]:
        def act(connection: Connection) -> list[tuple[str, int, str]]:
            query = select(captures.c.filename, captures.c.offset, captures.c.record_id)
            query = query.where(_is_chosen(connection, chosen, captures), captures.c.record_id > after)
            found = connection.execute(query.order_by(captures.c.record_id).limit(_PLACES))
            return [(row[0], row[1], row[2]) for row in found]

        return self.read(act)

    def taken(self, record_ids: Sequence[str], chosen: Chosen) -> list[Taken]:
        """These, as they lie now, in no order."""
        original = captures.alias("original")

        def act(connection: Connection) -> list[Taken]:
            query = (
                select(captures, original.c.record_id.label("its"))
                .add_columns(_is_chosen(connection, chosen, original).label("chosen"))
                .outerjoin(original, original.c.record_id == captures.c.refers_to)
                .where(captures.c.record_id.in_(select(listed(connection, record_ids))))
            )
            found = connection.execute(query).mappings().all()
            known = _by_id(connection, [row["its"] for row in found if row["its"]])
            return [Taken(rows.capture(row), known.get(row["its"]), bool(row["chosen"])) for row in found]

        return self.read(act)

    def pages_with_versions(self, chosen: Chosen) -> list[str]:
        """Keys of pages that said something by the end of the time, in order."""

        def act(connection: Connection) -> list[str]:
            query = select(versions.c.urlkey).distinct().order_by(versions.c.urlkey)
            if chosen.urlkeys is not None:
                query = query.where(versions.c.urlkey.in_(select(listed(connection, chosen.urlkeys))))
            if chosen.until:
                query = query.where(versions.c.first_seen <= rows.micros(chosen.until))
            return list(connection.execute(query).scalars())

        return self.read(act)

    def every_version(self, urlkey: str) -> Iterator[StoredVersion]:
        """Of one page, in the order of their numbers, a few at a time."""
        query, after = select(versions).where(versions.c.urlkey == urlkey).order_by(versions.c.seq), 0
        while True:
            found = self._versions(query.where(versions.c.seq > after).limit(_VERSIONS))
            yield from found
            if len(found) < _VERSIONS:
                return
            after = found[-1].seq

    def _versions(self, query: Any) -> list[StoredVersion]:
        return self.read(lambda c: [rows.stored_version(row) for row in c.execute(query).mappings()])

    def first_shown(self, urlkey: str, since: datetime, until: datetime) -> Capture | None:
        """The first whole capture of the page, wherever it had moved, by which it was found to say what it said."""
        told = or_(visits.c.outcome == "revisit", visits.c.reading.in_(["version", "unchanged"]))
        query = (
            select(captures)
            .join(visits, visits.c.id == captures.c.visit_id)
            .where(visits.c.urlkey == urlkey, captures.c.role == "page", captures.c.truncated.is_(None), told)
            .where(captures.c.timestamp >= rows.micros(since), captures.c.timestamp <= rows.micros(until))
            .order_by(captures.c.timestamp, captures.c.record_id)
            .limit(1)
        )
        row = self.read(lambda c: c.execute(query).mappings().first())
        return rows.capture(row) if row else None


def _by_id(connection: Connection, ids: Sequence[str]) -> dict[str, Capture]:
    if not ids:
        return {}
    query = select(captures).where(captures.c.record_id.in_(select(listed(connection, ids))))
    return {row["record_id"]: rows.capture(row) for row in connection.execute(query).mappings()}


def _earlier_requisites(connection: Connection, chosen: Chosen) -> dict[str, Capture]:
    """By record id: of each page and URL the newest good one of before the time."""
    if chosen.since is None:
        return {}
    begin, end = rows.micros(chosen.since - _REQUISITES), rows.micros(chosen.since)
    query = (
        select(captures, visits.c.urlkey.label("page"))
        .join(visits, visits.c.id == captures.c.visit_id)
        .where(visits.c.started >= begin, visits.c.started < end, captures.c.timestamp < end)
        .where(captures.c.role == "requisite", captures.c.truncated.is_(None), captures.c.redacted.is_(None))
        .where(captures.c.status < 400)
        .order_by(captures.c.timestamp, captures.c.record_id)
    )
    if chosen.urlkeys is not None:
        query = query.where(visits.c.urlkey.in_(select(listed(connection, chosen.urlkeys))))
    newest = {(row["page"], row["url"]): rows.capture(row) for row in connection.execute(query).mappings()}
    return {capture.record_id: capture for capture in newest.values()}


def _is_chosen(connection: Connection, chosen: Chosen, table: Any) -> Any:
    """Of captures, or an alias of them: true or false wherever the table has a row."""
    conditions: list[Any] = [true()]
    if chosen.urlkeys is not None:
        keys = select(listed(connection, chosen.urlkeys))
        theirs = table.c.visit_id.in_(select(visits.c.id).where(visits.c.urlkey.in_(keys)))
        conditions.append(or_(table.c.urlkey.in_(keys), and_(table.c.visit_id.is_not(None), theirs)))
    if chosen.since:
        conditions.append(table.c.timestamp >= rows.micros(chosen.since))
    if chosen.until:
        conditions.append(table.c.timestamp <= rows.micros(chosen.until))
    return and_(*conditions)
