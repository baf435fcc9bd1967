"""A reading record gives back what was settled, whole, and nothing else passes for one."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pipelines import warc
from pipelines.face import version_to_json
from pipelines.model import Capture, Change, Proof, Update, Version, Visit, Window
from pipelines.settled import Settled, as_record, from_block, settled

NOON = datetime(2026, 1, 3, 12, 0, 0, 123456, tzinfo=UTC)
URL = "https://news.example.org/live/storm"
CAPTURE = Capture(
    urlkey="org,example,news)/live/storm", timestamp=NOON, url=URL, record_id="urn:uuid:r1", digest="sha256:0",
    filename="f", offset=0, length=1, status=200,
)  # fmt: skip
VERSION = Version(
    url=URL, at=NOON, headline="Storm \ud800 \x00 ‘quoted’", text="a\nb", authors=("A", "B"), state="live",
    window=Window(page=2, pages=3, newest=NOON), extractor="x 1", dateModified=NOON - timedelta(hours=1),
    updates=(Update(text="one", key="id:1", published=NOON, provenance=(("z", "1"), ("a", "2"))), Update(text="two")),
)  # fmt: skip
CHANGE = Change(
    type="edited", class_="editorial", update="id:1", field="text", old="on", new="one", ops=(("replace", 0, 1, 0, 1),),
    match_method="key", match_score=0.1 + 0.2, confirmed=False, seen_after=NOON - timedelta(microseconds=1),
    seen_by=NOON, old_proof=Proof(record_id="urn:uuid:r0", digest="sha256:1", timestamp=NOON),
)  # fmt: skip
VISIT = Visit(
    id="v1", url=URL, urlkey=CAPTURE.urlkey, started=NOON, outcome="archived", captures=(CAPTURE,), reading="version",
    version=VERSION, version_seq=7, changes=(CHANGE,),
)  # fmt: skip


def there_and_back(what: Settled) -> Settled:
    return from_block(warc.read_member(warc.member(as_record(what, NOON))).block)


def test_all_of_it_comes_back() -> None:
    what = settled(VISIT, ("c1", "c2"))
    assert what is not None

    back = there_and_back(what)

    assert back == what
    assert back.version is not None
    assert json.dumps(version_to_json(back.version)) == json.dumps(version_to_json(VERSION))
    assert (back.number, back.confirms) == (7, ("c1", "c2"))


def test_the_record_names_the_capture_and_is_no_capture_itself() -> None:
    what = settled(VISIT)
    assert what is not None
    record = as_record(what, NOON)

    assert (record.type, record.get("WARC-Refers-To")) == ("metadata", "<urn:uuid:r1>")
    assert record.get("WARC-Target-URI") == "urn:stoppress:reading:v1"
    assert record.get("Content-Type") == "application/json; profile=stoppress-reading-1"


def test_a_page_that_could_not_be_read_has_its_word_and_why() -> None:
    what = settled(replace(VISIT, reading="decode", detail="cut", version=None, version_seq=None, changes=()))
    assert what is not None

    back = there_and_back(what)

    assert (back.reading, back.detail, back.version, back.number) == ("decode", "cut", None, None)


@pytest.mark.parametrize("more", [{"outcome": "revisit"}, {"outcome": "error"}, {"reading": None}, {"captures": ()}])
def test_where_the_outcome_says_it_all_there_is_no_record(more: dict[str, Any]) -> None:
    assert settled(replace(VISIT, **more)) is None


@pytest.mark.parametrize("block", [b"", b"[]", b"{}", b'{"visit": "v"}', b"\xff", b'{"capture": {"timestamp": "x"}}'])
def test_nonsense_is_refused(block: bytes) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        from_block(block)
