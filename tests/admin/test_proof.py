"""``stoppress diff --proof`` stays right: after files were merged, and where a side was taken down."""

from __future__ import annotations

import io
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator

from tests.rebuild.kept import CLOSED, RIVER, STORM, page

from .places import Place
from .test_compact_gc import NOW
from .test_redact import WHY

pytestmark = pytest.mark.long
Line = dict[str, Any]


def proofs(place: Place, a: str, b: str) -> list[Line]:
    ran = place.run("diff", STORM, a, b, "--proof", "--json")
    assert ran.code == 0, ran.err
    return ran.lines


def lies_there(place: Place, side: Line) -> Any:
    """The record at the place that is named, by other means than ours."""
    data = place.objects()[side["filename"]][side["offset"] : side["offset"] + side["length"]]
    [record] = ArchiveIterator(io.BytesIO(data))
    return record


def shows(place: Place, side: Line) -> bool:
    record = lies_there(place, side)
    named = record.rec_headers["WARC-Record-ID"] == f"<{side['record_id']}>"
    return bool(named and record.rec_headers["WARC-Payload-Digest"] == side["digest"])


def test_both_records_are_found_before_and_after_files_were_merged(place: Place) -> None:
    before = proofs(place, "v1", "v2")
    assert place.run("compact", *NOW).code == 0
    assert place.run("gc", "--yes").code == 0
    after = proofs(place, "v1", "v2")

    sides = ("old_capture", "new_capture")
    assert all(shows(place, line[side]) for line in after for side in sides)
    assert {line[side]["filename"] for line in before for side in sides}.isdisjoint(
        line[side]["filename"] for line in after for side in sides
    )
    kept = ("type", "old", "new", "old_proof", "new_proof")
    assert [[line[name] for name in kept] for line in before] == [[line[name] for name in kept] for line in after]


def test_a_redacted_side_is_named_as_such_and_the_other_one_still_proves(place: Place) -> None:
    before = proofs(place, "v1", "v2")
    assert place.run("takedown", f"{STORM}@v2", "--redact", *WHY).code == 0
    [line, *_] = after = proofs(place, "v1", "v2")
    text = place.run("diff", STORM, "v1", "v2", "--proof").out.decode()

    assert [(c["type"], c["old_proof"], c["new_proof"]) for c in after] == [
        (c["type"], c["old_proof"], c["new_proof"]) for c in before
    ]
    assert CLOSED not in str(after)
    assert line["new_capture"]["redacted"]
    assert "court order 12/26" in line["new_capture"]["taken_down"]
    assert f"redacted by takedown {line['new_capture']['redacted']}" in text
    stone = lies_there(place, line["new_capture"])
    assert stone.rec_headers["WARC-Refers-To"] == f"<{line['new_capture']['record_id']}>"
    assert shows(place, line["old_capture"])


def test_a_side_that_is_only_taken_down_keeps_its_place_and_loses_its_words(here: Place) -> None:
    assert here.run("takedown", f"{STORM}@v2", *WHY).code == 0
    [line, *_] = found = proofs(here, "v1", "v2")
    refused = here.run("diff", STORM, "v1", "v2")

    assert CLOSED not in str(found)
    assert (line["new_capture"]["redacted"], "451" in line["new_capture"]["taken_down"]) == (None, True)
    assert shows(here, line["new_capture"])
    assert (refused.code, refused.out) == (1, b"")


def test_what_is_back_names_the_record_that_had_shown_it_and_goes_with_it(here: Place) -> None:
    edited = RIVER.replace("two", "nine")
    here.add(page(edited), page(RIVER) + b"<!-- back -->", url="https://news.example.org/live/third", after=90)
    third = "https://news.example.org/live/third"
    here.add(page(edited) + b"<!-- and again -->", url=third, after=120)

    [back] = here.run("diff", third, "v2", "v3", "--proof", "--json").lines

    assert (back["type"], back["earlier"]) == ("reverted", back["earlier_proof"]["timestamp"])
    assert shows(here, back["earlier_capture"])
    first = here.run("versions", third, "--json").lines[0]
    assert back["earlier_proof"]["record_id"] == first["record_id"]
