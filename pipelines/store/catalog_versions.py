"""What pages said, and how it changed: the catalog's versions and changes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, and_, func, select, tuple_, update

from pipelines.derivations import DIFFER
from pipelines.errors import CatalogError
from pipelines.model import IMPORT, Change, Visit
from pipelines.redaction import unsaid
from pipelines.turns import Seen, in_turn

from . import rows
from .database import Database
from .new_versions import add_versions
from .sightings import catch_up, seen_again, time_of
from .statements import in_order, insert_new, insert_or_update, listed
from .stored import Place, StoredChange, StoredVersion
from .tables import changes, takedowns, versions, visits

TOGETHER = 500  # changes of one transaction: a reader that is slow holds up nobody


class VersionRows(Database):
    """Readings, versions and changes."""

    def visit_read(self, visit: Visit) -> Visit:
        """``visits_read`` for one."""
        return self.visits_read([visit])[0]

    def visits_read(self, given: Sequence[Visit], *, confirmed: Sequence[str] = ()) -> list[Visit]:
        """Save what reading gave: the word itself, and with "version" the version and its changes.

        A version gets its page's next number, or the free one that it comes with (``version_seq``). Saying it again
        for the same visit changes nothing. ``confirmed``: ids of earlier changes that these visits have shown again.
        What goes by a redaction is not saved, and not in what is given back.
        """
        for visit in given:
            if visit.reading == "version" and not (visit.version and visit.captures):
                name = f"visit {visit.id} of {visit.url}"
                raise CatalogError(f"{name} has no version, or no capture to prove it; read its capture again")

        def act(connection: Connection) -> list[Visit]:
            _confirm(connection, confirmed)
            return _read(connection, given)

        return self.write(act) if given or confirmed else []

    def told_late(self, stored: StoredVersion, url: str, from_: int, told: Sequence[Change]) -> None:
        """Changes of a version before which nothing had been known, from one that has come since. Again: nothing."""
        facts = {"urlkey": stored.urlkey, "url": rows.clean(url), "from_seq": from_, "to_seq": stored.seq}
        rules = {"differ": DIFFER, "extractor": stored.version.extractor}
        found = list(rows.change_rows(told, seen_by=stored.first_seen, **facts, **rules))
        self.write(lambda connection: insert_new(connection, changes, found))

    def visit_of(self, stored: StoredVersion) -> Visit | None:
        """The visit that has shown a version first; without its captures."""
        mine = and_(versions.c.urlkey == stored.urlkey, versions.c.seq == stored.seq)
        query = select(visits).join(versions, versions.c.visit_id == visits.c.id).where(mine)
        row = self.read(lambda c: c.execute(query).mappings().first())
        return rows.visit(row) if row else None

    def latest_version(
        self, urlkey: str, *, below: int | None = None, by: datetime | None = None
    ) -> StoredVersion | None:
        """The last one, mostly that with the highest number; of those below a number, or seen by a time, if one is
        given."""
        return next(iter(self.versions(urlkey, limit=1, below=below, by=by)), None)

    def latest_versions(self, urlkeys: Collection[str], *, below: int | None = None) -> dict[str, StoredVersion]:
        """``latest_version`` of many pages, in one question; without those that have none."""

        def act(connection: Connection) -> Sequence[RowMapping]:
            page = listed(connection, urlkeys)
            mine = _of(page, below).with_only_columns(versions.c.seq).limit(1)
            by_number = mine.order_by(versions.c.seq.desc()).scalar_subquery()
            by_time = mine.order_by(*_BY_TIME).scalar_subquery()
            newest = select(page.label("page"), by_number.label("number"), by_time.label("timed")).subquery()
            here = and_(versions.c.urlkey == newest.c.page, versions.c.seq == newest.c.number)
            return connection.execute(select(versions, newest.c.timed).join(newest, here)).mappings().all()

        latest: dict[str, StoredVersion] = {}
        for row in self.read(act) if urlkeys else ():
            page = row["urlkey"]
            if row["seq"] == row["timed"]:  # nearly always: nothing came out of turn
                latest[page] = rows.stored_version(row)
            elif one := self.latest_version(page, below=below):
                latest[page] = one
        return latest

    def version(self, urlkey: str, seq: int) -> StoredVersion | None:
        return self._one(_of(urlkey).where(versions.c.seq == seq))

    def version_at(self, urlkey: str, at: datetime) -> StoredVersion | None:
        """The version on show at a moment: the last one first seen by then; before all of them, the first."""
        first_seen = versions.c.first_seen
        shown = _of(urlkey).where(first_seen <= rows.micros(at)).order_by(first_seen.desc(), versions.c.seq.desc())
        return self._one(shown) or self._one(_of(urlkey).order_by(first_seen, versions.c.seq))

    def place_of(self, visit: Visit) -> Place:
        """The number that a version shown by this visit gets, were it told in its turn."""
        mine, when = versions.c.urlkey == visit.urlkey, rows.micros(time_of(visit))
        earlier = select(func.max(versions.c.seq)).where(mine, versions.c.first_seen < when)

        def act(connection: Connection) -> Place:
            number = (connection.execute(earlier).scalar() or 0) + 1
            taken = connection.execute(select(versions.c.seq).where(mine, versions.c.seq == number)).first()
            return Place(number, taken is not None)

        return self.read(act)

    def turns(self, urlkey: str) -> list[Seen]:
        """The page's versions without their words, oldest first."""
        return self.read(lambda connection: in_turn(seen(connection, urlkey)))

    def versions(self, urlkey: str, *, limit: int | None = None, below: int | None = None,
                 by: datetime | None = None) -> list[StoredVersion]:  # fmt: skip
        """Oldest first, that is in the order of their numbers but for what was imported (``pipelines.turns``).

        ``limit``: only the newest so many; ``below``: of those below a number; ``by``: of those seen by then.
        """

        def act(connection: Connection) -> list[StoredVersion]:
            by_time = _of(urlkey, below, by).order_by(*_BY_TIME).limit(limit)
            numbers = _listed(connection, by_time) if by else _numbers(connection, urlkey, below, limit)
            query = _of(urlkey, below, by)
            query = query if limit is None else query.where(versions.c.seq.in_(numbers))
            found = {row["seq"]: rows.stored_version(row) for row in connection.execute(query).mappings()}
            return [found[number] for number in reversed(numbers)]

        return self.read(act)

    def versions_from(self, urlkey: str, offset: int, limit: int) -> list[StoredVersion]:
        """So many behind the first ``offset``, oldest first."""

        def act(connection: Connection) -> list[StoredVersion]:
            numbers = _oldest(connection, urlkey, offset, limit)
            query = _of(urlkey).where(versions.c.seq.in_(numbers))
            found = {row["seq"]: rows.stored_version(row) for row in connection.execute(query).mappings()}
            return [found[number] for number in numbers]

        return self.read(act)

    def changes(self, *, urlkey: str | None = None, since: datetime | None = None, until: datetime | None = None,
                types: Sequence[str] = (), class_: str | None = None, seq: int | None = None,
                between: tuple[int, int] | None = None,
                confirmed: bool | None = None, stealth: bool | None = None,
                limit: int | None = None) -> Iterator[StoredChange]:  # fmt: skip
        """In the order in which they were seen, some at a time; ``seq``: those that led to this version; ``between``:
        to these, and all in between; ``limit``: the newest."""
        order = (changes.c.seen_by, changes.c.urlkey, changes.c.to_seq, changes.c.place)
        query = select(changes)
        asked = {"urlkey": urlkey, "class": class_, "to_seq": seq, "confirmed": confirmed, "stealth": stealth}
        for column, value in asked.items():
            if value is not None:
                query = query.where(changes.c[column] == value)
        if between:
            query = query.where(changes.c.to_seq.between(*between))
        if since:
            query = query.where(changes.c.seen_by >= rows.micros(since))
        if until:
            query = query.where(changes.c.seen_by <= rows.micros(until))
        if types:
            query = query.where(changes.c.type.in_(types))
        if limit is not None:
            newest = self._changes(query.order_by(*(column.desc() for column in order)), limit)
            yield from map(rows.stored_change, reversed(newest))
            return
        after: tuple[Any, ...] = ()
        while True:
            behind = query.where(tuple_(*order) > tuple_(*after)) if after else query
            found = self._changes(behind.order_by(*order), TOGETHER)
            yield from map(rows.stored_change, found)
            if len(found) < TOGETHER:
                return
            after = tuple(found[-1][column.name] for column in order)

    def _changes(self, query: Select[Any], count: int) -> Sequence[RowMapping]:
        return self.read(lambda c: c.execute(query.limit(count)).mappings().all())

    def confirm(self, change_ids: Sequence[str]) -> None:
        """A second good look has shown these changes again."""
        if change_ids:
            self.write(lambda connection: _confirm(connection, change_ids))

    def _one(self, query: Any) -> StoredVersion | None:
        row = self.read(lambda c: c.execute(query.limit(1)).mappings().first())
        return rows.stored_version(row) if row else None


