"""Records that lie in each other: a reporter's thread, each post with those that go on from it.

    li#p1 [ article, ol [ li#p2, li#p3 ] ]    ->    li#p1 [ article, ol ], li#p2, li#p3

The order in which readers meet them stays.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable

from .marks import Survey
from .source import Node

DEEPEST = 25  # elements around a time that are looked at
FEWEST = 2  # records of the outer kind beside each other
SHORTEST = 45  # characters of an inner one; shorter ones are a list of moments
_HELD = ("blockquote", "figure", "aside", "table")  # what stands in one is cited, not said


def flatten(seen: Survey) -> bool:
    """Put inner records behind the one they lie in. Whether there were any: the tree is another one then."""
    own = _own_records(mark.node for mark in seen.marks)
    inner = [(node, outer) for node in own if (outer := _outer(node, own)) is not None]
    beside = Counter(node.getparent() for node in own)
    inner = [(node, outer) for node, outer in inner if beside[_outermost(outer, own).getparent()] >= FEWEST]
    twice = _repeated_ids(own)
    inner = [(n, outer) for n, outer in inner if _says(n, outer, seen) and n.get("id") not in twice]
    if not inner:
        return False
    places = {outer: _outermost(outer, own) for _, outer in inner}
    last = {top: top for top in places.values()}
    for node, outer in sorted(inner, key=lambda pair: seen.order[pair[0]]):
        top = places[outer]
        _take_out(node)
        last[top].addnext(node)
        last[top] = node
    return True


def _says(node: Node, outer: Node, seen: Survey) -> bool:
    around = itertools.takewhile(lambda holder: holder is not outer, node.iterancestors())
    return seen.size[node] >= SHORTEST and all(holder.tag not in _HELD for holder in around)


def _repeated_ids(own: Iterable[Node]) -> set[str]:
    """A post that is on the page twice is cited in one of the two places."""
    names = Counter(name for node in own if (name := node.get("id")))
    return {name for name, n in names.items() if n > 1}


def _own_records(timed: Iterable[Node]) -> dict[Node, None]:
    """The innermost element around each time that has more than looks."""
    found: dict[Node, None] = {}
    for time in timed:
        for node in itertools.islice(time.iterancestors(), DEEPEST):
            if _make(node) is not None:
                found.setdefault(node)
                break
    return found


def _make(node: Node) -> tuple[str, tuple[str, ...]] | None:
    """Its tag and the names of its attributes, where these are more than its looks."""
    names = tuple(sorted(node.keys()))
    known = node.get("class") and ("id" in names or any(name.startswith("data-") for name in names))
    return (node.tag, names) if known else None


def _outer(node: Node, own: dict[Node, None]) -> Node | None:
    for around in itertools.islice(node.iterancestors(node.tag), DEEPEST):
        if around in own and _make(around) == _make(node) and _classes(around) & _classes(node):
            return around
    return None


def _outermost(node: Node, own: dict[Node, None]) -> Node:
    while (outer := _outer(node, own)) is not None:
        node = outer
    return node


def _classes(node: Node) -> set[str]:
    return set((node.get("class") or "").split())


def _take_out(node: Node) -> None:
    """Out of the tree, without the text behind it."""
    tail, before, parent = node.tail, node.getprevious(), node.getparent()
    if tail and before is not None:
        before.tail = (before.tail or "") + tail
    elif tail:
        parent.text = (parent.text or "") + tail
    node.tail = None
    parent.remove(node)
    _drop_empty(parent)


def _drop_empty(holder: Node) -> None:
    """A list that has nothing any more, and what opens it."""
    around = holder.getparent()
    if len(holder) or (holder.text or "").strip() or around is None:
        return
    if around.tag == "details" and all(child.tag == "summary" or child is holder for child in around):
        holder, around = around, around.getparent()
    if around is not None and not (holder.tail or "").strip():
        around.remove(holder)
