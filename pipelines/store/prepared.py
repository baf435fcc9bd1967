"""Statements that are composed once: a service asks the same with every request, and composing takes longest."""

from __future__ import annotations

import sqlite3
import threading
import weakref
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Engine, Select

Rows = Sequence[Sequence[Any]]


class Reading(sqlite3.Connection):
    """A connection that writes nothing."""


class Kept:
    """Each thread's own connection to a SQLite file that is only read: taking one from a pool costs more than asking.

    ``connect`` gives a ``Reading`` one; any other kind has to be looked at by the pool each time, and is not kept.
    """

    def __init__(self, connect: Callable[[], sqlite3.Connection]) -> None:
        self._connect = connect
        self._mine = threading.local()
        self._all = weakref.WeakSet[Reading]()

    def mine(self) -> Reading | None:
        if (mine := getattr(self._mine, "connection", None)) is None:
            made = self._connect()
            if not isinstance(made, Reading):
                made.close()
                return None
            mine = self._mine.connection = made
            self._all.add(made)
        connection: Reading = mine
        return connection

    def close(self) -> None:
        for connection in list(self._all):
            connection.close()
        self._mine = threading.local()


class Prepared:
    """One statement for one engine; its parameters are given by name. Rows come back as the driver has them."""

    def __init__(self, engine: Engine, statement: Select[Any]) -> None:
        compiled = statement.compile(dialect=engine.dialect)
        self._engine, self._sql, self._fixed = engine, str(compiled), dict(compiled.params)
        self._order = compiled.positiontup if compiled.positional else None

    def rows(self, kept: Kept | None, **values: Any) -> Rows:
        """All rows of one transaction. The driver's errors as they are: ``Database.ask`` says them in our words."""
        named = self._fixed | values
        if self._order is not None and kept is not None and (mine := kept.mine()) is not None:
            return mine.execute(self._sql, [named[name] for name in self._order]).fetchall()
        given: Any = named if self._order is None else tuple([named[name] for name in self._order])
        with self._engine.connect() as connection:
            return connection.exec_driver_sql(self._sql, given).fetchall()
