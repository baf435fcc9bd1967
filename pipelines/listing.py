"""Sitemaps (sitemaps.org 0.9, with the news extension) and feeds (RSS 2.0, RDF, RFC 4287), element by element. Pure.

What strangers send is read without entities, DTDs or the network; libxml2 bounds depth and size of texts.
"""

from __future__ import annotations

from collections.abc import Iterator
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


def said(entry: Any, *names: str) -> str:
    """The text of the first own element with one of these names, or of one in its ``news:news``, in the order of the
    names. What is deeper may be another feed's (``source``), and nesting must not cost more than it is long."""
    own = [one for node in entry for one in (node if name_of(node) == "news" else (node,))]
    for name in names:
        for node in own:
            if name_of(node) == name and (text := " ".join("".join(node.itertext()).split())):
                return text
    return ""


def entries_of(root: Any) -> Iterator[Any]:
    """The entries of a feed. RDF has its items beside the channel, RSS within."""
    lists = [root, *(node for node in root if name_of(node) == "channel")]
    return (one for of in lists for one in of if name_of(one) in ("item", "entry"))


def link_of(entry: Any) -> str:
    """RSS writes the address into the element, Atom into its ``href``, of which ``alternate`` is the page."""
    for node in entry:
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
