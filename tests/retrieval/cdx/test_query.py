from datetime import UTC, datetime

import pytest

from retrieval.cdx import resume
from retrieval.cdx.query import MOST, BadQuery, key_ranges, query
from retrieval.cdx.times import filled


def between(*pairs: tuple[str, str]) -> list[tuple[str, str]]:
    return list(pairs)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026", "2026-01-01T00:00:00", "2026-12-31T23:59:59.999999"),
        ("202602", "2026-02-01T00:00:00", "2026-02-28T23:59:59.999999"),
        ("20261", "2026-10-01T00:00:00", "2026-12-31T23:59:59.999999"),
        ("2026010", "2026-01-01T00:00:00", "2026-01-09T23:59:59.999999"),
        ("20", "2000-01-01T00:00:00", "2099-12-31T23:59:59.999999"),
        ("20260103101530", "2026-01-03T10:15:30", "2026-01-03T10:15:30.999999"),
    ],
)
def test_what_is_left_out_of_a_time_is_filled_up_or_down(text: str, first: str, last: str) -> None:
    found = [filled(text), filled(text, last=True)]

    assert found == [datetime.fromisoformat(one).replace(tzinfo=UTC) for one in (first, last)]


@pytest.mark.parametrize("text", ["", "20261301", "20260230", "2026010310156", "2026-01", "٢٠٢٦", "202601031015301"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not "):
        filled(text)


@pytest.mark.parametrize(
    ("url", "match", "inside", "outside"),
    [
        ("http://example.org/a", None, ["org,example)/a"], ["org,example)/a/b", "org,example)/ab"]),
        ("example.org/a*", None, ["org,example)/a", "org,example)/ab?x"], ["org,example)/b"]),
        ("example.org/a", "prefix", ["org,example)/ab"], ["org,example,www)/a"]),
        ("example.org/a", "host", ["org,example)/", "org,example:8080)/z"], ["org,example,news)/", "org,examples)/"]),
        ("*.example.org", None, ["org,example)/", "org,example,news)/a", "org,example:81)/"], ["org,examples)/"]),
    ],
)
def test_a_url_means_a_range_of_keys(url: str, match: str | None, inside: list[str], outside: list[str]) -> None:
    ranges = key_ranges(url, match)

    def within(key: str) -> bool:
        return any(one.low <= key < one.high for one in ranges)

    assert all(map(within, inside))
    assert not any(map(within, outside))
    assert [one.low for one in ranges] == sorted(one.low for one in ranges)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ([], "url is missing"),
        ([("url", " ")], "url is missing"),
        ([("url", "http://user:secret@example.org/")], "user name or password"),
        ([("url", "http://[::1/")], "host cannot be read"),
        ([("url", "a.org"), ("matchType", "fuzzy")], "matchType is one of"),
        ([("url", "a.org"), ("limit", "ten")], "limit is no whole number"),
        ([("url", "a.org"), ("limit", f"-{MOST + 1}")], "limit is not between"),
        ([("url", "a.org"), ("offset", "-1")], "offset is not between"),
        ([("url", "a.org"), ("from", "20261301")], "from: not a time"),
        ([("url", "a.org"), ("fl", "urlkey,colour")], "no field 'colour'"),
        ([("url", "a.org"), ("filter", "statuscode")], "filter is"),
        ([("url", "a.org"), ("filter", "statuscode:(")], "is no expression"),
        ([("url", "a.org"), ("filter", "statuscode:" + "a" * 301)], "at most 300"),
        ([("url", "a.org"), ("collapse", "timestamp:x")], "collapse is"),
        ([("url", "a.org"), ("sort", "closest")], "belong together"),
        ([("url", "a.org/*"), ("sort", "closest"), ("closest", "2026")], "single URL"),
        ([("url", "a.org"), ("output", "xml")], "output is one of"),
        ([("url", "a.org"), ("resumeKey", "!!")], "resumeKey is none"),
        ([("url", "a.org"), ("resumeKey", resume.key(("k", 1, "r"))), ("offset", "3")], "cannot go with"),
        ([("url", "a.org"), ("page", "0"), ("limit", "-3")], "page cannot go"),
        ([("url", "a.org"), ("pageSize", "0")], "pageSize is not between"),
    ],
)
def test_what_cannot_be_obeyed_is_refused_in_one_line(given: list[tuple[str, str]], why: str) -> None:
    with pytest.raises(BadQuery) as refused:
        query(given)

    assert why in str(refused.value)
    assert "secret" not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_resume_key_comes_back_as_it_was_and_is_safe_in_a_url() -> None:
    position = ("org,example)/?q=ä", 1_767_434_400_000_000, "urn:uuid:1")
    key = resume.key(position)

    assert resume.position(key) == position
    assert key.isascii()
    assert not set(key) & set("+/=&?# ")


def test_parameters_nobody_knows_are_passed_over() -> None:
    assert query([("url", "a.org"), ("fastLatest", "true"), ("cookie", "x")]) == query([("url", "a.org")])
