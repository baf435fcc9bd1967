"""What a CDX query asks for: parameters -> ``Query``, or ``BadQuery`` in one line. Pure.

Times are given as 1 to 14 digits and are inclusive: ``to=2026`` means until the end of that year.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import regex

from pipelines.errors import StoppressError, WatchlistError
from pipelines.urlkey import normalise, urlkey

from . import resume
from .fields import DEFAULT, EXTRA, KNOWN
from .times import filled

MatchType = Literal["exact", "prefix", "host", "domain"]
MATCH_TYPES = ("exact", "prefix", "host", "domain")
MOST = 150_000  # rows of one answer, as at the Internet Archive
PAGE_ROWS = 3_000  # rows that one unit of pageSize stands for: a block of its zipped index
PAGE_SIZE = 5
LONGEST_PATTERN = 300  # characters of a filter's expression
SORTS = ("default", "regular", "reverse", "closest")


class BadQuery(StoppressError):
    """A parameter that cannot be obeyed: 400."""


@dataclass(frozen=True, slots=True)
class Range:
    """Keys from ``low`` on, below ``high``; both in the order of bytes."""

    low: str
    high: str


@dataclass(frozen=True, slots=True)
class Filter:
    """``[!]field:regex``, which must match the whole field."""

    field: str
    pattern: regex.Pattern[str]
    negated: bool


@dataclass(frozen=True, slots=True)
class Collapse:
    """Of adjacent rows with the same field (or its first ``length`` characters) only the first is given."""

    field: str
    length: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """``ranges``: the keys that are asked for. ``limit`` below 0: the last so many."""

    ranges: tuple[Range, ...]
    since: datetime | None = None
    until: datetime | None = None
    fields: tuple[str, ...] = DEFAULT
    filters: tuple[Filter, ...] = ()
    collapses: tuple[Collapse, ...] = ()
    limit: int | None = None
    offset: int = 0
    reverse: bool = False
    closest: datetime | None = None
    json: bool = False
    after: resume.Position | None = None
    show_resume_key: bool = False
    page: int | None = None
    page_rows: int = PAGE_ROWS * PAGE_SIZE
    show_pages: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether it is about one URL and takes every row: then the first of many rows are found at once."""
        one = len(self.ranges) == 1 and self.ranges[0].high == self.ranges[0].low + "\x00"
        return one and not (self.filters or self.collapses or self.closest or self.show_resume_key or self.offset)


def query(given: Sequence[tuple[str, str]]) -> Query:
    """``given``: the parameters as they came, repeated ones too. Unknown ones are passed over, as elsewhere."""
    said = dict(reversed(given))  # of several the first counts
    ranges = key_ranges(_required(said, "url"), said.get("matchType"))
    limit, sort = _number(said, "limit", least=-MOST), _one_of(said, "sort", SORTS)
    closest = _moment(said, "closest")
    if (sort == "closest") != (closest is not None):
        raise BadQuery("closest=TIMESTAMP and sort=closest belong together")
    page = _number(said, "page", least=0)
    asked = Query(
        ranges=ranges,
        since=_moment(said, "from"),
        until=_moment(said, "to", last=True),
        fields=_fields(said),
        filters=tuple(_filter(value) for name, value in given if name == "filter"),
        collapses=tuple(_collapse(value) for name, value in given if name == "collapse"),
        limit=limit,
        offset=_number(said, "offset", least=0) or 0,
        reverse=sort == "reverse",
        closest=closest,
        json=_one_of(said, "output", ("text", "json")) == "json",
        after=_position(said.get("resumeKey")),
        show_resume_key=_flag(said, "showResumeKey"),
        page=page,
        page_rows=PAGE_ROWS * (_number(said, "pageSize", least=1, most=50) or PAGE_SIZE),
        show_pages=_flag(said, "showNumPages"),
    )
    _agree(asked)
    return asked


def _agree(asked: Query) -> None:
    if asked.closest and (asked.reverse or asked.after or len(asked.ranges) > 1 or _many(asked.ranges[0])):
        raise BadQuery("closest is for a single URL, with no other order and no resumeKey")
    if asked.page is not None and (asked.after or asked.reverse or asked.closest or (asked.limit or 0) < 0):
        raise BadQuery("page cannot go with resumeKey, another sort or a negative limit")
    if asked.after and (asked.reverse or asked.offset or (asked.limit or 0) < 0):
        raise BadQuery("resumeKey cannot go with offset, another sort or a negative limit")


