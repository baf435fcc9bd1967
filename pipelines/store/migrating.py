"""The schema's revisions: found in ``migrations/``, applied when a catalog is opened."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, text

from pipelines.crashpoint import crashpoint
from pipelines.errors import CatalogError

log = logging.getLogger(__name__)
# Any number: those who migrate one PostgreSQL at the same time wait for each other at it.
_LOCK = text("SELECT pg_advisory_xact_lock(7867737)")


SCRIPTS = "pipelines.store:migrations"


def bring_up_to_date(engine: Engine, *, read_only: bool, scripts: str = SCRIPTS) -> None:
    """Migrate to the newest revision; CatalogError if the schema is newer, or old and may not be changed.

    All of it is one transaction: killed in it, a catalog is as old as it was. An SQLite catalog that holds anything
    is copied before, to ``<its name>.<its revision>``; that of a PostgreSQL is in the hands of who runs that.
    """
    try:
        _bring(engine, read_only, scripts)
    except CommandError as e:
        raise CatalogError(f"the catalog cannot be migrated: {e}") from e


def _bring(engine: Engine, read_only: bool, scripts: str) -> None:
    config = Config()
    config.set_main_option("script_location", scripts)
    script = ScriptDirectory.from_config(config)
    with engine.connect().execution_options(reading=True) as connection:
        present = MigrationContext.configure(connection).get_current_revision()
    newest, known = script.get_current_head(), {revision.revision for revision in script.walk_revisions()}
    if present == newest:
        return
    if present is not None and present not in known:
        raise CatalogError(
            f"the catalog has schema {present}, newer than {newest} of this Stoppress; upgrade Stoppress"
        )
    if read_only:
        found = f"has schema {present}" if present else "is empty"
        raise CatalogError(f"the catalog {found}, this Stoppress reads schema {newest}; run: stoppress watches")
    with engine.begin() as connection:
        _wait_for_turn(connection)
        if present and engine.dialect.name == "sqlite":
            _copy(Path(engine.url.database or ""), present)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        crashpoint("mid_migration")


def _copy(path: Path, revision: str) -> None:
    """As it was committed, also what still lies in the log; whole under its name or not there at all."""
    draft, copy = path.with_name(f"{path.name}.new"), path.with_name(f"{path.name}.{revision}")
    draft.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(draft)) as target:
        source.backup(target)
    draft.replace(copy)
    log.warning("the catalog is migrated from schema %s; as it was, it is kept in %s", revision, copy)


def _wait_for_turn(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":  # SQLite's BEGIN IMMEDIATE has waited already
        connection.execute(_LOCK)
