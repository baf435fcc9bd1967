"""What page monitors do, as a yardstick: a line diff, and what it replaces paired by position."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from pipelines.model import Update


def line_pairs(old: Sequence[Update], new: Sequence[Update]) -> set[tuple[int, int]]:
    """Pairs of a diff that takes each update for a line."""
    lines, others = ([(u.headline, u.text) for u in side] for side in (old, new))
    found: set[tuple[int, int]] = set()
    for tag, i, j, k, m in SequenceMatcher(None, lines, others, False).get_opcodes():
        if tag in ("equal", "replace"):
            found |= set(zip(range(i, j), range(k, m), strict=False))
    return found
