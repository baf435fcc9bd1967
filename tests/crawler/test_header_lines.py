"""Odd header lines: what they say, and when nobody may decide what they say."""

from __future__ import annotations

import pytest

from crawler.header_lines import AmbiguousFramingError, field_of, uncoded


@pytest.mark.parametrize("name", [b"", b"X Powered By", b"X/Y", b"X(1)", b"X-\xc3\xa9", b"<!-- http", b" X", b"X\0"])
def test_a_line_without_a_name_says_nothing(name: bytes) -> None:
    assert field_of(name) is None


@pytest.mark.parametrize("name", [b"Location", b"Location ", b"Location \t"])
def test_blanks_before_the_colon_do_not_count(name: bytes) -> None:
    assert field_of(name) == b"Location"


@pytest.mark.parametrize(
    "name",
    [
        b"Content-Length ", b"content-LENGTH\t", b"Content-Length\0", b"X\rContent-Length", b"\xa0Content-Length",
        b"Content- Length", b"Transfer-Encoding ", b"Transfer-Encoding\x0b", b"X Transfer-Encoding",
    ],
)  # fmt: skip
def test_a_name_that_may_be_about_the_framing_is_not_passed_over(name: bytes) -> None:
    with pytest.raises(AmbiguousFramingError):
        field_of(name)


@pytest.mark.parametrize("name", [b"Content-Length", b"Transfer-Encoding", b"X-Content-Length", b"Content_Length"])
def test_a_name_that_is_one_is_taken_as_it_is(name: bytes) -> None:
    assert field_of(name) == name


def test_identity_is_no_coding_and_does_not_go_with_another() -> None:
    assert uncoded([b"identity"])
    assert uncoded([b"Identity", b"identity"])
    assert not uncoded([])
    assert not uncoded([b"chunked", b"Chunked"])
    with pytest.raises(AmbiguousFramingError):
        uncoded([b"chunked", b"identity"])
