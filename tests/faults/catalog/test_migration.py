"""A schema that is older than the program: migrated at the next opening, whole or not at all, with a copy beside it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect

import pipelines.store.migrations
from pipelines.store.catalog import Catalog
from pipelines.store.migrating import SCRIPTS, bring_up_to_date
from pipelines.store.tables import SCHEMA
from tests.running import PATIENCE, ROOT, environment

from .test_connection import visit

NEXT = """
from alembic import op
import sqlalchemy as sa
revision, down_revision, branch_labels, depends_on = "next", "{newest}", None, None
def upgrade():
    op.create_table("of_the_next_release", sa.Column("id", sa.Integer, primary_key=True))
    op.add_column("visits", sa.Column("of_the_next_release", sa.String))
"""
OPENED = """
import sys
from pipelines.store.database import _address, _engine
from pipelines.store.migrating import bring_up_to_date
bring_up_to_date(_engine(_address(sys.argv[1]), False, False), read_only=False, scripts=sys.argv[2])
"""


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    """The migrations of a next release: today's, and one more."""
    ours = Path(pipelines.store.migrations.__file__).parent
    folder = tmp_path / "migrations"
    shutil.copytree(ours, folder)
    newest = max(path.stem.partition("_")[0].removeprefix("r") for path in (ours / "versions").glob("r*.py"))
    (folder / "versions" / "next.py").write_text(NEXT.format(newest=newest))
    return folder


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "catalog.db"
    with Catalog.open(f"sqlite:///{path}") as catalog:
        catalog.visits_recorded([visit(1)], worker="w1")
    return path


def opened(path: Path, scripts: Path, crash: str = "") -> int:
    ran = subprocess.run(
        [sys.executable, "-c", OPENED, f"sqlite:///{path}", str(scripts)], check=False, timeout=PATIENCE, cwd=ROOT,
        env={**environment(), **({"STOPPRESS_CRASH_AT": crash} if crash else {})}, capture_output=True, text=True,
    )  # fmt: skip
    assert ran.returncode in (0, -9), ran.stderr
    return ran.returncode


def tables(path: Path) -> set[str]:
    engine = create_engine(f"sqlite:///{path}")
    found = set(inspect(engine).get_table_names())
    engine.dispose()
    return found


def test_an_older_schema_is_migrated_once_with_a_copy_of_what_was_there(old: Path, scripts: Path) -> None:
    before = tables(old)
    assert opened(old, scripts) == 0
    [copy] = old.parent.glob("catalog.db.*[!lm]")

    assert "of_the_next_release" in tables(old)
    assert tables(copy) == before
    with Catalog.open(f"sqlite:///{copy}") as catalog:
        assert [row.id for row in catalog.visits()] == ["v1"]
    made = copy.stat().st_mtime_ns
    engine = create_engine(f"sqlite:///{old}")
    bring_up_to_date(engine, read_only=False, scripts=str(scripts))
    engine.dispose()

    assert copy.stat().st_mtime_ns == made


def test_a_migration_that_is_killed_is_simply_made_at_the_next_opening(old: Path, scripts: Path) -> None:
    before = tables(old)
    assert opened(old, scripts, "mid_migration") == -9
    assert tables(old) == before
    with Catalog.open(f"sqlite:///{old}") as catalog:
        assert [row.id for row in catalog.visits()] == ["v1"]

    assert opened(old, scripts) == 0
    assert "of_the_next_release" in tables(old)


def test_the_schema_that_needs_no_migration_is_the_newest_revision() -> None:
    config = Config()
    config.set_main_option("script_location", SCRIPTS)
    assert ScriptDirectory.from_config(config).get_current_head() == SCHEMA
