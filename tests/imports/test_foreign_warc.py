"""Files that somebody else has written, or damaged, or made to do harm."""

from __future__ import annotations

import gzip
import io
import tracemalloc
import zlib
from datetime import UTC, datetime, timedelta

import pytest

from pipelines.importing.foreign_warc import Found, Here, Passed, Refused, records
from pipelines.warc import Record
from tests.rebuild.kept import RIVER, page

from .making import Made, written

T0 = datetime(2025, 5, 1, 12, tzinfo=UTC)
THREE = [Made(page(RIVER, headline=f"Flood {n}"), T0 + timedelta(minutes=n)) for n in range(3)]
MOST = 2**20


def wanted(head: Record) -> str:
    return "" if head.type == "response" else "other"


def read(data: bytes, most: int = MOST) -> list[Found]:
    return list(records(io.BytesIO(data), most=most, wanted=wanted))


def taken(found: list[Found]) -> int:
    return sum(isinstance(one, Here) for one in found)


def refused(found: list[Found]) -> list[Refused]:
    return [one for one in found if isinstance(one, Refused)]


def members(data: bytes) -> list[bytes]:
    found = []
    while data:
        inflater = zlib.decompressobj(31)
        inflater.decompress(data)
        found.append(data[: len(data) - len(inflater.unused_data)])
        data = inflater.unused_data
    return found


@pytest.mark.parametrize("compressed", [True, False])
def test_every_record_is_read_with_its_place(compressed: bool) -> None:
    data = written(THREE, gzip=compressed)
    found = read(data)
    places = [data[one.offset : one.offset + 5] for one in found]

    assert ([type(one) for one in found], refused(found)) == ([Passed, Here, Here, Here], [])
    assert {place[:2] for place in places} == {b"\x1f\x8b" if compressed else b"WA"}


def test_all_records_in_one_member_are_read_as_well() -> None:
    found = read(gzip.compress(written(THREE, gzip=False)))

    assert (taken(found), refused(found)) == (3, [])


def test_a_file_that_was_cut_short_gives_what_is_whole() -> None:
    data = written(THREE)
    found = read(data[:-30])
    [told] = refused(found)

    assert taken(found) == 2
    assert data[told.offset : told.offset + 2] == b"\x1f\x8b"
    assert "cut short" in told.why


def test_behind_a_wrong_checksum_the_rest_goes_on() -> None:
    parts = members(written(THREE))
    parts[2] = parts[2][:-8] + b"\0\0\0\0" + parts[2][-4:]
    found = read(b"".join(parts))
    [told] = refused(found)

    assert taken(found) == 2
    assert (told.offset, told.why) == (len(parts[0] + parts[1]), "the checksum of this member is wrong")


def test_behind_damage_no_record_is_looked_for() -> None:
    parts = members(written(THREE))
    inner = members(written([Made(b"forged", T0)]))[1]  # a page may hold one
    parts[2] = parts[2][:20] + b"\xff" * 40 + inner + parts[2][60:]
    found = read(b"".join(parts))
    [told] = refused(found)

    assert taken(found) == 1
    assert "the rest of this file is not read" in told.why


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (b"<html>", "no WARC file"),
        (b"\x28\xb5\x2f\xfd\0\0", "zstd"),
        (b"PK\x03\x04\0\0", "ZIP"),
        (gzip.compress(b"<html>", mtime=0), "no WARC record begins here"),
        (b"WARC/1.0\r\nWARC-Type: response\r\n", "ends within a header"),
        (b"WARC/1.0\r\nContent-Length: -5\r\n\r\n", "Content-Length"),
        (b"WARC/1.0\r\nContent-Length: 99999999999999999999\r\n\r\n", "Content-Length"),
        (b"WARC/1.0\r\nno field\r\n\r\n", "has the line"),
        (b"WARC/1.0\r\nA: b\0c\r\n\r\n", "has the line"),
        (b"WARC/1.0\r\n" + b"A: b\r\n" * 1000 + b"\r\n", "200 fields"),
        (b"WARC/1.0\r\nA: " + b"b" * 70000, "does not end"),
        (b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 100\r\n\r\nshort", "after 5 of the 100 bytes"),
    ],
    ids=lambda value: value[:30] if isinstance(value, str) else None,
)  # fmt: skip
def test_what_is_none_is_refused_in_words(data: bytes, why: str) -> None:
    [told] = refused(read(data))

    assert why in told.why


def test_a_record_above_the_limit_is_refused_and_the_next_one_taken() -> None:
    large = Made(b"".join(b"%d" % n for n in range(100_000)), T0)
    found = read(written([large, THREE[0]]), most=100_000)
    [told] = refused(found)

    assert (taken(found), "above max_size" in told.why) == (1, True)


def test_a_bomb_is_refused_in_little_memory() -> None:
    head = b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 4000000000\r\n\r\n"
    squeezed = zlib.compressobj(9, wbits=31)
    bomb = squeezed.compress(head) + b"".join(squeezed.compress(bytes(2**20)) for _ in range(300)) + squeezed.flush()
    tracemalloc.start()
    [told] = refused(read(bomb))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert "a bomb" in told.why
    assert peak < 10 * 2**20


def test_a_large_file_is_read_in_little_memory() -> None:
    some = written([Made(page(RIVER) * 20, T0)])
    tracemalloc.start()
    found = sum(1 for _ in records(io.BytesIO(some * 300), most=MOST, wanted=wanted))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert found == 600
    assert peak < 3 * 2**20 + len(some) * 300


def test_zeros_at_the_end_are_no_damage() -> None:
    assert refused(read(written(THREE) + bytes(1000))) == []
