"""A catalog older than the store, or none, beside a spool that is not new: refused before anything is visited."""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines.errors import CatalogError, StoreUnavailable
from pipelines.store import behind
from pipelines.store.behind import refuse_if_behind
from pipelines.store.catalog import Catalog
from pipelines.store.local import LocalStore
from pipelines.store.spool import file_name
from pipelines.store.uploader import rename
from pipelines.store.warcs import warc_key
from tests.main_job.serving import ask, serve_in_turn
from tests.running import crawl_until, stoppress, write_config
from tests.servers.raw_http import RawServer

NOON = datetime(2026, 1, 3, 12, tzinfo=UTC)
BODIES = [
    f"<!doctype html><html><body><h1>Storm {n}</h1><p>Harbour number {n} is shut.</p></body></html>".encode()
    for n in range(9)
]


@pytest.fixture(params=["directory", pytest.param("swift_s3", marks=pytest.mark.swift)])
def config(request: pytest.FixtureRequest, tmp_path: Path, raw_server: RawServer) -> Path:
    url = serve_in_turn(raw_server, "/live", BODIES)
    catalog = "sqlite:///catalog.db"
    if request.param == "directory":
        made = write_config(tmp_path, url, catalog=catalog)
    else:
        bucket = request.getfixturevalue(request.param)
        made = write_config(
            tmp_path, url, store=f"{bucket.url}/live", endpoint_url=bucket.endpoint_url, catalog=catalog
        )
    assert stoppress("apply", str(made)).code == 0
    return made


def catalog_files(config: Path) -> list[Path]:
    return sorted(config.parent.glob("catalog.db*"))


def test_yesterdays_catalog_is_refused_until_it_is_made_again(config: Path, raw_server: RawServer) -> None:
    crawl_until(config, lambda seen: len(seen) >= 2)
    yesterday = config.parent / "yesterday"
    yesterday.mkdir()
    for path in catalog_files(config):
        shutil.copy(path, yesterday)
    crawl_until(config, lambda seen: len(seen) >= 2)
    for path in catalog_files(config):
        path.unlink()
    for path in yesterday.iterdir():
        shutil.copy(path, config.parent)
    url, before = raw_server.url("/live"), len(raw_server.hits)
    old = ask(config, "versions", url, "--json").lines
    refused = stoppress("crawl", "--once", config=config)

    assert refused.code == 1
    assert "the catalog is older than the store, or was lost: it does not know warc/" in refused.err
    assert "then: stoppress rebuild --replace" in refused.err
    assert len(raw_server.hits) == before
    assert ask(config, "versions", url, "--json").lines == old

    assert stoppress("rebuild", "--replace", config=config).code == 0

    known = ask(config, "versions", url, "--json").lines
    (visit,) = stoppress("crawl", "--once", "--json", config=config).lines
    assert len(known) > len(old)
    assert visit["version"] == len(known) + 1


def test_a_lost_catalog_is_refused_too(config: Path) -> None:
    crawl_until(config, lambda seen: len(seen) >= 2)
    for path in catalog_files(config):
        path.unlink()
    stoppress("apply", str(config))

    assert "then: stoppress rebuild --replace" in stoppress("crawl", "--once", config=config).err


# what is no reason to refuse ----------------------------------------------------------------------------------


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with Catalog.open(f"sqlite:///{tmp_path / 'catalog.db'}") as catalog:
        yield catalog


class Listed(LocalStore):
    """Remembers which folders were listed."""

    asked: list[str]

    def list(self, prefix: str = "") -> Iterator[Any]:
        self.asked.append(prefix)
        return super().list(prefix)


@pytest.fixture
def store(tmp_path: Path) -> Listed:
    store = Listed(tmp_path / "store")
    store.asked = []
    return store


def stored(store: LocalStore, catalog: Catalog | None, at: datetime, worker: str = "w1") -> str:
    """A file of the store; with a catalog, one that it knows."""
    name = file_name(at, 1, worker)
    store.put_if_absent(warc_key(name), b"x")
    if catalog:
        catalog.file_opened(name, worker=worker, now=at)
        catalog.file_stored(name, key=warc_key(name), size=1, sha256="sha256:", now=at)
    return name


def refused(catalog: Catalog, store: LocalStore, spool: Path, now: datetime = NOON) -> bool:
    try:
        refuse_if_behind(catalog, store, spool, "w1", now)
    except CatalogError:
        return True
    return False


