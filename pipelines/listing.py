"""Sitemaps (sitemaps.org 0.9, with the news extension) and feeds (RSS 2.0, RDF, RFC 4287), element by element. Pure.

What strangers send is read without entities, DTDs or the network; libxml2 bounds depth and size of texts.
"""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin

from lxml import etree

from .errors import WatchlistError
from .urlkey import normalise


def root_of(data: bytes) -> Any | None:
    """The root of a sitemap or feed; None where it is neither."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, load_dtd=False)
    try:
        root = etree.fromstring(data.lstrip(b"\xef\xbb\xbf \t\r\n"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    known = ("sitemapindex", "urlset", "rss", "feed", "RDF")
    return root if root is not None and name_of(root) in known else None


def name_of(node: Any) -> str:
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


def text_of(node: Any, *names: str) -> str:
    """The text of the first descendant that has one of the names, in the order of the names."""
    for name in names:
        for found in node.iter():
            if name_of(found) == name and (text := " ".join("".join(found.itertext()).split())):
                return text
    return ""


def link_of(entry: Any) -> str:
    """RSS writes the address into the element, Atom into its ``href``, of which ``alternate`` is the page."""
    for node in entry.iter():
        if name_of(node) == "link":
            if (node.get("rel") or "alternate") == "alternate" and node.get("href"):
                return str(node.get("href"))
            if node.text and node.text.strip():
                return str(node.text.strip())
    return ""


def moment_of(text: str) -> datetime | None:
    """A W3C date-time or one of RFC 5322; None if it is neither."""
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            found = read(text.strip())
        except (ValueError, TypeError, OverflowError):
            continue
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    return None


def joined(base: str, href: str | None) -> str:
    try:
        return urljoin(base, (href or "").strip()) if href else ""
    except ValueError:
        return ""


def page_of(url: str) -> str:
    """The address as it would be watched; nothing if it cannot be."""
    try:
        return normalise(url)
    except WatchlistError:
        return ""
