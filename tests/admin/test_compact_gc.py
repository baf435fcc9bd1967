"""``stoppress compact`` and ``gc``: fewer files, the same archive; nothing goes that is held nowhere else."""

from __future__ import annotations

import os
import sqlite3
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.administering import opened_by_admin
from pipelines.compaction import plan
from pipelines.config import load_config
from pipelines.errors import CatalogError, StoppressError
from pipelines.opened import open_catalog
from pipelines.store.catalog import Catalog, WarcFile
from pipelines.store.collecting import Collector
from pipelines.store.local import LocalStore
from pipelines.store.newfile import draft
from pipelines.store.warcs import WarcReader, index_key, warc_key
from pipelines.urlkey import urlkey
from retrieval.archive import open_archive
from tests.full_disk import full_disk
from tests.rebuild.kept import CLOSED, RIVER, STORM, page

from .places import Place, filled, plain
from .test_redact import WHY, holds_together

pytestmark = pytest.mark.long

NOW = ("--older-than", "0s", "--yes")
AT_ONCE = ("--grace", "0s", "--yes")
ORPHAN = "stoppress-20260103100000000-00007-w9.warc.gz"


def read_back(place: Place) -> tuple[object, ...]:
    with open_archive(place.config) as archive:
        page = archive.page(STORM)
        bodies = [page.get(when).body for when in ("v1", "v2", "v3", "v4", "20260103100100")]
        return bodies, page.at("v3").version, page.diff("v2", "v3")


def test_three_files_become_one_and_all_is_as_it_was(place: Place) -> None:
    before, told = place.objects("warc/"), read_back(place)
    ran = place.run("compact", *NOW, "--json")

    assert ran.code == 0, ran.err
    assert len(ran.lines[0]["replaces"]) == 3
    assert before.items() <= place.objects("warc/").items()
    new = warc_key(ran.lines[0]["new"])
    merged = place.objects("warc/")[new]
    for data in before.values():
        assert data in merged  # whole members, unchanged
    assert f"stoppress-replaces: {','.join(ran.lines[0]['replaces'])}" in plain(merged)
    assert read_back(place) == told
    proof = place.run("diff", STORM, "v1", "v2", "--proof", "--json").lines[0]
    assert {proof["old_capture"]["filename"], proof["new_capture"]["filename"]} == {new}
    notes = place.run("verify", "--deep", "--json")
    assert notes.code == 0, notes.out
    assert [line["note"] for line in notes.lines if line.get("result") == "noted"] == [
        f"replaced by {ran.lines[0]['new']}; stoppress gc deletes it"
    ] * 6
    collected = place.run("gc", *AT_ONCE, "--json")
    assert collected.code == 0, collected.err
    assert place.objects("warc/") == {new: merged}
    assert place.objects("index/").keys() == {index_key(ran.lines[0]["new"])}
    assert read_back(place) == told
    holds_together(place)


def test_what_was_replaced_just_now_stays_for_those_who_have_read_its_old_place(here: Place) -> None:
    with here.catalog() as catalog:
        old = next(catalog.captures(urlkey(STORM)))
    before = here.objects("warc/")
    here.run("compact", *NOW)
    ran = here.run("gc", "--yes", "--json")

    assert (ran.code, [line["deleted"] for line in ran.lines]) == (0, [False] * 3)
    assert all(line["kept"].startswith("replaced within the grace period") for line in ran.lines)
    assert before.items() <= here.objects("warc/").items()
    assert len(here.objects("index/")) == 4
    reader = WarcReader(LocalStore(here.config.parent / "archive"), None)
    assert reader.record(old).id == old.record_id
    assert here.run("gc", "--grace", "2h", "--yes", "--json").lines == ran.lines
    assert {line["deleted"] for line in here.run("gc", *AT_ONCE, "--json").lines} == {True}


def test_what_was_replaced_two_hours_ago_goes(here: Place) -> None:
    new = here.run("compact", *NOW, "--json").lines[0]["new"]
    two_hours = 2 * 3600 * 10**6  # as the catalog counts
    with sqlite3.connect(here.config.parent / "archive" / "catalog.db") as catalog:
        catalog.execute("UPDATE files SET stored = stored - ? WHERE name = ?", (two_hours, new))
    catalog.close()

    assert here.run("gc", "--yes").code == 0
    assert here.objects("warc/").keys() == {warc_key(new)}
    assert here.run("gc", "--grace", "3h", "--yes").code == 0


