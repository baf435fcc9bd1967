"""A list with times amid a story: the reader's "how it happened" box, with the story before and behind it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from .dom import said
from .places import Sidelines
from .source import Node

FEWEST = 2  # paragraphs of the story on either side
SHORTEST = 80  # characters of such a paragraph
MOST_LINKED = 0.5


def is_amid_story(body: Node, aside: Sidelines, records: Sequence[Node]) -> bool:
    """``records``: in document order. What stands below the last of a live page is a note, seldom two paragraphs."""
    story = next(records[0].iterancestors("article", "main"), body)
    own = set(records)
    before: list[Node] = []
    behind: list[Node] = []
    side = before
    for node in story.iter("p", *{str(record.tag) for record in records}):
        if node in own:
            side = behind
            behind.clear()
        elif node.tag == "p" and own.isdisjoint(node.iterancestors()):
            side.append(node)
    return all(_are_told(paragraphs, aside) for paragraphs in (reversed(before), behind))


def _are_told(paragraphs: Iterable[Node], aside: Sidelines) -> bool:
    told = (p for p in paragraphs if _is_told(p) and not aside.beside(p))
    return len(list(islice(told, FEWEST))) == FEWEST


def _is_told(paragraph: Node) -> bool:
    text = said(paragraph)
    return len(text) >= SHORTEST and sum(len(said(a)) for a in paragraph.iter("a")) <= MOST_LINKED * len(text)
