"""``stoppress takedown --redact``: not a word is left anywhere, everything else stays right, whenever it is killed."""

from __future__ import annotations

import json
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest

import stoppress
from pipelines.administering import opened_by_admin
from pipelines.config import load_config
from pipelines.errors import StoreUnavailable, TakenDown
from pipelines.keeper import Keeper
from pipelines.opened import open_catalog
from pipelines.store.local_admin import LocalAdminStore
from pipelines.store.warcs import index_key
from tests.other_tools import complaints
from tests.rebuild.kept import CLOSED, POWER, RIVER, STORM, T0, TRAINS, Crawl, page
from tests.rebuilt import differences, dump, rebuilt

from .places import OTHER, Place, plain

pytestmark = pytest.mark.long

WHY = ("--reason", "court order 12/26", "--actor", "legal")
GONE = "--redact"


def holds_together(place: Place) -> None:
    """The store is whole, the catalog is right, and the store alone tells the same."""
    verified = place.run("verify", "--deep", "--json")
    fresh, ran = rebuilt(place.config, env=place.bucket.env if place.bucket else None)

    assert verified.code == 0, verified.out
    assert [line for line in verified.lines if line.get("result") == "noted"] == []
    assert ran.code == 0, ran.err
    assert differences(dump(place.config), dump(fresh)) == []
    with tempfile.TemporaryDirectory() as folder:
        files = {Path(folder) / key.rpartition("/")[2]: data for key, data in place.objects().items() if "warc/" in key}
        for path, data in files.items():
            path.write_bytes(data)
        indexes = {
            key.rpartition("/")[2].replace(".cdxj.", ".warc."): data for key, data in place.objects("index/").items()
        }
        assert complaints([*files], indexes) == []


def test_no_word_of_a_redacted_page_is_left(place: Place) -> None:
    other = place.run("get", f"{OTHER}@v1").out
    log = place.run("log", STORM, "--json").lines
    changes = dump(place.config)["changes"]
    before = place.objects("warc/")
    ran = place.run("takedown", STORM, GONE, *WHY, "--json")

    assert ran.code == 0, ran.err
    assert len(ran.lines[0]["rewritten"]) == 2
    for words in (CLOSED, TRAINS):
        assert words[:20] in "".join(plain(data) for data in before.values())
        assert words[:20] not in place.words()
    assert not before.keys() & {key for key in place.objects("warc/") if "storm" in plain(before.get(key, b""))}
    assert place.run("get", f"{OTHER}@v1").out == other
    again = place.run("log", STORM, "--json").lines
    assert [(v["started"], v["outcome"], v["version"]) for v in again] == [
        (v["started"], v["outcome"], v["version"]) for v in log
    ]
    kept = dump(place.config)["changes"]
    assert [(c["id"], c["type"], c["seen_by"]) for c in kept] == [(c["id"], c["type"], c["seen_by"]) for c in changes]
    assert place.run("get", STORM).code == 1
    holds_together(place)


def test_a_tombstone_names_what_was_taken_out(here: Place) -> None:
    digest = here.run("get", f"{STORM}@v2", "--json").lines[0]["digest"]
    here.run("takedown", f"{STORM}@v2", GONE, *WHY)
    stones = [part for data in here.objects("warc/").values() for part in plain(data).split("WARC/1.1\r\n")]
    told = [json.loads(part.split("\r\n\r\n", 1)[1]) for part in stones if "stoppress-tombstone-1" in part]
    mine = next(one for one in told if one["type"] == "response")

    assert {one["type"] for one in told} == {"response", "request", "metadata"}
    assert (mine["payload_digest"], mine["actor"], mine["reason"]) == (digest, "legal", "court order 12/26")
    assert mine["capture"]["url"] == STORM


def test_one_redacted_capture_takes_its_words_out_of_its_neighbours_changes_too(place: Place) -> None:
    ran = place.run("takedown", f"{STORM}@v2", GONE, *WHY, "--json")

    assert ran.code == 0, ran.err
    assert CLOSED[:20] not in place.words()
    assert TRAINS[:20] in place.words()
    for words in (["get", f"{STORM}@v2"], ["show", f"{STORM}@v2"], ["diff", STORM, "v1", "v2"]):
        shown = place.run(*words)
        assert (shown.code, shown.out) == (1, b""), words
        assert "451: " in shown.err
        assert "court order" in shown.err
    proof = place.run("diff", STORM, "v3", "v4", "--proof", "--json")
    assert proof.code == 0, proof.err
    assert all(line["new_capture"]["redacted"] is None for line in proof.lines)
    assert place.run("show", f"{STORM}@v3").code == 0
    holds_together(place)


def test_revisits_of_a_redacted_capture_answer_for_it(here: Place) -> None:
    here.run("takedown", f"{STORM}@v1", GONE, *WHY)
    ran = here.run("get", f"{STORM}@20260103100100")

    assert (ran.code, ran.out) == (1, b"")
    assert "451: " in ran.err


