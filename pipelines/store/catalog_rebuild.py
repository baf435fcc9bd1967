"""A catalog that is being rebuilt: rows by the thousand, in whatever order the files tell of them.

What is done, and what has to wait until all rows are there, stands in a table of its own: while it exists, the
rebuild is not finished, may go on, and nobody else writes here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    MetaData,
    Table,
    Text,
    and_,
    delete,
    exists,
    func,
    inspect,
    select,
    tuple_,
    update,
)

from pipelines.errors import CatalogError
from pipelines.face import version_to_json
from pipelines.model import Capture, Visit
from pipelines.settled import Settled

from . import rows
from .catalog_captures import unreadable_ones
from .database import Database
from .sightings import catch_up_from
from .statements import insert_new, listed
from .stored import WarcFile
from .tables import REMEMBERED, Key, captures, changes, files, metadata, versions, visits, watches

_UNFINISHED = "this catalog's rebuild has not been finished; run stoppress rebuild again"
_STEP = 500  # versions in one transaction
work = Table(
    "rebuild_work", MetaData(),
    Column("kind", Key, primary_key=True),  # file: is in; replaced: is left out; confirm: a change; reading: a visit's
    Column("name", Key, primary_key=True),
    Column("reading", Text),
    Column("detail", Text),
    Column("number", Integer),
)  # fmt: skip


class RebuildRows(Database):
    """The rows of a rebuild."""

    def refuse_unfinished(self) -> None:
        """CatalogError while a rebuild of this catalog is under way, or was broken off."""
        if self.read(_begun):
            raise CatalogError(_UNFINISHED)

    def begin_rebuild(self, *, replace: bool = False) -> bool:
        """True if an earlier one goes on. CatalogError if there are rows; ``replace``: they are deleted."""

        def act(connection: Connection) -> bool:
            if _begun(connection) and not replace:
                return True
            tables = [table for table in metadata.sorted_tables if table.name not in REMEMBERED]
            full = [table.name for table in tables if connection.execute(select(table).limit(1)).first()]
            if full and not replace:
                raise CatalogError(
                    f"the catalog has rows already ({', '.join(full)}); name an empty one as [archive] catalog, "
                    "or let --replace delete them"
                )
            for table in tables:
                connection.execute(delete(table))
            work.create(connection, checkfirst=True)
            connection.execute(delete(work))
            return False

        return self.write(act)

    def names(self, kind: str) -> set[str]:
        """Of WARC files: those that are in (``file``), or left out for one that replaces them (``replaced``)."""
        query = select(work.c.name).where(work.c.kind == kind)
        return self.read(lambda connection: set(connection.execute(query).scalars()))

    def add_told(self, captures_: Sequence[Capture], visits_: Sequence[tuple[Visit, str]],
                 readings: Sequence[Settled]) -> None:  # fmt: skip
        """What is there already stays: whatever a file says again changes nothing."""

        def act(connection: Connection) -> None:
            insert_new(connection, captures, [rows.capture_row(capture) for capture in captures_])
            insert_new(connection, visits, [rows.visit_row(visit, worker) for visit, worker in visits_])
            _add_readings(connection, {reading.visit_id: reading for reading in readings})

        self.write(act)

    def file_told(self, file: WarcFile, replaces: Sequence[str]) -> None:
        """All that this file tells is in."""

        def act(connection: Connection) -> None:
            insert_new(connection, files, [rows.warc_file_row(file)])
            done = [{"kind": "file", "name": file.name}]
            insert_new(connection, work, done + [{"kind": "replaced", "name": name} for name in replaces])

        self.write(act)

    def readings_told(self) -> None:
        """Each visit gets its reading, now that all rows are there."""
        mine = and_(work.c.kind == "reading", work.c.name == visits.c.id)
        values = {
            visits.c[column]: select(work.c[name]).where(mine).scalar_subquery()
            for column, name in (("reading", "reading"), ("detail", "detail"), ("version", "number"))
        }
        given = update(visits).where(visits.c.outcome == "archived", exists().where(mine)).values(values)

        def act(connection: Connection) -> None:
            connection.execute(given)
            unreadable_ones(connection)

        self.write(act)

    def sightings_told(self) -> None:
        """How long each version stood, up to the next look that is not read yet."""
        after: tuple[str, int] | None = ("", 0)
        while after is not None:
            begin = after
            after = self.write(lambda connection, begin=begin: _sightings(connection, begin))  # type: ignore[misc]

    def end_rebuild(self) -> None:
        """What later readings have shown again, which versions say the same; then the rebuild is over."""
        earlier = versions.alias("earlier")
        same = (earlier.c.urlkey == versions.c.urlkey, earlier.c.content_hash == versions.c.content_hash)
        twin = select(func.min(earlier.c.seq)).where(*same, earlier.c.seq < versions.c.seq).scalar_subquery()
        shown = changes.c.id.in_(select(work.c.name).where(work.c.kind == "confirm"))

        def act(connection: Connection) -> None:
            connection.execute(update(versions).values(same_as=twin))
            connection.execute(update(changes).where(shown).values(confirmed=True))
            work.drop(connection, checkfirst=True)

        self.write(act, durable=True)

    def forget_watches(self) -> None:
        """Before all orders are given again."""
        self.write(lambda connection: connection.execute(delete(watches)))


def _begun(connection: Connection) -> bool:
    return inspect(connection).has_table(work.name)


def _add_readings(connection: Connection, given: dict[str, Settled]) -> None:
    if not given:
        return
    known = select(work.c.name).where(work.c.kind == "reading", work.c.name.in_(select(listed(connection, given))))
    new = [given[name] for name in given.keys() - set(connection.execute(known).scalars())]
    shown = [reading for reading in new if reading.version]
    insert_new(connection, versions, [_version_row(reading) for reading in shown])
    # A number that another visit's version has was given again after a crash: its reading is not what was kept.
    names = listed(connection, [reading.visit_id for reading in shown])
    query = select(versions.c.visit_id).where(versions.c.visit_id.in_(select(names)))
    held = set(connection.execute(query).scalars())
    taken = [reading for reading in new if not reading.version or reading.visit_id in held]
    insert_new(connection, changes, [row for reading in taken if reading.version for row in _change_rows(reading)])
    insert_new(connection, work, [_work_row(reading) for reading in taken])
    again = {id_ for reading in taken for id_ in reading.confirms}
    insert_new(connection, work, [{"kind": "confirm", "name": id_} for id_ in sorted(again)])


def _work_row(reading: Settled) -> dict[str, Any]:
    told = {"reading": reading.reading, "detail": rows.clean(reading.detail), "number": reading.number}
    return {"kind": "reading", "name": reading.visit_id, **told}


def _version_row(reading: Settled) -> dict[str, Any]:
    assert reading.version is not None  # who calls has looked
    when = rows.micros(reading.shown_by.timestamp)
    row = {
        "urlkey": reading.urlkey,
        "seq": reading.number,
        "visit_id": reading.visit_id,
        "first_seen": when,
        "last_seen": when,
        "record_id": reading.shown_by.record_id,
        "digest": reading.shown_by.digest,
        "content_hash": reading.content_hash,
        "state": reading.version.state,
        "headline": reading.version.headline,
        "document": rows.document(version_to_json(reading.version)),
        "redacted": reading.redacted,
        "differ": reading.differ,
    }
    cleaned: dict[str, Any] = rows.cleaned(row)
    return cleaned


def _change_rows(reading: Settled) -> list[dict[str, Any]]:
    number = reading.number or 0
    from_ = number - 1 if reading.told_from is None else reading.told_from
    facts = {"urlkey": reading.urlkey, "url": rows.clean(reading.url), "from_seq": from_, "to_seq": number}
    rules = {"differ": reading.differ, "extractor": reading.extractor}
    return list(rows.change_rows(reading.changes, seen_by=reading.shown_by.timestamp, **facts, **rules))


def _sightings(connection: Connection, after: tuple[str, int]) -> tuple[str, int] | None:
    place = tuple_(versions.c.urlkey, versions.c.seq)
    query = (
        select(versions.c.urlkey, versions.c.seq, versions.c.first_seen, visits.c.started)
        .join(visits, visits.c.id == versions.c.visit_id)
        .where(place > tuple_(*after))
        .order_by(versions.c.urlkey, versions.c.seq)
        .limit(_STEP)
    )
    found = connection.execute(query).all()
    for row in found:
        catch_up_from(connection, row.urlkey, started=row.started, time=row.first_seen)
    return (found[-1].urlkey, found[-1].seq) if found else None