_BY_TIME = (versions.c.first_seen.desc(), versions.c.seq.desc())


def _numbers(connection: Connection, urlkey: str, below: int | None, limit: int | None) -> list[int]:
    """Of the newest so many versions, newest first."""
    mine = _of(urlkey, below).limit(limit)
    numbers = _listed(connection, mine.order_by(versions.c.seq.desc()))
    if numbers == _listed(connection, mine.order_by(*_BY_TIME)):  # nearly always: nothing came out of turn
        return numbers
    order = in_turn(seen(connection, urlkey, below))
    return [one.seq for one in reversed(order)][:limit]


def _oldest(connection: Connection, urlkey: str, offset: int, limit: int) -> list[int]:
    """Of so many versions behind the first ones, oldest first."""
    mine = _of(urlkey).offset(offset).limit(limit)
    numbers = _listed(connection, mine.order_by(versions.c.seq))
    if numbers == _listed(connection, mine.order_by(versions.c.first_seen, versions.c.seq)):
        return numbers
    return [one.seq for one in in_turn(seen(connection, urlkey))][offset : offset + limit]


def _listed(connection: Connection, query: Any) -> list[int]:
    return list(connection.execute(query.with_only_columns(versions.c.seq)).scalars())


def seen(connection: Connection, urlkey: str, below: int | None = None) -> list[Seen]:
    """The page's versions without their words, in no order."""
    query = select(versions.c.seq, versions.c.first_seen, visits.c.why).where(versions.c.urlkey == urlkey)
    query = query.select_from(versions.join(visits, visits.c.id == versions.c.visit_id, isouter=True))
    query = query if below is None else query.where(versions.c.seq < below)
    backward = select(changes.c.to_seq, func.max(changes.c.from_seq).label("from_seq"))
    backward = backward.where(changes.c.urlkey == urlkey, changes.c.from_seq > changes.c.to_seq)
    late = {row.to_seq: row.from_seq for row in connection.execute(backward.group_by(changes.c.to_seq))}
    return [
        Seen(row.seq, rows.moment(row.first_seen), row.why == IMPORT, late.get(row.seq))
        for row in connection.execute(query)
    ]


