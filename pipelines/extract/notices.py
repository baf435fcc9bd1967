"""Lines that say what kind of message begins here, and as of when: "Update as of 18:30", "Aktualizace k 14:05"."""

from __future__ import annotations

import re
import unicodedata

from .words import NOTICES

LINK_MOST = 8  # letters of a word between the message and its clock
_BARE = {n: base for n in range(0xC0, 0x500) if (base := unicodedata.normalize("NFD", chr(n))[0]) != chr(n)}
_NAMES = "|".join(sorted((name.translate(_BARE) for name in NOTICES), key=len, reverse=True))
_NUMBER = r"(?:nr\.?|no\.?|#)?\s*\d{1,3}\s*(?:[,–—-]|:(?!\d))\s*(?=\D{0,8}\d{1,2}\s?[:.h]\s?\d\d)"  # "Update 2 - 20.40"
_ORIGINAL = r"(?:original|earlier|previous|first) (?:story|report|post)"  # at the foot of a story that was updated
_NOTICE = re.compile(
    rf"(?:mise a jour|{_ORIGINAL}|{_NAMES})\b\s*(?P<behind>{_NUMBER}|[:,–—-]?\s*\(?)"
    rf"(?:[^\W\d_]{{1,{LINK_MOST}}}\.?\s+){{0,2}}(?=\d)",
    re.IGNORECASE,
)


def behind(text: str) -> int | None:
    """Where what stands behind such words begins, where that holds a clock: "Tues. 6:40 a.m." """
    found = _NOTICE.match(text.translate(_BARE))
    return found.end("behind") if found else None


def after(text: str, start: int = 0) -> int | None:
    """Where the clock begins behind such words; None if the text begins with none."""
    found = _NOTICE.match(text.translate(_BARE), start)  # letter for letter: capitals have no accents
    return found.end() if found else None
