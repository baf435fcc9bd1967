"""Lines that say what kind of message begins here, and as of when: "Update as of 18:30", "Aktualizace k 14:05"."""

from __future__ import annotations

import re

from .words import NOTICES

LINK_MOST = 8  # letters of a word between the message and its clock
_NOTICE = re.compile(
    rf"(?:mise à jour|{'|'.join(sorted(NOTICES, key=len, reverse=True))})\b\s*[:,–—-]?\s*"
    rf"(?:[^\W\d_]{{1,{LINK_MOST}}}\.?\s+){{0,2}}(?=\d)",
    re.IGNORECASE,
)


def after(text: str, start: int = 0) -> int | None:
    """Where the clock begins behind such words; None if the text begins with none."""
    found = _NOTICE.match(text, start)
    return found.end() if found else None
