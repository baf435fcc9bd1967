"""Where an update without a container ends, other than where the next one begins."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import islice, takewhile

from .dom import said
from .source import Node
from .words import words_of

HEADINGS = words_of("h1 h2 h3 h4 h5 h6 dt")
RANKED = words_of("h1 h2 h3 h4 h5 h6")
SHORTEST = 45  # characters of an update
_QUOTES = tuple("\"'“„«»‘‚”’「『–—-")
_SLANTED = re.compile(r"font-style\s*:\s*(?:italic|oblique)", re.IGNORECASE)
_BOLD = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", re.IGNORECASE)
_CENTRED = re.compile(r"text-align\s*:\s*center", re.IGNORECASE)


class Boxes:
    """The elements around the starts, and how many of these each holds."""

    def __init__(self, starts: Sequence[Node], container: Node) -> None:
        self._starts = frozenset(starts)
        self._container = container
        self._holding = Counter(a for start in starts for a in start.iterancestors())

    def of(self, start: Node) -> Node | None:
        """The largest box around a start that holds no other."""
        found = None
        for box in start.iterancestors():
            if box is self._container or self._holding[box] > 1:
                return found
            found = box
        return None

    def shared(self, start: Node) -> Node | None:
        """The smallest box around a start that holds others too."""
        inside = takewhile(lambda box: box is not self._container, start.iterancestors())
        return next((box for box in inside if self._holding[box] > 1), None)

    def apart(self, node: Node) -> Node | None:
        """The largest box around an element that holds no start."""
        found = None
        for box in node.iterancestors():
            if self._holding[box]:
                return found
            found = box
        return None


def without_strangers(start: Node, nodes: list[Node], boxes: Boxes, *, told: bool) -> list[Node]:
    """Without what stands between two updates: under a heading behind the list that one is an item of, or in a box of
    its own, beside that of the update, under a heading of the same rank. The update alone decides, whatever others are.

    ``told``: the start has words enough to be the update.
    """
    around = next(start.iterancestors("ul", "ol"), None) if told else None
    if around is not None:
        behind = (i for i, n in enumerate(nodes) if n.tag in HEADINGS and around not in n.iterancestors())
        return nodes[: next(behind, len(nodes))]
    own = boxes.of(start)
    if start.tag not in RANKED or own is None:
        return nodes
    if sum(len(said(n)) for n in nodes if n is not start and own in n.iterancestors()) < SHORTEST:
        return nodes  # a box with its time, and who wrote it: the text is in the next
    headed = (n for n in nodes if n.tag in RANKED and n.tag <= start.tag and own not in n.iterancestors())
    strange = {box for n in headed if (box := boxes.apart(n)) is not None}
    return [n for n in nodes if strange.isdisjoint(n.iterancestors())]


def of_last(start: Node, nodes: list[Node], boxes: Boxes, *, ruled: bool, told: bool, oldest: bool) -> list[Node]:
    """Of what follows the last start, and its title, that which is its update's: to the end of its box, to a heading, a
    rule or a note that is made otherwise. How much the others hold says nothing: the next may hold more.

    ``ruled``: rules stand between all of them. ``told``: the start has words enough to be the update. ``oldest``: no
    other will ever follow it. Elsewhere what is a guess from its look would be its text again with the next.
    """
    box = boxes.shared(start)
    for end, node in enumerate(nodes):
        outside = box is not None and box not in node.iterancestors()
        titled = closes(node, start) or (oldest and (node.tag in RANKED or (is_bold(node) and is_bold(start))))
        noted = oldest and (told or end) and (is_below_rule(node) or _is_note(node, start))
        if outside or titled or noted or (ruled and is_below_rule(node)):
            return nodes[:end]
    return nodes


def closes(heading: Node, start: Node) -> bool:
    """Whether it is a heading and no part of the update above it, as one of a lower rank than the update's own is, and
    a term where terms begin no updates.
    """
    tag, own = str(heading.tag), str(start.tag)
    if tag == "dt":
        return own == "dt"
    return tag in RANKED and not (own in RANKED and own < tag)


def _is_note(block: Node, start: Node) -> bool:
    """All in italics, and nobody's words, or set in the middle, where the update is not."""
    text = said(block)
    slanted = not text.startswith(_QUOTES) and not _is_slanted(start) and _is_slanted(block)
    made_otherwise = slanted or (_is_centred(block) and not _is_centred(start))
    return bool(text) and made_otherwise and not _is_below_picture(block)


def _is_below_picture(block: Node) -> bool:
    """A caption is no note, whatever it is otherwise."""
    before = block.getprevious()
    return before is not None and next(before.iter("img", "picture"), None) is not None


def _is_slanted(block: Node) -> bool:
    return _is_all(block, ("em", "i"), _SLANTED)


def is_bold(block: Node) -> bool:
    return _is_all(block, ("b", "strong"), _BOLD)


def _is_all(block: Node, tags: tuple[str, ...], style: re.Pattern[str]) -> bool:
    """Whether one element of such a tag or style says all of it."""
    text = said(block)
    return bool(text) and any(
        (n.tag in tags or style.search(n.get("style") or "")) and said(n) == text for n in block.iter()
    )


def _is_centred(block: Node) -> bool:
    around = (block, *islice(block.iterancestors(), 1))
    return any(n.tag == "center" or (n.get("align") or "").lower() == "center" for n in around) or bool(
        _CENTRED.search(block.get("style") or "") or "has-text-align-center" in (block.get("class") or "").split()
    )


def is_below_rule(block: Node) -> bool:
    """A horizontal rule stands just above it, or above the box that it begins."""
    before = block.getprevious()
    while before is None and (holder := block.getparent()) is not None and not (holder.text or "").strip():
        block, before = holder, holder.getprevious()
    return before is not None and before.tag == "hr" and not (before.tail or "").strip()
