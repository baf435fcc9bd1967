"""The catalog's captures and the WARC files they lie in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, exists, func, not_, or_, select, update

from pipelines.model import Capture
from pipelines.roles import ROLES

from . import rows
from .database import Database
from .statements import insert_new, listed
from .stored import WarcFile
from .tables import captures, files, visits


class CaptureRows(Database):
    """Captures and WARC files."""

    def captures_added(self, loose: Sequence[Capture]) -> None:
        """Captures that belong to no visit, robots.txt for one."""
        told = [rows.capture_row(capture) for capture in loose]
        if told:
            self.write(lambda connection: add_captures(connection, told))

    def capture(self, record_id: str) -> Capture | None:
        query = select(captures).where(captures.c.record_id == record_id)
        row = self.read(lambda c: c.execute(query).mappings().first())
        return rows.capture(row) if row else None

    def captures(self, urlkey: str, *, role: str | None = "page", since: datetime | None = None,
                 until: datetime | None = None) -> Iterator[Capture]:  # fmt: skip
        """Of one page in order of time; both ends count."""
        query = select(captures).where(captures.c.urlkey == urlkey)
        if role:
            query = query.where(captures.c.role == role)
        if since:
            query = query.where(captures.c.timestamp >= rows.micros(since))
        if until:
            query = query.where(captures.c.timestamp <= rows.micros(until))
        ordered = query.order_by(captures.c.timestamp, captures.c.record_id)
        yield from self.read(lambda c: [rows.capture(row) for row in c.execute(ordered).mappings()])

    def parts(self, visit_ids: Sequence[str]) -> dict[str, list[Capture]]:
        """The older pages and feed answers of these visits, by visit, oldest first; without what was taken out."""
        return self._of_visits(visit_ids, captures.c.role.in_(ROLES), captures.c.redacted.is_(None))

    def _of_visits(self, visit_ids: Sequence[str], *conditions: Any) -> dict[str, list[Capture]]:
        def act(connection: Connection) -> dict[str, list[Capture]]:
            theirs = captures.c.visit_id.in_(select(listed(connection, visit_ids)))
            query = select(captures).where(theirs, *conditions)
            found: dict[str, list[Capture]] = {}
            for row in connection.execute(query.order_by(captures.c.timestamp, captures.c.record_id)).mappings():
                found.setdefault(row["visit_id"], []).append(rows.capture(row))
            return found

        return self.read(act) if visit_ids else {}

    def captures_of(self, visit_ids: Sequence[str]) -> dict[str, list[Capture]]:
        """All that these visits have captured, by visit, oldest first; without what was taken out."""
        return self._of_visits(visit_ids, captures.c.redacted.is_(None))

    def requisites(self, urlkey: str, since: datetime) -> list[Capture]:
        """What visits of this page from then on have captured for it to look right, oldest first."""
        query = (
            select(captures)
            .join(visits, visits.c.id == captures.c.visit_id)
            .where(visits.c.urlkey == urlkey, visits.c.started >= rows.micros(since), captures.c.role == "requisite")
            .order_by(captures.c.timestamp, captures.c.record_id)
        )
        return self.read(lambda c: [rows.capture(row) for row in c.execute(query).mappings()])

    def capture_at(self, urlkey: str, at: datetime) -> Capture | None:
        """The page's capture closest in time, of two equally close the earlier; a requisite's where it is no page."""
        return self._capture_at(urlkey, at, "page") or self._capture_at(urlkey, at, "requisite")

    def _capture_at(self, urlkey: str, at: datetime, role: str) -> Capture | None:
        page = select(captures).where(captures.c.urlkey == urlkey, captures.c.role == role).limit(1)
        when, time = rows.micros(at), captures.c.timestamp
        before = page.where(time <= when).order_by(time.desc(), captures.c.record_id)
        after = page.where(time > when).order_by(time, captures.c.record_id)

        def act(connection: Connection) -> list[Capture]:
            found = [connection.execute(query).mappings().first() for query in (before, after)]
            return [rows.capture(row) for row in found if row]

        return min(self.read(act), key=lambda capture: abs(capture.timestamp - at), default=None)

    def places(self, filename: str) -> dict[str, tuple[int, int]]:
        """Where each capture of one WARC file lies in it: record id -> (offset, length). Without tombstones."""
        query = select(captures.c.record_id, captures.c.offset, captures.c.length)
        theirs = query.where(captures.c.filename == filename, captures.c.redacted.is_(None))
        return self.read(lambda c: {row[0]: (row[1], row[2]) for row in c.execute(theirs)})

    def captures_found(self, filename: str, found: Sequence[Capture]) -> list[Capture]:
        """A spool file holds these captures, and at these places: rows that say otherwise are put right.

        Those of captures that are not in it any more go, and are given back.
        """
        there = {capture.record_id: (capture.offset, capture.length) for capture in found}

        def act(connection: Connection) -> list[Capture]:
            query = select(captures).where(captures.c.filename == filename).order_by(captures.c.offset)
            known = [rows.capture(row) for row in connection.execute(query).mappings()]
            for row in known:
                mine = captures.c.record_id == row.record_id
                if (place := there.get(row.record_id)) is None:
                    connection.execute(delete(captures).where(mine))
                elif place != (row.offset, row.length):
                    connection.execute(update(captures).where(mine).values(offset=place[0], length=place[1]))
            gone = [row for row in known if row.record_id not in there]
            unreadable_ones(connection)
            return gone

        return self.write(act)

    def captures_between(self, filename: str, start: int, end: int) -> list[Capture]:
        """Those with a byte in this part of a WARC file, in its order."""
        touched = (captures.c.offset < end) & (captures.c.offset + captures.c.length > start)
        query = select(captures).where(captures.c.filename == filename, touched).order_by(captures.c.offset)
        return self.read(lambda c: [rows.capture(row) for row in c.execute(query).mappings()])

    def capture_before(self, filename: str, offset: int) -> Capture | None:
        """The last one that begins before this byte of a WARC file."""
        query = select(captures).where(captures.c.filename == filename, captures.c.offset < offset)
        last = query.order_by(captures.c.offset.desc()).limit(1)
        row = self.read(lambda c: c.execute(last).mappings().first())
        return rows.capture(row) if row else None

    def captures_by_file(self) -> dict[str, int]:
        """How many captures point to each file, by its name or key as they have it."""
        query = select(captures.c.filename, func.count()).group_by(captures.c.filename)
        return self.read(lambda c: {row[0]: row[1] for row in c.execute(query)})

    def file(self, name: str) -> WarcFile | None:
        query = select(files).where(files.c.name == name)
        row = self.read(lambda c: c.execute(query).mappings().first())
        return rows.warc_file(row) if row else None

    def newest_file(self, worker: str) -> WarcFile | None:
        """The one that this spool's writer has opened last."""
        query = select(files).where(files.c.worker == worker).order_by(files.c.opened.desc()).limit(1)
        row = self.read(lambda c: c.execute(query).mappings().first())
        return rows.warc_file(row) if row else None

    def opened_when(self, moment: datetime, worker: str) -> bool:
        """Whether this spool's writer has opened a file in this millisecond, whatever its name is now."""
        query = select(files.c.name).where(files.c.worker == worker, files.c.opened == rows.micros(moment)).limit(1)
        return self.read(lambda c: c.execute(query).first() is not None)

    def file_opened(self, name: str, *, worker: str, now: datetime) -> None:
        """A file is being written in the spool."""
        row = {"name": name, "state": "open", "size": 0, "worker": worker, "opened": rows.micros(now)}
        self.write(lambda connection: insert_new(connection, files, [row]))

    def file_sealed(self, name: str, size: int) -> None:
        """The file is whole and waits for the store. From now on nobody looks into it for rows that are missing
        here, so that all of them are on disk when this returns."""
        sealed = update(files).where(files.c.name == name, files.c.state == "open").values(state="sealed", size=size)
        self.write(lambda connection: connection.execute(sealed), durable=True)

    def file_renamed(self, name: str, new: str) -> None:
        """A sealed file has another name, on disk too before this is read again; saying it twice changes nothing."""

        def act(connection: Connection) -> None:
            if connection.execute(select(files.c.name).where(files.c.name == new)).first() is None:
                connection.execute(update(files).where(files.c.name == name).values(name=new))
            connection.execute(update(captures).where(captures.c.filename == name).values(filename=new))

        self.write(act, durable=True)

    def file_stored(self, name: str, *, key: str, size: int, sha256: str, now: datetime) -> None:
        """The file lies in the store: its captures point there from now on, all in one transaction, on disk."""
        facts = {"key": key, "state": "stored", "size": size, "sha256": sha256, "stored": rows.micros(now)}
        new = {"name": name, "worker": "", "opened": rows.micros(now), **facts}

        def act(connection: Connection) -> None:
            insert_new(connection, files, [new])
            connection.execute(update(files).where(files.c.name == name).values(**facts))
            connection.execute(update(captures).where(captures.c.filename == name).values(filename=key))

        self.write(act, durable=True)

    def files(self, state: str | None = None) -> list[WarcFile]:
        """All WARC files, or those in one state, by name."""
        query = select(files).order_by(files.c.name)
        if state:
            query = query.where(files.c.state == state)
        return self.read(lambda c: [rows.warc_file(row) for row in c.execute(query).mappings()])


