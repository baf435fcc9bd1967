"""304 and what servers do with validators; times of theirs that cannot be true."""

from __future__ import annotations

from tests.servers.raw_http import Hit, page

from .answers import FIRST, LATER, Replies, live
from .case import REVISIT, UNCHANGED, VERSION, Case, error

NOT_MODIFIED = b"HTTP/1.1 304 Not Modified\r\n\r\n"
FUTURE = "Last-Modified: Fri, 01 Jan 2100 00:00:00 GMT"


def _if_none(expected: str) -> Replies:
    """304 only to a request that repeats the validator verbatim."""
    return Replies(lambda hit: NOT_MODIFIED if hit.header("If-None-Match") == expected else page(FIRST, "X-Other: 1"))


def _if_since(hit: Hit) -> bytes:
    return NOT_MODIFIED if hit.header("If-Modified-Since") else page(FIRST)


def _case(name: str, *headers: str, answer: bytes | Replies, **more: object) -> Case:
    values: dict[str, object] = {"ends": REVISIT, "first": page(FIRST, *headers), **more}
    return Case(row="not-modified", name=name, answer=answer, **values)  # type: ignore[arg-type]


CASES = [
    _case("a_304_to_an_etag_is_a_revisit", 'ETag: "a"', answer=_if_none('"a"')),
    _case("a_304_to_a_weak_etag_is_a_revisit", 'ETag: W/"a"', answer=_if_none('W/"a"')),
    _case("a_304_to_an_etag_without_quotes_is_a_revisit", "ETag: a b", answer=_if_none("a b")),
    _case("a_304_to_a_date_is_a_revisit", "Last-Modified: Tue, 24 Nov 2026 06:00:00 GMT", answer=Replies(_if_since)),
    _case("a_304_with_an_etag_of_its_own_is_a_revisit", 'ETag: "a"',
          answer=b'HTTP/1.1 304 Not Modified\r\nETag: "b"\r\n\r\n'),
    _case("a_304_with_a_length_and_no_body_is_a_revisit", 'ETag: "a"',
          answer=b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5000\r\n\r\n"),
    _case("a_304_that_nobody_asked_for_is_protocol", answer=NOT_MODIFIED, ends=error("protocol")),
    _case("the_same_bytes_with_another_etag_are_a_revisit", 'ETag: "a"', answer=page(FIRST, 'ETag: "b"')),
    _case("the_same_bytes_without_validators_are_a_revisit", answer=page(FIRST)),
    _case("a_page_last_modified_in_the_future_is_asked_for_again", FUTURE, answer=page(LATER, FUTURE), ends=VERSION),
    _case("a_page_of_1970_with_a_negative_age_is_dated_by_our_clock", answer=page(
        LATER, "Date: Thu, 01 Jan 1970 00:00:00 GMT", "Age: -5", "Expires: -1"), ends=VERSION),
    _case("a_comment_in_the_source_is_no_change", ends=UNCHANGED,
          answer=page(live(end=b"<!-- rendered by server 7 at 06:31:22 -->"))),
    _case("other_white_space_and_attributes_are_no_change", ends=UNCHANGED,
          answer=page(FIRST.replace(b"<p>", b"\n  <p data-render='7'>\n").replace(b"</p>", b" </p>"))),
]  # fmt: skip
