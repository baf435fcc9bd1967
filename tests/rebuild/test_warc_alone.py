"""The WARC files alone tell the story of every change: read here with warcio and json, nothing of ours."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator

from pipelines.keeper import Keeper
from tests.rebuilt import dump

from .kept import Crawl, a_day, configured

Json = dict[str, Any]


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    with Keeper(configured(tmp_path)) as keeper:
        a_day(Crawl(keeper))
    return tmp_path


def records(folder: Path) -> list[tuple[Any, bytes]]:
    found = []
    for path in sorted((folder / "archive").rglob("*.warc.gz")):
        with path.open("rb") as file:
            found += [(record.rec_headers, record.content_stream().read()) for record in ArchiveIterator(file)]
    return found


def of_profile(folder: Path, profile: str) -> list[tuple[Any, Json]]:
    wanted = f"application/json; profile={profile}"
    return [(head, json.loads(block)) for head, block in records(folder) if head["Content-Type"] == wanted]


def changes(folder: Path) -> list[tuple[Any, Json, Json]]:
    readings = of_profile(folder, "stoppress-reading-1")
    return [(head, said, change) for head, said in readings for change in said.get("changes", ())]


def test_each_change_names_both_records_and_their_digests(archive: Path) -> None:
    digests = {head["WARC-Record-ID"].strip("<>"): head["WARC-Payload-Digest"] for head, _ in records(archive)}
    found = changes(archive)

    assert len(found) == 9
    for head, said, change in found:
        for side in ("old_proof", "new_proof", "earlier_proof"):
            if side in change or side != "earlier_proof":
                assert digests[change[side]["record_id"]] == change[side]["digest"]
        assert head["WARC-Refers-To"] == f"<{change['new_proof']['record_id']}>"
        assert head.get_header("WARC-Type") == "metadata"
        assert change["seen_by"] == said["capture"]["timestamp"] == change["new_proof"]["timestamp"]
        assert change["seen_after"] >= change["old_proof"]["timestamp"]
        assert change["gap_s"] > 0
        assert (said["extractor"], said["differ"]) > ("stoppress-", "stoppress-")


def test_what_is_back_names_the_record_that_had_said_it(archive: Path) -> None:
    back = [change for _, _, change in changes(archive) if change["type"] in ("restored", "returned", "reverted")]

    assert back
    assert all(change["earlier"] == change["earlier_proof"]["timestamp"] for change in back)


def test_they_are_the_rows_of_the_catalog_with_what_later_looks_confirmed(archive: Path) -> None:
    told = {}
    for _, said, change in changes(archive):
        told[change["id"]] = {"page": said["urlkey"], "to": change["to"], **change}
    for _, said in of_profile(archive, "stoppress-reading-1"):
        for id_ in said.get("confirms", ()):
            told[id_]["confirmed"] = True
    for change in told.values():
        if change["type"] == "removed" and seen_again(archive, change):
            change["confirmed"] = True

    rows = {row["id"]: row for row in dump(archive / "spool.toml")["changes"]}
    assert told.keys() == rows.keys()
    for id_, row in rows.items():
        change = told[id_]
        assert (change["type"], change["from"], change["to"], change["confirmed"]) == (
            row["type"], row["from_seq"], row["to_seq"], bool(row["confirmed"]),
        )  # fmt: skip
    assert Counter(row["confirmed"] for row in rows.values() if row["type"] == "removed") == {True: 2}


def seen_again(folder: Path, change: Json) -> bool:
    """A visit after it brought the same page, and no new version lay between."""
    readings = {said["visit"]: said for _, said in of_profile(folder, "stoppress-reading-1")}
    visits = sorted(
        (said for _, said in of_profile(folder, "stoppress-visit-1")), key=lambda said: str(said["started"])
    )
    for visit in visits:
        if visit["urlkey"] != change["page"] or visit["started"] <= change["seen_by"]:
            continue
        reading = readings.get(visit["visit"], {}).get("reading")
        if reading == "version":
            return False
        if visit["outcome"] == "revisit" or reading == "unchanged":
            return True
    return False
