"""What a feed or a sitemap tells of pages: an entry with its time is a hint that something happened there. Pure.

    bytes -> Document(entries, children of an index, the hub that would tell at once)

Feeds and sitemaps are strangers' input: the reader is ``pipelines.listing``, bounded in bytes and entries.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Literal

from .discovery import children_of
from .entity import DecodeError, decode
from .listing import entries_of, joined, link_of, moment_of, name_of, page_of, root_of, said
from .moments import OLDEST
from .urlkey import urlkey

LARGEST = 10 * 2**20  # bytes, decoded: a news sitemap has at most 1,000 addresses (Google's rule), a feed far fewer
MOST = 5_000  # entries of one document that are looked at
MOST_NAMED = 20  # sitemaps of an index: no more than the first few are asked for
LONGEST_STAMP = 100  # letters of a time as it was written
Kind = Literal["feed", "sitemap", "index"]
_OF_A_DAY = re.compile(r"\d{4}(-\d\d){0,2}")  # W3C dates without a time of day: when in that day, nobody knows


@dataclass(frozen=True, slots=True)
class Entry:
    """``at``: when it says that something happened, never later than it was read; None: it names no time.
    ``id`` and ``stamp``, the time as it was written, tell whether it is the one that was seen before."""

    url: str
    urlkey: str
    id: str
    stamp: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """What was served: ``more`` are the sitemaps of an index, the likeliest first; ``hub`` and ``topic``: WebSub."""

    kind: Kind
    entries: tuple[Entry, ...] = ()
    more: tuple[str, ...] = ()
    hub: str = ""
    topic: str = ""


class NoDocument(ValueError):
    """It is neither a feed nor a sitemap; says why."""


def read(data: bytes, *, url: str, now: datetime, coding: str | None = None) -> Document:
    """Whatever it is, by its content. NoDocument: nothing that tells of pages."""
    root = root_of(_plain(data, coding))
    if root is None:
        raise NoDocument("it is neither a feed (RSS, Atom) nor a sitemap")
    kind = name_of(root)
    if kind == "sitemapindex":
        return Document("index", more=tuple(islice(children_of(root, url, now), MOST_NAMED)))
    if kind == "urlset":
        return Document("sitemap", tuple(_first(_of_sitemap(root, url, now))))
    return Document("feed", tuple(_first(_of_feed(root, url, now))), hub=_rel(root, "hub", url),
                    topic=_rel(root, "self", url))  # fmt: skip


def _plain(data: bytes, coding: str | None) -> bytes:
    try:
        data = decode(data, coding)
        if data.startswith(b"\x1f\x8b"):  # sitemap.xml.gz
            data = decode(data, "gzip")
    except (DecodeError, gzip.BadGzipFile) as e:
        raise NoDocument(f"it cannot be decoded ({e})") from e
    if len(data) > LARGEST:
        raise NoDocument(f"it has more than {LARGEST} bytes")
    return data


def _of_sitemap(root: Any, base: str, now: datetime) -> Iterator[Entry]:
    for node in root:
        if name_of(node) == "url":
            stamps = said(node, "lastmod"), said(node, "publication_date")
            yield from _entry(joined(base, said(node, "loc")), "", stamps, now)


def _of_feed(root: Any, base: str, now: datetime) -> Iterator[Entry]:
    for node in entries_of(root):
        named = said(node, "guid", "id")
        link = joined(base, link_of(node))
        if not link and (named.startswith(("http://", "https://")) and _is_permanent(node)):
            link = named
        stamps = said(node, "updated", "modified"), said(node, "pubDate", "date", "published")
        yield from _entry(link, named, stamps, now)


def _is_permanent(node: Any) -> bool:
    """RSS 2.0: a guid is an address unless it says isPermaLink="false"."""
    return all(one.get("isPermaLink") != "false" for one in node if name_of(one) == "guid")


def _entry(url: str, named: str, stamps: tuple[str, ...], now: datetime) -> Iterator[Entry]:
    page = page_of(url)
    if not page:
        return
    times = [moment for stamp in stamps if (moment := exact(stamp, now))]
    stamp = " ".join(stamp[:LONGEST_STAMP] for stamp in stamps if stamp)
    yield Entry(page, urlkey(page), (named or url)[:500], stamp, max(times, default=None))


def exact(stamp: str, now: datetime) -> datetime | None:
    """A time of day as it was written, not later than ``now``; None where it names a day at best, or a year in which
    there was no web."""
    found = None if not stamp or _OF_A_DAY.fullmatch(stamp.strip()) else moment_of(stamp)
    return min(found, now).astimezone(UTC) if found and found >= OLDEST else None


def _rel(root: Any, rel: str, base: str) -> str:
    """The first link of this kind that is the feed's own, not an entry's (WebSub 4)."""
    tops = [root, *(node for node in root if name_of(node) == "channel")]
    for top in tops:
        for node in top:
            if name_of(node) == "link" and rel in (node.get("rel") or "").split():
                return page_of(joined(base, node.get("href")))
    return ""


def _first(entries: Iterator[Entry]) -> Iterator[Entry]:
    return islice(entries, MOST)
