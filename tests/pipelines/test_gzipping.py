"""Members that other programs inflate to the same bytes, whatever their length."""

from __future__ import annotations

import gzip
import io
import random
import zlib

import pytest
from isal import isal_zlib

from pipelines.gzipping import deflated, half_stored


@pytest.mark.parametrize("length", [0, 1, 100, 65_534, 65_535, 65_536, 131_070, 200_001])
@pytest.mark.parametrize("head", [b"", b"WARC/1.1\r\nWARC-Type: response\r\n\r\n" * 30])
def test_a_half_stored_member_is_ordinary_gzip(length: int, head: bytes) -> None:
    body = random.Random(length).randbytes(length)

    made = half_stored(head, body)

    inflater = zlib.decompressobj(31)
    assert inflater.decompress(made) == head + body
    assert inflater.eof
    assert inflater.unused_data == b""
    assert isal_zlib.decompress(made, wbits=31) == head + body
    assert len(made) < len(head) // 2 + length + 5 * (length // 65_535 + 1) + 60


def test_members_one_behind_the_other_are_one_file() -> None:
    parts = [(b"head" * 50, b"body"), (b"", b""), (b"other" * 9, b"x" * 70_000)]
    file = b"".join(half_stored(*part) + deflated(b"between") for part in parts)

    assert gzip.GzipFile(fileobj=io.BytesIO(file)).read() == b"".join(h + b + b"between" for h, b in parts)


def test_a_flipped_byte_does_not_pass() -> None:
    made = bytearray(half_stored(b"head" * 50, b"body" * 100))
    made[-100] ^= 1

    with pytest.raises(zlib.error):
        zlib.decompress(bytes(made), wbits=31)
