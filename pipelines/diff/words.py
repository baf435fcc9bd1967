"""Word differences inside one text: operations on tokens, stored as offsets.

``cydifflib`` without its junk heuristic gives the same result as ``difflib``, several times faster; on
human-annotated revisions no engine marks better.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher as _Plain
from itertools import accumulate, islice

from ..model import Op

try:
    from cydifflib import SequenceMatcher as SequenceMatcher
except ImportError:  # no wheel for this platform: slower, same result
    SequenceMatcher = _Plain

# Scripts written without spaces between words: kana, Han, Thai, Lao, Burmese, Khmer.
UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_TOKEN = re.compile(rf"[^\W{UNSPACED}]+|[{UNSPACED}]|[^\w\s]")
OPENING = 6  # words
_SHORT = 3  # letters: one such word left standing between two hunks only makes them harder to read
_DIRECT = 20_000  # tokens on both sides; above, whole lines first: matching words is quadratic at worst


def tokens(text: str) -> list[str]:
    """Words and single signs, in order; in scripts without spaces one token per character."""
    return _TOKEN.findall(text)


def opening(text: str) -> list[str]:
    """The words that a text begins with, without case."""
    return [m[0].casefold() for m in islice(_TOKEN.finditer(text), OPENING)]


def spans(text: str) -> list[tuple[int, int]]:
    """Where each of ``tokens(text)`` starts and ends, in characters."""
    return [m.span() for m in _TOKEN.finditer(text)]


def diff_words(old_text: str, new_text: str) -> tuple[Op, ...]:
    """What turns the tokens of the old text into those of the new one.

    Each operation is ``(tag, a0, a1, b0, b1)`` with tag ``replace``, ``delete`` or ``insert`` and offsets
    into ``tokens(old_text)`` and ``tokens(new_text)``, in order and without overlap; all else is equal.
    Empty if the texts differ in white space only. Texts over 20,000 tokens are compared line by line first.
    """
    old, new = tokens(old_text), tokens(new_text)
    if len(old) + len(new) <= _DIRECT:
        return diff_tokens(old, new)
    return _joined(_by_lines(old_text, new_text, old, new), old)


def diff_tokens(old: Sequence[str], new: Sequence[str]) -> tuple[Op, ...]:
    """The same for words somebody else has cut; nothing bounds it but their number."""
    return _joined(_hunks(old, new), old)


def _hunks(old: Sequence[str], new: Sequence[str], a: int = 0, b: int = 0) -> list[Op]:
    """Hunks between two token lists, shifted by (a, b). Equal ends are cut off: they need no matching."""
    head, tail = same_ends(old, new)
    left, right = old[head : len(old) - tail], new[head : len(new) - tail]
    a, b = a + head, b + head
    if not left and not right:
        return []
    if not left or not right:
        return [_op(a, a + len(left), b, b + len(right))]
    codes = SequenceMatcher(None, left, right, False).get_opcodes()
    return [_op(a + i, a + j, b + k, b + m) for tag, i, j, k, m in codes if tag != "equal"]


def same_ends(old: Sequence[object], new: Sequence[object]) -> tuple[int, int]:
    shorter = min(len(old), len(new))
    head = 0
    while head < shorter and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < shorter - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    return head, tail


def _by_lines(old_text: str, new_text: str, old: list[str], new: list[str]) -> list[Op]:
    """Words only inside lines that differ; a differing stretch that is still too long stays one hunk."""
    old_lines, new_lines = ([tuple(tokens(line)) for line in t.splitlines()] for t in (old_text, new_text))
    at, bt = ([0, *accumulate(len(line) for line in lines)] for lines in (old_lines, new_lines))
    found: list[Op] = []
    for _, i, j, k, m in _line_hunks(old_lines, new_lines):
        a, b = slice(at[i], at[j]), slice(bt[k], bt[m])
        if at[j] - at[i] + bt[m] - bt[k] <= _DIRECT:
            found += _hunks(old[a], new[b], at[i], bt[k])
        else:
            found.append(_op(at[i], at[j], bt[k], bt[m]))
    return found


def _line_hunks(old: list[tuple[str, ...]], new: list[tuple[str, ...]]) -> list[Op]:
    head, tail = same_ends(old, new)
    left, right = old[head : len(old) - tail], new[head : len(new) - tail]
    # The junk heuristic is right for lines: one repeated hundreds of times is empty or boilerplate.
    codes = SequenceMatcher(None, left, right, True).get_opcodes()
    return [(t, head + i, head + j, head + k, head + m) for t, i, j, k, m in codes if t != "equal"]


def _op(a0: int, a1: int, b0: int, b1: int) -> Op:
    tag = "insert" if a0 == a1 else "delete" if b0 == b1 else "replace"
    return (tag, a0, a1, b0, b1)


def _joined(hunks: list[Op], old: Sequence[str]) -> tuple[Op, ...]:
    """Neighbouring hunks with one short word between them made one."""
    joined: list[Op] = []
    for hunk in hunks:
        if joined and _short_gap(joined[-1], hunk, old):
            _, a0, _, b0, _ = joined.pop()
            hunk = _op(a0, hunk[2], b0, hunk[4])
        joined.append(hunk)
    return tuple(joined)


def _short_gap(left: Op, right: Op, old: Sequence[str]) -> bool:
    gap = old[left[2] : right[1]]
    return len(gap) == 0 or (len(gap) == 1 and gap[0].isalpha() and len(gap[0]) <= _SHORT)