def add_captures(connection: Connection, told: list[dict[str, Any]]) -> None:
    """Insert those that are new; where their file has been stored in the meantime, they point there at once."""
    if not told:
        return
    # The file's row stays locked until we are done (PostgreSQL; SQLite has one writer): ``file_stored`` comes
    # before us and is seen here, or after us and sees our rows. Else they would name a spool file that is gone.
    names = files.c.name.in_(select(listed(connection, {row["filename"] for row in told})))
    query = select(files.c.name, files.c.key).where(names).order_by(files.c.name).with_for_update(read=True)
    keys = {row.name: row.key for row in connection.execute(query) if row.key}
    placed = [row | {"filename": keys.get(row["filename"], row["filename"])} for row in told]
    insert_new(connection, captures, sorted(placed, key=lambda row: str(row["record_id"])))


def unreadable_ones(connection: Connection) -> None:
    """A visit whose bytes went before they were read will never be read."""
    connection.execute(update(visits).where(_unreadable()).values(reading="none"))


def _unreadable() -> Any:
    page = and_(captures.c.visit_id == visits.c.id, captures.c.role == "page")
    gone = or_(exists().where(and_(page, captures.c.redacted.is_not(None))), not_(exists().where(page)))
    return and_(visits.c.reading.is_(None), visits.c.outcome == "archived", gone)
