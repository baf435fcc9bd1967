"""The catalog's takedowns: what may not be shown."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update

from pipelines.takedowns import Takedown

from . import rows
from .database import Database
from .statements import insert_or_update
from .tables import takedowns


class TakedownRows(Database):
    """Takedowns."""

    def takedown_added(self, one: Takedown) -> None:
        """From now on every reader and every crawler refuses what it covers. Given again: the last time counts, and
        what was to be redacted still is."""
        row, again = rows.takedown_row(one), ("at", "actor", "reason", *(["redact"] if one.redact else []))
        self.write(lambda connection: insert_or_update(connection, takedowns, [row], again), durable=True)

    def takedown_lifted(self, name: str, now: datetime) -> bool:
        """False if there is none of this id in force, or its bytes go: that cannot be lifted."""
        mine = (takedowns.c.id == name, takedowns.c.lifted.is_(None), takedowns.c.redact.is_(None))
        lift = update(takedowns).where(*mine).values(lifted=rows.micros(now))
        return self.write(lambda c: bool(c.execute(lift).rowcount), durable=True)

    def takedown_redacts(self, name: str, now: datetime) -> None:
        """The bytes of what it covers shall go, too."""
        mine = (takedowns.c.id == name, takedowns.c.redact.is_(None))
        change = update(takedowns).where(*mine).values(redact=rows.micros(now))
        self.write(lambda connection: connection.execute(change), durable=True)

    def takedown_done(self, name: str, now: datetime) -> None:
        """The last of its bytes have gone."""
        change = update(takedowns).where(takedowns.c.id == name).values(done=rows.micros(now))
        self.write(lambda connection: connection.execute(change), durable=True)

    def takedowns(self) -> list[Takedown]:
        """All of them, also those that were lifted, in the order in which they were given."""
        query = select(takedowns).order_by(takedowns.c.at, takedowns.c.id)
        return self.read(lambda c: [rows.takedown(row) for row in c.execute(query).mappings()])