def test_nothing_is_done_without_yes(here: Place) -> None:
    before = here.objects()
    ran, collected = here.run("compact", "--older-than", "0s", "--json"), here.run("gc", "--json")

    assert (ran.code, ran.lines[0]["new"], "add --yes" in ran.err) == (0, None, True)
    assert (collected.code, collected.lines) == (0, [])
    assert here.objects() == before
    assert here.run("compact", "--yes").err.startswith("0 file(s)")  # all of them are younger than a day


@pytest.mark.parametrize("point", ["mid_put:1", "mid_put:2", "compact_put", "compact_pointed"])
def test_compact_killed_anywhere_and_run_again(here: Place, point: str) -> None:
    told = read_back(here)

    assert here.run("compact", *NOW, crash=point).code == -9
    assert read_back(here) == told
    assert here.run("compact", *NOW).code == 0
    assert here.run("gc", *AT_ONCE).code == 0
    assert len(here.objects("warc/")) == 1
    assert read_back(here) == told
    holds_together(here)


@pytest.mark.parametrize("point", ["gc_index_deleted", "gc_deleted"])
def test_gc_killed_anywhere_and_run_again(place: Place, point: str) -> None:
    place.run("compact", *NOW)

    assert place.run("gc", *AT_ONCE, crash=point).code == -9
    assert place.run("gc", *AT_ONCE).code == 0
    assert len(place.objects("warc/")) == len(place.objects("index/")) == 1
    holds_together(place)


def test_a_redaction_reaches_into_merged_files_and_what_they_replaced(here: Place) -> None:
    here.run("compact", *NOW)
    ran = here.run("takedown", STORM, "--redact", *WHY, "--json")

    assert ran.code == 0, ran.err
    assert CLOSED[:20] not in here.words()
    here.run("gc", *AT_ONCE)
    assert len(here.objects("warc/")) == 1
    holds_together(here)


def test_a_damaged_source_is_named_and_nothing_is_replaced(here: Place) -> None:
    path = sorted((here.config.parent / "archive/warc").rglob("*.gz"))[1]
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(bytes(data))
    before = here.objects("warc/")
    ran = here.run("compact", *NOW)

    assert ran.code == 1
    assert path.name in ran.err
    assert ran.err.endswith("\n0 file(s) were merged into 0\n")
    assert here.objects("warc/") == before


def test_gc_keeps_a_replaced_file_whose_records_are_damaged_in_the_new_one(here: Place) -> None:
    new = here.run("compact", *NOW, "--json").lines[0]["new"]
    path = here.config.parent / "archive" / warc_key(new)
    data = bytearray(path.read_bytes())
    data[-100] ^= 0xFF
    path.write_bytes(bytes(data))
    ran = here.run("gc", *AT_ONCE, "--json")

    assert ran.code == 1
    assert [line["deleted"] for line in ran.lines] == [False] * 3
    assert len(here.objects("warc/")) == 4


