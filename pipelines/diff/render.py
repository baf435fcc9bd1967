"""A change in words: what was taken out and put in, inside what stayed; and changes as plain text.

Pure: terminals and web pages draw ``of_change`` in their own way.

>>> marked("12 people were rescued", "14 people were rescued")
'[-12-]{+14+} people were rescued'
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence

from ..model import Change, Version
from .words import diff_words, spans

Piece = tuple[str, str]  # "=" stays, "-" was taken out, "+" came in; and the text

FORM = {"=": "{}", "-": "[-{}-]", "+": "{{+{}+}}"}  # as wdiff writes it
_SIGN = {"added": "+", "restored": "+", "returned": "+", "removed": "-", "left_window": "-", "moved": ">"}
_VALUES = frozenset({"moved", "retimed", "coverage_started", "coverage_ended"})  # as a whole, not word by word
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def pieces(old: str, new: str) -> list[Piece]:
    """The new text cut at its changes, with what was taken out before what came in its place. Joined without
    the ``-`` pieces it is ``new`` again, to the character."""
    was, now = spans(old), spans(new)
    found: list[Piece] = []
    at = 0
    for _, a0, a1, b0, b1 in diff_words(old, new):
        start = now[b0][0] if b0 < len(now) else len(new)
        end = now[b1 - 1][1] if b1 > b0 else start
        out = old[was[a0][0] : was[a1 - 1][1]] if a1 > a0 else ""
        # What only went has nothing beside it that keeps it off the next word.
        gap = " " if out and b0 == b1 and start < len(new) else ""
        found += [("=", new[at:start]), ("-", out + gap), ("+", new[start:end])]
        at = end
    return [(sign, text) for sign, text in (*found, ("=", new[at:])) if text]


def of_change(change: Change) -> list[Piece]:
    """The pieces of one change; none where the type says it all (``pinned``)."""
    old, new = change.old, change.new
    if old and new and change.type not in _VALUES:
        return pieces(old, new)
    return [(sign, text) for sign, text in (("-", old), ("+", new)) if text]


def shortened(parts: Sequence[Piece], around: int = 40, whole: int = 160) -> list[Piece]:
    """With long stretches cut: ``around`` characters of what stays on each side, ``whole`` of what changed."""
    last = len(parts) - 1
    return [
        (sign, _ends(text, around if at else 0, around if at < last else 0) if sign == "=" else _head(text, whole))
        for at, (sign, text) in enumerate(parts)
    ]


def marked(old: str, new: str) -> str:
    """``[-out-]{+in+}`` within what stayed."""
    return _plain(pieces(old, new))


def lines(changes: Iterable[Change]) -> Iterator[str]:
    """One line per change: its heading, its words. Captured text cannot steer a terminal."""
    for change in changes:
        yield f"{heading(change)}  {_safe(_plain(of_change(change)))}".rstrip()


def heading(change: Change) -> str:
    """Sign, type, class, and where in the page."""
    place = " ".join(part for part in (change.update or "page", change.field) if part)
    doubt = ("" if change.confirmed else " (not confirmed)") + (" (coarse)" if change.coarse else "")
    return f"{sign_of(change)} {change.type:10} {change.class_:9} {_safe(place)}{doubt}"


def sign_of(change: Change) -> str:
    """``+`` came, ``-`` went, ``>`` moved, ``~`` is another."""
    return _SIGN.get(change.type, "~")


def unified(old: Version, new: Version) -> str:
    """Both versions as a unified diff of their lines: a view for habit's sake, blind to moves and identity. Captured
    text cannot steer a terminal."""
    shown = (_CONTROL.sub("\N{REPLACEMENT CHARACTER}", _text(v)) for v in (old, new))
    sides = [[f"{line}\n" for line in text.splitlines()] for text in shown]
    before, after = (v.at.isoformat().replace("+00:00", "Z") for v in (old, new))
    return "".join(difflib.unified_diff(sides[0], sides[1], before, after))


def _plain(parts: Iterable[Piece]) -> str:
    return "".join(FORM[sign].format(text) for sign, text in parts)


def _ends(text: str, head: int, tail: int) -> str:
    if len(text) <= head + tail + 2:
        return text
    return text[:head] + " … " + (text[-tail:] if tail else "")


def _head(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[:limit] + " …"


def _text(version: Version) -> str:
    """Headline, lead, then each update, newest or oldest first as the page has them; else the page's text."""
    said = [part for u in version.updates for part in (u.headline, u.text) if part] or [version.text]
    return "\n".join(part for part in (version.headline, version.standfirst, *said) if part)


def _safe(text: str) -> str:
    return " ".join(_CONTROL.sub("\N{REPLACEMENT CHARACTER}", text).split())
