"""WARC files that others put into the store: named where they are in the way, and never a reason to break off."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines import warc
from pipelines.warc import Record, member
from tests.rebuild.kept import CLOSED

from .places import STORM, Place
from .test_compact_gc import NOW, aged
from .test_redact import GONE, WHY

pytestmark = pytest.mark.long

HI = b"HTTP/1.1 200 OK\r\n\r\nhi"


def record(kind: str, block: bytes, number: int, **fields: str) -> bytes:
    more = {"WARC-Date": "2026-01-03T10:00:00Z", **{name.replace("_", "-"): text for name, text in fields.items()}}
    told = [("WARC-Type", kind), ("WARC-Record-ID", f"<urn:x:{number}>"), *more.items()]
    return member(Record((*told, ("Content-Length", str(len(block)))), block))


def put(place: Place, name: str, *records: bytes) -> Path:
    path = place.config.parent / "archive" / next(iter(place.objects("warc/"))).rpartition("/")[0] / name
    path.write_bytes(b"".join(records))
    return path


def test_their_sound_file_is_taken_in_by_a_rebuild_and_left_alone_by_the_rest(here: Place) -> None:
    theirs = put(here, "theirs.warc.gz", record("response", HI, 1, WARC_Target_URI="http://other.example/"))
    put(here, "empty.warc.gz")
    held = theirs.read_bytes()

    collected = here.run("gc", "--grace", "0s", "--yes")
    assert collected.code == 1
    assert "theirs.warc.gz: orphan; stays: holds 1 record(s)" in collected.out.decode()
    assert not theirs.with_name("empty.warc.gz").exists()
    assert here.run("rebuild", "--replace").code == 0
    assert here.run("get", "http://other.example/@20260103100000").out == b"hi"
    assert here.run("verify", "--deep").code == 0
    merged = here.run("compact", *NOW)
    assert (merged.code, merged.err) == (0, "3 file(s) were merged into 1\n")
    assert here.run("takedown", STORM, GONE, *WHY).code == 0
    assert theirs.read_bytes() == held


def test_gc_takes_nothing_that_is_not_ours_by_its_name(here: Place) -> None:
    root = here.config.parent / "archive"
    ours = next(iter(here.objects("warc/").values()))
    theirs = {
        "index/all.cdxj.gz": b"1", "index/other-project/main.cdxj.gz": b"2", "index/2026/01/03/all.cdxj.gz": b"3",
        ".incoming/mine.txt": b"4", ".incoming/a-draft.txt": b"5", "warc/info.warc.gz": record("warcinfo", b"", 1),
        "warc/copy.warc.gz": ours, "warc/none.warc.gz": record("warcinfo", b"stoppress-replaces: x\r\n", 2),
    }  # fmt: skip
    for name, data in theirs.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
        aged(root / name)
    collected = here.run("gc", "--yes", "--json")
    kept = {line["key"]: line["kept"] for line in collected.lines}

    assert {name: (root / name).read_bytes() for name in theirs} == theirs
    assert kept["warc/copy.warc.gz"].startswith("its name is none of ours")
    assert kept["warc/info.warc.gz"].startswith("holds 1 record(s) that no other file has")
    assert kept.keys() == {"warc/copy.warc.gz", "warc/info.warc.gz", "warc/none.warc.gz"}


def test_a_record_that_nobody_understands_is_named_by_its_place(here: Place) -> None:
    name = next(iter(here.objects("warc/"))).rpartition("/")[2].rpartition("-")[0] + "-other.warc.gz"
    url = {"WARC_Target_URI": STORM}
    zoneless = record("response", HI, 1, WARC_Date="2026-01-03T10:00:00", **url)
    put(here, name, zoneless, record("metadata", b"{}", 2, Content_Type=warc.READING_TYPE))

    built = here.run("rebuild", "--replace")
    assert built.code == 1
    assert "at byte 0: the record cannot be understood: ValueError: WARC-Date '2026-01-03T10:00:00' has no" in built.err
    assert f"at byte {len(zoneless)}: the record cannot be understood: KeyError" in built.err
    merged = here.run("compact", *NOW)
    assert merged.code == 1
    assert f"{name}: the record at byte 0 cannot be understood" in merged.err
    taken = here.run("takedown", STORM, GONE, *WHY)
    assert taken.code == 1
    assert f"{name}: the record at byte {len(zoneless)} cannot be understood" in taken.err
    assert CLOSED[:20] not in here.words()
