"""One fault, in one word: what a server sends, and what must come of it.

Every page of the catalogue is visited four times: it is good, then the fault comes twice, then the page is good
again and has one more update. Whatever the fault was, only that update may be a change of the page.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.servers.raw_http import page

from .answers import FIRST, LATER, Answer

GOOD_PAGE, LATER_PAGE = page(FIRST), page(LATER)
Ending = tuple[str, str | None, str]  # outcome, reason, reading

VERSION: Ending = ("archived", None, "version")
UNCHANGED: Ending = ("archived", None, "unchanged")
REVISIT: Ending = ("revisit", None, "unchanged")
EMPTY: Ending = ("archived", None, "empty")
NOT_HTML: Ending = ("archived", None, "not-html")
UNDECODABLE: Ending = ("archived", None, "decode")
UNREADABLE: Ending = ("archived", None, "extract-failed")
REFUSED: Ending = ("archived", None, "refused")


def cut(reason: str) -> Ending:
    return ("truncated", reason, "none")


def error(reason: str) -> Ending:
    return ("error", reason, "none")


@dataclass(frozen=True, kw_only=True)
class Case:
    """``name``: what must happen, as the test is called. ``row``: of ``rows.ROWS``."""

    row: str
    name: str
    answer: Answer
    ends: Ending
    again: Answer | None = None  # the third visit's; else the same answer
    again_ends: Ending | None = None  # else as the second visit, or a revisit of it
    first: Answer = GOOD_PAGE
    later: Answer = LATER_PAGE
    kept: bytes | None = None  # what the archive holds of the answer, where it is not all that was sent
    says: tuple[str, ...] = ("added",)  # the changes that a good answer is, its introduction aside
    shows: str = ""  # what its version's text must contain
    hits: int | None = 4  # how often the page itself is asked for; None: not counted

    @property
    def good(self) -> bool:
        return self.ends[2] == "version"
