"""Statements that are composed once: a service asks the same with every request, and composing takes longest."""

from __future__ import annotations

import sqlite3
import threading
import weakref
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Select

Rows = Sequence[Sequence[Any]]
Generation = tuple[int, int, int]  # device and number of a file, and SQLite's count of others' commits


class Reading(sqlite3.Connection):
    """A connection that writes nothing."""


class Kept:
    """Each thread's own connection to a SQLite file that is only read: a pool costs more than the question.

    ``connect`` gives a ``Reading`` one; any other kind has to be looked at by the pool each time, and is not kept.
    A file that was replaced, by a copy or by a rebuild, is opened anew.
    """

    def __init__(self, path: Path, connect: Callable[[], sqlite3.Connection]) -> None:
        self._path, self._connect, self._useless = path, connect, False
        self._mine = threading.local()
        self._lock = threading.Lock()
        self._all = weakref.WeakSet[Reading]()

    def mine(self) -> Reading | None:
        if self._useless:
            return None
        connection: Reading | None = getattr(self._mine, "connection", None)
        if connection is None or self._mine.file != which(self._path):
            return self._open()
        return connection

    def generation(self) -> Generation | None:
        """Another one after each commit of others, and for another file."""
        if (mine := self.mine()) is None:
            return None
        (version,) = mine.execute("PRAGMA data_version").fetchone()
        return (*self._mine.file, version)

    def close(self) -> None:
        with self._lock:
            self._useless = True
            for connection in list(self._all):
                connection.close()

    def _open(self) -> Reading | None:
        file, made = which(self._path), self._connect()
        with self._lock:
            if isinstance(made, Reading) and not self._useless:
                self._mine.connection, self._mine.file = made, file
                self._all.add(made)
                return made
            self._useless = True
        made.close()
        return None


def which(path: Path) -> tuple[int, int]:
    """Which file has this name now: device and number."""
    try:
        found = path.stat()
    except FileNotFoundError:  # being replaced at this moment: whoever opens it says so
        return (0, 0)
    return found.st_dev, found.st_ino


class Prepared:
    """One statement for one engine; its parameters are given by name. Rows come back as the driver has them."""

    def __init__(self, engine: Engine, statement: Select[Any]) -> None:
        compiled = statement.compile(dialect=engine.dialect)
        self._engine, self._sql, self._fixed = engine, str(compiled), dict(compiled.params)
        self._order = compiled.positiontup if compiled.positional else None

    def rows(self, kept: Kept | None, joined: Connection | None, values: Mapping[str, Any]) -> Rows:
        """All rows of one transaction, of ``joined`` if one is open. The driver's errors as they are: ``Database.ask``
        says them in our words."""
        named = {**self._fixed, **values}
        if self._order is not None and kept is not None and (mine := kept.mine()) is not None:
            return mine.execute(self._sql, [named[name] for name in self._order]).fetchall()
        given: Any = named if self._order is None else tuple([named[name] for name in self._order])
        if joined is not None:
            return joined.exec_driver_sql(self._sql, given).fetchall()
        with self._engine.connect().execution_options(reading=True) as connection:
            return connection.exec_driver_sql(self._sql, given).fetchall()
