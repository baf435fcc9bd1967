"""What a commit promises: whole or not at all, and on disk when it says so."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection

from pipelines.errors import CatalogError
from pipelines.model import Visit
from pipelines.store import database
from pipelines.store.catalog import Catalog

BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
SYNC = {"sqlite": "PRAGMA synchronous", "postgresql": "SHOW synchronous_commit"}
ON_DISK = {"sqlite": "2", "postgresql": "on"}  # FULL: the log is synced before the commit returns
LATER = {"sqlite": "1", "postgresql": "off"}  # NORMAL: with the next full commit, or checkpoint


@pytest.fixture(params=BOTH)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path / 'catalog.db'}"


def asked(kind: str) -> Callable[[Connection], str]:
    return lambda connection: str(connection.exec_driver_sql(SYNC[kind]).scalar())


def visit(name: str) -> Visit:
    return Visit(id=name, url="http://a.test/", urlkey="test,a)/", started=datetime(2026, 1, 3, tzinfo=UTC))


def test_a_relaxed_catalog_syncs_what_must_be_durable_and_nothing_else(address: str) -> None:
    kind = address.partition(":")[0]
    with Catalog.open(address, relaxed=True) as catalog:
        seen = [catalog.write(asked(kind), durable=durable) for durable in (False, True, False)]
        nested = catalog.together(lambda: catalog.write(asked(kind)))

    assert [*seen, nested] == [LATER[kind], ON_DISK[kind], LATER[kind], LATER[kind]]


def test_any_other_catalog_syncs_every_commit(address: str) -> None:
    kind = address.partition(":")[0]
    with Catalog.open(address) as catalog:
        assert {catalog.write(asked(kind), durable=durable) for durable in (False, True)} == {ON_DISK[kind]}


def test_what_is_written_together_is_there_whole_or_not_at_all(address: str) -> None:
    with Catalog.open(address) as catalog, Catalog.open(address, read_only=True) as other:

        def half() -> None:
            catalog.visits_started([visit("v1")], worker="w")
            assert [v.id for v in catalog.visits()] == ["v1"]
            assert other.visits() == []
            raise CatalogError("half way")

        with pytest.raises(CatalogError, match="half way"):
            catalog.together(half)
        assert catalog.visits() == []

        catalog.together(lambda: [catalog.visits_started([visit(name)], worker="w") for name in ("v2", "v3")])
        assert [v.id for v in other.visits()] == ["v2", "v3"]


def test_a_catalog_that_is_written_at_this_very_moment_can_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file's size and time are another at each look; only who took it for frozen may mind."""
    looks = itertools.count()
    monkeypatch.setattr(database, "_state", lambda _: (next(looks), 0, 0, 0))
    address = f"sqlite:///{tmp_path / 'catalog.db'}"
    with Catalog.open(address) as catalog, Catalog.open(address, read_only=True) as reader:
        catalog.visits_started([visit("v1")], worker="w")

        assert [v.id for v in reader.visits()] == [v.id for v in catalog.visits()] == ["v1"]
