"""How much of the page's clean text its updates account for, and what they hold beyond it: two counts of letters.

Both texts are the same page read in two ways. What is in none of the updates, nor in headline or lead, is
``uncovered``; what only the updates hold is ``extra``. Compared line by line, so that it costs one walk.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..model import Version
from .canonical import letters

PIECE = 24  # letters that tell a piece of a line from all others


def counts(version: Version) -> tuple[int, int]:
    """(uncovered, extra) letters."""
    said = [version.headline or "", version.standfirst or ""]
    own = [part for u in version.updates for part in (u.headline or "", u.text, *u.captions, *u.authors)]
    known = _joined([*said, *own])
    whole = _joined([version.text])
    uncovered = sum(_missing(line, known) for line in version.text.split("\n"))
    extra = sum(_missing(line, whole) for u in version.updates for line in u.text.split("\n"))
    return uncovered, extra


def covered(version: Version) -> float:
    """The share of the page's text that is accounted for; 1 where there is no text."""
    total = _size(letters(version.text))
    return 1 - (version.uncovered or 0) / total if total else 1.0


def _joined(parts: Iterable[str]) -> str:
    return " ".join(letters(part) for part in parts if part)


def _missing(line: str, other: str) -> int:
    """Letters of a line that are not in another text; of one that is there in part, by its pieces."""
    plain = letters(line)
    if not plain or plain in other:
        return 0
    pieces = [plain[i : i + PIECE] for i in range(0, len(plain), PIECE)]
    return sum(_size(piece) for piece in pieces if piece.strip() not in other)


def _size(plain: str) -> int:
    return len(plain) - plain.count(" ")
