"""One administrator's command at a time on one archive; the second is refused and told who holds it.

The lock lies where the catalog is, for an object store has none, and dies with its process: a file beside SQLite's
database, an advisory lock in PostgreSQL.
"""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, text

from pipelines.errors import CatalogError, SpoolLocked

_NUMBER = 7867738  # any; of PostgreSQL's advisory locks
_LOCK = text("SELECT pg_try_advisory_lock(:number)")
_UNLOCK = text("SELECT pg_advisory_unlock(:number)")
_HOLDER = text(
    "SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid "
    "WHERE l.locktype = 'advisory' AND l.objid = :number AND l.granted"
)


@contextmanager
def held(engine: Engine, verb: str) -> Iterator[None]:
    """Nobody else holds it meanwhile. SpoolLocked: somebody does."""
    me = f"stoppress {verb}, process {os.getpid()} on {socket.gethostname()}"
    if engine.dialect.name == "postgresql":
        with _in_postgresql(engine, me):
            yield
    else:
        with _beside(Path(engine.url.database or ""), me):
            yield


def _refuse(holder: str) -> SpoolLocked:
    return SpoolLocked(f"this archive is in the hands of {holder}; wait until it has ended, then run this again")


@contextmanager
def _beside(database: Path, me: str) -> Iterator[None]:
    path = database.with_name(database.name + "-admin")
    try:
        file = path.open("a+")
    except OSError as e:
        raise CatalogError(f"{path} cannot be written: {e.strerror}; run this as the catalog's owner") from e
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as e:
            file.seek(0)
            raise _refuse(file.read().strip() or "another process") from e
        try:
            file.truncate(0)
            os.write(file.fileno(), me.encode())  # unbuffered: closing must not fail again
        except OSError as e:
            raise CatalogError(f"{path} cannot be written: {e.strerror}; make room there, then run this again") from e
        yield


@contextmanager
def _in_postgresql(engine: Engine, me: str) -> Iterator[None]:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.execute(_LOCK, {"number": _NUMBER}).scalar():
            raise _refuse(connection.execute(_HOLDER, {"number": _NUMBER}).scalar() or "another process")
        connection.execute(text("SELECT set_config('application_name', :me, false)"), {"me": me[:63]})
        try:
            yield
        finally:
            connection.execute(_UNLOCK, {"number": _NUMBER})
