"""Small questions about elements, shared by those that take them apart."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

from lxml import etree

from .source import Node

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
PROSE = frozenset(("p", "li", "blockquote", "td", "dd", "pre", *HEADINGS))
BLOCKS = PROSE | {"div", "section", "article", "header", "footer", "tr", "ul", "ol", "table", "dl", "dt", "br"}

_STRING = etree.XPath("string()", smart_strings=False)  # one call into libxml2, not one per text


def said(node: Node) -> str:
    return " ".join(str(_STRING(node)).split())


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


def is_leaf(node: Node) -> bool:
    return node.tag in PROSE and not any(c.tag in BLOCKS for c in node.iterdescendants())


def paragraph(node: Node) -> Node | None:
    """The block around an element that holds prose and no further blocks."""
    block = next((a for a in node.iterancestors() if a.tag in PROSE), None)
    return block if block is not None and is_leaf(block) else None


def in_prose(node: Node) -> bool:
    """Whether an element is part of a sentence: its paragraph says more than it does."""
    block = paragraph(node)
    return block is not None and node.tag not in PROSE and said(block) != said(node)


def holds_most(node: Node, article: Node) -> bool:
    return 2 * len(said(node)) > len(said(article))


def address(url: str) -> SplitResult:
    """The parts of a URL as pages write them; empty parts where it is none ("http://[")."""
    try:
        return urlsplit(url.strip())
    except ValueError:
        return urlsplit("")
