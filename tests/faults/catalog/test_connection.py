"""A catalog whose connection is cut, or that others hold: it is tried again, and what is told twice is there once."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy.engine.default import DefaultDialect

from pipelines.errors import CatalogError
from pipelines.model import Visit
from pipelines.store import database
from pipelines.store.catalog import Catalog

NOON = datetime(2026, 1, 3, 12, tzinfo=UTC)
URL = "https://news.example.org/live"


def visit(number: int) -> Visit:
    return Visit(id=f"v{number}", url=URL, urlkey="org,example,news)/live", started=NOON, outcome="error", reason="dns")


def kill_backends(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.mark.postgres
@pytest.mark.parametrize("moment", ["before the transaction", "before the commit", "after the commit"])
def test_a_connection_that_is_lost_is_made_anew_and_each_visit_is_there_once(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    monkeypatch.setattr(database, "WAITS", (0.01, 0.01))
    with Catalog.open(postgres_url) as catalog:
        catalog.visits_recorded([visit(1)], worker="w1")
        if moment == "before the transaction":
            kill_backends(postgres_url)
        else:
            monkeypatch.setattr(DefaultDialect, "do_commit", _cut(DefaultDialect.do_commit, postgres_url, moment))
        catalog.visits_recorded([visit(2)], worker="w1")

        assert sorted(row.id for row in catalog.visits()) == ["v1", "v2"]


def _cut(real: Callable[..., None], url: str, moment: str) -> Callable[..., None]:
    left = [1]

    def commit(dialect: DefaultDialect, connection: Any) -> None:
        if left:
            left.clear()
            if moment == "after the commit":
                real(dialect, connection)  # it is durable, and nobody hears of it
            kill_backends(url)
            connection.execute("SELECT 1")
        real(dialect, connection)

    return commit


def test_a_database_that_is_locked_for_a_while_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY", 0.05)
    path = tmp_path / "catalog.db"
    with Catalog.open(f"sqlite:///{path}") as catalog:
        other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        release = threading.Timer(0.4, lambda: other.execute("ROLLBACK"))
        release.start()
        catalog.visits_recorded([visit(1)], worker="w1")
        release.join()
        other.close()

        assert [row.id for row in catalog.visits()] == ["v1"]


def test_a_database_that_stays_locked_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY", 0.05)
    monkeypatch.setattr(database, "WAITS", (0.01,))
    path = tmp_path / "catalog.db"
    with Catalog.open(f"sqlite:///{path}") as catalog:
        other: Any = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(CatalogError, match="database is locked"):
            catalog.visits_recorded([visit(1)], worker="w1")
        other.close()
