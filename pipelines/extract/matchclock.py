"""The clock of a match, which is no time of day: 67', 45+2', "67. Minute", "min 67"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from .times import Read

FEWEST = 3
ORDERED = 0.8  # share of steps in one direction
LAST = 130  # minutes, with extra time
_ALONE = re.compile(
    r"(?:min\.?\s*)?(\d{1,3})\s*['’′´]?\s*(?:\+\s*(\d{1,2}))?\s*(?:['’′´]|(?<=['’′´]\+\d)|(?<=['’′´]\+\d\d)|\.\s*(?:min(?:ute)?\.?|spielminute)|\s*min\.?)(?:\s*[12]\s?[TºH])?",
    re.IGNORECASE,
)
_LEADING = re.compile(
    r"\s*(\d{1,3})\s*(?=['’′´]|\+\s*\d{1,2}\s*['’′´])(?:['’′´]?\s*\+\s*(\d{1,2}))?\s*(?:['’′´]|(?<=\d)(?=\W|$))"
    r"(?!\d|['’′´])\s*[:.–—-]?\s*"
)


def alone(text: str) -> Read | None:
    """A short text that is nothing else."""
    text = text.strip()
    return _read(text, _ALONE.fullmatch(text)) if 2 <= len(text) <= 16 and text[:1].isalnum() else None


def leading(text: str) -> tuple[Read, int] | None:
    """At the start of a paragraph, and where the rest begins."""
    found = _LEADING.match(text)
    read = _read(found[0].strip(" :.–—-"), found) if found else None
    return (read, found.end()) if found and read else None


def _read(text: str, found: re.Match[str] | None) -> Read | None:
    if found is None or int(found[1]) > LAST:
        return None
    return Read(text, minute=int(found[1]) + int(found[2] or 0) / 100)


def is_match(reads: Sequence[Read | None]) -> bool:
    """Whether updates are placed by the minutes of a match, in the order of its course or from its end."""
    minutes = [r.minute for r in reads if r is not None and r.minute is not None]
    steps = [b - a for a, b in pairwise(minutes)]
    if len(minutes) < FEWEST or 2 * len(minutes) < len(reads):
        return False
    return max(sum(s >= 0 for s in steps), sum(s <= 0 for s in steps)) >= ORDERED * len(steps)
