"""Small questions about elements, shared by those that take them apart."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urljoin, urlsplit

from lxml import etree

from .source import Node

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
PROSE = frozenset(("p", "li", "blockquote", "td", "dd", "pre", *HEADINGS))
BLOCKS = PROSE | {"div", "section", "article", "header", "footer", "tr", "ul", "ol", "table", "dl", "dt", "br"}

BLANKS = re.compile(r"[\t\r\n]")  # left out by those who read addresses, also in the midst of them (WHATWG URL, 4.4)
_STRING = etree.XPath("string()", smart_strings=False)  # one call into libxml2, not one per text


def said(node: Node) -> str:
    return " ".join((str(_STRING(node)) if len(node) else node.text or "").split())


def before_of(node: Node) -> str | None:
    """The text just before an element."""
    previous, parent = node.getprevious(), node.getparent()
    return previous.tail if previous is not None else parent.text if parent is not None else None


def remove(node: Node) -> None:
    """Take an element out, leave the text after it, and never glue two words together."""
    parent = node.getparent()
    if parent is None:
        return
    tail = node.tail or ""
    previous = node.getprevious()
    if previous is not None:
        previous.tail = (previous.tail or "") + " " + tail
    else:
        parent.text = (parent.text or "") + " " + tail
    parent.remove(node)


def address(url: str) -> SplitResult:
    """The parts of a URL as pages write them; empty parts where it is none ("http://[")."""
    try:
        return urlsplit(url.strip())
    except ValueError:
        return urlsplit("")


def joined(base: str, given: str) -> str:
    """An address as a page gives it, made absolute; empty where it is none ("//[")."""
    try:
        return urljoin(base, given.strip())
    except ValueError:
        return ""
