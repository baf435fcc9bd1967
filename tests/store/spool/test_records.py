"""From an exchange to records that others can read."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from warcio.archiveiterator import ArchiveIterator

from pipelines import warc
from pipelines.errors import DamagedRecord
from pipelines.model import Exchange, Visit
from pipelines.store.local import LocalStore
from pipelines.store.warcs import WarcReader
from pipelines.urlkey import urlkey
from tests.store.spool.desk import NAME, NOON, URL, Desk, exchange, placed, sealed_file, tool, warcinfo


def test_warcio_reads_every_record_as_it_was_written(desk: Desk) -> None:
    path = sealed_file(desk)
    with path.open("rb") as file:
        read = [
            (r.rec_headers.get_header("WARC-Record-ID"), r.raw_stream.read())
            for r in ArchiveIterator(file, no_record_parse=True)
        ]

    assert read == [(f"<{p.record.id}>", p.record.block) for p in placed(path)]
    assert [p.record.type for p in placed(path)].count("revisit") == 2


def test_fastwarc_finds_every_block_and_payload_digest_right(desk: Desk, tmp_path: Path) -> None:
    path = sealed_file(desk)
    tool("fastwarc", "check", "-q", "-p", "-d", "gzip", "-o", str(tmp_path / "report"), str(path))
    found = dict(line.split(": ", 1) for line in (tmp_path / "report").read_text().splitlines())
    # A revisit's payload digest is that of its original (WARC 1.1, 6.7): it has no payload to hold against it.
    right = {
        f"<{p.record.id}>": "OK, PAYLOAD_OK" if p.record.get("WARC-Payload-Digest") else "OK, PAYLOAD_NO_DIGEST"
        for p in placed(path)
        if p.record.type != "revisit"
    }

    assert right.items() <= found.items()
    assert all(found[f"<{p.record.id}>"].startswith("OK,") for p in placed(path))


def test_fastwarc_would_find_a_wrong_block(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / NAME
    wrong = warc.Record(warcinfo(NAME).fields, b"software: tesT\r\n")
    path.write_bytes(warc.member(wrong))
    checked = tool("fastwarc", "check", "-q", "-p", "-d", "gzip", str(path))

    assert checked.returncode != 0


@pytest.mark.parametrize(
    ("second", "profile"),
    [
        (exchange(b"", status=304, minute=1, header=b"X-Own: 1\r\n"), warc.NOT_MODIFIED),
        (exchange(minute=1, header=b"X-Own: 1\r\n"), warc.IDENTICAL),
    ],
)
def test_a_revisit_keeps_its_own_header(desk: Desk, second: Exchange, profile: str) -> None:
    recorder = desk.open()
    first = desk.keep(recorder, exchange(), "v1").captures[0]
    again = desk.keep(recorder, second, "v2")
    record = WarcReader(LocalStore(desk.folder), desk.folder).record(again.captures[0])

    assert (again.outcome, again.reading, record.type) == ("revisit", "unchanged", "revisit")
    assert record.get("WARC-Profile") == profile
    assert (record.get("WARC-Refers-To"), again.captures[0].digest) == (f"<{first.record_id}>", first.digest)
    assert record.get("WARC-Payload-Digest") == first.digest
    assert record.get("WARC-Refers-To-Target-URI") == first.url
    assert record.get("WARC-Refers-To-Date") == "2026-01-03T12:00:00.123456Z"
    assert record.block == (second.response or b"").removesuffix(b"<p>one</p>")
    assert b"X-Own: 1\r\n" in record.block


def test_a_coded_body_is_stored_and_a_plain_one_deflated() -> None:
    def size_of(made: Exchange) -> tuple[int, int]:
        kept = warc.exchange_records(made, record_id=warc.new_id(), visit_id=None, role="page", original=None)
        data = warc.member(kept.records[0])

        assert warc.read_member(data) == warc.Record(kept.records[0].fields, kept.records[0].block)
        return len(data), len(gzip.decompress(data))

    text = b"the same words again " * 500
    plain, plain_whole = size_of(exchange(text))
    coded, coded_whole = size_of(exchange(text, header=b"Content-Encoding: gzip\r\n"))

    assert plain < plain_whole / 5
    assert len(text) < coded < coded_whole  # its headers got smaller, it did not


@pytest.mark.parametrize("text", ["\x00", "\U0001f600", "\ud800"])
def test_a_visit_with_any_text_is_kept(desk: Desk, text: str) -> None:
    told = Visit(id="v1", url=URL, urlkey=urlkey(URL), started=NOON, outcome="error", reason="dns", detail=text)
    desk.open().visit(told).result(30)
    (line,) = [p.record.block for p in placed(next(desk.folder.glob("*.open"))) if p.record.type == "metadata"]

    assert json.loads(line.decode())["detail"] == text
    assert desk.catalog.visits()[0].outcome == "error"


@pytest.mark.parametrize("where", [12, -3, -7])
def test_a_damaged_member_is_named_damaged(where: int) -> None:
    data = bytearray(warc.member(warcinfo(NAME)))
    data[where] ^= 0xFF
    with pytest.raises(DamagedRecord):
        warc.read_member(bytes(data))


def test_ids_of_what_belongs_together_begin_alike_and_cost_less() -> None:
    def kept(answer_id: str, visit_id: str) -> tuple[int, set[str]]:
        made = warc.exchange_records(exchange(), record_id=answer_id, visit_id=visit_id, role="page", original=None)
        told = warc.visit_record(visit_id, {"captures": [{"record_id": answer_id}]}, NOON, answer_id)
        read = warc.reading_record(visit_id, {}, NOON, answer_id)
        records = (*made.records, told, read)
        return sum(len(warc.member(record)) for record in records), {record.id for record in records}

    visit_id = str(uuid4())
    apart, _ = kept(warc.new_id(), visit_id)
    beside, ids = kept(warc.new_id(visit_id), visit_id)

    assert {name[: -len("0123456789ab")] for name in ids} == {f"urn:uuid:{visit_id[:24]}"}
    assert len(ids) == 4
    assert beside < apart - 20


@pytest.mark.parametrize("near", ["", "v1", "urn:uuid:x", "../../etc/passwd", "urn:stoppress:visit:v1"])
def test_beside_a_name_that_is_no_uuid_an_id_is_all_new(near: str) -> None:
    ids = {warc.new_id(near) for _ in range(100)}

    assert len({name[:18] for name in ids}) == 100
    assert {UUID(name).version for name in ids} == {4}
