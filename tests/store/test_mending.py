"""Damage in the middle of a file that a dead process left open: it costs what it touches, and nothing behind it."""

from __future__ import annotations

import gzip
import json
import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines import warc
from pipelines.gzipping import HEADER, marked, new_mark
from pipelines.store.adopting import Adopted, adopt
from pipelines.store.catalog import Catalog
from pipelines.store.local import LocalStore
from pipelines.store.members import Broken, Member, Members
from pipelines.store.recovering import recover
from pipelines.store.told import told_by
from pipelines.store.uploader import store_file
from pipelines.store.warcs import WarcReader
from pipelines.warc import Placed
from tests.other_tools import complaints
from tests.store.spool.desk import NOON, Desk, exchange, members, placed, visits_in

VISITS = 6
CODED = b"Content-Encoding: gzip\r\n"  # such a body lies in its member as it came


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    folder = tmp_path / "spool"
    folder.mkdir()
    with Catalog.open(f"sqlite:///{tmp_path / 'catalog.db'}") as catalog:
        desk = Desk(folder, catalog)
        yield desk
        for recorder in desk.recorders:
            recorder.close()


@pytest.fixture(autouse=True)
def no_fsync(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hundreds of files: here it matters what is written, not that it is on the disk (see tests/crash)."""
    monkeypatch.setattr(os, "fsync", lambda handle: None)


def body(number: int) -> bytes:
    return gzip.compress(random.Random(number).randbytes(400), mtime=0)


def left_behind(desk: Desk, bodies: list[bytes]) -> Path:
    """The open file of a process that was killed after these visits; the catalog has their rows."""
    recorder = desk.open()
    for number, content in enumerate(bodies):
        desk.keep(recorder, exchange(content, minute=number, header=CODED), f"v{number}")
    recorder.close()
    (path,) = desk.sealed
    left = path.rename(path.with_name(path.name + ".open"))
    desk.sealed.clear()
    return left


def of_visit(path: Path, number: int) -> list[Placed]:
    """The response, the request and the ledger's line of one visit, as they lie in the file."""
    found = placed(path)
    return found[1 + 3 * number : 4 + 3 * number]


def damage(path: Path, offset: int, new: bytes) -> None:
    data = bytearray(path.read_bytes())
    data[offset : offset + len(new)] = new
    path.write_bytes(data)


def flip(path: Path, offset: int) -> None:
    damage(path, offset, bytes([path.read_bytes()[offset] ^ 0x10]))


def kept(desk: Desk, adopted: Adopted) -> dict[str, bytes]:
    """What can be read of each visit afterwards; other people's tools read the file."""
    (path,) = desk.folder.glob("*.warc.gz")
    assert adopted.files == 1
    assert not list(desk.folder.glob("*.open*"))
    assert sum(item.length for item in placed(path)) == path.stat().st_size
    assert complaints([path], {}) == []
    reader = WarcReader(LocalStore(desk.folder), desk.folder)
    found = {}
    for visit in desk.catalog.visits():
        found[visit.id] = b"".join(reader.response(capture).body for capture in visit.captures)
    return found


def quarantined(desk: Desk) -> dict[str, bytes]:
    return {path.name.partition(".warc.gz.")[2]: path.read_bytes() for path in desk.folder.glob("quarantine/*")}


def test_a_flipped_byte_costs_its_record_and_none_behind_it(desk: Desk) -> None:
    path = left_behind(desk, [body(n) for n in range(VISITS)])
    response = of_visit(path, 2)[0]
    flip(path, response.offset + response.length // 2)
    damaged = path.read_bytes()[response.offset : response.offset + response.length]
    adopted = adopt(desk.folder, desk.catalog)
    found = kept(desk, adopted)

    assert found == {f"v{n}": body(n) if n != 2 else b"" for n in range(VISITS)}
    assert (adopted.torn, adopted.damaged, adopted.lost) == (0, response.length, 1)
    assert f"{response.length} damaged byte(s)" in str(adopted)
    assert quarantined(desk) == {str(response.offset): damaged}


def test_what_is_damaged_is_named_in_the_log_and_in_the_file(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    path = left_behind(desk, [body(n) for n in range(3)])
    response = of_visit(path, 1)[0]
    flip(path, response.offset + 40)
    adopt(desk.folder, desk.catalog)
    (sealed,) = desk.folder.glob("*.warc.gz")
    (note,) = [p for p in placed(sealed) if p.record.get("Content-Type") == warc.DAMAGE_TYPE]
    facts = json.loads(note.record.block)

    assert (facts["offset"], facts["length"]) == (response.offset, response.length)
    assert (desk.folder / "quarantine" / facts["quarantine"]).stat().st_size == response.length
    assert facts["sha256"] == warc.sha256((desk.folder / "quarantine" / facts["quarantine"]).read_bytes())
    assert note.offset == response.offset
    assert f"at {response.offset}" in caplog.text
    assert response.record.id in caplog.text


def test_wherever_one_byte_was_changed_the_records_that_it_does_not_touch_are_kept(desk: Desk, tmp_path: Path) -> None:
    """Each byte of the headers of members, and samples of what they hold."""
    path = left_behind(desk, [body(n) for n in range(3)])
    whole, found = path.read_bytes(), placed(path)
    dice = random.Random(5)
    for item in found[:5]:
        for at in [*range(HEADER + 2), *dice.sample(range(HEADER + 2, item.length - 8), 25), *range(-8, 0)]:
            offset = item.offset + at % item.length
            (tmp_path / path.name).write_bytes(whole)
            flip(tmp_path / path.name, offset)
            (left,) = recover(tmp_path)
            ids = [p.record.id for p in left.records if p.record.get("Content-Type") != warc.DAMAGE_TYPE]
            left.path.unlink()

            assert [p.record.id for p in found if p.record.id in ids] == ids
            assert len(ids) >= len(found) - 1, f"byte {at} of the record at {item.offset}"
            assert set(ids) | {item.record.id} == {p.record.id for p in found}


@pytest.mark.parametrize("field", [3, 11])
def test_a_header_whose_length_is_damaged_swallows_nothing(desk: Desk, field: int) -> None:
    """With it, what begins in one record and ends in another can be one member with a right CRC."""
    path = left_behind(desk, [body(n) for n in range(VISITS)])
    data, first, last = path.read_bytes(), of_visit(path, 1)[0], of_visit(path, 3)[0]
    behind = first.offset + HEADER
    filler = bytes(4096 - (last.offset - first.offset)) if field == 11 else b""
    changed = bytearray(data[:behind] + data[behind : last.offset] + filler + data[last.offset :])
    changed[first.offset + field] ^= 0x10 if field == 11 else 0x08
    path.write_bytes(changed)
    adopt(desk.folder, desk.catalog)
    (sealed,) = desk.folder.glob("*.warc.gz")

    assert visits_in(sealed) == [f"v{n}" for n in range(VISITS)]


@pytest.mark.parametrize("size", [1, 700, 4096])
def test_a_place_of_zeros_costs_the_records_that_it_touches(desk: Desk, size: int) -> None:
    path = left_behind(desk, [body(n) for n in range(12)])
    start = of_visit(path, 3)[1].offset + 40
    touched = {p.record.id for p in placed(path) if p.offset < start + size and p.offset + p.length > start}
    before = {p.record.id for p in placed(path)}
    damage(path, start, bytes(size))
    adopt(desk.folder, desk.catalog)
    (sealed,) = desk.folder.glob("*.warc.gz")
    after = {p.record.id for p in placed(sealed) if p.record.get("Content-Type") != warc.DAMAGE_TYPE}

    assert after == before - touched
    assert complaints([sealed], {}) == []


@pytest.mark.parametrize("junk", [b"x", b"\x1f\x8b", b"\x1f\x8b\x08" * 100, b"WARC/1.1\r\n\r\n", bytes(5000)])
def test_what_was_put_between_two_records_goes_and_rows_point_to_where_the_records_lie_now(
    desk: Desk, junk: bytes
) -> None:
    path = left_behind(desk, [body(n) for n in range(4)])
    at, data = of_visit(path, 2)[0].offset, path.read_bytes()
    path.write_bytes(data[:at] + junk + data[at:])
    adopted = adopt(desk.folder, desk.catalog)

    assert kept(desk, adopted) == {f"v{n}": body(n) for n in range(4)}
    assert (adopted.damaged, adopted.lost) == (len(junk), 0)
    assert quarantined(desk) == {str(at): junk}


def test_two_damaged_places_and_a_torn_tail_are_all_kept_and_named(desk: Desk) -> None:
    path = left_behind(desk, [body(n) for n in range(VISITS)])
    first, second = of_visit(path, 1)[0], of_visit(path, 3)[0]
    for response in (first, second):
        flip(path, response.offset + response.length - 30)
    torn = marked(warc.member(warc.warcinfo("x", {"software": "torn"}, NOON)), new_mark())[:90]
    path.write_bytes(path.read_bytes() + torn)
    adopted = adopt(desk.folder, desk.catalog)

    assert kept(desk, adopted) == {f"v{n}": body(n) if n not in (1, 3) else b"" for n in range(VISITS)}
    assert quarantined(desk).keys() == {str(first.offset), str(second.offset), "tail"}
    assert (adopted.torn, adopted.lost) == (90, 2)


def test_a_record_whose_block_has_another_digest_is_damage_too(desk: Desk) -> None:
    """Its member is whole: the bytes were changed in memory, before they were compressed."""
    path = left_behind(desk, [body(n) for n in range(3)])
    data, response = path.read_bytes(), of_visit(path, 1)[0]
    wrong = warc.Record(response.record.fields, b"x" + response.record.block[1:])
    member = marked(warc.member(wrong), data[HEADER - 6 : HEADER])
    path.write_bytes(data[: response.offset] + member + data[response.offset + response.length :])
    adopted = adopt(desk.folder, desk.catalog)

    assert kept(desk, adopted) == {"v0": body(0), "v1": b"", "v2": body(2)}
    assert quarantined(desk) == {str(response.offset): member}


def test_a_page_whose_bytes_are_lost_is_not_waited_for(desk: Desk) -> None:
    path = left_behind(desk, [body(n) for n in range(2)])
    flip(path, of_visit(path, 1)[0].offset + 60)
    adopt(desk.folder, desk.catalog)

    assert [visit.id for visit in desk.catalog.unread_visits()] == ["v0"]
    assert [visit.outcome for visit in desk.catalog.visits()] == ["archived", "archived"]


def test_a_catalog_made_of_the_mended_file_is_the_one_that_there_is(desk: Desk, tmp_path: Path) -> None:
    path = left_behind(desk, [body(n) for n in range(4)])
    flip(path, of_visit(path, 1)[0].offset + 60)
    path.write_bytes(path.read_bytes() + b"\x1f\x8btorn")
    adopt(desk.folder, desk.catalog)
    (sealed,) = desk.folder.glob("*.warc.gz")
    store = LocalStore(tmp_path / "store")
    store_file(sealed, store, desk.catalog)
    (row,) = desk.catalog.files()
    with store.open(row.key or "") as stream:
        parts = list(told_by(stream, row.key or "", worker="w1"))
    captures = {c.record_id: c for part in parts for c in part.captures}

    assert [damage for part in parts for damage in part.damages] == []
    assert {c["record_id"] for c in desk.catalog.dump()["captures"]} == captures.keys()
    assert all(desk.catalog.capture(name) == capture for name, capture in captures.items())


def test_a_file_without_its_first_record_is_kept_from_the_second_on(desk: Desk) -> None:
    path = left_behind(desk, [body(n) for n in range(3)])
    flip(path, HEADER + 30)
    adopted = adopt(desk.folder, desk.catalog)

    assert kept(desk, adopted) == {f"v{n}": body(n) for n in range(3)}


def test_a_file_of_which_nothing_can_be_told_is_kept_whole_in_quarantine(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    """Without its beginning, and where no record begins that the catalog knows of, nobody can tell which are ours."""
    path = left_behind(desk, [body(n) for n in range(3)])
    for start in (0, *(item.offset for item in placed(path) if item.record.type == "response")):
        damage(path, start, bytes(60))
    data = path.read_bytes()
    adopted = adopt(desk.folder, desk.catalog)

    assert (adopted.torn, adopted.lost) == (len(data), 3)
    assert quarantined(desk) == {"tail": data}
    assert caplog.text.count("is lost") == 3
    assert desk.catalog.unread_visits() == []


def test_a_file_of_before_there_were_marks_is_cut_as_it_was_then(tmp_path: Path) -> None:
    parts = members(4)
    path = tmp_path / "stoppress-20260103120000123-00001-w1.warc.gz.open"
    path.write_bytes(b"".join(parts))
    flip(path, len(parts[0]) + 20)
    (left,) = recover(tmp_path)

    assert left.path.read_bytes() == parts[0]
    assert left.torn == sum(map(len, parts[1:]))


def test_a_copy_in_quarantine_is_never_written_over(desk: Desk) -> None:
    path = left_behind(desk, [body(n) for n in range(3)])
    response = of_visit(path, 1)[0]
    flip(path, response.offset + 60)
    folder = desk.folder / "quarantine"
    folder.mkdir()
    name = path.name.removesuffix(".open")
    (folder / f"{name}.{response.offset}").write_bytes(b"of an earlier start")
    damaged = path.read_bytes()[response.offset : response.offset + response.length]
    (folder / f"{name}.{response.offset}.2").write_bytes(damaged[:17])  # cut off by a kill
    adopt(desk.folder, desk.catalog)

    assert quarantined(desk) == {
        str(response.offset): b"of an earlier start",
        f"{response.offset}.2": damaged,
    }


def test_a_disk_without_room_for_it_is_named_and_nothing_is_lost(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    path = left_behind(desk, [body(n) for n in range(3)])
    flip(path, of_visit(path, 1)[0].offset + 60)
    before = path.read_bytes()

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", full)
        with pytest.raises(Exception, match="No space left on device; nothing of it is lost: make room"):
            adopt(desk.folder, desk.catalog)

    assert path.read_bytes() == before
    assert kept(desk, adopt(desk.folder, desk.catalog)) == {"v0": body(0), "v1": b"", "v2": body(2)}


# bodies that are made to be taken for records ------------------------------------------------------------------


def forged(mark: bytes | None = None) -> list[bytes]:
    """Whole members with right CRCs, lengths and digests, as our own are written: of a visit that never was."""
    record_id, visit_id = "urn:uuid:00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"
    made = exchange(b"<p>never said", minute=9)
    told = warc.exchange_records(made, record_id=record_id, visit_id=visit_id, role="page", original=None)
    facts = {
        "visit": visit_id, "worker": "w1", "url": made.url, "urlkey": "test,news)/live", "why": "every",
        "started": "2026-01-03T12:09:00Z", "outcome": "archived",
        "captures": [{"record_id": record_id, "role": "page", "url": made.url}],
    }  # fmt: skip
    records = [*told.records, warc.visit_record(visit_id, facts, made.started, record_id)]
    parts = [warc.member(record) for record in records]
    return parts if mark is None else [marked(part, mark) for part in parts]


BODIES: dict[str, Callable[[], bytes]] = {
    "records": lambda: b"".join(forged()),
    "records with a mark": lambda: b"".join(forged(new_mark())),
    "a whole file": lambda: b"".join([marked(members(1)[0], b"forged"), *forged(b"forged")]),
    "many": lambda: b"".join(forged(b"forged")) * 40,
    "beginnings": lambda: marked(forged()[0], b"forged")[:60] * 3000,
}
PLACES: dict[str, Callable[[Placed, int], int]] = {
    "magic": lambda member, start: member.offset,
    "flags": lambda member, start: member.offset + 3,
    "length of the extra field": lambda member, start: member.offset + 11,
    "mark": lambda member, start: member.offset + HEADER - 1,
    "WARC header": lambda member, start: member.offset + HEADER + 20,
    "length of the stored block": lambda member, start: start - 4,
    "its complement": lambda member, start: start - 1,
    "first byte of the body": lambda member, start: start,
    "trailer": lambda member, start: member.offset + member.length - 6,
}


def hostile(desk: Desk, content: bytes) -> tuple[Path, Placed, int]:
    """A file with such a body in its middle: the file, the member, and where in the file the body begins."""
    path = left_behind(desk, [body(0), content, body(2), body(3)])
    member = of_visit(path, 1)[0]
    start = path.read_bytes().index(content[:40], member.offset)
    return path, member, start


def test_such_a_body_lies_in_its_file_as_it_came(desk: Desk) -> None:
    """Else what follows would show nothing."""
    content = BODIES["records"]()
    path, member, start = hostile(desk, content)

    assert path.read_bytes()[start : start + len(content)] == content
    assert start + len(content) <= member.offset + member.length


@pytest.mark.parametrize("what", BODIES)
@pytest.mark.parametrize("where", PLACES)
def test_no_record_is_made_of_a_body_that_holds_records(desk: Desk, what: str, where: str) -> None:
    path, member, start = hostile(desk, BODIES[what]())
    flip(path, PLACES[where](member, start))
    found = kept(desk, adopt(desk.folder, desk.catalog))

    assert found.keys() == {"v0", "v1", "v2", "v3"}
    assert (found["v0"], found["v2"], found["v3"]) == (body(0), body(2), body(3))


@pytest.mark.parametrize("what", BODIES)
def test_no_record_is_made_of_a_body_whose_beginning_is_gone(desk: Desk, what: str) -> None:
    """A place of the disk that ends just where in the body a forged record begins."""
    content = BODIES[what]()
    path, member, start = hostile(desk, content)
    damage(path, member.offset, bytes(start - member.offset))
    found = kept(desk, adopt(desk.folder, desk.catalog))

    assert found == {"v0": body(0), "v1": b"", "v2": body(2), "v3": body(3)}


@pytest.mark.parametrize("what", BODIES)
def test_no_record_is_made_of_a_body_that_is_cut_behind_one(desk: Desk, what: str) -> None:
    """The torn tail of the file: it ends exactly where a forged record does."""
    content = BODIES[what]()
    path, member, start = hostile(desk, content)
    os.truncate(path, start + len(content))
    with _fresh(desk) as catalog:
        adopted = adopt(desk.folder, catalog)

        assert [visit.id for visit in catalog.visits()] == ["v0"]
    assert adopted.torn == start + len(content) - member.offset


def _fresh(desk: Desk) -> Catalog:
    return Catalog.open(f"sqlite:///{desk.folder.parent / 'fresh.db'}")


@pytest.mark.parametrize("what", BODIES)
@pytest.mark.parametrize("where", PLACES)
def test_neither_verify_nor_rebuild_takes_such_a_body_for_records(desk: Desk, what: str, where: str) -> None:
    """The same in a stored file, which nobody mends."""
    path, member, start = hostile(desk, BODIES[what]())
    flip(path, PLACES[where](member, start))
    with path.open("rb") as stream:
        (told,) = told_by(stream, path.name, worker="w1")
    with path.open("rb") as stream:
        walked: list[Any] = list(Members(lambda: stream.read(1000)))

    assert {visit.id for visit, _ in told.visits} == {"v0", "v1", "v2", "v3"}
    assert len(told.captures) in (3, 4)  # a changed mark alone damages no record
    assert [(b.offset, b.length) for b in walked if isinstance(b, Broken)] in ([(member.offset, member.length)], [])
    assert sum(isinstance(item, Member) for item in walked) in (12, 13)


def test_visits_of_a_mended_file_are_all_in_it(desk: Desk) -> None:
    path, member, _ = hostile(desk, BODIES["many"]())
    flip(path, member.offset + 3)
    adopt(desk.folder, desk.catalog)
    (sealed,) = desk.folder.glob("*.warc.gz")

    assert visits_in(sealed) == ["v0", "v1", "v2", "v3"]


@pytest.mark.parametrize("what", ["", *BODIES])
@pytest.mark.parametrize("size", [60, 4096])
def test_a_place_of_zeros_at_the_beginning_costs_the_records_that_it_touches(desk: Desk, size: int, what: str) -> None:
    """The mark is known from where the catalog says that captures begin; a body that holds records changes nothing."""
    bodies = [body(0), body(1), BODIES[what]() if what else body(2), body(3)]
    path = left_behind(desk, bodies)
    whole = {p.record.get("Stoppress-Visit") for p in placed(path) if p.record.type == "response" and p.offset >= size}
    damage(path, 0, bytes(size))
    found = kept(desk, adopt(desk.folder, desk.catalog))

    assert "v3" in whole
    assert {name: was for name, was in found.items() if was} == {
        f"v{n}": bodies[n] for n in range(4) if f"v{n}" in whole
    }
