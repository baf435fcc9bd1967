"""A clock that shares its line with a name: "Ann Reed, 15:42 GMT", "15.42 | Harbour desk"."""

from __future__ import annotations

import re
from functools import lru_cache

from .times import Read, is_of_time, shown

LONGEST = 80  # characters of such a line
_CLOCKED = re.compile(r"\d[:.h]\d\d")
_BETWEEN = re.compile(
    r"\s*(?:[,|·•–—/]|\s-\s|\bat\b|\bum\b|\bà\b|\balle\b|\bkl\.?\s|\b(?:by|von|par|por|door|av|af)\b)\s*"
)
_WHO = re.compile(r"(?:[^\W\d_][\w.'’-]*)(?:\s+[^\W\d_][\w.'’-]*){0,4}")
MOST_SPLITS = 4


@lru_cache(1024)
def bylined(text: str) -> tuple[Read, str] | None:
    """The time and the name; None if there is more than these two, or the time alone."""
    text = " ".join(text.split())
    if not 6 <= len(text) <= LONGEST or not _CLOCKED.search(text) or shown(text):
        return None
    for split in list(_BETWEEN.finditer(text))[:MOST_SPLITS]:
        before, after = text[: split.start()], text[split.end() :]
        for time, who in ((after, before), (before, after)):
            read = shown(time) if _WHO.fullmatch(who) and not is_of_time(who) else None
            if read is not None and (read.clock or read.moment):
                return read, who
    return None
