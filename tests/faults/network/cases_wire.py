"""Faults of the message itself: status line, header, framing."""

from __future__ import annotations

from tests.servers.raw_http import page

from .answers import FIRST, LATER, Sends
from .case import EMPTY, VERSION, Case, cut, error

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n"
HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n"
WHOLE = page(LATER)
FORGED = page(b"<html><body><h1>Forged</h1><p>None of this is true.</p></body></html>")


def chunks(body: bytes, extension: bytes = b"", trailer: bytes = b"", last: bytes = b"0\r\n") -> bytes:
    half = len(body) // 2
    pieces = [b"%x%s\r\n%s\r\n" % (len(piece), extension, piece) for piece in (body[:half], body[half:])]
    return b"".join([*pieces, last, trailer, b"\r\n"])


def _whole(name: str, answer: bytes | Sends, kept: bytes | None = None) -> Case:
    return Case(
        row="whole", name=f"a_good_page_{name}_is_archived_byte_for_byte", answer=answer, kept=kept, ends=VERSION
    )


WHOLE_PAGES = [
    _whole("with_its_length", WHOLE),
    _whole("in_chunks", CHUNKED + b"\r\n" + chunks(LATER)),
    _whole("in_chunks_with_extensions", CHUNKED + b"\r\n" + chunks(LATER, extension=b';name="a;b"')),
    _whole("in_chunks_with_trailers", CHUNKED + b"Trailer: X\r\n\r\n" + chunks(LATER, trailer=b"X-After: 1\r\n")),
    _whole("that_ends_with_the_connection", Sends(OK + b"\r\n" + LATER)),
    _whole("of_http_1_0", Sends(OK.replace(b"1.1", b"1.0") + b"\r\n" + LATER)),
    _whole("behind_a_103", HINTS + WHOLE, kept=WHOLE),
    _whole("behind_a_100_and_a_103", b"HTTP/1.1 100 Continue\r\n\r\n" + HINTS + WHOLE, kept=WHOLE),
]

SHORT = OK + b"Content-Length: 90000\r\n\r\n" + FIRST[:300]
CUT_BODIES = [
    Case(row="cut-body", name=f"{name}_is_kept_as_truncated_and_never_a_version", answer=answer, ends=cut(reason))
    for name, answer, reason in [
        ("a_body_shorter_than_its_length", Sends(SHORT), "disconnect"),
        ("a_body_without_its_last_chunk", Sends(CHUNKED + b"\r\n" + chunks(FIRST, last=b"")[:-2]), "disconnect"),
        ("a_body_that_stops_within_a_chunk", Sends(CHUNKED + b"\r\n" + b"fff\r\n" + FIRST[:200]), "disconnect"),
        ("a_chunk_whose_size_is_no_number", Sends(CHUNKED + b"\r\n5\r\n<html\r\nzz\r\n>\r\n"), "protocol"),
        ("a_chunk_whose_size_is_negative", Sends(CHUNKED + b"\r\n5\r\n<html\r\n-4\r\n>\r\n"), "protocol"),
        ("a_body_that_ends_in_a_reset", Sends(SHORT, then="reset"), "disconnect"),
        ("a_body_that_stalls", Sends(SHORT, then="stay"), "timeout"),
    ]
]

NO_ANSWERS = [
    Case(
        row="no-status-line", name="an_answer_without_a_status_line_is_protocol", ends=error("protocol"),
        answer=Sends(b"<html><body>no HTTP at all</body></html>\r\n\r\n"),
    ),
    Case(  # on a connection that had carried another request before it is asked for once more
        row="closed-early", name="a_connection_closed_at_once_is_protocol", answer=Sends(b""), ends=error("protocol"),
        hits=None,
    ),
    Case(
        row="closed-early", name="a_connection_closed_within_the_header_is_protocol", ends=error("protocol"),
        answer=Sends(b"HTTP/1.1 200 OK\r\nContent-Ty"),
    ),
    Case(
        row="closed-early", name="silence_is_a_timeout", ends=error("timeout"), answer=Sends(b"", then="stay"),
    ),
]  # fmt: skip

