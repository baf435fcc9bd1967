"""The connection behind the catalog: opening it, and transactions that are tried again."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Self, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    DisconnectionError,
    IntegrityError,
    OperationalError,
    SQLAlchemyError,
)
from sqlalchemy.pool import QueuePool

from pipelines.errors import CatalogDamaged, CatalogError, RowRefused

from .admin_lock import held
from .catalog_trouble import next_step
from .prepared import Generation, Kept, Prepared, Reading, Rows, which
from .tables import SCHEMA

log = logging.getLogger(__name__)
T = TypeVar("T")
WAITS = (0.1, 0.5, 2.0)  # seconds between tries of a transaction that met a lock or a lost connection
CACHE = 8 * 1024  # KiB for pages of the file in each thread that reads; SQLite's own 2 MiB hold too little of an index
BUSY = 10.0  # seconds SQLite itself waits for another writer
# A number taken by another writer in the same moment is an IntegrityError: the next try sees the taken one.
PASSING = (OperationalError, IntegrityError, sqlite3.OperationalError)


class Database:
    """An engine with our rules: short transactions, SQLite in WAL mode and with honest locking."""

    def __init__(self, engine: Engine, *, read_only: bool, kept: Kept | None = None) -> None:
        self._engine = engine
        self._kept = kept
        self._read_only = read_only
        self.near = engine.dialect.name == "sqlite"  # a file: what is asked is answered at once
        self._joined = threading.local()  # the transaction that this thread has open in ``together``
        # SQLite's own way to wait for another writer is to sleep and try again.
        self._turn: Any = threading.RLock() if engine.dialect.name == "sqlite" else contextlib.nullcontext()

    @classmethod
    def open(cls, url: str, *, read_only: bool = False, relaxed: bool = False) -> Self:
        """Open ``sqlite:///path`` or ``postgresql://…`` and bring the schema up to date.

        Opened for reading only, nothing is created, migrated or written. ``relaxed``: a commit outlives a killed
        process at once, but a power loss only after the next ``durable`` one; for a writer whose spool can tell
        everything again. CatalogError: no such catalog, a schema newer than ours, or a database that does not
        answer.
        """
        address = _address(url)
        if address.get_backend_name() == "sqlite":
            _prepare_file(Path(address.database or ""), read_only)
        path, kept = Path(address.database or "").absolute(), None
        if read_only and address.get_backend_name() == "sqlite":
            kept = Kept(path, lambda: _connect_to_read(path))
        self = cls(_engine(address, read_only, relaxed), read_only=read_only, kept=kept)
        try:
            if _schema(self._engine) != SCHEMA:
                from .migrating import bring_up_to_date  # Alembic is half of what a short command would import

                bring_up_to_date(self._engine, read_only=read_only)
        except (SQLAlchemyError, sqlite3.DatabaseError) as e:  # the second where a new connection is settled
            self.close()
            _refuse_damaged(e, address)
            raise CatalogError(f"the catalog {address!r} cannot be opened: {_first_line(e)}") from e
        except BaseException:
            self.close()
            raise
        return self

    def close(self) -> None:
        if self._kept:
            self._kept.close()
        self._engine.dispose()

    def held_by(self, verb: str) -> AbstractContextManager[None]:
        """One administrator's command at a time. SpoolLocked, naming it, while another one is at work."""
        return held(self._engine, verb)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def write(self, act: Callable[[Connection], T], *, durable: bool = False) -> T:
        """One transaction; ``act`` may run again, so it must give the same however often it is run.

        ``durable``: with it, all that was committed before outlives a power loss, also in a relaxed catalog.
        """
        if self._read_only:
            raise CatalogError("the catalog was opened for reading only; open it for writing to change it")
        if (joined := self._open_here()) is not None:
            return act(joined)
        return self._try(lambda: self._written(act, durable), "written")

    def read(self, act: Callable[[Connection], T]) -> T:
        """One transaction that sees one moment and changes nothing."""
        if (joined := self._open_here()) is not None:
            return act(joined)
        return self._try(lambda: self._seen(act), "read")

    def ask(self, prepared: Prepared, **values: Any) -> Rows:
        """The rows of a prepared statement."""
        return self._try(lambda: prepared.rows(self._kept, self._open_here(), values), "read")

    def generation(self) -> Generation | None:
        """Another one when something was written since; None where that cannot be told.

        It counts for this thread only.
        """
        try:
            return self._kept.generation() if self._kept else None
        except (sqlite3.DatabaseError, CatalogError):  # whoever asks for more hears why
            return None

    def together(self, act: Callable[[], T]) -> T:
        """What ``act`` reads and writes here, in this thread, is one transaction; like any, it may run again."""

        def join(connection: Connection) -> T:
            self._joined.connection = connection
            try:
                return act()
            finally:
                self._joined.connection = None

        return self.write(join)

    def _open_here(self) -> Connection | None:
        return getattr(self._joined, "connection", None)

    def _written(self, act: Callable[[Connection], T], durable: bool) -> T:
        with self._turn, self._engine.connect().execution_options(durable=durable) as connection, connection.begin():
            return act(connection)

    def _seen(self, act: Callable[[Connection], T]) -> T:
        with self._engine.connect().execution_options(reading=True) as connection:
            return act(connection)

    def _try(self, act: Callable[[], T], done: str) -> T:
        for wait in (*WAITS, None):
            try:
                return act()
            except (DataError, OverflowError, UnicodeError) as e:  # SQLite's driver raises the last two by itself
                raise RowRefused(f"the catalog cannot hold a value: {_first_line(e)}") from e
            except (SQLAlchemyError, sqlite3.DatabaseError) as e:
                _refuse_damaged(e, self._engine.url)
                lost = isinstance(e, DBAPIError) and e.connection_invalidated
                if wait is None or not (lost or isinstance(e, PASSING)):
                    step = next_step(e, Path(self._engine.url.database or ""))
                    said = _first_line(e) + (f"; {step}" if step else "")
                    raise CatalogError(f"the catalog cannot be {done}: {said}") from e
                log.warning("the catalog could not be %s, next try in %g s: %s", done, wait, _first_line(e))
                time.sleep(wait)
        raise AssertionError("unreachable")


