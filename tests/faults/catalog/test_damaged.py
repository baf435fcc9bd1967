"""An SQLite catalog whose file was damaged: every command says how to make it again, and it can be made again."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.errors import CatalogDamaged
from pipelines.model import Visit
from pipelines.store.catalog import Catalog
from tests.faults.catalog.test_connection import visit
from tests.faults.catalog.test_old_copy import BODIES
from tests.main_job.serving import ask, serve_in_turn
from tests.rebuilt import differences, dump
from tests.running import crawl_until, stoppress, write_config
from tests.servers.raw_http import RawServer, serving

STEPS = "to another folder, then: stoppress rebuild"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, bytes]:
    """A config, its page, and the bytes of its catalog."""
    folder = tmp_path_factory.mktemp("damaged")
    with serving(RawServer()) as server:
        url = serve_in_turn(server, "/live", BODIES)
        config = write_config(folder, url, catalog="sqlite:///catalog.db")
        stoppress("apply", str(config))
        crawl_until(config, lambda seen: len(seen) >= 2)
    assert sorted(path.name for path in folder.glob("catalog.db*")) == ["catalog.db"]
    return config, url, (folder / "catalog.db").read_bytes()


def no_database(data: bytes) -> bytes:
    return b"this is no database, but long enough to be one " * 200


def zeros_inside(data: bytes) -> bytes:
    """A disk that lost a stretch: all pages but the first two."""
    return data[:8192] + bytes(len(data) - 8192)


def cut(data: bytes) -> bytes:
    return data[: len(data) // 3]


@pytest.mark.parametrize("damage", [no_database, zeros_inside, cut])
@pytest.mark.parametrize("words", [("verify",), ("crawl", "--once"), ("pages",), ("rebuild", "--replace"), ("gc",)])
def test_a_damaged_catalog_is_named_with_the_steps_that_make_it_again(
    archive: tuple[Path, str, bytes], damage: object, words: tuple[str, ...]
) -> None:
    config, _, data = archive
    path = config.parent / "catalog.db"
    assert callable(damage)
    path.write_bytes(damage(data))
    ran = stoppress(*words, config=config)
    for left in config.parent.glob("catalog.db*"):
        left.unlink()
    path.write_bytes(data)

    assert ran.code == 1
    assert "Traceback" not in ran.err
    assert f"the catalog {path} is damaged (" in ran.err
    assert STEPS in ran.err
    assert "see that you may write there" not in ran.err


def test_after_these_steps_it_is_what_it_was(archive: tuple[Path, str, bytes]) -> None:
    config, url, data = archive
    before = dump(config)
    (config.parent / "catalog.db").write_bytes(no_database(data))
    aside = config.parent / "aside"
    aside.mkdir()
    for path in config.parent.glob("catalog.db*"):
        path.rename(aside / path.name)
    assert stoppress("rebuild", config=config).code == 0
    after = dump(config)

    assert differences(before, after) == []
    assert ask(config, "get", f"{url}@v1").code == 0


def test_one_that_is_damaged_while_it_is_open_is_named_too(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    with Catalog.open(f"sqlite:///{path}") as catalog:
        catalog.visits_recorded([visit(number) for number in range(2000)], worker="w1")
    path.write_bytes(zeros_inside(path.read_bytes()))

    def all_of_it() -> list[Visit]:
        with Catalog.open(f"sqlite:///{path}", read_only=True) as catalog:
            return catalog.visits()

    with pytest.raises(CatalogDamaged, match=STEPS):
        all_of_it()
