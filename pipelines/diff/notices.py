"""Does a text tell its readers that it was changed? Notices of correction apart from mere stamps. Pure.

"Correction: an earlier version said the bridge was open."   proper: says what was wrong
"Updated at 14:32", "(Updated)"                              technical: says that, not what
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import cache
from itertools import compress, count, repeat
from operator import contains

from ..model import Notice
from . import notice_words as words
from .sentences import sentences

_OPENING = r"[\s*_\[(>#–—-]*"
_LONGEST = 600  # characters: no notice is longer, and what has no full stop may be a whole page
_STAMP_WORDS = 12  # a longer line with "updated" in front is prose: "Update on the ferry: it will leave at six."

_STAMP = re.compile(rf"\A{_OPENING}{words.UPDATED}\b[\s:,)\]*–—-]*(?P<rest>.*)\Z")
_BRACKETED = re.compile(rf"[(\[]\s*{words.UPDATED}\b[^()\[\]]{{0,40}}[)\]]")
_TOUCHED = re.compile(rf"\b{words.SELF}\b.{{0,40}}\b(?:{words.BEEN_UPDATED}|{words.CHANGED})\b")
_SPELLED_TIME = re.compile(r"\d|\A\W*\Z|\A(?:at|um|à|alle|ore|om|às|godz)\b\W*\Z")
_SAID_BY_OTHERS = re.compile(r"[\"“„«‚‘][^\"“”„«»‚‘’]{15,}[\"”“»‘’]")


def notice_in(text: str) -> Notice:
    """The strongest notice that a text holds; ``none`` if it tells nothing of a change of itself."""
    return notice_among(sentences(text))


def notice_among(told: Iterable[str]) -> Notice:
    """The same of sentences, for example of those that are new."""
    told = list(told)
    stems = _stems_in("\n".join(told).casefold())
    found: Notice = "none"
    for sentence in told if stems else ():
        kind = _of_sentence(sentence, stems)
        if kind == "proper":
            return kind
        if kind == "technical":
            found = kind
    return found


def hinting(lines: Collection[str]) -> list[str]:
    """Those in which a notice may stand: a quick look. None holds a line break."""
    folded = "\n".join(lines).casefold()
    stems = _stems_in(folded)
    if not stems:
        return []
    said = folded.split("\n")
    found = {k for stem in stems for k in compress(count(), map(contains, said, repeat(stem)))}
    return [line for k, line in enumerate(lines) if k in found]


def _stems_in(folded: str) -> list[str]:
    return [stem for stem in words.STEMS if stem in folded]  # mostly few


def _of_sentence(sentence: str, stems: Iterable[str]) -> Notice:
    line = sentence[:_LONGEST].casefold()
    if not any(map(line.__contains__, stems)):
        return "none"
    spoken = _SAID_BY_OTHERS.sub(" ", line)  # what somebody is quoted with is no notice of the newsroom's
    if any(pattern.search(spoken) for pattern in _proper()):
        return "proper"
    if _BRACKETED.search(line) or _TOUCHED.search(line) or _is_stamp(line):
        return "technical"
    return "none"


def _is_stamp(line: str) -> bool:
    """ "Updated", "Last update: 3 January 2026, 16:05": nothing behind it, or a time."""
    found = _STAMP.match(line)
    return bool(found and len(line.split()) <= _STAMP_WORDS and _SPELLED_TIME.search(found["rest"]))


@cache  # compiled when the first notice may be there: a fifth of a second
def _proper() -> list[re.Pattern[str]]:
    return [
        re.compile(pattern)
        for pattern in (
            rf"\A{_OPENING}{words.LABEL}(?: [^:.]{{0,40}})?\s*[:–—*-]+\s*\S",
            rf"\A{_OPENING}{words.LABEL}\s*\.",
            rf"\b{words.SELF}\b.*\b(?:{words.MENDED}|{words.WRONG})\b",
            rf"\b(?:{words.MENDED}|{words.WRONG})\b.*\b{words.SELF}\b",
            rf"\b{words.SELF}\b.*\b{words.CHANGED}\b.*\b{words.PURPOSE}\b",
            rf"\b{words.SELF}\b.*\b{words.CHANGED}\b\s*:\s*\S",
            rf"\b{words.WE}\b.*\b{words.MENDED}\b",
            rf"\b{words.WE}\b.*\b{words.CHANGED}\b.*\b(?:{words.SELF}|{words.PURPOSE}|{words.PART})\b",
            rf"\b{words.WE}\b.*\b(?:{words.SELF}|{words.PART})\b.*\b{words.CHANGED}\b",
            rf"\b{words.WE}\b.*\b{words.CHANGED}\b.*\b{words.WRONG}\b",
            rf"\A{_OPENING}{words.THE_TEXT}\b.{{0,30}}\b{words.CORRECTED}\b",
            rf"\b{words.WE_MENDED}\b",
            rf"\b{words.EARLIER}\b.*\b{words.SELF}\b",
            rf"\b{words.EARLIER}\b{words.OF_OTHERS}.*\b(?:{words.SAID}|{words.WRONG})\b",
            rf"\b(?:{words.SAID}|{words.WRONG})\b.*\b{words.EARLIER}\b{words.OF_OTHERS}",
            rf"\A{_OPENING}{words.NOTE}\s*[:–—-].*\b(?:{words.WRONG}|{words.MENDED}|{words.EARLIER})\b",
            rf"\b{words.UNLIKE_BEFORE}\b",
            rf"\b{words.SORRY}\b",
        )
    ]
