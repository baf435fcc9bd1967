"""Word differences inside one text: operations on tokens, stored as offsets.

``cydifflib`` without its junk heuristic gives the same result as ``difflib``, several times faster; on
human-annotated revisions no engine marks better.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from difflib import SequenceMatcher as _Plain
from itertools import accumulate, chain, islice
from typing import NamedTuple

from ..model import Op
from .order import out_of_order

try:
    from cydifflib import SequenceMatcher as SequenceMatcher
except ImportError:  # no wheel for this platform: slower, same result
    SequenceMatcher = _Plain

Line = tuple[str, ...]  # its tokens
Stretch = tuple[int, int, int, int]  # a0, a1, b0, b1

# Scripts written without spaces between words: kana, Han, Thai, Lao, Burmese, Khmer.
UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
# What is written above, below or between letters and belongs to their word: accents that stand by themselves, the
# vowels of Hebrew, Arabic and the scripts of India, and the joiners of Persian.
_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0711\u0730-\u074a\u07a6-\u07b0\u0900-\u0963\u0981-\u09f1\u09f4-\u0af0"
    "\u0af2-\u0bf8\u0bfa-\u0df3\u200c\u200d"
)
_TOKEN = re.compile(rf"[^\W{UNSPACED}]+(?:[{_MARKS}]+[^\W{UNSPACED}]*)*|[{UNSPACED}]|[^\w\s]")
_LETTER, _NO_LETTER = (re.compile(rf"[^\W{UNSPACED}]|[{_MARKS}]"), re.compile(rf"(?![{_MARKS}])[\W{UNSPACED}]"))
_WORD = 100  # characters; no word is longer, though a token may be
OPENING = 6  # words
_SHORT = 3  # letters: one such word left standing between two hunks only makes them harder to read
_AROUND = 500  # characters
_DIRECT = 20_000  # tokens on both sides; above, whole lines first: matching words is quadratic at worst
_LONG = 1_000_000  # characters on both sides; above, only what lies between equal ends is cut into words
_SMALL = 250_000  # pairs of tokens; so few are matched without being weighed before
_STEPS = 20_000  # for each token at most, some 100 microseconds; 10,000 tokens of two unrelated pages take 5,000


def tokens(text: str) -> list[str]:
    """Words and single signs, in order; in scripts without spaces one token per character."""
    return _TOKEN.findall(text)


def opening(text: str) -> list[str]:
    """The words that a text begins with, without case."""
    return [m[0].casefold() for m in islice(_TOKEN.finditer(text), OPENING)]


def spans(text: str) -> list[tuple[int, int]]:
    """Where each of ``tokens(text)`` starts and ends, in characters."""
    return [m.span() for m in _TOKEN.finditer(text)]


class Words(NamedTuple):
    ops: tuple[Op, ...]
    coarse: bool  # some stretches stand as one operation though they may share words


def diff_words(old_text: str, new_text: str) -> tuple[Op, ...]:
    """What turns the tokens of the old text into those of the new one.

    Each operation is ``(tag, a0, a1, b0, b1)`` with tag ``replace``, ``delete`` or ``insert`` and offsets
    into ``tokens(old_text)`` and ``tokens(new_text)``, in order and without overlap; all else is equal.
    Empty if the texts differ in white space only. Texts over 20,000 tokens are compared line by line first.
    """
    return compare_words(old_text, new_text).ops


def compare_words(old_text: str, new_text: str) -> Words:
    """The same, and whether it is coarse: the work is bounded by the number of tokens, whatever they are."""
    if len(old_text) + len(new_text) > _LONG:
        return _of_long(old_text, new_text)
    old, new = tokens(old_text), tokens(new_text)
    if len(old) + len(new) <= _DIRECT:
        return _of_tokens(old, new)
    return _by_lines(old_text, new_text)


def diff_tokens(old: Sequence[str], new: Sequence[str]) -> tuple[Op, ...]:
    """The operations for words somebody else has cut."""
    return _of_tokens(old, new).ops


def _of_tokens(old: Sequence[str], new: Sequence[str]) -> Words:
    found = Hunks()
    found.between(old, new)
    return Words(_joined(found.ops, old), found.coarse)


def _of_long(old_text: str, new_text: str) -> Words:
    """What both begin and end with is only counted: so many tokens would fill the memory."""
    head, tail = common_ends(old_text, new_text)
    found = _by_lines(old_text[head : len(old_text) - tail], new_text[head : len(new_text) - tail])
    skipped = sum(1 for _ in _TOKEN.finditer(old_text, 0, head))
    moved = tuple((t, a + skipped, b + skipped, c + skipped, d + skipped) for t, a, b, c, d in found.ops)
    return Words(moved, found.coarse)


def common_ends(old: str, new: str) -> tuple[int, int]:
    """How many characters both texts begin with and end with, no word cut."""
    shorter = min(len(old), len(new))
    head = _longest(shorter, lambda n: old.startswith(new[:n]))
    while head and _LETTER.match(old, head - 1):
        head = _last_space(old, head) + 1 if _in_long_word(old, head) else head - 1
    tail = _longest(shorter - head, lambda n: old.endswith(new[len(new) - n :]))
    first = _NO_LETTER.search(old, len(old) - tail)
    return head, len(old) - first.start() if first and tail else 0


def narrowed(old: str, new: str) -> tuple[str, str, bool]:
    """Where two long texts differ, with what stands around it; True: that is still too long to be read for its sense.

    What is not long is left as it is.
    """
    if len(old) + len(new) <= _LONG:
        return old, new, False
    head, tail = common_ends(old, new)
    head, tail = max(0, head - _AROUND), max(0, tail - _AROUND)
    was, now = (text[head : len(text) - tail] for text in (old, new))
    return was, now, len(was) + len(now) > _LONG


def _last_space(text: str, end: int) -> int:
    return max(text.rfind(" ", 0, end), text.rfind("\n", 0, end))


def _in_long_word(text: str, end: int) -> bool:
    return _NO_LETTER.search(text, max(0, end - _WORD), end) is None


def _longest(limit: int, holds: Callable[[int], bool]) -> int:
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if holds(middle) else (low, middle - 1)
    return low


class Hunks:
    """Differing stretches of two token lists. What is left of the work is shared between all that it is asked."""

    def __init__(self) -> None:
        self.ops: list[Op] = []
        self.coarse = False

    def between(self, old: Sequence[str], new: Sequence[str], a: int = 0, b: int = 0) -> None:
        """Add those of two lists that stand at (a, b). Equal ends are cut off: they need no matching."""
        head, tail = same_ends(old, new)
        left, right = old[head : len(old) - tail], new[head : len(new) - tail]
        a, b = a + head, b + head
        if not left and not right:
            return
        if not left or not right:
            self.ops.append(_op(a, a + len(left), b, b + len(right)))
        elif len(left) + len(right) > _DIRECT:
            self.whole(a, a + len(left), b, b + len(right))
        else:
            stretches, coarse = differing(left, right, junk=False)
            self.ops += [_op(a + i, a + j, b + k, b + m) for i, j, k, m in stretches]
            self.coarse |= coarse

    def whole(self, a0: int, a1: int, b0: int, b1: int) -> None:
        """A stretch that is too long to be matched stands as one operation."""
        self.ops.append(_op(a0, a1, b0, b1))
        self.coarse = True


def differing(old: Sequence[Hashable], new: Sequence[Hashable], *, junk: bool) -> tuple[list[Stretch], bool]:
    """``(a0, a1, b0, b1)`` between the matching blocks that ``difflib`` finds, and whether some were not looked for.

    Its search takes as many steps as there are equal pairs, for each block: cubic for repeats. So each is weighed
    before it is made, and what would go over the budget is left as it is.
    """
    engine = SequenceMatcher(None, old, new, junk)
    if len(old) * len(new) <= _SMALL:
        return [(i, j, k, m) for tag, i, j, k, m in engine.get_opcodes() if tag != "equal"], False
    places = engine.b2j
    steps = [0, *accumulate(1 + len(places.get(one, ())) for one in old)]
    left = _STEPS * (len(old) + len(new))
    boxes, blocks, coarse = [(0, len(old), 0, len(new))], [(len(old), len(new), 0)], False
    while boxes:
        a0, a1, b0, b1 = boxes.pop()
        left -= steps[a1] - steps[a0]
        if left < 0:
            left += steps[a1] - steps[a0]
            coarse = True
            continue
        i, j, size = engine.find_longest_match(a0, a1, b0, b1)
        if size:
            blocks.append((i, j, size))
            rest = ((a0, i, b0, j), (i + size, a1, j + size, b1))
            boxes += [box for box in rest if box[0] < box[1] and box[2] < box[3]]
    found, a, b = [], 0, 0
    for i, j, size in sorted(blocks):
        if (a, b) != (i, j):
            found.append((a, i, b, j))
        a, b = i + size, j + size
    return found, coarse


def same_ends(old: Sequence[object], new: Sequence[object]) -> tuple[int, int]:
    shorter = min(len(old), len(new))
    head = 0
    while head < shorter and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < shorter - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    return head, tail


def _by_lines(old_text: str, new_text: str) -> Words:
    """Words only inside lines that differ; a differing stretch that is still too long stays one hunk."""
    known: dict[str, str] = {}  # each word is kept once, however often it is said

    def cut(text: str) -> list[Line]:
        return [tuple(known.setdefault(token, token) for token in tokens(line)) for line in text.splitlines()]

    old_lines, new_lines = cut(old_text), cut(new_text)
    at, bt = ([0, *accumulate(map(len, lines))] for lines in (old_lines, new_lines))
    old, new = ([*chain.from_iterable(lines)] for lines in (old_lines, new_lines))
    found = Hunks()
    for i, j, k, m in _line_hunks(old_lines, new_lines, found):
        found.between(old[at[i] : at[j]], new[bt[k] : bt[m]], at[i], bt[k])
    return Words(_joined(found.ops, old), found.coarse)


def _line_hunks(old: list[Line], new: list[Line], found: Hunks) -> list[Stretch]:
    head, tail = same_ends(old, new)
    left, right = old[head : len(old) - tail], new[head : len(new) - tail]
    if len(left) + len(right) > _DIRECT:
        stretches = _between_anchors(left, right)
    else:
        # The junk heuristic is right for lines: one repeated hundreds of times is empty or boilerplate.
        stretches, coarse = differing(left, right, junk=True)
        found.coarse |= coarse
    return [(head + i, head + j, head + k, head + m) for i, j, k, m in stretches]


def _between_anchors(old: list[Line], new: list[Line]) -> list[Stretch]:
    """What differs between lines that both have exactly once, in the same order, and their equal neighbours."""
    once_old, once_new = ({line: n for n, line in enumerate(lines) if count[line] == 1}
                          for lines in (old, new) for count in [Counter(lines)])  # fmt: skip
    anchors = [(i, once_new[line]) for line, i in once_old.items() if line in once_new]
    stray = out_of_order([j for _, j in anchors])
    found, a, b = [], 0, 0
    for i, j in [*(pair for k, pair in enumerate(anchors) if k not in stray), (len(old), len(new))]:
        head, tail = same_ends(old[a:i], new[b:j])
        if (a + head, b + head) != (i - tail, j - tail):
            found.append((a + head, i - tail, b + head, j - tail))
        a, b = i, j
    return found


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
    return len(gap) == 0 or (len(gap) == 1 and gap[0][0].isalpha() and len(gap[0]) <= _SHORT)