@pytest.mark.parametrize("later", [timedelta(minutes=1), timedelta(days=1), timedelta(days=2)])
def test_a_newer_file_of_its_own_is_a_reason(
    catalog: Catalog, store: Listed, tmp_path: Path, later: timedelta
) -> None:
    stored(store, catalog, NOON - timedelta(days=400))
    stored(store, None, NOON - timedelta(days=400) + later)

    assert refused(catalog, store, tmp_path)


def test_a_file_that_the_catalog_still_takes_for_open_is_a_reason(
    catalog: Catalog, store: Listed, tmp_path: Path
) -> None:
    name = stored(store, None, NOON)
    catalog.file_opened(name, worker="w1", now=NOON)

    assert refused(catalog, store, tmp_path)


def test_what_still_lies_in_the_spool_is_none(catalog: Catalog, store: Listed, tmp_path: Path) -> None:
    """Killed between the store and the catalog."""
    stored(store, catalog, NOON - timedelta(days=1))
    (tmp_path / stored(store, None, NOON)).write_bytes(b"x")

    assert not refused(catalog, store, tmp_path)


@pytest.mark.parametrize("worker", ["w2", "admin_12345678"])
def test_files_of_others_are_none(catalog: Catalog, store: Listed, tmp_path: Path, worker: str) -> None:
    stored(store, catalog, NOON - timedelta(days=1))
    stored(store, None, NOON, worker)
    store.put_if_absent("warc/2026/01/03/theirs.warc.gz", b"x")

    assert not refused(catalog, store, tmp_path)


def test_older_files_that_were_merged_are_none(catalog: Catalog, store: Listed, tmp_path: Path) -> None:
    (tmp_path / "worker").write_text("w1")
    names = [stored(store, catalog, datetime.now(UTC) - timedelta(minutes=n)) for n in (3, 2)]
    merged = stored(store, None, datetime.now(UTC), "admin_12345678")
    known = catalog.file(names[0])
    assert known is not None
    catalog.file_replaced(
        type(known)(name=merged, key=warc_key(merged), state="stored", size=1, sha256="sha256:", worker="admin_1",
                    opened=NOON, stored=NOON, replaces=tuple(names)),
        names, [],
    )  # fmt: skip

    assert catalog.newest_file("w1") is None
    assert not refused(catalog, store, tmp_path, datetime.now(UTC))


def test_a_strangers_object_under_a_key_of_ours_is_none(catalog: Catalog, store: Listed, tmp_path: Path) -> None:
    name = stored(store, None, NOON)
    catalog.file_opened(name, worker="w1", now=NOON)
    (tmp_path / name).write_bytes(b"ours")
    other = rename(tmp_path / name, catalog)
    catalog.file_stored(other.name, key=warc_key(other.name), size=1, sha256="sha256:", now=NOON)
    other.unlink()

    assert not refused(catalog, store, tmp_path)


def test_a_new_spool_beside_an_old_store_is_none(catalog: Catalog, store: Listed, tmp_path: Path) -> None:
    stored(store, None, NOON, "w0")

    assert not refused(catalog, store, tmp_path)


def test_of_a_store_of_years_a_few_days_are_listed(catalog: Catalog, store: Listed, tmp_path: Path) -> None:
    stored(store, catalog, NOON - timedelta(days=3000))

    assert not refused(catalog, store, tmp_path)
    assert len(store.asked) == len(set(store.asked)) == 6
    assert all(prefix.count("/") == 4 for prefix in store.asked)


class Away(LocalStore):
    def list(self, prefix: str = "") -> Iterator[Any]:
        raise StoreUnavailable("nobody answers")


class Slow(LocalStore):
    def list(self, prefix: str = "") -> Iterator[Any]:
        time.sleep(1)
        return iter(())


@pytest.mark.parametrize("kind", [Away, Slow])
def test_a_store_that_cannot_be_asked_keeps_nobody_from_crawling(
    catalog: Catalog, tmp_path: Path, kind: type[LocalStore], monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    monkeypatch.setattr(behind, "_PATIENCE", 0.05)
    caplog.set_level(logging.WARNING)

    assert not refused(catalog, kind(tmp_path / "store"), tmp_path)
    assert "cannot be told now" in caplog.text
