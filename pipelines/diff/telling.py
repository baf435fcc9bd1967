"""What of a text somebody would check: its numbers, its quotes, its names. Do they differ between two texts?

Told from signs alone, without a model: digits, quotation marks, capital letters inside a sentence. German writes
all nouns large, and many scripts have no capitals: there nothing is said about names.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from typing import NamedTuple

from .noise import substance

_DIGIT = re.compile(r"[^\D0-9]")  # of any other script
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_GROUPS = re.compile(r"[.,](?=\d{3}(?:\D|\Z))")  # 1,200 and 1.200 are 1200
_HAN_NUMBER = re.compile(
    "[〇零一二三四五六七八九十百千万億兆两兩]+(?=[人名歳岁年月日時时分秒度円元個个台件回次万億%％])"
)
_QUOTES = re.compile(
    r"“([^”“„]{2,}?)[”“]|„([^“”„]{2,}?)[“”]|«([^«»]{2,}?)»|»([^«»]{2,}?)«|”([^”“„]{2,}?)”"
    r"|(?<!\d)\"([^\"\n]{2,}?)\"|「([^「」]{2,}?)」|『([^『』]{2,}?)』"
    r"|‘((?:[^‘’]|’(?=\w)){2,}?)’(?!\w)|‚([^‚‘’]{2,}?)[‘’]|‹([^‹›]{2,}?)›"  # ’ within a word is an apostrophe
)
_MARKS = "“„«»”\"「『‘‚‹"  # one of these begins each
_WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*")
_BEGINS = re.compile(r"(?:\A|[.!?…:;\n\r]|[“„«»\"「(\[])[\s\"'“”‘„«»(\[]*\Z")  # what stands before a first word
_LARGE_NOUNS = frozenset({"de", "lb", "gsw", "nds", "bar"})
_ALL_LARGE = 0.6  # share of large words from which on capitals are a style, as in the titles of some papers


class Told(NamedTuple):
    """Whether each differs; None where the text cannot tell."""

    numbers: bool
    quotes: bool
    names: bool | None


def told(old: str | None, new: str | None, lang: str | None = None) -> Told:
    before, after = old or "", new or ""
    return Told(
        _numbers(before) != _numbers(after),
        _quotes(before) != _quotes(after),
        _names_differ(before, after, lang),
    )


def _numbers(text: str) -> Counter[str]:
    folded = text
    if not text.isascii():
        folded = _DIGIT.sub(lambda digit: str(unicodedata.digit(digit[0])), unicodedata.normalize("NFKC", text))
    found = Counter(_GROUPS.sub("", number[0]) for number in _NUMBER.finditer(folded))
    return found if text.isascii() else found + Counter(number[0] for number in _HAN_NUMBER.finditer(folded))


def _quotes(text: str) -> Counter[tuple[str, ...]]:
    """What stands between quotation marks, without how it is typed."""
    if not any(mark in text for mark in _MARKS):
        return Counter()
    said = (next(part for part in quote.groups() if part is not None) for quote in _QUOTES.finditer(text))
    return Counter(tuple(substance(part)) for part in said)


def _names_differ(old: str, new: str, lang: str | None) -> bool | None:
    if (lang or "").lower().split("-")[0] in _LARGE_NOUNS:
        return None
    before, after = _capitals(old), _capitals(new)
    if before is None or after is None:
        return None
    inside = before.inside | after.inside
    return _named(before, inside) != _named(after, inside)


class _Capitals(NamedTuple):
    inside: frozenset[str]  # large words that do not begin a sentence
    first: frozenset[str]  # those that do: names only if they are large elsewhere, too


def _named(capitals: _Capitals, inside: frozenset[str]) -> frozenset[str]:
    return capitals.inside | (capitals.first & inside)


def _capitals(text: str) -> _Capitals | None:
    """None if capital letters say nothing here: there are no small ones, or nearly all words are large."""
    if not text.strip():
        return _Capitals(frozenset(), frozenset())
    inside, first, small = set(), set(), 0
    for word in _WORD.finditer(text):
        said = word[0]
        letter = said[0]
        if letter.islower():
            small += 1
        elif not letter.isupper():
            continue
        elif _BEGINS.search(text, max(0, word.start() - 8), word.start()):
            first.add(_bare(said))
        else:
            inside.add(_bare(said))
    if not small or len(inside) > _ALL_LARGE * (len(inside) + small):
        return None
    return _Capitals(frozenset(inside), frozenset(first))


def _bare(word: str) -> str:
    """Without the ending of a genitive."""
    return re.sub(r"['’][sS]\Z", "", word)