@pytest.mark.parametrize("point", [
    "takedown_ordered", "redact_words", "mid_put:1", "mid_put:2", "mid_put:3", "mid_put:4", "redact_put",
    "redact_pointed", "redact_index_erased", "redact_erased", "redact_pointed:2",
])  # fmt: skip
def test_killed_anywhere_and_run_again_it_finishes(here: Place, point: str) -> None:
    killed = here.run("takedown", STORM, GONE, *WHY, crash=point)

    assert killed.code == -9, killed.err
    if "mid_put:1" not in point and point != "takedown_ordered":
        assert here.run("get", STORM).code == 1
    assert here.run("get", f"{OTHER}@v1").code == 0
    again = here.run("takedown", STORM, GONE, *WHY, "--json")

    assert again.code == 0, again.err
    for words in (CLOSED, TRAINS):
        assert words[:20] not in here.words()
    assert here.run("get", f"{OTHER}@v1").code == 0
    holds_together(here)


def test_killed_between_pointing_and_erasing_on_a_real_server(place: Place) -> None:
    assert place.run("takedown", STORM, GONE, *WHY, crash="redact_pointed").code == -9
    assert place.run("takedown", STORM, GONE, *WHY).code == 0
    assert CLOSED[:20] not in place.words()
    holds_together(place)


def test_what_lies_in_a_spool_is_waited_for(here: Place) -> None:
    with Keeper(load_config(here.config)) as keeper:
        Crawl(keeper, T0 + timedelta(hours=2)).visit(page(CLOSED, POWER, RIVER), url=STORM)
        ran = here.run("takedown", STORM, GONE, *WHY, "--json")

        assert ran.code == 1
        assert [wait["worker"] for wait in ran.lines[0]["waits"]] == [keeper.facts["hostname"]]
        assert "run this again" in ran.err
        assert here.run("get", STORM).code == 1
    assert here.run("takedown", STORM, GONE, *WHY).code == 0
    assert CLOSED[:20] not in here.words()
    holds_together(here)


def test_with_a_lost_catalog_nothing_passes_for_redacted(here: Place) -> None:
    (here.config.parent / "archive/catalog.db").unlink()
    ran = here.run("takedown", STORM, GONE, *WHY, "--json")

    assert ran.code == 1, ran.err
    assert ran.lines[0]["done"] is None
    assert "is not in the catalog and holds" in ran.err
    assert here.run("rebuild", "--replace").code == 0
    assert here.run("takedown", STORM, GONE, *WHY).code == 0
    assert CLOSED[:20] not in here.words()
    holds_together(here)


def test_a_damaged_file_is_named_and_nothing_is_replaced(here: Place) -> None:
    path = next(p for p in (here.config.parent / "archive/warc").rglob("*.gz") if CLOSED[:20] in plain(p.read_bytes()))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(bytes(data))
    ran = here.run("takedown", STORM, GONE, *WHY)

    assert ran.code == 1
    assert path.name in ran.err
    assert "damaged" in ran.err
    assert path.read_bytes() == bytes(data)
    assert (here.config.parent / "archive" / index_key(path.name)).exists()
    assert here.run("get", STORM).code == 1


def test_a_block_that_stands_can_be_made_a_redaction_and_never_lifted(here: Place) -> None:
    here.run("takedown", STORM, *WHY)
    assert here.run("takedown", STORM, GONE, "--reason", "and for good").code == 0
    lifted = here.run("takedown", STORM, "--lift", "--reason", "no")

    assert lifted.code == 1
    assert "cannot be shown again" in lifted.err
    assert here.run("takedown", STORM, GONE, *WHY).code == 0
    holds_together(here)


def test_the_next_version_after_a_redacted_one_is_no_heap_of_changes(here: Place) -> None:
    here.run("takedown", f"{STORM}@v4", GONE, *WHY)
    here.add(page(TRAINS, POWER, RIVER, headline="Now"))
    with here.catalog() as catalog:
        told = [change for change in catalog.dump()["changes"] if change["to_seq"] == 5]

    assert told == []
    assert here.run("show", f"{STORM}@v5").code == 0
    holds_together(here)


def test_without_a_catalog_a_redacted_capture_is_answered_for_and_no_other_takes_its_place(here: Place) -> None:
    here.run("takedown", f"{STORM}@v2", GONE, *WHY)
    for path in (here.config.parent / "archive").glob("catalog.db*"):
        path.unlink()
    with stoppress.open_archive(here.config.parent / "archive") as archive:
        storm = archive.page(STORM)
        with pytest.raises(TakenDown, match="451: "):
            storm.get("20260103100200")

        assert storm.get("20260103100000").status == 200
        assert [stored.version.headline for stored in storm.versions()] == ["Flood in the valley"] * 3


def test_who_may_not_delete_is_told_so_before_anything_is_changed(here: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> None:
        raise StoreUnavailable("these credentials have no right to do this here (answer AccessDenied)")

    monkeypatch.setattr(LocalAdminStore, "may_delete", refuse)
    before = here.objects()
    said = r"no right .* gc deletes: run it with an administrator's credentials"
    with pytest.raises(StoreUnavailable, match=said), opened_by_admin(load_config(here.config), "gc"):
        raise AssertionError("it was opened")

    assert here.objects() == before
    with open_catalog(load_config(here.config)) as catalog, catalog.held_by("compact"):
        pass  # the lock was given back
