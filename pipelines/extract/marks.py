"""One walk over the tree: where times stand, and how much text each element holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from . import epochs, matchclock
from .bylined import bylined
from .scripts import length
from .source import Node
from .times import SHOWN_MOST, Read, attribute, shown
from .words import TIME_LABELS

Kind = Literal["published", "updated", "created"]

SILENT = frozenset(("script", "style", "noscript", "template", "svg", "iframe", "object", "select", "option", "head"))
_TIME_NAME = re.compile(r"time|date|publish|updat|stamp|creat|modif|sort|epoch|^data-ts$", re.IGNORECASE)
_UPDATED = re.compile(
    r"updat|modif|edit(?:ed)\b|aktualis|geändert|bearbeitet|mis à jour|maj\b|actualiz|aggiornat|bijgewerkt|atualiz|"
    r"更新|업데이트|تحديث",
    re.IGNORECASE,
)
# in the line itself
_CHANGED = re.compile(
    r"änderung|ändrad|ændret|endret|gewijzigd|wijziging|zmian|změn|zmen|изменен|промян|зміна", re.IGNORECASE
)
# of a class: "update-time" is the time of an update
_UPDATED_CLASS = re.compile(
    r"updated|last.?upd|upd(?:ate)?.?(?:at|on)\b|modif|edited|aktualis|bijgewerkt", re.IGNORECASE
)
_CREATED = re.compile(r"creat", re.IGNORECASE)
_MOMENT = re.compile(r"20\d{2}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})")
_TIPS = ("title", "aria-label", "data-title", "data-tooltip", "data-original-title")
_TIPPED = ("span", "time", "abbr", "a", "small")
_ANY_VALUE = frozenset(("content",))  # attributes whose value tells what they are
MOST_MARKS = 20_000
LABEL_MOST = 30  # characters of "Last updated"


@dataclass(frozen=True, slots=True)
class Mark:
    """One sign of time in the page."""

    node: Node
    kind: Kind
    read: Read
    printed: bool  # shown to readers, not only in an attribute
    on_time: bool  # the value of a time element's own datetime


@dataclass(frozen=True, slots=True)
class Survey:
    """``size`` and ``linked``: characters of text, and of those inside links, by element."""

    marks: tuple[Mark, ...]
    size: dict[Node, int]
    linked: dict[Node, int]
    order: dict[Node, int]  # document order


def survey(body: Node) -> Survey:
    nodes = [n for n in body.iter() if isinstance(n.tag, str)]
    size, linked = _sizes(nodes)
    marks: list[Mark] = []
    for node in nodes:
        if node.tag not in SILENT and len(marks) < MOST_MARKS:
            marks.extend(_marks(node, size[node]))
    marks = marks or [Mark(n, "published", read, printed=False, on_time=False) for n, read in epochs.unnamed(nodes)]
    return Survey(tuple(marks), size, linked, {n: i for i, n in enumerate(nodes)})


def _sizes(nodes: list[Node]) -> tuple[dict[Node, int], dict[Node, int]]:
    """Children come after their parents in document order, so one walk backwards sums up the tree."""
    size: dict[Node, int] = dict.fromkeys(nodes, 0)
    linked: dict[Node, int] = dict.fromkeys(nodes, 0)
    for node in reversed(nodes):
        if node.tag in SILENT:
            size[node] = linked[node] = 0
        elif node.text:
            size[node] += _length(node.text)
        if node.tag == "a":
            linked[node] = size[node]
        parent = node.getparent()
        if parent in size:
            size[parent] += size[node] + (_length(node.tail) if node.tail else 0)
            linked[parent] += linked[node]
    return size, linked


def _length(text: str) -> int:
    stripped = text.strip()
    return length(stripped if "\n" not in stripped else " ".join(stripped.split()))


def _marks(node: Node, size: int) -> list[Mark]:
    marks = [
        mark
        for name, value in node.items()
        if (name in _ANY_VALUE or name.startswith("data-") or _is_time_name(name))
        and (mark := _from_attribute(node, name, value))
    ]
    if size and size <= SHOWN_MOST and not _is_unset(node):
        printed = _from_text(node)
        if printed:
            marks = [*marks, *_exactly(node, printed)]
            marks = [*map(_as_published, marks), printed] if printed.kind == "published" else [*marks, printed]
        elif size <= LABEL_MOST and node.tag in _TIPPED and node.keys():
            marks = [*marks, *_exactly(node, Mark(node, _kind(node, ""), Read(""), printed=False, on_time=False))]
    return marks


def _is_unset(node: Node) -> bool:
    """An empty time attribute: what is printed there is the moment of rendering, or a default."""
    return any(not value and _is_time_name(name) for name, value in node.items())


def _as_published(mark: Mark) -> Mark:
    """A time of creation that is shown to readers is when the update was published, as far as they know."""
    return replace(mark, kind="published") if mark.kind == "created" else mark


def _from_attribute(node: Node, name: str, value: str) -> Mark | None:
    if name == "content":
        name = node.get("itemprop") or node.get("property") or ""
    # the name is asked first: few attributes have one that fits, and its answer is remembered
    if not value or not (_is_time_name(name) or _is_moment(name, value)) or not any(c.isdigit() for c in value[:40]):
        return None
    read = attribute(value)
    if read is None:
        return None
    return Mark(node, _kind(node, name), read, printed=False, on_time=node.tag == "time" and name == "datetime")


@lru_cache(1024)
def _is_time_name(name: str) -> bool:
    return _TIME_NAME.search(name) is not None


def _is_moment(name: str, value: str) -> bool:
    """Whatever the attribute is called: nothing else is written like "2026-03-03T14:35:00+01:00"."""
    return name.startswith("data-") and _MOMENT.fullmatch(value) is not None


def _from_text(node: Node) -> Mark | None:
    text = node.text_content() if node.tag in ("time", "abbr") else _own_text(node)
    if len(text) > SHOWN_MOST * 3 or not text.strip():
        return None
    beside = None if (read := shown(text) or matchclock.alone(text)) else bylined(text)
    read = beside[0] if beside else read
    return Mark(node, _kind(node, text), read, printed=True, on_time=False) if read else None


def _own_text(node: Node) -> str:
    """Its text, of several lines too, which may stand behind an icon, or behind "Published"."""
    text = node.text or ""
    if len(node) and text.strip() and all(child.tag == "br" for child in node):
        return " ".join((text, *(child.tail or "" for child in node)))
    for child in node if len(node) and not text.strip() else ():
        if len(child) or not _is_label((child.text or "").strip()):
            break
        text = child.tail or ""
        if text.strip():
            break
    return text


def _is_label(text: str) -> bool:
    return len(text) < LABEL_MOST and all(word in TIME_LABELS for word in text.casefold().rstrip(" :").split())


def _exactly(node: Node, printed: Mark) -> Iterator[Mark]:
    """What a tip says of a time that is printed roughly: ``<abbr title="3 March 2026, 14:35">2 hours ago</abbr>``."""
    for name in _TIPS:
        value = node.get(name)
        if value and len(value) <= SHOWN_MOST and (read := attribute(value) or shown(value)) and read.moment:
            yield replace(printed, read=read, printed=False)


def _kind(node: Node, words: str) -> Kind:
    """From the name of the attribute, the printed label, the class, or the label just before it."""
    parent = node.getparent()
    around = (words, node.get("itemprop") or "", _before(node))
    said = any(_UPDATED.search(w) for w in around) or _CHANGED.search(words)
    if said or _UPDATED_CLASS.search(node.get("class") or ""):
        return "updated"
    if _CREATED.search(words):
        return "created"
    # An article of class "update" is an update; a line of that class says when there was one.
    if parent is None or parent.tag in ("article", "section", "li") or node.tag not in ("time", "span"):
        return "published"
    if _UPDATED_CLASS.search(parent.get("class") or ""):
        return "updated"
    return "published"


def _before(node: Node) -> str:
    previous = node.getprevious()
    if previous is not None:
        return (previous.tail or "")[-30:]
    parent = node.getparent()
    return (parent.text or "")[-30:] if parent is not None else ""