def key_ranges(url: str, match: str | None = None) -> tuple[Range, ...]:
    """The ranges of urlkeys that a URL means: ``example.org/*`` is a prefix, ``*.example.org`` a domain.

    BadQuery if it is no URL, or ``match`` none of MATCH_TYPES.
    """
    if match is not None and match not in MATCH_TYPES:
        raise BadQuery(f"matchType is one of {', '.join(MATCH_TYPES)}")
    if url.startswith("*."):
        url, match = url[2:], match or "domain"
    elif url.endswith("*"):
        url, match = url[:-1], match or "prefix"
    key = _key(url)
    if match == "prefix":
        return (Range(key, _behind(key)),)
    if match in ("host", "domain"):
        host = key.partition(")")[0].partition(":")[0]
        after = ")" if match == "host" else "),"
        return tuple(Range(host + end, _behind(host + end)) for end in f"{after}:")  # in the order of bytes
    return (Range(key, key + "\x00"),)


def _key(url: str) -> str:
    address = url if "://" in url.partition("?")[0] else f"http://{url}"
    try:
        return urlkey(normalise(address.replace(" ", "%20")))
    except WatchlistError as e:
        raise BadQuery(f"url: {e}") from e


def _behind(prefix: str) -> str:
    """The first text behind all that begin so; keys are ASCII."""
    return prefix[:-1] + chr(ord(prefix[-1]) + 1)


def _many(keys: Range) -> bool:
    return keys.high != keys.low + "\x00"


def _required(said: Mapping[str, str], name: str) -> str:
    if not said.get(name, "").strip():
        raise BadQuery(f"{name} is missing")
    return said[name].strip()


def _number(said: Mapping[str, str], name: str, *, least: int, most: int = 2**62) -> int | None:
    text = said.get(name)
    if text is None or text == "":
        return None
    digits_ = text.removeprefix("-")
    if not (digits_.isascii() and digits_.isdigit() and len(digits_) < 19):
        raise BadQuery(f"{name} is no whole number")
    if not least <= int(text) <= most:
        raise BadQuery(f"{name} is not between {least} and {most}")
    return int(text)


def _flag(said: Mapping[str, str], name: str) -> bool:
    return said.get(name, "").lower() in ("true", "1", "yes")


def _one_of(said: Mapping[str, str], name: str, words: Iterable[str]) -> str | None:
    value = said.get(name) or None
    if value is not None and value not in words:
        raise BadQuery(f"{name} is one of {', '.join(words)}")
    return value


def _moment(said: Mapping[str, str], name: str, *, last: bool = False) -> datetime | None:
    text = said.get(name)
    if not text:
        return None
    try:
        return filled(text, last=last)
    except ValueError as e:
        raise BadQuery(f"{name}: {e}") from e


def _fields(said: Mapping[str, str]) -> tuple[str, ...]:
    if not said.get("fl"):
        return (*DEFAULT, *EXTRA["resolveRevisits"]) if _flag(said, "resolveRevisits") else DEFAULT
    return tuple(_field(name.strip(), "fl") for name in said["fl"].split(","))


def _field(name: str, parameter: str) -> str:
    if name not in KNOWN:
        raise BadQuery(f"{parameter}: there is no field {name[:40]!r}; there are {', '.join(KNOWN)}")
    return name


def _filter(text: str) -> Filter:
    name, colon, pattern = text.removeprefix("!").partition(":")
    if not colon:
        raise BadQuery("filter is [!]field:regex")
    if len(pattern) > LONGEST_PATTERN:
        raise BadQuery(f"filter: an expression has at most {LONGEST_PATTERN} characters")
    try:
        compiled = regex.compile(pattern)
    except (regex.error, OverflowError, RecursionError) as e:
        raise BadQuery(f"filter: {pattern[:60]!r} is no expression: {e}") from e
    return Filter(_field(name, "filter"), compiled, text.startswith("!"))


def _collapse(text: str) -> Collapse:
    name, colon, length = text.partition(":")
    if colon and not (length.isascii() and length.isdigit() and 0 < len(length) < 6):
        raise BadQuery("collapse is field or field:N")
    return Collapse(_field(name, "collapse"), int(length) if colon else None)


def _position(text: str | None) -> resume.Position | None:
    if not text:
        return None
    try:
        return resume.position(text)
    except ValueError as e:
        raise BadQuery("resumeKey is none that was given out here") from e
