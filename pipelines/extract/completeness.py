"""How much of the page's clean text its updates account for, and what they hold beyond it: two counts of letters.

Both texts are the same page read in two ways. What is in none of the updates, nor in headline or lead, is
``uncovered``; what only the updates hold is ``extra``. Compared line by line, so that it costs one walk.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..model import Version
from .canonical import count

_WORDS = re.compile(r"[^\W_]+")
PIECE = 24  # letters that tell a piece of a line from all others
_AROUND = 6  # words


def counts(version: Version) -> tuple[int, int]:
    """(uncovered, extra) letters."""
    said = [version.headline or "", version.standfirst or ""]
    own = [part for u in version.updates for part in (u.headline or "", u.text, *u.captions, *u.authors)]
    lines = [line for u in version.updates for line in u.text.split("\n")]
    return _missing(version.text.split("\n"), [*said, *own]), _missing(lines, [version.text])


def covered(version: Version) -> float:
    """The share of the page's text that is accounted for; 1 where there is no text."""
    if not version.uncovered:
        return 1.0
    total = count(version.text.casefold())
    return 1 - version.uncovered / total if total else 1.0


def _missing(lines: Iterable[str], parts: list[str]) -> int:
    """Letters of the lines that are not in the parts. Most lines stand there word for word: that is cheap to see."""
    whole = {line for part in parts for line in part.split("\n")}  # most lines are one of these
    plain = " ".join(" ".join(parts).split())
    rest = [line for line in lines if line not in whole and " ".join(line.split()) not in plain]
    other = " ".join(_folded(part) for part in parts if part) if rest else ""
    return sum(_missing_of(line, other) for line in rest)


def _missing_of(line: str, other: str) -> int:
    """Of a line that is there in part, by its pieces."""
    plain = _folded(line)
    if not plain or plain in other:
        return 0
    words = plain.split(" ")
    for few in range(1, min(_AROUND, len(words) - 1) + 1):  # a time in front of it, or a word behind
        if " ".join(words[few:]) in other:
            return sum(map(len, words[:few]))
        if " ".join(words[:-few]) in other:
            return sum(map(len, words[-few:]))
    pieces = [plain[i : i + PIECE] for i in range(0, len(plain), PIECE)]
    return sum(_size(piece) for piece in pieces if piece.strip() not in other)


def _folded(text: str) -> str:
    """Lower-case words with one space between them; both sides come from one page, so that no more is needed."""
    return " ".join(_WORDS.findall(text.casefold()))


def _size(plain: str) -> int:
    return len(plain) - plain.count(" ")
