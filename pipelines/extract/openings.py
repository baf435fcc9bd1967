"""Where the time stands in a line that begins an update: in front, behind a word, or, of a headline, at its end."""

from __future__ import annotations

import re

from . import matchclock
from .bylined import bylined
from .dom import said
from .source import Node
from .times import SHOWN_MOST, Read, leading_clock, leading_moment, shown

MOST = 80  # characters of a line that are looked at
MINUTE_MOST = 20
_CALLED = re.compile(r"\W{0,4}([^\W\d_]{1,12})\.?\s*[:,–—-]?\s*(?=\d{1,2}\s?[:.h]\s?\d\d)")
# "The bridge is shut (14:05)", "The bridge is shut - 14:05"
_CLOSING = re.compile(r"\s*(?:[(\[（【]([^()\[\]（）【】]{3,40})[)\]）】]|(?:\s[–—-]|[|·•])\s+([^–—|·•]{3,40}))\s*$")
_AS_OF = re.compile(r"\s*(?:現在|时点|時点|현재|기준)$")
_PARTS = ("time", "small", "span", "em", "i", "b", "strong", "sub", "sup")
_SEPARATED = re.compile(r"[:–—|·-]\s*$")


def opening(text: str) -> tuple[Read, int] | None:
    """What is read, and where the rest of the line begins. A line that is a day with its clock is no clock alone:
    "14.06 | 12:40"."""
    whole = shown(text) if len(text) <= SHOWN_MOST else None
    if whole is not None and whole.moment is not None and whole.precision != "day":
        return whole, len(text)
    return leading_moment(text[:MOST]) or leading_clock(text[:MOST]) or matchclock.leading(text[:MINUTE_MOST])


def called(text: str) -> tuple[str, Read, int] | None:
    """The same behind a word, which may mean "at", if several lines begin with it: "SAA 16:52"."""
    word = _CALLED.match(text)
    clock = leading_clock(text[word.end() : MOST]) if word else None
    if word is None or clock is None:
        return None
    end = word.end() + clock[1]
    if end < len(text) and not _SEPARATED.search(text[:end]):
        return None
    return word[1].casefold(), clock[0], min(end, len(text))


def may_close(text: str) -> bool:
    """A cheap look before ``closing``."""
    return any(map(str.isdigit, text[-MOST:]))


def closing(line: Node) -> tuple[Read, int, int] | None:
    """What is read at the end of a line that says something else before it, where that begins, and its characters: in
    brackets, behind a dash, or an element of its own."""
    text = str(line.text_content())
    if not may_close(text):
        return None
    parts = [node for node in line.iter(*_PARTS) if node is not line and text.rstrip().endswith(said(node) or "\n")]
    for part in parts:
        own = str(part.text_content())
        if len(own) <= MOST and (read := _time_in(own)) is not None:
            at = text.rstrip().rfind(own.strip())
            return (read, at, len(text) - at) if at > 0 and text[:at].strip() else None
    found = _CLOSING.search(text)
    read = _time_in(found[1] or found[2]) if found and text[: found.start()].strip() else None
    return (read, found.start(), len(text) - found.start()) if found and read else None


def _time_in(text: str) -> Read | None:
    """A time that is more than a day or an age; who wrote it may stand beside it."""
    text = _AS_OF.sub("", text.strip(" ()[]\n\t\xa0"))
    read = shown(text)
    if read is None and (beside := bylined(text)):
        read = beside[0]
    return read if read is not None and read.is_timed() else None
