"""Paragraphs that hold a whole stream, cut by line breaks: made into one paragraph for each part.

"<p>15:42 The ferry ...<br><br>14:58 The cellars ...</p>": only where at least three parts begin with a clock.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from lxml import etree

from .dom import BLOCKS
from .openings import called, opening
from .source import Node

_BLOCKS = (BLOCKS - {"br"}) | {"hr", "figure", "aside", "form", "center"}
FEWEST = 3  # parts that begin with a clock
PIECE = etree.XPath("string()", smart_strings=False)


def split(body: Node) -> None:
    """Changes the tree, on such pages alone."""
    holders: dict[Node, int] = {}
    for node in body.iter("br"):
        parent = node.getparent()
        if parent is not None and parent.tag in ("p", "div", "td", "section", "article"):
            holders[parent] = holders.get(parent, 0) + 1
    for holder, breaks in holders.items():
        if breaks >= FEWEST - 1:
            parts = _parts(holder)
            if _are_openings([_text(part) for part in parts]):
                _rebuild(holder, parts)


def _parts(holder: Node) -> list[list[Node | str]]:
    """The text and elements between the breaks; what is a block is a part by itself."""
    parts: list[list[Node | str]] = [[holder.text or ""]]
    for child in holder:
        if child.tag == "br" or _is_block(child):
            parts += [[child]] if child.tag != "br" else []
            parts.append([child.tail or ""])
        else:
            parts[-1] += [child, child.tail or ""]
    return parts


def _text(part: Iterable[Node | str]) -> str:
    return "".join(p if isinstance(p, str) else str(PIECE(p)) for p in part).strip()


def _are_openings(parts: Sequence[str]) -> bool:
    """Several begin with a clock, or with one word and a clock."""
    words = Counter(found[0] for part in parts if (found := called(part)))
    clocked = sum(opening(part) is not None for part in parts)
    return max(clocked, *words.values(), 0) >= FEWEST


def _rebuild(holder: Node, parts: list[list[Node | str]]) -> None:
    """Each part a paragraph within the holder, which becomes a box."""
    for child in list(holder):
        child.tail = None
        holder.remove(child)
    holder.text = None
    if holder.tag == "p":
        holder.tag = "div"
    for part in parts:
        if len(part) == 1 and not isinstance(part[0], str):
            holder.extend(piece for piece in part if not isinstance(piece, str))
            continue
        paragraph = etree.SubElement(holder, "p")
        for piece in part:
            if not isinstance(piece, str):
                paragraph.append(piece)
            elif len(paragraph):
                paragraph[-1].tail = piece
            else:
                paragraph.text = piece
        if not len(paragraph) and not (paragraph.text or "").strip():
            holder.remove(paragraph)


def _is_block(node: Node) -> bool:
    return node.tag in _BLOCKS
