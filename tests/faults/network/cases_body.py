"""Faults of the body: its coding, its charset, what is no page."""

from __future__ import annotations

import gzip
import zlib

import brotli

from pipelines.entity import zstd
from tests.servers.raw_http import page

from .answers import FIRST, LATER, live
from .case import NOT_HTML, REFUSED, UNDECODABLE, VERSION, Case, error

GZIP = gzip.compress(LATER)


def _bomb(size: int) -> bytes:
    """gzip of that many bytes, made a piece at a time."""
    packer = zlib.compressobj(9, wbits=31)
    piece = b"<p>tick</p>" * 100_000
    return b"".join(packer.compress(piece) for _ in range(size // len(piece))) + packer.flush()


def _coded(name: str, body: bytes, coding: str, good: bool = False) -> Case:
    ends = "is_read" if good else "is_decode_and_never_a_version"
    lines = [f"Content-Encoding: {line}" for line in coding.split("\n")]
    return Case(
        row="content-coding", name=f"{name}_{ends}", answer=page(body, *lines),
        ends=VERSION if good else UNDECODABLE,
    )  # fmt: skip


CODINGS = [
    _coded("gzip", GZIP, "gzip", good=True),
    _coded("gzip_by_its_old_name_in_capitals", GZIP, "X-GZip", good=True),
    _coded("brotli", brotli.compress(LATER), "br", good=True),
    _coded("zstd", zstd.compress(LATER), "zstd", good=True),
    _coded("deflate", zlib.compress(LATER), "deflate", good=True),
    _coded("raw_deflate", zlib.compress(LATER, wbits=-15), "deflate", good=True),
    _coded("gzip_within_gzip", gzip.compress(GZIP), "gzip, gzip", good=True),
    _coded("gzip_within_gzip_on_two_lines", gzip.compress(GZIP), "gzip\ngzip", good=True),
    _coded("gzip_within_brotli_on_two_lines", brotli.compress(GZIP), "gzip\nbr", good=True),
    _coded("gzip_on_two_lines_and_once_in_fact", GZIP, "gzip\ngzip"),
    _coded("gzip_and_brotli_in_the_other_order", brotli.compress(GZIP), "br\ngzip"),
    _coded("gzip_on_three_lines", gzip.compress(gzip.compress(GZIP)), "gzip\ngzip\ngzip"),
    _coded("a_bomb_within_a_coding_of_another_line", gzip.compress(_bomb(40 * 2**20)), "gzip\ngzip"),
    _coded("identity", LATER, "identity", good=True),
    _coded("a_gzip_body_cut_in_the_middle", gzip.compress(FIRST)[:150], "gzip"),
    _coded("a_gzip_body_without_its_trailer", GZIP[:-8], "gzip"),
    _coded("a_gzip_body_with_half_its_trailer", GZIP[:-4], "gzip"),
    _coded("a_gzip_body_with_a_wrong_crc", GZIP[:-8] + b"\1\2\3\4" + GZIP[-4:], "gzip"),
    _coded("a_gzip_body_with_a_wrong_size", GZIP[:-4] + b"\1\2\3\4", "gzip"),
    _coded("a_gzip_body_with_garbage_behind_it", GZIP + b"garbage", "gzip"),
    _coded("a_gzip_body_that_is_none", LATER, "gzip"),
    _coded("a_cut_brotli_body", brotli.compress(FIRST)[:-9], "br"),
    _coded("a_brotli_body_that_is_none", LATER, "br"),
    _coded("a_cut_zstd_body", zstd.compress(FIRST)[:-9], "zstd"),
    _coded("a_cut_deflate_body", zlib.compress(FIRST)[:-9], "deflate"),
    _coded("gzip_three_times_over", gzip.compress(gzip.compress(GZIP)), "gzip, gzip, gzip"),
    _coded("an_unknown_coding", LATER, "rot13"),
    _coded("an_unknown_coding_below_a_known_one", gzip.compress(LATER), "rot13, gzip"),
    _coded("a_body_of_40_mib_packed_in_40_kib", _bomb(40 * 2**20), "gzip"),
]

UMLAUTS = "<p>Die Fähre nach Köln fährt heute später — für 12 €.</p>"


def _text(coding: str, *, meta: str | None = None) -> bytes:
    head = f'<meta charset="{meta}">' if meta else ""
    return live((4, 3, 2, 1), head=head, top=b"@HERE@").decode().replace("@HERE@", UMLAUTS).encode(coding, "replace")


KOELN = "Fähre nach Köln fährt heute später"


def _charset(name: str, body: bytes, content_type: str, shows: str = KOELN) -> Case:
    answer = page(body, content_type=content_type)
    return Case(row="charset", name=f"{name}_is_read", answer=answer, ends=VERSION, shows=shows)


CHARSETS = [
    _charset("a_charset_in_the_header", _text("windows-1252"), "text/html; charset=windows-1252"),
    _charset("a_charset_in_a_meta", _text("iso-8859-15", meta="iso-8859-15"), "text/html"),
    _charset("a_header_charset_that_the_bytes_belie", _text("windows-1252"), "text/html; charset=utf-8"),
    _charset("a_meta_charset_that_the_bytes_belie", _text("windows-1252", meta="utf-8"), "text/html"),
    _charset("a_header_against_a_meta", _text("utf-8", meta="windows-1252"), "text/html; charset=utf-8"),
    _charset("a_bogus_charset", _text("utf-8"), "text/html; charset=klingon-8"),
    _charset("a_charset_that_is_no_text_encoding", _text("utf-8"), "text/html; charset=base64"),
    _charset("no_charset", _text("utf-8"), "text/html"),
    _charset("utf_16_with_its_mark", _text("utf-16"), "text/html"),
    _charset("utf_16_without_its_mark", _text("utf-16-le"), "text/html"),
    _charset(
        "a_byte_that_is_no_utf_8",
        LATER.replace(b"Storm", b"Sto\xff\xfe\x81rm", 1),
        "text/html; charset=utf-8",
        "harbour is closed",
    ),
    _charset(
        "a_lone_surrogate",
        LATER.replace(b"<main>", b"\xed\xa0\x80&#xd800;<main>"),
        "text/html; charset=utf-8",
        "harbour is closed",
    ),
    _charset(
        "a_nul_in_the_text", LATER.replace(b"Report", b"Re\0port"), "text/html; charset=utf-8", "harbour is closed"
    ),
    _charset("a_wrong_type", LATER, "text/plain", "harbour is closed"),
]

NO_PAGES = [
    Case(row="charset", name="a_page_without_a_type_is_read", ends=VERSION,
         answer=page(LATER).replace(b"Content-Type: text/html; charset=utf-8\r\n", b"")),
    Case(row="charset", name="a_picture_that_says_it_is_html_is_not_html", ends=NOT_HTML,
         answer=page(b"\x89PNG\r\n\x1a\n" + bytes(200))),
    Case(row="charset", name="a_page_that_says_it_is_a_picture_is_not_html", ends=NOT_HTML,
         answer=page(LATER, content_type="image/png")),
    Case(row="charset", name="json_is_not_html", ends=NOT_HTML,
         answer=page(b'{"updates": []}', content_type="application/json")),
]  # fmt: skip

CHALLENGE = (
    b"<!doctype html><html><head><title>Just a moment...</title></head><body><h1>Checking your browser</h1>"
    b"<p>Enable JavaScript and cookies to continue.</p></body></html>"
)
CHALLENGES = [
    Case(row="challenge", name="a_403_challenge_page_is_http_status", ends=error("http-status"),
         answer=page(CHALLENGE, status="403 Forbidden")),
    Case(row="challenge", name="a_200_challenge_page_is_refused_and_never_a_version", ends=REFUSED,
         answer=page(CHALLENGE)),
]  # fmt: skip

CASES = [*CODINGS, *CHARSETS, *NO_PAGES, *CHALLENGES]
