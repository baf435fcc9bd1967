"""CSS selectors of profiles: a part of CSS whose cost is bounded, compiled once.

An XPath evaluation cannot be stopped half-way. So what makes one expensive is refused when the profile is read
(sibling combinators, pseudo-classes but ``:not()``), and a page that is nested deeper than ``DEEPEST`` is not read by
profiles: a selector costs at most that many steps for each element of the page, of which there are few enough.
"""

from __future__ import annotations

import re
from functools import cache
from typing import cast

from lxml import etree

from .source import Node

DEEPEST = 100  # levels; real pages have 40
LONGEST = 200  # characters of a selector
MOST_STEPS = 4  # elements named one within the other
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_COSTLY = re.compile(r":(?!not\()|~(?!=)|\+")


def checked(selector: str) -> str:
    """The selector itself; ValueError if it is none, or may cost too much."""
    from cssselect import SelectorError

    bare = _QUOTED.sub("", selector)
    if len(selector) > LONGEST or "," in bare:
        raise ValueError(f"it is too much for one selector: no commas, and at most {LONGEST} characters")
    if _COSTLY.search(bare):
        raise ValueError("of pseudo-classes only :not() is known here, and no ~ or +: their cost has no bound")
    if len(re.split(r"\s*>\s*|\s+", re.sub(r"\[[^\]]*\]", "", bare).strip())) > MOST_STEPS:
        raise ValueError(f"it names more than {MOST_STEPS} elements one within the other")
    try:
        _compiled(selector)
    except (SelectorError, etree.XPathError) as e:
        raise ValueError(f"it is no CSS selector: {e}") from e
    return selector


@cache
def _compiled(selector: str) -> etree.XPath:
    from cssselect import HTMLTranslator  # only pages with a profile need it

    return etree.XPath(HTMLTranslator().css_to_xpath(selector, prefix="descendant::"), smart_strings=False)


def select(node: Node, selector: str) -> list[Node]:
    """The elements within a node, in document order."""
    found = _compiled(selector)(node)
    return cast("list[Node]", found)


def first(node: Node, selector: str | None) -> Node | None:
    """The first such element within a node; the node itself if no selector is given."""
    if selector is None:
        return node
    return next(iter(select(node, selector)), None)


def too_deep(body: Node) -> bool:
    return bool(_deep()(body))


@cache
def _deep() -> etree.XPath:
    return etree.XPath(f"boolean(./{'/'.join(['*'] * DEEPEST)})")
