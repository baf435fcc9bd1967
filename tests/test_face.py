"""The JSON face: exact keys, and nothing lost on the way out and back."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines import face
from pipelines.model import Capture, Change, Proof, Update, Version, Visit, Window

words = st.text(st.characters(codec="utf-8"), max_size=20)
maybe = st.none() | words
several = st.lists(words, max_size=3).map(tuple)
times = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
no_or_time = st.none() | times
numbers = st.integers(0, 2**40)

updates = st.builds(
    Update, text=words, id=maybe, key=words, headline=maybe, html=words, authors=several,
    published=no_or_time, updated=no_or_time,
    time_precision=st.sampled_from([None, "s", "min", "day"]), shown_as=maybe,
    time_source=st.sampled_from([None, "stated", "inferred", "relative"]), pinned=st.booleans(),
    key_event=st.booleans(), position=numbers, links=several, media=several, captions=several,
    provenance=st.dictionaries(words, words, max_size=2).map(lambda d: tuple(d.items())),
)  # fmt: skip
windows = st.builds(Window, page=numbers, pages=st.none() | numbers, newest=no_or_time, oldest=no_or_time)
versions = st.builds(
    Version, url=words, at=times, headline=maybe, standfirst=maybe, text=words, lang=maybe, authors=several,
    datePublished=no_or_time, dateModified=no_or_time, coverageStartTime=no_or_time,
    coverageEndTime=no_or_time, state=st.sampled_from(["live", "ended", "unknown"]), live=st.booleans(),
    window=windows, updates=st.lists(updates, max_size=3).map(tuple), warnings=several, extractor=words,
)  # fmt: skip
proofs = st.none() | st.builds(Proof, record_id=words, digest=words, timestamp=times)
ops = st.lists(st.tuples(st.sampled_from(["replace", "insert"]), *[numbers] * 4), max_size=2).map(tuple)
changes = st.builds(
    Change, type=words, class_=st.sampled_from(["editorial", "metadata"]), update=maybe, field=maybe,
    old=maybe, new=maybe, ops=ops, match_method=maybe, match_score=st.none() | st.floats(0, 1),
    confirmed=st.booleans(),
    seen_after=no_or_time, seen_by=no_or_time, old_proof=proofs, new_proof=proofs,
)  # fmt: skip
captures = st.builds(
    Capture, urlkey=words, timestamp=times, url=words, record_id=words, digest=words, filename=words,
    offset=numbers, length=numbers, role=st.sampled_from(["page", "redirect"]),
)  # fmt: skip
visits = st.builds(
    Visit, id=words, url=words, urlkey=words, started=times, outcome=st.sampled_from([None, "archived"]),
    reason=maybe, detail=words, status=st.none() | st.integers(100, 599), version_seq=st.none() | numbers,
    captures=st.lists(captures, max_size=2).map(tuple), changes=st.lists(changes, max_size=2).map(tuple),
    reading=st.sampled_from([None, "version", "unchanged"]),
)  # fmt: skip


@given(versions)
def test_a_version_survives_json_whole(version: Version) -> None:
    back = face.version_from_json(json.loads(json.dumps(face.version_to_json(version))))

    assert back == version
    assert [u.provenance for u in back.updates] == [u.provenance for u in version.updates]


@given(changes)
def test_a_change_survives_json_whole(change: Change) -> None:
    assert face.change_from_json(json.loads(json.dumps(face.change_to_json(change)))) == change


@given(visits)
def test_the_line_of_a_visit_says_what_the_visit_holds(visit: Visit) -> None:
    line = json.loads(json.dumps(face.visit_to_json(visit)))

    assert face.from_iso(line["started"]) == visit.started
    assert (line["why"], line["scheduled"]) == (visit.why, visit.scheduled and face.iso(visit.scheduled))
    assert line["previous"] == (visit.previous and face.iso(visit.previous))
    assert (line["url"], line["outcome"], line["reading"]) == (visit.url, visit.outcome, visit.reading)
    assert (line["status"], line["reason"], line["detail"]) == (visit.status, visit.reason, visit.detail)
    assert line["version"] == visit.version_seq
    assert [c["record_id"] for c in line["captures"]] == [c.record_id for c in visit.captures]
    assert tuple(face.change_from_json(c) for c in line["changes"]) == visit.changes


def test_the_lines_have_exactly_the_keys_that_people_rely_on() -> None:
    at = datetime(2026, 1, 3, 10, tzinfo=UTC)
    version = Version(url="https://news.example.org/live", at=at, updates=(Update(text="One."),))
    capture = Capture(urlkey="k", timestamp=at, url="u", record_id="r", digest="d", filename="f", offset=0, length=1)
    visit = Visit(id="1", url="u", urlkey="k", started=at, captures=(capture,))
    line = face.version_line(version)

    assert list(line) == face.VERSION_LINE
    assert list(line["updates"][0]) == face.UPDATE_LINE
    assert list(face.change_to_json(Change(type="added", class_="editorial"))) == face.CHANGE_LINE
    assert list(face.visit_to_json(visit)) == face.VISIT_LINE
    assert list(face.visit_to_json(visit)["captures"][0]) == face.CAPTURE_LINE


def test_times_are_utc_with_z() -> None:
    assert face.iso(datetime.fromisoformat("2026-01-03T11:00:00+01:00")) == "2026-01-03T10:00:00Z"


def test_a_time_without_zone_is_refused_with_a_hint() -> None:
    with pytest.raises(ValueError, match="write it with Z"):
        face.from_iso("2026-01-03T10:00:00")
