"""The catalog's part of taking bytes away and of merging files: whose rows are meant, and where records lie now."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, func, or_, select, update

from pipelines.model import Capture
from pipelines.redaction import blanked_change, blanked_version
from pipelines.roles import ROLES
from pipelines.takedowns import Blocks, Takedown

from . import rows
from .catalog_captures import unreadable_ones
from .database import Database
from .prepared import Prepared
from .statements import insert_new, listed
from .stored import WarcFile
from .tables import captures, changes, files, rediffed, reextracted, takedowns, versions, visits


@dataclass(frozen=True, slots=True)
class Covered:
    """What a takedown is about: captures by record id, visits of whole pages, the files that they lie in."""

    records: frozenset[str]
    words: frozenset[
        str
    ]  # these, and pages that were read with one of them: their versions and changes lose their text
    visits: frozenset[str]
    filenames: frozenset[str]
    earliest: datetime | None  # what was written of them is in files opened later, or a little before


class RedactionRows(Database):
    """Rows that redaction and compaction change."""

    def covered(self, takedown: Takedown) -> Covered:
        """All captures of a takedown, also those whose bytes have gone already."""

        def act(connection: Connection) -> Covered:
            theirs: set[str] = set()
            if takedown.scope == "capture":
                mine: Any = _same_bytes(captures, takedown)
            else:
                query = select(visits.c.id).where(_of_page(visits, takedown))
                theirs = set(connection.execute(query).scalars())
                by_visit = captures.c.visit_id.in_(select(listed(connection, theirs)))
                mine = or_(_of_page(captures, takedown), by_visit)
            found = connection.execute(
                select(captures.c.record_id, captures.c.filename, captures.c.timestamp).where(mine)
            ).all()
            records = frozenset(row.record_id for row in found)
            words = records | _read_with(connection, _part.c.record_id.in_(select(listed(connection, records))))
            filenames = frozenset(row.filename for row in found)
            times = [row.timestamp for row in found] + _told_since(connection, words, filenames)
            return Covered(records, words, frozenset(theirs), filenames, rows.moment(min(times)) if times else None)

        return self.read(act)

    def blocks(self) -> Blocks:
        """What is taken down now, with the captures that a page which redirects has under another key."""

        return self.read(blocks_in) if self.ask(self._any_takedown) else Blocks(())

    @cached_property
    def _any_takedown(self) -> Prepared:
        return Prepared(self._engine, select(takedowns.c.id).limit(1))

    def words_taken(self, takedown: str, records: Collection[str]) -> None:
        """Versions and changes that these captures showed lose their text and stay as facts."""

        def act(connection: Connection) -> None:
            ids = select(listed(connection, records))
            _blank_versions(connection, takedown, ids)
            # What later extractors read can be read again, where the bytes are still there.
            mine = or_(reextracted.c.record_id.in_(ids), reextracted.c.same_as.in_(ids))
            connection.execute(delete(reextracted).where(mine))
            theirs = select(versions.c.urlkey).where(versions.c.record_id.in_(ids))
            connection.execute(delete(rediffed).where(rediffed.c.urlkey.in_(theirs)))  # it can be computed again
            pages = select(versions.c.urlkey).where(versions.c.record_id.in_(ids))
            query = select(changes.c.id, changes.c.document).where(changes.c.urlkey.in_(pages))
            for row in connection.execute(query).all():
                document = json.loads(row.document)
                if (fresh := blanked_change(document, records)) != document:
                    new = update(changes).where(changes.c.id == row.id).values(document=rows.document(fresh))
                    connection.execute(new)

        self.write(act, durable=True)

    def file_replaced(self, new: WarcFile, old: Sequence[str], placed: Sequence[Capture]) -> None:
        """``new`` stands for the files ``old`` (names): the captures in it are ``placed``; in one transaction."""

        def act(connection: Connection) -> None:
            insert_new(connection, files, [rows.warc_file_row(new)])
            move = update(captures).where(captures.c.record_id == bindparam("moved"))
            values: dict[str, Any] = {name: bindparam(f"to_{name}") for name in ("filename", "offset", "length")}
            if told := [_move(capture) for capture in placed]:
                connection.execute(move.values(values), told)
            for capture in placed:
                if capture.redacted:
                    _redact(connection, capture)
            unreadable_ones(connection)
            connection.execute(delete(files).where(files.c.name.in_(select(listed(connection, old)))))

        self.write(act, durable=True)

    def lying_in(self, records: Collection[str]) -> set[str]:
        """The files of the store that the captures among these records lie in."""

        def act(connection: Connection) -> set[str]:
            mine = captures.c.record_id.in_(select(listed(connection, records)))
            found = set(connection.execute(select(captures.c.filename).where(mine).distinct()).scalars())
            keys = select(files.c.key).where(files.c.key.in_(select(listed(connection, found))))
            return set(connection.execute(keys).scalars())

        return self.read(act)

    def replacing(self, name: str) -> WarcFile | None:
        """The file that was made of this one, and stands for it."""
        query = select(files).where(files.c.replaces.like(f"%{name}%"))
        found = self.read(lambda c: [rows.warc_file(row) for row in c.execute(query).mappings()])
        return next((file for file in found if name in file.replaces), None)


def blocks_in(connection: Connection) -> Blocks:
    """As this transaction sees it: for who writes what may have been taken down since it was read."""
    found = [rows.takedown(row) for row in connection.execute(select(takedowns)).mappings()]
    elsewhere: dict[str, Takedown] = {}
    read_with: dict[str, Takedown] = {}
    in_force = [_as_it_is(connection, one) for one in found if one.lifted is None]
    for one in in_force:
        elsewhere |= dict.fromkeys(_elsewhere(connection, one), one)
        read_with |= dict.fromkeys(_read_with(connection, _parts_of(one)), one)
    return Blocks(in_force, elsewhere, read_with)


def _as_it_is(connection: Connection, takedown: Takedown) -> Takedown:
    """Not done any more, if the page has shown the same once again since: nobody may give out its file as a whole."""
    if takedown.scope != "capture" or takedown.done is None:
        return takedown
    again = select(captures.c.record_id).where(_same_bytes(captures, takedown), captures.c.redacted.is_(None)).limit(1)
    return replace(takedown, done=None) if connection.execute(again).first() else takedown


_part = captures.alias("part")


def _parts_of(takedown: Takedown) -> Any:
    return _same_bytes(_part, takedown) if takedown.scope == "capture" else _of_page(_part, takedown)


def _same_bytes(table: Any, takedown: Takedown) -> Any:
    """A single capture, and those of its page with the same payload; revisits are found by their originals."""
    again = and_(table.c.urlkey == takedown.urlkey, table.c.digest == takedown.digest, table.c.kind != "revisit")
    return or_(table.c.record_id == takedown.record_id, again)


def _read_with(connection: Connection, parts: Any) -> set[str]:
    """The page's own captures of visits of which one of these is an older page or the answer of a feed."""
    theirs = captures.c.visit_id.in_(select(_part.c.visit_id).where(parts, _part.c.role.in_(ROLES)))
    return set(connection.execute(select(captures.c.record_id).where(theirs, captures.c.role == "page")).scalars())


