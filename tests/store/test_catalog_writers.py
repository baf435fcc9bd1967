"""Two processes write one catalog at once; and a catalog in a folder of any name."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from pipelines.store.catalog import Catalog
from tests.running import PATIENCE, ROOT, environment

from . import test_catalog as shared
from .test_catalog import KEY, archived, keep, read, says

address, catalog = shared.address, shared.catalog

EACH = 30

# What a writer does: it says that it is ready, waits for the word, and writes.
START = """
import sys
from tests.store.test_catalog import *
address, first, each = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
with Catalog.open(address) as catalog:
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(first, first + each):
        {act}
"""
ONE_PAGE = 'keep(catalog, read(number, f"words {number}", removed(number)))'
OWN_PAGES = """keep(catalog, archived(number, f"http://news.test/{number}", reading="version", version=says("A")))"""
SAME_VISITS = 'keep(catalog, read(number % each, f"words {number % each}", removed(number % each)))'


def at_once(address: str, acts: Sequence[str]) -> None:
    """Each act by a process of its own, from one moment on."""
    running = [
        subprocess.Popen(
            [sys.executable, "-c", START.format(act=act), address, str(1000 * place), str(EACH)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
            env=environment(),
        )
        for place, act in enumerate(acts, start=1)
    ]  # fmt: skip
    try:
        for process in running:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n", process.communicate(timeout=PATIENCE)[1]
        for process in running:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        for process in running:
            said = process.communicate(timeout=PATIENCE)[1]
            assert process.returncode == 0, said
    finally:
        for process in running:
            if process.poll() is None:
                process.kill()
                process.communicate()


def test_two_writers_of_one_page_number_its_versions_without_gaps_or_twins(catalog: Catalog, address: str) -> None:
    at_once(address, [ONE_PAGE, ONE_PAGE])
    found = catalog.versions(KEY)

    assert [stored.seq for stored in found] == list(range(1, 2 * EACH + 1))
    assert len({stored.version.headline for stored in found}) == 2 * EACH
    assert sorted(stored.to_seq for stored in catalog.changes()) == list(range(1, 2 * EACH + 1))
    assert all(stored.from_seq == stored.to_seq - 1 for stored in catalog.changes())


def test_two_writers_of_many_pages_lose_nothing(catalog: Catalog, address: str) -> None:
    at_once(address, [OWN_PAGES, OWN_PAGES])
    counts = catalog.counts()

    assert counts["visits"] == {"archived": 2 * EACH}
    assert counts["versions"] == counts["captures"] == 2 * EACH
    assert {stored.seq for page in catalog.pages() for stored in catalog.versions(page.urlkey)} == {1}


def test_two_writers_that_tell_the_same_visits_write_them_once(catalog: Catalog, address: str) -> None:
    at_once(address, [SAME_VISITS, SAME_VISITS])
    counts = catalog.counts()

    assert counts["visits"] == {"archived": EACH}
    assert [stored.seq for stored in catalog.versions(KEY)] == list(range(1, EACH + 1))
    assert [stored.change.type for stored in catalog.changes(urlkey=KEY)] == ["removed"] * EACH


def test_a_reader_sees_whole_transactions_while_others_write(catalog: Catalog, address: str) -> None:
    keep(catalog, read(1, "A"))
    at_once(address, [ONE_PAGE, "list(catalog.changes()), catalog.counts(), catalog.pages(), catalog.dump()"])

    assert len(catalog.versions(KEY)) == EACH + 1


# where it lies -------------------------------------------------------------------------------------------------------


NAMES = [
    "with space", "a%20b", "100%", "a#b", "a?b", "a?mode=ro", "x&mode=ro", "ü \U0001f600", "a;b", "a+b",
    "file:x", "'q\"",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_catalog_lies_exactly_where_its_path_says(tmp_path: Path, name: str) -> None:
    path = tmp_path / name / f"{name}.db"
    with Catalog.open(f"sqlite:///{path}") as catalog:
        keep(catalog, archived(1, reading="version", version=says("A")))
    with Catalog.open(f"sqlite:///{path}", read_only=True) as catalog:
        assert [stored.version.headline for stored in catalog.versions(KEY)] == ["A"]

    assert [found.name for found in tmp_path.iterdir()] == [name]
    assert {found.name.removesuffix("-wal").removesuffix("-shm") for found in path.parent.iterdir()} == {path.name}


@pytest.mark.parametrize("name", NAMES)
def test_a_relative_path_is_relative_to_where_the_process_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Catalog.open(f"sqlite:///{name}.db").close()

    assert (tmp_path / f"{name}.db").is_file()
