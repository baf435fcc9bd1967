"""The copy of an update while it is cleaned; it remembers what its elements say until something leaves them."""

from __future__ import annotations

from . import dom
from .dom import BLOCKS, PROSE
from .places import names_of
from .source import Node

SEPARATORS = " \t\r\n\xa0|｜·•"  # between links and labels; no words


class Article:
    """An element in a document of its own, changed by ``remove`` and ``silence`` alone."""

    def __init__(self, root: Node) -> None:
        self.root = root
        self._said: dict[Node, str] = {}
        self._gone: set[Node] = set()
        self._all: list[Node] | None = None  # until something leaves
        self.timed: set[Node] = set()  # boxes out of which a time was taken
        named = [n for n in root.iterdescendants() if n.get("class") is not None or n.get("id") is not None]
        self.names = {node: names_of(node) for node in named}

    def nodes(self, *tags: str) -> list[Node]:
        """What it holds now, in document order; itself, too."""
        if tags:
            return list(self.root.iter(*tags))
        self._all = self._all or list(self.root.iter())
        return list(self._all)

    def holds(self, node: Node) -> bool:
        return node is not self.root and node not in self._gone

    def said(self, node: Node) -> str:
        known = self._said.get(node)
        if known is None:
            known = self._said[node] = dom.said(node)
        return known

    def remove(self, node: Node) -> None:
        self._forget(node)
        self._gone.update(node.iter())
        self._all = None
        dom.remove(node)

    def silence(self, node: Node) -> None:
        """Take an element's own text away, and leave what it encloses."""
        self._forget(node)
        self._said.pop(node, None)
        node.text = None

    def _forget(self, node: Node) -> None:
        for holder in node.iterancestors():
            self._said.pop(holder, None)

    def holds_most(self, node: Node) -> bool:
        return 2 * len(self.said(node)) > len(self.said(self.root))

    def paragraph(self, node: Node) -> Node | None:
        """The block around an element that holds prose and no further blocks."""
        for holder in node.iterancestors():
            if holder.tag in PROSE:
                return holder if is_leaf(holder) else None
        return None

    def in_prose(self, node: Node) -> bool:
        """Whether an element is part of a sentence: its paragraph says more than it does."""
        if node.tag in PROSE:
            return False
        block = self.paragraph(node)
        return block is not None and self.said(block) != self.said(node)

    def amid_text(self, node: Node) -> bool:
        """Whether words stand right beside an element, in the same line: it is a part of what they say."""
        beside = (node.tail or "").strip(SEPARATORS) or (dom.before_of(node) or "").strip(SEPARATORS)
        return bool(beside) or self.in_prose(node)


def is_leaf(node: Node) -> bool:
    return node.tag in PROSE and next(node.iterdescendants(*BLOCKS), None) is None
