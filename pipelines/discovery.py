"""Where newsrooms announce their pages: sitemaps, feeds, section pages. Pure: bytes in, leads to live pages out.

A lead is a guess. Addresses and titles misfire and miss many live pages; only the page itself can confirm it.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Literal
from urllib.parse import urlsplit

from .entity import DecodeError, decode
from .extract import dom
from .extract.announced import announces_live
from .extract.source import Node, parse
from .listing import entries_of, joined, link_of, moment_of, name_of, page_of, root_of, said
from .model import Unreadable
from .urlkey import urlkey

RECENT = timedelta(days=2)  # news sitemaps list two days (Google's rule); older pages are hardly live any more
MOST = 5_000  # leads of one document; a sitemap may have 50,000
MOST_SITEMAPS = 50_000  # of an index (sitemaps.org)
How = Literal["news-sitemap", "sitemap", "feed", "link", "start"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """A page that may be live. ``via``: the document that named it; ``hinted``: address or title say "live"."""

    url: str
    how: How
    via: str
    title: str = ""
    at: datetime | None = None
    hinted: bool = False


@dataclass(frozen=True, slots=True)
class Announced:
    """What one document names: leads, and documents that name more, the likeliest first."""

    leads: tuple[Lead, ...] = ()
    more: tuple[str, ...] = ()
    page: bool = False  # for people: it may be a live page itself


def announced(data: bytes, *, url: str, at: datetime, content_type: str | None = None) -> Announced | Unreadable:
    """Read a sitemap, an index of sitemaps, a feed or a page of links, whichever it is by its content."""
    if data.startswith(b"\x1f\x8b"):  # sitemap.xml.gz
        try:
            data = decode(data, "gzip")
        except (DecodeError, gzip.BadGzipFile) as e:
            return Unreadable(reading="decode", detail=str(e))
    root = root_of(data)
    if root is None:
        return _of_page(data, url, content_type)
    kind = name_of(root)
    if kind == "sitemapindex":
        return Announced(more=tuple(islice(children_of(root, url, at), MOST)))
    found = _urlset(root, url, at) if kind == "urlset" else _feed(root, url, at)
    return Announced(leads=tuple(_first(found)))


def ranked(leads: Iterable[Lead], at: datetime) -> list[Lead]:
    """One lead a page: hinted ones first, then the newest."""
    best: dict[str, Lead] = {}
    for lead in leads:
        known = best.get(urlkey(lead.url))
        if known is None or _weight(lead, at) < _weight(known, at):
            best[urlkey(lead.url)] = lead
    return sorted(best.values(), key=lambda lead: _weight(lead, at))


def _weight(lead: Lead, at: datetime) -> tuple[bool, bool, timedelta]:
    age = at - lead.at if lead.at else RECENT
    return lead.how != "start", not lead.hinted, age


# sitemaps and feeds -------------------------------------------------------------------------------------------------


def children_of(root: Any, base: str, at: datetime) -> Iterator[str]:
    """The sitemaps of an index, the likeliest first; those that have not changed for days are left out."""
    listed = []
    for child in islice(root, MOST_SITEMAPS):
        url, changed = joined(base, said(child, "loc")), moment_of(said(child, "lastmod"))
        if url and not (changed and at - changed > RECENT):
            listed.append(("news" not in url.lower(), at - changed if changed else RECENT, url))
    return (page for *_, url in sorted(listed) if (page := page_of(url)))


def _urlset(root: Any, base: str, at: datetime) -> Iterator[Lead]:
    for entry in root:
        how: How = "news-sitemap" if any(name_of(node) == "news" for node in entry) else "sitemap"
        stamps = said(entry, "publication_date"), said(entry, "lastmod")
        moments = [m for m in map(moment_of, stamps) if m]
        yield from _lead(joined(base, said(entry, "loc")), how, base, said(entry, "title"), moments, at)


def _feed(root: Any, base: str, at: datetime) -> Iterator[Lead]:
    for entry in entries_of(root):
        stamps = said(entry, "updated"), said(entry, "pubDate", "date", "published")
        moments = [m for m in map(moment_of, stamps) if m]
        yield from _lead(joined(base, link_of(entry)), "feed", base, said(entry, "title"), moments, at)


def _lead(url: str, how: How, via: str, title: str, moments: list[datetime], at: datetime) -> Iterator[Lead]:
    newest = max(moments, default=None)
    page = page_of(url)
    if page and not (newest and at - newest > RECENT):
        yield Lead(url=page, how=how, via=via, title=title, at=newest, hinted=announces_live(page, title))


# pages and lists of lines ----------------------------------------------------------------------------------------


def _of_page(data: bytes, url: str, content_type: str | None) -> Announced | Unreadable:
    if (content_type or "").partition(";")[0].strip() == "text/plain":
        lines = (line.strip() for line in data.decode("utf-8", "replace").splitlines())
        pages = (page for line in lines if (page := page_of(line)))
        leads = (Lead(url=p, how="sitemap", via=url, hinted=announces_live(p)) for p in pages)
        return Announced(leads=tuple(_first(leads)))
    source = parse(data, content_type)
    if isinstance(source, Unreadable):
        return source
    return Announced(tuple(_first(_links(source.root, url))), tuple(_alternates(source.root, url)), page=True)


def _links(root: Node, base: str) -> Iterator[Lead]:
    """Links within the site that announce a live page; all others of a section page would be too many to try."""
    for node in root.iter("a"):
        page = page_of(joined(base, node.get("href")))
        title = dom.said(node)[:200]
        if page and same_site(page, base) and announces_live(page, title):
            yield Lead(url=page, how="link", via=base, title=title, hinted=True)


def _alternates(root: Node, base: str) -> Iterator[str]:
    for node in root.iter("link"):
        kind = (node.get("type") or "").lower()
        alternate = "alternate" in (node.get("rel") or "").lower().split()
        if not (alternate and ("rss+xml" in kind or "atom+xml" in kind)):
            continue
        if page := page_of(joined(base, node.get("href"))):
            yield page


def same_site(url: str, base: str) -> bool:
    """The same host, or one is a part of the other's domain; ``www.`` is no difference."""
    one, other = ((urlsplit(u).hostname or "").removeprefix("www.") for u in (url, base))
    return one == other or one.endswith("." + other) or other.endswith("." + one)


def _first(leads: Iterable[Lead]) -> Iterator[Lead]:
    return islice(leads, MOST)
