"""CSS selectors of profiles: a part of CSS whose cost is bounded, compiled once.

An XPath evaluation cannot be stopped half-way, and libxml2 takes quadratic time to join what several steps find. So
each of a selector's elements is looked for in one step of its own, and which lies in which is found by walking up. What
has no bound is refused when the profile is read (sibling combinators, pseudo-classes but ``:not()``), and a page that
is nested deeper than ``DEEPEST`` is not read by profiles: that is the most steps up from any element.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from lxml import etree

from .source import Node

DEEPEST = 100  # levels; real pages have 40
LONGEST = 200  # characters of a selector
MOST_STEPS = 4  # elements named one within the other
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_PSEUDO = re.compile(r":(?!not\()")


@dataclass(frozen=True, slots=True)
class Step:
    """One element of a selector, and whether it is a child of the one before or lies anywhere within."""

    find: etree.XPath
    child: bool


def checked(selector: str) -> str:
    """The selector itself; ValueError if it is none, or may cost too much."""
    from cssselect import SelectorError

    bare = _QUOTED.sub("", selector)
    if len(selector) > LONGEST or "," in bare:
        raise ValueError(f"it is too much for one selector: no commas, and at most {LONGEST} characters")
    if _PSEUDO.search(bare):
        raise ValueError("of pseudo-classes only :not() is known here: the cost of others has no bound")
    try:
        steps = _compiled(selector)
    except (SelectorError, etree.XPathError) as e:
        raise ValueError(f"it is no CSS selector: {e}") from e
    if len(steps) > MOST_STEPS:
        raise ValueError(f"it names more than {MOST_STEPS} elements one within the other")
    return selector


@cache
def _compiled(selector: str) -> tuple[Step, ...]:
    from cssselect import HTMLTranslator, parse  # only pages with a profile need it

    tree: Any = parse(selector)[0].parsed_tree
    steps: list[Step] = []
    while True:
        combined = hasattr(tree, "combinator")
        if combined and tree.combinator not in (" ", ">"):
            raise ValueError("it has ~ or +: their cost has no bound; name the element itself")
        single = HTMLTranslator().xpath(tree.subselector if combined else tree)
        find = etree.XPath(f"descendant::{single}", smart_strings=False)
        steps.append(Step(find, combined and tree.combinator == ">"))
        if not combined:
            return tuple(reversed(steps))
        tree = tree.selector


def select(node: Node, selector: str) -> list[Node]:
    """The elements within a node, in document order."""
    steps = _compiled(selector)
    fitting = _found(node, steps[0])
    for step in steps[1:]:
        holders = set(fitting)
        fitting = [n for n in _found(node, step) if _held(n, holders, child=step.child)]
    return fitting


def _found(node: Node, step: Step) -> list[Node]:
    return cast("list[Node]", step.find(node))


def _held(node: Node, holders: set[Node], *, child: bool) -> bool:
    if child:
        return node.getparent() in holders
    return any(a in holders for a in node.iterancestors())


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
