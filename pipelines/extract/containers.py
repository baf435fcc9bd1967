"""Pages that are live for readers with scripts alone: an empty box where the updates will stand."""

from __future__ import annotations

from .marks import SILENT
from .places import names_of
from .source import Node
from .words import words_of

_BOXES = words_of(
    "app root next nuxt svelte live liveblog ticker liveticker blog stream feed timeline updates posts entries"
)
_TAGS = ("div", "section", "main", "article", "ul", "ol")


def is_empty(body: Node) -> bool:
    """Whether a box that is called so is there without a word in it, and a script to fill it."""
    if body.find(".//script") is None and body.getroottree().find(".//script") is None:
        return False
    return any(_hollow(node) for node in body.iter(*_TAGS) if _BOXES & names_of(node))


def _hollow(node: Node) -> bool:
    shown = (item for item in node.iter() if item.tag not in SILENT)
    return not any((text or "").strip() for item in shown for text in _texts(node, item))


def _texts(node: Node, item: Node) -> tuple[str | None, ...]:
    return (item.text,) if item is node else (item.text, item.tail)
