"""The words of a page in one string, and which part of it each element says.

Whether an element says a sentence is asked of element after enclosing element. The sentence is looked for once in the
whole page; then each answer is a comparison of two places.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

from lxml import etree

from .canonical import letters
from .source import Node

_SCRIPTS = frozenset(("script", "style"))
_GAP = "\0"  # no letter: nothing is found across it


class Span(NamedTuple):
    """The part of the words that an element says; ``whole``: without a script in it, whose text is not among them."""

    begin: int
    end: int
    whole: bool


class Phrases:
    """Answers where the phrases of a page stand. Read when first asked: most pages state no updates."""

    def __init__(self, body: Node) -> None:
        self._body = body
        self._length = 0
        self._gaps = 0
        self._spans: dict[Node, Span] = {}
        self._known: dict[str, str] = {}
        self._found: dict[str, tuple[int, ...]] = {}

    def span(self, node: Node) -> Span | None:
        return self._spans.get(node) if self._words else None

    @cached_property
    def _words(self) -> str:
        self._pieces: list[str] = []
        self._read()
        return " ".join(self._pieces)

    def said(self, node: Node) -> str:
        """The words of an element, its scripts among them."""
        return " ".join(filter(None, map(self._letters, node.itertext())))

    def places(self, phrases: Iterable[str]) -> Places:
        """Where each of the phrases stands; a phrase is known by its number."""
        found = [(place, n, len(phrase)) for n, phrase in enumerate(phrases) for place in self._places_of(phrase)]
        return Places(sorted(found))

    def _places_of(self, phrase: str) -> tuple[int, ...]:
        known = self._found.get(phrase)
        if known is None:
            places = []
            place = self._words.find(phrase)
            while place >= 0:
                places.append(place)
                place = self._words.find(phrase, place + 1)
            known = self._found[phrase] = tuple(places)
        return known

    def _read(self) -> None:
        opened: list[tuple[int, int]] = []
        for event, node in etree.iterwalk(self._body, events=("start", "end")):
            if event == "start":
                opened.append((self._length, self._gaps))
                if node.tag in _SCRIPTS:
                    self._gaps += 1
                    self._add(_GAP)
                elif node.text:
                    self._add(self._letters(node.text))
            else:
                begin, gaps = opened.pop()
                self._spans[node] = Span(begin, self._length - 1, gaps == self._gaps)
                if node.tail and node is not self._body:
                    self._add(self._letters(node.tail))

    def _add(self, piece: str) -> None:
        if piece:
            self._pieces.append(piece)
            self._length += len(piece) + 1

    def _letters(self, text: str) -> str:
        known = self._known.get(text)
        if known is None:
            known = self._known[text] = "" if text.isspace() else letters(text)
        return known


class Places:
    """Where some phrases stand in the words of a page, from first to last."""

    def __init__(self, found: Sequence[tuple[int, int, int]]) -> None:
        self._found = found

    def within(self, begin: int, end: int) -> Iterable[int]:
        """The numbers of the phrases that stand wholly in a part of the words."""
        for index in range(bisect_left(self._found, (begin,)), len(self._found)):
            place, number, length = self._found[index]
            if place >= end:
                return
            if place + length <= end:
                yield number
