"""The quick walk says "right" only of a file in which the thorough one finds nothing, whatever its SHA-256."""

from __future__ import annotations

import gzip
import hashlib
import io
import random

import pytest

from pipelines import warc
from pipelines.errors import StoreUnavailable
from pipelines.model import Exchange
from pipelines.store.every_byte import read_through
from pipelines.store.quickly import quickly
from tests.rebuild.kept import T0

BODY = gzip.compress(random.Random(1).randbytes(3000))
CHUNKED = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (BODY[:999], BODY[999:], b""))
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n"
ANSWERS = [
    HEAD + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY,
    HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + CHUNKED,
    HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + CHUNKED[:-20],
    b"HTTP/1.1 204 No Content\r\n\r\n",
]
BARE = b"HTTP/1.0 200 Fine\n\n" + BODY[:50]


def members(answers: list[bytes]) -> list[bytes]:
    made = []
    for n, answer in enumerate(answers):
        exchange = Exchange(
            url=f"https://news.example.org/{n}", started=T0, request=b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
            response=answer, status=int(answer[9:12]),
        )  # fmt: skip
        kept = warc.exchange_records(exchange, record_id=warc.new_id(), visit_id=None, role="page", original=None)
        made += [warc.member(record) for record in kept.records]
        made.append(warc.member(warc.visit_record(warc.new_id()[9:], {"outcome": "archived"}, T0, None)))
    return made


def seen(data: bytes, wanted: dict[str, tuple[int, int]] | None = None) -> bool:
    """Whether the quick walk is content, its SHA-256 being what was stored."""
    digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
    return quickly(io.BytesIO(data), wanted or {}, digest) is not None


def test_it_agrees_with_the_thorough_one_about_a_file_that_is_right() -> None:
    data = b"".join(members(ANSWERS))
    found = quickly(io.BytesIO(data), {}, f"sha256:{hashlib.sha256(data).hexdigest()}")

    assert found is not None
    assert found == read_through(io.BytesIO(data), {})


def test_what_it_cannot_tell_is_left_to_the_thorough_one() -> None:
    data = b"".join(members([BARE]))

    assert not seen(data)
    assert not read_through(io.BytesIO(data), {}).damages


def test_another_sha256_is_not_right() -> None:
    data = b"".join(members(ANSWERS))

    assert quickly(io.BytesIO(data), {}, "sha256:0") is None


@pytest.mark.parametrize("strange", [b"\0", b"\0" * 600, b"\x1f\x8b\x08", b"x" * 70_000, b"WARC/1.1\r\n", b"\r\n\r\n"])
@pytest.mark.parametrize("at", [0, 3, None])
def test_strange_bytes_that_were_stored_so_are_not_right(strange: bytes, at: int | None) -> None:
    parts = members(ANSWERS)
    parts.insert(len(parts) if at is None else at, strange)

    assert not seen(b"".join(parts))


def test_a_file_that_was_stored_cut_or_with_a_wrong_bit_is_not_right() -> None:
    parts = members(ANSWERS[:2])
    data, chance = b"".join(parts), random.Random(2)
    cuts = set(chance.sample(range(1, len(data)), 150)) - {sum(map(len, parts[:n])) for n in range(len(parts))}

    assert [at for at in cuts if seen(data[:at])] == []
    for at in chance.sample(range(len(data)), 400):
        flipped = data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :]
        # Of a gzip header's bytes no checksum knows: there both find nothing but another SHA-256.
        assert not seen(flipped) or not read_through(io.BytesIO(flipped), {}).damages


@pytest.mark.parametrize("torn", [0, 1, 2, 4])
def test_a_torn_record_with_whole_ones_behind_it_is_not_right(torn: int) -> None:
    parts = members(ANSWERS[:2])
    lengths = [*range(1, 60), *range(60, len(parts[torn]), 37)]
    data = [b"".join([*parts[:torn], parts[torn][:length], *parts[torn + 1 :]]) for length in lengths]

    assert [length for length, one in zip(lengths, data, strict=True) if seen(one)] == []


def test_captures_must_lie_where_the_catalog_says() -> None:
    parts = members(ANSWERS[:1])
    [record] = [r for r in warc.scan(io.BytesIO(b"".join(parts))) if r.record.get("WARC-Type") == "response"]
    wanted = {record.record.id: (record.offset, record.length)}
    data = b"".join(parts)

    assert seen(data, wanted)
    assert not seen(data, {record.record.id: (record.offset + 1, record.length)})
    assert not seen(data, {**wanted, "urn:uuid:another": (0, 10)})


def test_a_store_that_fails_meanwhile_is_no_damage() -> None:
    class Gone(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise StoreUnavailable("it went away")

    with pytest.raises(StoreUnavailable):
        quickly(Gone(), {}, "sha256:0")
