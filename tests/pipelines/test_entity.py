"""A cut or damaged body never passes as a whole page."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from datetime import UTC, datetime

import brotli
import pytest
from backports import zstd

from pipelines.entity import DecodeError, dechunk, decode, entity, parse
from pipelines.model import Unreadable
from pipelines.reading import read

BODY = b"The harbour is closed. " * 500
CODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstd.compress,
}


@pytest.mark.parametrize("coding", CODERS)
def test_whole_bodies_are_decoded(coding: str) -> None:
    assert decode(CODERS[coding](BODY), coding) == BODY
    assert decode(CODERS[coding](gzip.compress(BODY)), f"gzip, {coding}") == BODY


@pytest.mark.parametrize("coding", CODERS)
@pytest.mark.parametrize("cut", [1, 4, 40])
def test_a_cut_body_is_an_error_that_says_so(coding: str, cut: int) -> None:
    with pytest.raises(DecodeError) as error:
        decode(CODERS[coding](BODY)[:-cut], coding)

    assert error.value.truncated


@pytest.mark.parametrize("coding", CODERS)
def test_bytes_after_the_end_are_an_error(coding: str) -> None:
    with pytest.raises(DecodeError):
        decode(CODERS[coding](BODY) + b"more", coding)


@pytest.mark.parametrize("coding", CODERS)
def test_a_bomb_stops_at_the_limit(coding: str) -> None:
    with pytest.raises(DecodeError, match="more than 100000 bytes"):
        decode(CODERS[coding](bytes(10**7)), coding, limit=100_000)


def test_a_wrong_crc_is_an_error() -> None:
    damaged = bytearray(gzip.compress(BODY))
    damaged[-6] ^= 1

    with pytest.raises(DecodeError):
        decode(bytes(damaged), "gzip")


@pytest.mark.parametrize("coding", ["rot13", "gzip, gzip, gzip"])
def test_what_is_unknown_is_not_guessed(coding: str) -> None:
    with pytest.raises(DecodeError):
        decode(BODY, coding)


def test_raw_deflate_passes_under_its_usual_wrong_name() -> None:
    assert decode(zlib.compress(BODY, wbits=-15), "deflate") == BODY


def test_chunks_with_extensions_and_trailers() -> None:
    assert dechunk(b"4;a=b\r\nWiki\r\n6\r\npedia \r\n0\r\nX: y\r\n\r\n") == b"Wikipedia "


@pytest.mark.parametrize(
    "body", [b"-1\r\n\r\n0\r\n\r\n", b"0x4\r\nWiki\r\n0\r\n\r\n", b"4\r\nWi", b"4\r\nWiki\r\n", b"zz\r\n", b""]
)
def test_broken_chunks_are_an_error(body: bytes) -> None:
    with pytest.raises(DecodeError):
        dechunk(body)


def test_a_message_is_taken_apart_at_its_first_empty_line_whatever_ends_the_lines() -> None:
    message = parse(b"HTTP/1.1 200 Very  OK\nA: 1\r\nB: x\r\n  folded\nno colon\nA: 2\n\nbody\r\n\r\nmore")

    assert (message.status, message.reason) == (200, "Very  OK")
    assert message.headers == (("A", "1"), ("B", "x folded"), ("A", "2"))
    assert message.header("a") == "2"
    assert entity(message) == b"body\r\n\r\nmore"


def test_what_is_not_http_is_an_error() -> None:
    with pytest.raises(ValueError, match="not an HTTP status line"):
        parse(b"hello\r\n\r\n")


def answer(*codings: str, body: bytes) -> bytes:
    lines = "".join(f"content-encoding: {coding}\r\n" for coding in codings)
    return f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n{lines}\r\n".encode() + body


@pytest.mark.parametrize("codings", [("gzip", "br"), ("gzip, br",), ("", "gzip", "identity", " br ")])
def test_all_lines_of_codings_count_in_their_order(codings: tuple[str, ...]) -> None:
    page = b"<!doctype html><html><body><p>The harbour is closed to all ships today.</p></body></html>"
    said = read(answer(*codings, body=brotli.compress(gzip.compress(page))), "https://news.test/a", datetime.now(UTC))

    assert not isinstance(said, Unreadable)
    assert "The harbour is closed" in said.text


MANY = [("gzip",) * 3, ("gzip",) * 4000, ("gzip, " * 9000,), ("br", "gzip"), ("gzip", "x")]


@pytest.mark.parametrize("codings", MANY)
def test_more_lines_than_are_read_or_another_order_is_no_page(codings: tuple[str, ...]) -> None:
    said = read(answer(*codings, body=brotli.compress(gzip.compress(BODY))), "https://news.test/a", datetime.now(UTC))

    assert isinstance(said, Unreadable)
    assert said.reading == "decode"
