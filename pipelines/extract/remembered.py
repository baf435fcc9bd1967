"""trafilatura's XPath expressions with a memory: the same elements, found without asking the same question again.

Half of an extraction's time goes into regular expressions over the class and id of each element, for which libxml2
calls Python one by one. Most of these expressions look at nothing but an element's own name and attributes, and the
elements of a page are of few different kinds. So each is asked once about each kind, and its answer is kept. What looks
further than the element is asked as it was, and so is what is not understood here.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from lxml import etree

from .source import Node

MOST_KINDS = 8192  # answers that one expression keeps, of a few hundred bytes each
LONGEST = 500  # characters of an element's attributes; for longer ones no answer is kept
_NAMESPACES = {"re": "http://exslt.org/regular-expressions"}
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_FURTHER = re.compile(
    r"[/*$]|\.\.|\.\s|\bself::node|\b(?!self\b)[a-z-]+::|\b(?:position|last|count|text|string|normalize-space)\("
)
_NAMED = re.compile(r"self::(\w+)(?:\s+or\s+self::(\w+))*")

Kind = tuple[str | tuple[str, ...] | None, ...]


@dataclass(slots=True)
class Remembered:
    """One expression of the form ``.//*[...][...]``."""

    tags: tuple[str, ...]  # the only ones that it can find; empty: any
    attributes: tuple[str, ...]  # what it looks at
    ordered: bool  # of two attributes at once (@id|@class) it sees the one that is written first
    own: etree.XPath | None  # its predicates that look at nothing but the element; None: the tag is enough
    all: etree.XPath | None  # all of them, where there are others
    first: bool  # only the first is wanted
    known: dict[Kind, bool] = field(default_factory=dict)

    def __call__(self, tree: Node) -> list[Node]:
        found = []
        for node in tree.iterdescendants(*(self.tags or (etree.Element,))):
            if self._fits(node):
                found.append(node)
                if self.first:
                    break
        return found

    def _fits(self, node: Node) -> bool:
        if self.own is not None:
            kind: Kind = (node.tag, *map(node.get, self.attributes))
            if self.ordered and len(self.attributes) - kind.count(None) > 1:
                kind = (*kind, tuple(node.keys()))
            fits = self.known.get(kind)
            if not (self._ask(node, kind) if fits is None else fits):
                return False
        return self.all is None or bool(self.all(node))

    def _ask(self, node: Node, kind: Kind) -> bool:
        fits = bool(self.own(node)) if self.own is not None else True
        if sum(len(value) for value in kind if value) <= LONGEST:
            if len(self.known) >= MOST_KINDS:
                self.known.clear()
            self.known[kind] = fits
        return fits


def remembered(expression: etree.XPath, *, first: bool = False) -> Remembered | None:
    """``first``: the caller takes the first element only. None if the expression is of another form."""
    parts = _taken_apart(expression.path)
    if parts is None:
        return None
    name, predicates, ends = parts
    if ends and not first:
        return None
    own = [p for p in predicates if not _FURTHER.search(_QUOTED.sub("''", p))]
    named = _NAMED.fullmatch(own[0].strip()) if own and own[0] is predicates[0] else None
    tags = tuple(re.findall(r"self::(\w+)", own[0])) if named else () if name == "*" else (name,)
    left = own[1:] if named else own
    attributes = tuple(dict.fromkeys(a for p in left for a in re.findall(r"@([\w-]+)", _QUOTED.sub("''", p))))
    return Remembered(
        tags=tags,
        attributes=attributes,
        ordered=any("|" in _QUOTED.sub("''", p) for p in left),
        own=_asked(left),
        all=_asked(predicates) if len(own) < len(predicates) else None,
        first=first,
    )


def _asked(predicates: Sequence[str]) -> etree.XPath | None:
    if not predicates:
        return None
    path = "boolean(self::*" + "".join(f"[{p}]" for p in predicates) + ")"
    return etree.XPath(path, namespaces=_NAMESPACES)


def _taken_apart(path: str) -> tuple[str, list[str], bool] | None:
    """The tag, the predicates, and whether only the first is meant."""
    path, ends = path.strip(), False
    if path.startswith("(") and path.endswith(")[1]"):
        path, ends = path[1:-4].strip(), True
    step = re.match(r"\.//(\*|[a-z]\w*)", path)
    predicates = _predicates(path[step.end() :]) if step else None
    if step is None or predicates is None:
        return None
    if predicates and predicates[-1].strip() == "1":
        predicates, ends = predicates[:-1], True
    if any(p.strip().isdigit() for p in predicates):
        return None
    return step[1], predicates, ends


def _predicates(text: str) -> list[str] | None:
    """``[a][b]`` -> a, b; None if there is anything else."""
    found: list[str] = []
    depth, begin, quote = 0, 0, ""
    for place, letter in enumerate(text):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter == "[":
            depth, begin = depth + 1, begin if depth else place + 1
        elif letter == "]":
            depth -= 1
            if depth == 0:
                found.append(text[begin:place])
        elif depth == 0 and not letter.isspace():
            return None
    return found if depth == 0 and not quote else None


_lock = threading.Lock()
_users = 0


@contextmanager
def remembering() -> Iterator[None]:
    """Within, trafilatura's own lists of expressions hold those with a memory, and jusText's paragraphs have one.

    What others call in the meantime, from other threads, gives what it always gives.
    """
    global _users
    with _lock:
        _users += 1
        if _users == 1:
            _swap(quick=True)
    try:
        yield
    finally:
        with _lock:
            _users -= 1
            if _users == 0:
                _swap(quick=False)


def _swap(*, quick: bool) -> None:
    from justext import paragraph

    for held, plain, quicker in _lists():
        held[:] = quicker if quick else plain
    # a paragraph works its text out anew each time that it is asked for it, and it is asked a dozen times
    paragraph.normalize_whitespace = _spaces() if quick else _spaces().__wrapped__


@cache
def _spaces() -> Any:
    from justext.utils import normalize_whitespace

    return lru_cache(2048)(normalize_whitespace)


@cache
def _lists() -> list[tuple[list[Any], list[Any], list[Any]]]:
    """Each list of trafilatura's, its expressions, and what is put in their place."""
    from trafilatura import xpaths

    names = ("RAW_TREE_PRUNE_XPATH", "REMOVE_COMMENTS_AND_LISTS_XPATH", "OVERALL_DISCARD_XPATH", "TEASER_DISCARD_XPATH")
    found = []
    for name in (*names, "BODY_XPATH"):
        held = getattr(xpaths, name, None)
        if isinstance(held, list):
            plain = list(held)
            found.append((held, plain, [remembered(x, first=name == "BODY_XPATH") or x for x in plain]))
    return found


def forget() -> None:
    """For those who measure."""
    _spaces().cache_clear()
    for _, _, quick in _lists():
        for expression in quick:
            if isinstance(expression, Remembered):
                expression.known.clear()