def _address(url: str) -> URL:
    path = url.removeprefix("sqlite:///")
    if path not in (url, "", ":memory:"):
        return URL.create("sqlite", database=path)  # a path as it is written, "%20" and "?" too
    try:
        address = make_url(url)
    except (ArgumentError, ValueError) as e:
        # Not the text itself: what is mistyped may hold a password.
        raise CatalogError("[archive] catalog is no database URL; write sqlite:///path or postgresql://…") from e
    if address.drivername in ("postgresql", "postgres"):
        return address.set(drivername="postgresql+psycopg")
    raise CatalogError(f"the catalog {address!r} cannot be used; write sqlite:///path or postgresql://…")


def _prepare_file(path: Path, read_only: bool) -> None:
    if read_only and not path.exists():
        raise CatalogError(
            f"there is no catalog at {path}; watch and crawl something first, or correct [archive] catalog; if it was "
            "lost: stoppress rebuild"
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as e:
        raise CatalogError(f"the catalog's folder {path.parent} cannot be made: {e.strerror}") from e


def _engine(address: URL, read_only: bool, relaxed: bool) -> Engine:
    if address.get_backend_name() == "sqlite":
        return _sqlite(Path(address.database or "").absolute(), address, read_only, relaxed)
    options = {"options": "-c default_transaction_read_only=on"} if read_only else {}
    engine = create_engine(address, pool_pre_ping=True, connect_args=options)
    if relaxed:

        @event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            asked = connection.get_execution_options()
            if not (asked.get("reading") or asked.get("durable")):
                connection.exec_driver_sql("SET LOCAL synchronous_commit TO OFF")

    return engine


def _sqlite(path: Path, address: URL, read_only: bool, relaxed: bool) -> Engine:
    def connect() -> sqlite3.Connection:
        return _connect_to_read(path) if read_only else _connect(path, "mode=rwc")

    engine = create_engine(address, poolclass=QueuePool, creator=connect)

    @event.listens_for(engine, "connect")
    def _settle(connection: Any, record: Any) -> None:
        if not read_only:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA secure_delete=ON")  # what a takedown deletes shall not stay in a free page
        elif isinstance(connection, _Frozen):
            record.info["as it was"] = _state(path)
        else:
            record.info["file"] = which(path)

    @event.listens_for(engine, "checkout")
    def _look_again(_: Any, record: Any, __: Any) -> None:
        # Only of a frozen one: all others see what is written, and a writer may be at work at this very moment.
        if (before := record.info.get("as it was")) is not None and before != _state(path):
            raise DisconnectionError("the catalog was written to by another process")  # the pool connects anew
        if (file := record.info.get("file")) is not None and file != which(path):
            raise DisconnectionError("the catalog is another file now")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        asked = connection.get_execution_options()
        if read_only or asked.get("reading"):
            connection.exec_driver_sql("BEGIN")
            return
        if relaxed:  # NORMAL: the log is synced by the next FULL commit, or when it is moved into the database
            connection.exec_driver_sql(f"PRAGMA synchronous={'FULL' if asked.get('durable') else 'NORMAL'}")
        # A deferred transaction that turns writer half way fails at once when another writer came first.
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


class _Frozen(sqlite3.Connection):
    """A connection that takes the file as one that nobody writes to."""


def _connect(path: Path, how: str, kind: type[sqlite3.Connection] = sqlite3.Connection) -> sqlite3.Connection:
    place = f"{path.as_uri()}?{how}"
    # No isolation level: we say BEGIN ourselves.
    return sqlite3.connect(place, uri=True, timeout=BUSY, check_same_thread=False, isolation_level=None, factory=kind)


def _connect_to_read(path: Path) -> sqlite3.Connection:
    """Also where nothing may be written: another user's archive, or a read-only mount.

    "it is possible to open a read-only WAL-mode database [if] the -shm and -wal files already exist and are
    readable, [or] there is write permission on the directory, [or] the connection is opened using the immutable
    query parameter." -- https://www.sqlite.org/wal.html#readonly
    """
    connection = _connect(path, "mode=ro", Reading)
    try:
        connection.execute("PRAGMA schema_version")  # the first thing that reads the file, and meets the log
        connection.execute(f"PRAGMA cache_size=-{CACHE}")
        return connection
    except sqlite3.OperationalError as e:
        connection.close()
        if e.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
            raise
    if _in_log(path):
        raise CatalogError(
            f"the catalog {path} can only be read by who may write to {path.parent}: its last changes are still in "
            f"{path.name}-wal; run stoppress watches as the user who owns it, or copy the folder and read the copy"
        )
    return _connect(path, "mode=ro&immutable=1", _Frozen)


def _in_log(path: Path) -> int:
    """Bytes in SQLite's write-ahead log, which a connection that takes the file as immutable would not see."""
    try:
        return path.with_name(path.name + "-wal").stat().st_size
    except FileNotFoundError:
        return 0


def _state(path: Path) -> tuple[int, int, int, int]:
    """What changes when somebody writes to the catalog."""
    file = path.stat()
    return file.st_ino, file.st_size, file.st_mtime_ns, _in_log(path)


def _first_line(error: BaseException) -> str:
    return str(getattr(error, "orig", None) or error).strip().split("\n")[0]


def _refuse_damaged(error: BaseException, address: URL) -> None:
    """CatalogDamaged, if that is what SQLite says: trying again mends nothing, and nothing is lost."""
    code = getattr(getattr(error, "orig", error), "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        path = Path(address.database or "")
        raise CatalogDamaged(
            f"the catalog {path} is damaged ({_first_line(error)}). The archive is not: all that it knows is in "
            f"the store. Stop all crawlers, move {path.name}, {path.name}-wal and {path.name}-shm (as far as they are "
            "there) to another folder, then: stoppress rebuild"
        ) from error


def _schema(engine: Engine) -> str | None:
    """The revision a catalog has; None: none yet."""
    with engine.connect().execution_options(reading=True) as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return str(revision) if revision else None