def test_gc_reads_a_merged_file_once_however_many_it_has_replaced(
    here: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        here.add(page(RIVER), after=60 + number)
    new = here.run("compact", *NOW, "--json").lines[0]["new"]
    read, opened = Counter[str](), LocalStore.open
    monkeypatch.setattr(LocalStore, "open", lambda self, key: read.update([key]) or opened(self, key))
    later = datetime.now(UTC) + timedelta(days=1)
    with opened_by_admin(load_config(here.config), "gc") as (catalog, store):
        found = list(Collector(catalog, store, limit=later, replaced=later).run())

    assert [one.keep for one in found] == [None] * 6
    assert read == {**{one.key: 1 for one in found}, warc_key(new): 1}


def test_gc_holds_few_files_in_mind_and_finds_the_same(here: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    here.run("compact", *NOW)
    monkeypatch.setattr("pipelines.store.spares._KEPT", 0)
    later = datetime.now(UTC) + timedelta(days=1)
    with opened_by_admin(load_config(here.config), "gc") as (catalog, store):
        found = list(Collector(catalog, store, limit=later, replaced=later).run())

    assert [one.keep for one in found] == [None] * 3


def aged(path: Path) -> None:
    eight_days_ago = (datetime.now(UTC) - timedelta(days=8)).timestamp()
    os.utime(path, (eight_days_ago, eight_days_ago))


def test_an_orphan_that_holds_the_only_copy_of_a_record_stays_and_one_that_does_not_goes(
    here: Place, tmp_path: Path
) -> None:
    root = here.config.parent / "archive"
    (tmp_path / "other").mkdir()
    strange = filled(tmp_path / "other").objects("warc/")
    alone, copy = root / warc_key(ORPHAN), root / warc_key(ORPHAN.replace("00007", "00008"))
    alone.parent.mkdir(parents=True)
    alone.write_bytes(next(iter(strange.values())))
    copy.write_bytes(next(iter(here.objects("warc/").values())))
    young = here.run("gc", "--yes", "--json")
    for path in (alone, copy):
        aged(path)
    ran = here.run("gc", "--yes", "--json")

    assert {line["kept"] for line in young.lines} == {"younger than the grace period"}
    assert (ran.code, alone.exists(), copy.exists()) == (1, True, False)
    assert "no other file has" in next(line["kept"] for line in ran.lines if line["kept"])


def test_uploads_that_never_ended_are_given_up_when_they_are_old(here: Place) -> None:
    drafts = here.config.parent / "archive" / ".incoming"
    drafts.mkdir(exist_ok=True)
    for name in ("0-old.warc.gz", "1-young.warc.gz"):
        (drafts / name).write_bytes(b"half")
    aged(drafts / "0-old.warc.gz")

    assert here.run("gc", "--yes").code == 0
    assert [path.name for path in drafts.iterdir()] == ["1-young.warc.gz"]


def test_a_disk_without_room_is_named_for_what_it_holds(tmp_path: Path) -> None:
    no_room = pytest.raises(StoppressError, match=f"{tmp_path} cannot take a new file: .*TMPDIR")
    with full_disk(), no_room, draft(tmp_path / "merged.warc.gz") as file:
        file.write(b"WARC/1.1")
    unwritten = pytest.raises(CatalogError, match=r"catalog\.db-admin cannot be written: .*; make room there")
    with Catalog.open(f"sqlite:///{tmp_path}/catalog.db") as catalog, full_disk(), unwritten:
        catalog.held_by("compact").__enter__()


def test_a_catalog_that_is_an_old_copy_is_told_how_to_be_made_again(here: Place) -> None:
    (here.config.parent / "archive" / next(iter(here.objects("warc/")))).unlink()
    ran = here.run("compact", *NOW)

    assert ran.code == 1
    assert "though the catalog says so" in ran.err
    assert "stoppress rebuild --replace" in ran.err


def test_a_second_administrator_is_refused_and_told_who_is_at_work(here: Place) -> None:
    with open_catalog(load_config(here.config)) as catalog, catalog.held_by("compact"):
        for words in (["gc", "--yes"], ["compact", *NOW], ["takedown", STORM, "--redact", *WHY]):
            ran = here.run(*words)

            assert ran.code == 1, words
            assert f"in the hands of stoppress compact, process {os.getpid()}" in ran.err
    assert here.run("gc").code == 0


@pytest.mark.parametrize("words", [
    ["compact", "--size", "large"], ["compact", "--older-than", "soon"], ["gc", "--grace", "-1d"],
    ["gc", "--yes", "--dry-run"], ["compact", "--yes", "--dry-run"],
])  # fmt: skip
def test_wrong_use_is_refused(here: Place, words: list[str]) -> None:
    assert here.run(*words).code == 2


def file(number: int, size: int = 10, hours: int = 0) -> WarcFile:
    opened = datetime(2026, 1, 3, tzinfo=UTC) + timedelta(hours=hours, minutes=number)
    return WarcFile(f"f{number}", f"warc/f{number}", "stored", size, None, "w", opened, opened)


def test_a_plan_keeps_to_days_sizes_and_age() -> None:
    later = datetime(2026, 2, 1, tzinfo=UTC)
    files = [file(1), file(2), file(3, 60), file(4), file(5, 80)]
    files += [file(6, hours=30), file(7, hours=30), file(8, hours=90)]
    groups = plan(files, now=later, older_than=timedelta(days=1), size=100)

    assert [[one.name for one in group] for group in groups] == [["f1", "f2", "f4"], ["f6", "f7"]]
    assert plan(files, now=datetime(2026, 1, 3, tzinfo=UTC), older_than=timedelta(days=1), size=100) == []
    assert plan([file(n, 40) for n in range(5)], now=later, older_than=timedelta(), size=100) == [
        [file(0, 40), file(1, 40)], [file(2, 40), file(3, 40)],
    ]  # fmt: skip
