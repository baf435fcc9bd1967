"""The catalog's ledger of visits: started, recorded with what was captured, waiting to be read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from pipelines.model import Capture, Visit
from pipelines.urlkey import urlkey

from . import rows
from .catalog_captures import add_captures
from .database import Database
from .sightings import seen_again, shows_the_same
from .statements import in_order, insert_new, insert_or_update, listed
from .tables import RUNNING, UNREAD, captures, visits

_OUTCOME = ("outcome", "reason", "detail", "status", "reading")


class VisitRows(Database):
    """Visits."""

    def visits_started(self, begun: Sequence[Visit], *, worker: str) -> None:
        """Rows without an outcome; those that are there already stay as they are."""
        told = [rows.visit_row(visit, worker) for visit in in_order(begun)]
        if told:
            self.write(lambda connection: insert_new(connection, visits, told))

    def visits_recorded(self, ended: Sequence[Visit], *, worker: str = "") -> None:
        """Outcomes and captures of acknowledged visits; also of visits never started here (recovery, rebuild).

        ``worker``: whose they were, if they are not known yet. A visit that has its outcome keeps it: saying it
        again changes nothing.
        """
        done = in_order(ended)
        told = [rows.visit_row(visit, worker) for visit in done]
        kept = [rows.capture_row(c) | {"visit_id": visit.id} for visit in done for c in visit.captures]

        def act(connection: Connection) -> None:
            insert_or_update(connection, visits, told, _OUTCOME, unless="outcome")
            add_captures(connection, kept)
            seen_again(connection, [visit for visit in done if shows_the_same(visit)])

        if told:
            self.write(act)

    def unfinished_visits(self, worker: str | None = None) -> list[Visit]:
        """Started without an outcome, oldest first: of one worker, or of all."""
        query = select(visits).where(RUNNING).order_by(visits.c.started, visits.c.id)
        if worker is not None:
            query = query.where(visits.c.worker == worker)
        return self.read(lambda c: [rows.visit(row) for row in c.execute(query).mappings()])

    def unread_visits(self, *, limit: int | None = None, why: str | None = None) -> list[Visit]:
        """Kept in full but not read yet, with their captures, oldest first; ``limit``: only so many.

        ``why``: only visits that were made for this.
        """
        query = select(visits).where(UNREAD) if why is None else select(visits).where(UNREAD, visits.c.why == why)
        query = query.order_by(visits.c.started, visits.c.id).limit(limit)
        return self.read(lambda connection: _with_captures(connection, query))

    def visits(self, url: str | None = None, *, limit: int | None = None) -> list[Visit]:
        """Of one page or of all, the newest last; ``limit``: only the newest so many."""
        query = select(visits).order_by(visits.c.started.desc(), visits.c.id.desc())
        if url:
            query = query.where(visits.c.urlkey == urlkey(url))
        return self.read(lambda connection: _with_captures(connection, query.limit(limit)))[::-1]


def _with_captures(connection: Connection, query: Any) -> list[Visit]:
    found = connection.execute(query).mappings().all()
    theirs = captures.c.visit_id.in_(select(listed(connection, (row["id"] for row in found))))
    by_visit: dict[str, list[Capture]] = defaultdict(list)
    ordered = select(captures).where(theirs).order_by(captures.c.timestamp, captures.c.record_id)
    for row in connection.execute(ordered).mappings():
        by_visit[row["visit_id"]].append(rows.capture(row))
    return [rows.visit(row, _own_first(by_visit[row["id"]])) for row in found]


def _own_first(found: list[Capture]) -> tuple[Capture, ...]:
    return tuple(sorted(found, key=lambda capture: capture.role != "page"))