def _of(urlkey: str | ColumnElement[str], below: int | None = None, by: datetime | None = None) -> Any:
    query = select(versions).where(versions.c.urlkey == urlkey)
    query = query if below is None else query.where(versions.c.seq < below)
    return query if by is None else query.where(versions.c.first_seen <= rows.micros(by))


def _confirm(connection: Connection, change_ids: Sequence[str]) -> None:
    if change_ids:
        these = changes.c.id.in_(select(listed(connection, change_ids)))
        connection.execute(update(changes).where(these).values(confirmed=True))


_SEQ = select(versions.c.visit_id, versions.c.seq)


def _read(connection: Connection, read: Sequence[Visit]) -> list[Visit]:
    going = select(takedowns).where(takedowns.c.redact.is_not(None))  # since it was read, perhaps
    redacting = [rows.takedown(row) for row in connection.execute(going).mappings()]
    given = [unsaid(visit, redacting) for visit in read]
    ids = listed(connection, [visit.id for visit in given])
    numbers = {row.visit_id: row.seq for row in connection.execute(_SEQ.where(versions.c.visit_id.in_(select(ids))))}
    new: dict[str, Visit] = {}
    for visit in given:
        if visit.reading == "version" and visit.id not in numbers:
            new.setdefault(visit.id, visit)
    numbers |= add_versions(connection, list(new.values()))
    done = [replace(visit, version_seq=numbers.get(visit.id)) for visit in given]
    told = [rows.visit_row(visit, "") for visit in in_order(done)]
    # Inserted, too: the ledger may be behind, its row was kept back by a busy catalog.
    insert_or_update(connection, visits, told, ("reading", "version", "detail"))
    seen_again(connection, [visit for visit in done if visit.reading == "unchanged"])
    catch_up(connection, done)
    return done
