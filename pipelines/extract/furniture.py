"""Words that stand in nearly all updates of a page, in an element of their own: buttons and labels, in any language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from .dom import PROSE, said
from .source import Node

FEWEST = 5  # updates
MOSTLY = 0.8  # share of them
LONGEST = 30  # characters


def repeated(updates: Sequence[Iterable[Node]]) -> frozenset[str]:
    """What says the same in (nearly) all of them; nothing where there are too few to tell."""
    if len(updates) < FEWEST:
        return frozenset()
    counts = Counter(text for nodes in updates for text in _labels(nodes))
    return frozenset(text for text, n in counts.items() if text and n >= MOSTLY * len(updates))


def _labels(nodes: Iterable[Node]) -> set[str]:
    return {said(n) for node in nodes for n in node.iter() if _is_small(n)}


def _is_small(node: Node) -> bool:
    return not len(node) and node.tag not in PROSE and bool(node.text) and len(node.text) <= LONGEST
