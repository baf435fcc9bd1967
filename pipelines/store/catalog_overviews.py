"""The catalog in figures, and whole."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, true

from . import rows
from .database import Database
from .stored import PageSummary
from .tables import REMEMBERED, captures, changes, files, metadata, versions, visits, watches

_Found = dict[str, Any]


class Overviews(Database):
    """Pages, counts, and a dump for comparing."""

    def pages(self) -> list[PageSummary]:
        """Every page that is watched, was ever visited or came from a foreign spider, by its key. A query a table."""
        return self.read(_pages)

    def counts(self) -> dict[str, Any]:
        """Visits by outcome, readings, versions, captures, confirmed changes by type, WARC files and their bytes.

        A visit that has not ended counts as "running", one without a reading as "unread".
        """
        return self.read(_counts)

    def now(self) -> datetime | None:
        """What time it is for the database's server; None for SQLite, which is in this process."""
        if self._engine.dialect.name == "sqlite":
            return None
        return self.read(lambda connection: connection.execute(select(func.now())).scalar())

    def dump(self) -> dict[str, list[_Found]]:
        """Every table, rows in a stable order: two catalogs of one archive can be compared field by field."""

        def act(connection: Connection) -> dict[str, list[_Found]]:
            def told(table: Any) -> list[_Found]:
                return [dict(row) for row in connection.execute(select(table).order_by(*table.primary_key)).mappings()]

            return {table.name: told(table) for table in metadata.sorted_tables if table.name not in REMEMBERED}

        return self.read(act)


def _counts(connection: Connection) -> dict[str, Any]:
    def by(column: Any, nothing: str = "", where: Any = None) -> dict[str, int]:
        pairs = connection.execute(
            select(column, func.count()).where(true() if where is None else where).group_by(column)
        )
        return dict(sorted((name or nothing, count) for name, count in pairs))

    def count(table: Any) -> int:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())

    return {
        "visits": by(visits.c.outcome, "running"),
        "readings": by(visits.c.reading, "unread"),
        "captures": count(captures),
        "versions": count(versions),
        "changes": by(changes.c.type, where=changes.c.confirmed.is_(True)),
        "warc_files": count(files),
        "warc_bytes": int(connection.execute(select(func.sum(files.c.size))).scalar() or 0),
    }


def _pages(connection: Connection) -> list[PageSummary]:
    def counted(table: Any) -> dict[str, int]:
        query = select(table.c.urlkey, func.count()).group_by(table.c.urlkey)
        if table is changes:
            query = query.where(changes.c.confirmed.is_(True))
        return {row[0]: row[1] for row in connection.execute(query)}

    kept, changed = counted(captures), counted(changes)
    looks = _newest(connection, visits, (visits.c.started, visits.c.id), visits.c.url, visits.c.outcome)
    said = _newest(connection, versions, (versions.c.first_seen, versions.c.seq), versions.c.headline)
    standing = {row.urlkey: row for row in connection.execute(select(watches))}
    guests = _without_visit(connection)
    found = []
    look: Any
    guest: Any
    for key in sorted(looks.keys() | standing.keys() | guests.keys()):
        look, words, watch, guest = looks.get(key), said.get(key), standing.get(key), guests.get(key)
        found.append(
            PageSummary(
                url=(watch or look or guest).url,
                urlkey=key,
                state=watch.state if watch else None,
                headline=words.headline if words else None,
                visits=look.count if look else 0,
                captures=kept.get(key, 0),
                versions=words.count if words else 0,
                changes=changed.get(key, 0),
                first_seen=rows.moment(words.earliest) if words else None,
                last_seen=rows.moment_or_none(look.started if look else guest.newest if guest else None),
                last_outcome=(look.outcome or "running") if look else None,
            )
        )
    return found


def _without_visit(connection: Connection) -> dict[str, Any]:
    """Captures that no visit of ours made, by page: those of other people's spiders. Not their robots.txt."""
    mine = (captures.c.visit_id.is_(None), captures.c.role == "page")
    newest = func.max(captures.c.timestamp).label("newest")
    query = select(captures.c.urlkey, func.min(captures.c.url).label("url"), newest).where(*mine)
    return {row.urlkey: row for row in connection.execute(query.group_by(captures.c.urlkey))}


def _newest(connection: Connection, table: Any, order: tuple[Any, ...], *columns: Any) -> dict[str, Any]:
    """Per page its newest row by ``order``, with how many rows there are; in one pass."""
    whole = {"partition_by": table.c.urlkey}
    place = func.row_number().over(**whole, order_by=[column.desc() for column in order])
    count = func.count().over(**whole)
    first = [func.min(table.c.first_seen).over(**whole).label("earliest")] if "first_seen" in table.c else []
    numbered = select(table.c.urlkey, *order, *columns, *first, count.label("count"), place.label("place")).subquery()
    return {row.urlkey: row for row in connection.execute(select(numbered).where(numbered.c.place == 1))}