def _told_since(connection: Connection, words: Collection[str], filenames: Collection[str]) -> list[int]:
    """Other times from which on these captures may be told of; a clock may have been ahead, and set back since.

    When their files were opened, and when the versions were seen that came after theirs: numbers know no clock.
    """
    own = select(listed(connection, filenames))
    found = connection.execute(select(files.c.opened).where(or_(files.c.key.in_(own), files.c.name.in_(own)))).scalars()
    mine = select(versions.c.urlkey, func.min(versions.c.seq).label("seq"))
    mine = mine.where(versions.c.record_id.in_(select(listed(connection, words)))).group_by(versions.c.urlkey)
    first = mine.subquery()
    since = and_(versions.c.urlkey == first.c.urlkey, versions.c.seq >= first.c.seq)
    seen = connection.execute(select(func.min(versions.c.first_seen)).join(first, since)).scalar()
    return [*found, *([] if seen is None else [seen])]


def _of_page(table: Any, takedown: Takedown) -> Any:
    key = table.c.urlkey
    if takedown.scope == "prefix":  # ranges, which the index answers; keys are ASCII, DEL comes after all letters
        below = [and_(key >= beginning, key < beginning + "\x7f") for beginning in takedown.beginnings]
        return or_(key == takedown.above, *below) if takedown.above else or_(*below)
    return key == takedown.urlkey


def _elsewhere(connection: Connection, takedown: Takedown) -> set[str]:
    """Captures of a page by visits of another one: either of the two may be what was taken down. Of a single capture:
    those with the same bytes."""
    if takedown.scope == "capture":
        return set(connection.execute(select(captures.c.record_id).where(_same_bytes(captures, takedown))).scalars())
    both = select(captures.c.record_id).join(visits, captures.c.visit_id == visits.c.id)
    both = both.where(captures.c.urlkey != visits.c.urlkey)
    query = both.where(_of_page(captures, takedown)).union(both.where(_of_page(visits, takedown)))
    return set(connection.execute(query).scalars())


def _blank_versions(connection: Connection, takedown: str, ids: Any) -> None:
    mine = and_(versions.c.record_id.in_(ids), versions.c.redacted.is_(None))
    query = select(versions.c.urlkey, versions.c.seq, versions.c.document).where(mine)
    for row in connection.execute(query).all():
        document = rows.document(blanked_version(json.loads(row.document)))
        this = and_(versions.c.urlkey == row.urlkey, versions.c.seq == row.seq)
        connection.execute(update(versions).where(this).values(document=document, headline=None, redacted=takedown))


def _move(capture: Capture) -> dict[str, Any]:
    place = {name: getattr(capture, name) for name in ("filename", "offset", "length")}
    return {"moved": capture.record_id, **{f"to_{name}": value for name, value in place.items()}}


def _redact(connection: Connection, capture: Capture) -> None:
    this = update(captures).where(captures.c.record_id == capture.record_id)
    connection.execute(this.values(redacted=capture.redacted, etag=None, last_modified=None))
