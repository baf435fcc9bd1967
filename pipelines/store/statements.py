"""Statements that SQLite and PostgreSQL spell differently, in one spelling."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import JSON, ColumnElement, Connection, Select, Text, cast, column, func, literal, true
from sqlalchemy.dialects import postgresql, sqlite

from pipelines.model import Visit


def insert_new(connection: Connection, table: Any, values: Sequence[dict[str, Any]]) -> None:
    """Insert what is not there yet: writing the same rows twice changes nothing."""
    if values:
        connection.execute(_insert(connection, table).on_conflict_do_nothing(), values)


def insert_or_update(
    connection: Connection, table: Any, values: Sequence[dict[str, Any]], names: Sequence[str], *, unless: str = ""
) -> None:
    """Insert; where the row is there, take the columns ``names`` over: if ``unless`` is named, only while that
    column is empty."""
    if values:
        new = _insert(connection, table)
        told = {name: new.excluded[name] for name in names}
        empty = table.c[unless].is_(None) if unless else None
        statement = new.on_conflict_do_update(index_elements=list(table.primary_key), set_=told, where=empty)
        connection.execute(statement, values)


def in_order(found: Iterable[Visit]) -> list[Visit]:
    """By id: two writers that touch the same rows in one order wait for each other and never deadlock."""
    return sorted(found, key=lambda visit: visit.id)


def listed(connection: Connection, values: Iterable[str]) -> ColumnElement[str]:
    """A column of any number of texts, sent as one parameter: ``select(...).where(x.in_(select(listed(...))))``."""
    texts = list(values)
    if connection.dialect.name == "postgresql":
        given = func.unnest(literal(texts, postgresql.ARRAY(Text)))
        return given.table_valued("value", name="given").render_derived().c.value
    return func.json_each(json.dumps(texts)).table_valued("value", name="given").c.value


def listed_pairs(connection: Connection, pairs: Iterable[tuple[str, str]]) -> tuple[ColumnElement[str], ...]:
    """Two columns of any number of pairs of texts, in the same way."""
    given = list(pairs)
    if connection.dialect.name == "postgresql":
        both = ([pair[place] for pair in given] for place in range(2))
        texts = func.unnest(*(literal(one, postgresql.ARRAY(Text)) for one in both))
        return tuple(texts.table_valued("one", "other", name="pairs").render_derived().c)
    value = func.json_each(json.dumps(given)).table_valued("value", name="pairs").c.value
    return tuple(func.json_extract(value, f"$[{place}]") for place in range(2))


def with_json(connection: Connection, query: Select[Any], document: ColumnElement[str], *names: str) -> Select[Any]:
    """The query with these members of a column's JSON object as texts and numbers; the rest need not come along.

    PostgreSQL gives text for all, and would read the whole document once more for each that is asked for with ``->>``.
    """
    if connection.dialect.name == "postgresql":
        parsed = func.json_to_record(cast(document, JSON)).table_valued(*(column(name, Text) for name in names))
        members = parsed.render_derived(name="members", with_types=True)
        return query.add_columns(*(members.c[name] for name in names)).join(members, true())
    return query.add_columns(*(func.json_extract(document, f"$.{name}").label(name) for name in names))


def _insert(connection: Connection, table: Any) -> Any:
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table)
