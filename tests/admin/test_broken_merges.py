"""A merge that was broken off between the store and the catalog, and what comes after it: each record lies once."""

from __future__ import annotations

import re
from collections import Counter
from contextlib import closing

import pytest

from pipelines.config import load_config
from pipelines.opened import open_catalog
from pipelines.store.admin_opening import open_admin_store
from pipelines.store.catalog import WarcFile
from pipelines.store.compacting import merge
from pipelines.store.newfile import NewFile
from pipelines.store.warcs import opened_at, warc_key, worker_of
from tests.rebuild.kept import POWER, RIVER, SHELTER, TRAINS, page
from tests.rebuilt import equals_its_catalog

from .places import Place, plain
from .test_compact_gc import AT_ONCE, NOW, read_back
from .test_redact import holds_together

pytestmark = pytest.mark.long


@pytest.fixture
def broken(here: Place) -> Place:
    """Three files whose merge was killed with the merged one in the store, and a fourth that came later."""
    assert here.run("compact", *NOW, crash="compact_put").code == -9
    here.add(page(SHELTER, TRAINS, POWER, RIVER), after=30)
    return here


def left_over(place: Place) -> str:
    with place.catalog() as catalog:
        known = {file.key for file in catalog.files()}
    return next(key for key in place.objects("warc/") if key not in known)


def merged(place: Place) -> WarcFile:
    """All files that the catalog points to, as a program of before 2026-11-29 took them together."""
    root = place.config.parent
    with open_catalog(load_config(place.config)) as catalog, closing(open_admin_store(str(root / "archive"))) as store:
        group = sorted(catalog.files("stored"), key=lambda file: file.opened)
        return merge(group, catalog, store, root)


def twice(place: Place) -> list[str]:
    """Ids of records that lie in the store more than once."""
    ids = Counter(re.findall(r"WARC-Record-ID: (\S+)", "".join(map(plain, place.objects("warc/").values()))))
    return [name for name, count in ids.items() if count > 1]


def of_the_catalog(place: Place) -> list[tuple[str, int]]:
    with place.catalog() as catalog:
        return [(file.name, len(catalog.places(file.key or ""))) for file in catalog.files()]


@pytest.mark.parametrize("point", ["mid_put:2", "compact_put"])
def test_a_merge_that_was_killed_is_ended_as_it_was_begun_though_a_file_has_come(here: Place, point: str) -> None:
    told = read_back(here)
    here.run("compact", *NOW, crash=point)
    begun = left_over(here)
    here.add(page(SHELTER, TRAINS, POWER, RIVER), after=30)
    ran = here.run("compact", "--yes", "--json")  # all of it is younger than a day

    assert [warc_key(line["new"]) for line in ran.lines] == [begun]
    equals_its_catalog(here.config)
    assert here.run("rebuild", "--replace").code == 0
    assert here.run("compact", *NOW).code == here.run("gc", *AT_ONCE).code == 0
    assert len(here.objects("warc/")) == 1
    assert twice(here) == []
    assert read_back(here) == told
    holds_together(here)


def test_what_would_be_ended_is_shown_without_yes(broken: Place) -> None:
    before = broken.objects()
    ran = broken.run("compact", "--json")

    assert ([len(line["replaces"]) for line in ran.lines], ran.lines[0]["new"]) == ([3], None)
    assert broken.objects() == before


def test_a_rebuild_leaves_a_broken_merge_out_whose_files_another_one_has_taken(broken: Place) -> None:
    begun, told = left_over(broken), read_back(broken)
    made = merged(broken)
    equals_its_catalog(broken.config)
    assert broken.run("rebuild", "--replace").code == 0

    assert [name for name, _ in of_the_catalog(broken)] == [made.name]
    assert broken.run("verify", "--deep").code == 0
    assert broken.run("gc", *AT_ONCE).code == 0
    assert (begun in broken.objects("warc/"), twice(broken), read_back(broken)) == (False, [], told)
    holds_together(broken)


@pytest.fixture
def both(broken: Place) -> Place:
    """As a rebuild of before 2026-11-29 left it: the broken merge has a row beside the one that took its files."""
    begun = left_over(broken)
    merged(broken)
    name, size = begun.rpartition("/")[2], len(broken.objects("warc/")[begun])
    opened = opened_at(name)
    row = WarcFile(name, begun, "stored", size, None, worker_of(name), opened, opened)
    with open_catalog(load_config(broken.config)) as catalog:
        catalog.file_replaced(row, [], [])
    assert broken.run("verify").code == 1
    return broken


def test_two_files_with_the_same_records_are_merged_into_one_that_has_each_once(both: Place) -> None:
    told = read_back(both)

    assert both.run("compact", *NOW).code == both.run("gc", *AT_ONCE).code == 0
    assert (len(both.objects("warc/")), twice(both), read_back(both)) == (1, [], told)
    holds_together(both)


def test_a_file_with_records_twice_is_written_anew(both: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    told, add = read_back(both), NewFile.add
    monkeypatch.setattr(NewFile, "add", lambda self, record, raw=None: add(self, record))  # nothing is left out
    merged(both)
    assert both.run("gc", *AT_ONCE).code == 0
    assert len(twice(both)) > 10
    assert both.run("verify").code == 1
    assert both.run("rebuild", "--replace").code == 0
    ran = both.run("compact", *NOW)

    assert (ran.code, ran.err) == (0, "1 file(s) were merged into 1\n")
    assert both.run("gc", *AT_ONCE).code == 0
    assert (len(both.objects("warc/")), twice(both), read_back(both)) == (1, [], told)
    assert both.run("compact", *NOW).err == "0 file(s) were merged into 0\n"
    holds_together(both)
