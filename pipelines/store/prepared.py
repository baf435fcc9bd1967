"""Statements that are compiled once: a service asks the same with every request, and composing costs more than SQLite."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Engine, Select


class Prepared:
    """One statement for one engine; its parameters are given by name. Rows come back as the driver has them."""

    def __init__(self, engine: Engine, statement: Select[Any]) -> None:
        compiled = statement.compile(dialect=engine.dialect)
        self._engine, self._sql, self._fixed = engine, str(compiled), dict(compiled.params)
        self._order = compiled.positiontup if compiled.positional else None

    def rows(self, **values: Any) -> Sequence[Sequence[Any]]:
        """All rows of one transaction. The driver's errors as they are: ``Database.ask`` says them in our words."""
        named = self._fixed | values
        if self._order is None:
            with self._engine.connect() as connection:
                return connection.exec_driver_sql(self._sql, named).fetchall()
        # SQLite: half of the time of such a question would be spent around it.
        lent = self._engine.raw_connection()
        try:
            cursor = lent.cursor()
            cursor.execute(self._sql, [named[name] for name in self._order])
            found: Sequence[Sequence[Any]] = cursor.fetchall()
            return found
        finally:
            lent.close()
