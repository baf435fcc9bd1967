"""What the tests of the spool have on their desk."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines.errors import CatalogError
from pipelines.store.catalog import Catalog
from tests.store.spool.desk import BadDisk, Desk


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with Catalog.open(f"sqlite:///{tmp_path / 'catalog.db'}") as catalog:
        yield catalog


@pytest.fixture
def desk(tmp_path: Path, catalog: Catalog) -> Iterator[Desk]:
    folder = tmp_path / "spool"
    folder.mkdir()
    desk = Desk(folder, catalog)
    yield desk
    for recorder in desk.recorders:
        recorder.close()


@pytest.fixture
def no_fsync(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hundreds of files: here it matters what is written, not that it is on the disk."""
    monkeypatch.setattr(os, "fsync", lambda handle: None)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> BadDisk:
    disk = BadDisk(os.fsync)
    monkeypatch.setattr(os, "fsync", disk)
    return disk


@pytest.fixture
def refusing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """While this list holds anything, the catalog takes no visits."""
    refusing: list[bool] = []
    take = desk.catalog.visits_recorded

    def visits_recorded(ended: Any, **more: Any) -> None:
        if refusing:
            raise CatalogError("not now")
        take(ended, **more)

    monkeypatch.setattr(desk.catalog, "visits_recorded", visits_recorded)
    return refusing