LENGTHS = [
    Case(
        row="lengths", name="two_lengths_are_protocol_and_never_a_version", ends=cut("protocol"),
        answer=Sends(OK + b"Content-Length: 40\r\nContent-Length: %d\r\n\r\n" % len(FIRST) + FIRST),
    ),
    Case(
        row="lengths", name="a_length_that_is_no_number_is_protocol_and_never_a_version", ends=cut("protocol"),
        answer=Sends(OK + b"Content-Length: banana\r\n\r\n" + FIRST),
    ),
    Case(
        row="lengths", name="a_length_that_not_everybody_sees_is_protocol_and_never_a_version", ends=cut("protocol"),
        answer=Sends(OK + b"Content-Length : 40\r\nContent-Length: %d\r\n\r\n" % len(FIRST) + FIRST),
    ),
    Case(
        row="lengths", name="chunks_that_not_everybody_sees_are_protocol_and_never_a_version", ends=cut("protocol"),
        answer=Sends(CHUNKED + b"Transfer-Encoding: identity\r\n\r\n" + chunks(FIRST)),
    ),
    Case(
        row="lengths", name="of_length_and_chunks_the_chunks_win_and_the_connection_is_not_used_again", ends=VERSION,
        answer=Sends(CHUNKED + b"Content-Length: 40\r\n\r\n" + chunks(LATER), then="stay"),
    ),
]  # fmt: skip

FORGERY = [
    Case(
        row="forged-second", name="what_follows_a_short_length_is_nowhere_and_the_connection_is_dropped", ends=VERSION,
        answer=Sends(WHOLE + FORGED, then="stay"), kept=WHOLE,
    ),
    Case(
        row="forged-second", name="a_page_cut_by_its_own_length_is_what_the_length_says", ends=EMPTY, kept=page(b"  "),
        answer=Sends(page(b"  ") + FORGED, then="stay"),
    ),
]  # fmt: skip


def _dirty(name: str, line: bytes) -> Case:
    answer = OK + line + b"\r\nContent-Length: %d\r\n\r\n" % len(LATER) + LATER
    return Case(row="dirty-headers", name=f"{name}_is_kept_as_it_came", answer=answer, ends=VERSION)


DIRTY_HEADERS = [
    _dirty("a_folded_header", b"X-Long: one\r\n two\r\n\tthree"),
    _dirty("a_bare_cr_in_a_header", b"X-Cr: a\rb"),
    _dirty("a_nul_in_a_header", b'X-Nul: a\0b\r\nETag: "a\0b"'),
    _dirty("a_header_that_is_not_utf_8", b"X-Name: caf\xe9 \xff\xfe"),
    _dirty("a_header_line_without_colon", b"this line has none"),
    _dirty("a_header_with_a_blank_before_its_colon", b"X-Powered-By : x"),
    _dirty("a_header_name_that_is_none", b"X Powered By: x\r\nX/Y: x\r\n: x\r\nX-\xc3\xa9: x\r\n<!-- http://x -->"),
    _dirty("a_coding_that_is_none", b"Transfer-Encoding: identity"),
]

NOTHING = [
    Case(row="empty-after-good", name="a_204_is_empty_and_no_update_is_removed", ends=EMPTY, again_ends=EMPTY,
         answer=b"HTTP/1.1 204 No Content\r\n\r\n"),
    Case(row="empty-after-good", name="an_empty_200_is_empty_and_no_update_is_removed", answer=page(b""), ends=EMPTY),
    Case(row="empty-after-good", name="a_page_of_blanks_is_empty_and_no_update_is_removed", answer=page(b" \r\n\0 "),
         ends=EMPTY),
    Case(row="empty-after-good", name="a_page_without_text_is_empty_and_no_update_is_removed", ends=EMPTY,
         answer=page(b"<!doctype html><html><body><div></div></body></html>")),
]  # fmt: skip


def _status(status: str, again: str = "", **more: object) -> Case:
    body = b"<html><body><h1>Sorry</h1><p>This page cannot be shown just now, try again.</p></body></html>"
    return Case(
        row="http-status", name=f"a_{status[:3]}_is_kept_as_evidence_and_never_a_version",
        answer=page(body, status=status), ends=error("http-status"),
    )  # fmt: skip


STATUSES = [
    *(_status(s) for s in ("404 Not Found", "410 Gone", "401 Unauthorized", "451 Unavailable", "502 Bad Gateway")),
    Case(
        row="http-status", name="a_500_twice_ends_when_the_page_is_back", ends=error("http-status"),
        answer=page(b"<p>oh</p>", status="500 Internal Server Error"),
    ),
    Case(
        row="http-status", name="a_206_that_nobody_asked_for_is_never_a_version", ends=error("http-status"),
        answer=page(FIRST[:400], "Content-Range: bytes 0-399/9000", status="206 Partial Content"),
    ),
]  # fmt: skip

CASES = [
    *WHOLE_PAGES, *NO_ANSWERS, *CUT_BODIES, *FORGERY, *LENGTHS, *DIRTY_HEADERS, *NOTHING, *STATUSES,
]  # fmt: skip
