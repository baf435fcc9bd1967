"""Where an administrator's command cannot go on: the real cause, and what to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipelines.administering import opened_by_admin
from pipelines.config import load_config
from pipelines.errors import CatalogError, ConfigError
from pipelines.opened import open_catalog, opened
from pipelines.store import database
from pipelines.takedowns import Takedown
from pipelines.taking_down import take_down
from pipelines.urlkey import urlkey
from tests.full_disk import full_disk
from tests.rebuild.kept import STORM, T0

from .places import Place
from .test_compact_gc import AT_ONCE, NOW

pytestmark = pytest.mark.long


@contextmanager
def locked(place: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Somebody has the catalog open and writes; and nobody waits long."""
    monkeypatch.setattr(database, "BUSY", 0.02)
    monkeypatch.setattr(database, "WAITS", (0.01,))
    path = place.config.parent / "archive" / "catalog.db"
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield path
    finally:
        other.close()


def test_an_order_that_the_store_has_taken_and_a_locked_catalog_has_not_is_told_of(
    here: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = Takedown(id="t1", scope="page", url=STORM, urlkey=urlkey(STORM), at=T0, actor="legal", reason="court")
    with locked(here, monkeypatch) as path, opened(load_config(here.config)) as (catalog, store):
        with pytest.raises(CatalogError) as refused:
            take_down(order, catalog, store)
        said = str(refused.value)

    assert f"database is locked; another process is writing to {path}" in said
    assert "The order stands in the store already" in said
    assert "so run this again" in said
    assert len(here.objects("control/")) == 1
    assert here.run("rebuild", "--replace").code == 0
    assert here.run("get", f"{STORM}@v1").err.startswith("stoppress: 451:")


def test_a_full_disk_under_the_catalog_is_named(here: Place) -> None:
    folder = here.config.parent / "archive"
    told = rf"cannot be opened: .*; the disk of {folder} is full; make room there, then run this again$"
    for name in ("catalog.db-wal", "catalog.db-shm"):
        (folder / name).unlink(missing_ok=True)
    with full_disk(), pytest.raises(CatalogError, match=told):
        open_catalog(load_config(here.config))


@pytest.mark.parametrize("words", [["gc", *AT_ONCE], ["compact", *NOW]])
def test_a_store_that_is_no_directory_or_not_there_is_told_from_one_that_belongs_to_somebody_else(
    here: Place, words: list[str]
) -> None:
    said = here.config.read_text()
    for store, why in (("stoppress.toml", "is no directory"), ("nowhere", "is not there")):
        here.config.write_text(said.replace('store = "archive"', f'store = "{store}"'))
        ran = here.run(*words)

        assert ran.code == 1
        assert f"{store} {why}; mount its disk, or correct [archive] store" in ran.err
        assert "administrator" not in ran.err


def test_a_folder_or_no_text_instead_of_a_config_is_told_what_to_do(tmp_path: Path) -> None:
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match=f"{tmp_path}: cannot be read: Is a directory; name a file .* with -c FILE"):
        load_config(tmp_path)
    with pytest.raises(ConfigError, match=f"{binary}: cannot be read: no text in UTF-8; .* with -c FILE"):
        load_config(binary)


def test_a_locked_catalog_leaves_compact_to_be_run_again(here: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened_by_admin(load_config(here.config), "compact") as (catalog, _), locked(here, monkeypatch) as path:
        refused = pytest.raises(CatalogError, match=f"another process is writing to {path} .* then run this again")
        with refused:
            catalog.file_replaced(catalog.files()[0], [], [])
