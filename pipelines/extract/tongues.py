"""Times in words of a language that ``words`` and ``scripts`` do not know, put into English.

Months, weekdays, halves of the day, units and ages of some 200 languages are those that dateparser holds (most of them
from the CLDR). A text is of a language in which each of its words is one of these; of prose that is not so.
"""

from __future__ import annotations

import importlib
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
           "november", "december")  # fmt: skip
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_UNITS = ("second", "minute", "hour", "day", "week")
_WORDS = (*_MONTHS, *_WEEKDAYS, *_UNITS, "am", "pm", "ago")
_SILENT = ("0 day ago", "1 day ago")  # today and yesterday: days come from the order of the updates
_AGES = re.compile(r"\\1 (second|minute|hour|day|week) ago|1 (second|minute|hour|day|week) ago")
_NUMBER = r"(\d++[.,]?\d*+)"  # as dateparser writes it in its patterns
_WORD = re.compile(r"[^\s\d,.;:()\[\]|/·•–—+\-]+(?:['’][^\s\d,.;:()\[\]|/·•–—+\-]+)*")
SHORTEST = 3  # letters of a month: "x" is one somewhere, and so is "ni"
MOST = 6  # words; more are a sentence


def english(text: str, neutral: frozenset[str]) -> str | None:
    """The text with its words in English; None if there is no language in which all of them speak of time.

    ``neutral``: words that may stand in any language, and stay.
    """
    low = " ".join(text.casefold().split())
    known = _known()
    aged = known.ages.get(re.sub(r"\d{1,3}", "#", low))
    if aged:
        number = re.search(r"\d{1,3}", low)
        return aged.replace("#", number[0]) if number else aged
    words = [w for w in _WORD.findall(low) if w not in neutral]
    if not 0 < len(words) <= MOST or not all(w in known.words for w in words):
        return None
    languages = set.intersection(*(set(known.words[w]) for w in words))
    if not languages:
        return None
    language = min(languages)  # the rank: the more spoken one
    said = {w: known.words[w][language] for w in words}
    if "ago" in said.values():
        return _age(low, said)
    if any(name in _UNITS for name in said.values()):
        return None  # so long it takes, or so often
    return _WORD.sub(lambda found: said.get(found[0], found[0]), low)


def _age(text: str, said: Mapping[str, str]) -> str | None:
    units = [name for name in said.values() if name in _UNITS]
    number = re.findall(r"\d{1,3}", text)
    others = [name for name in said.values() if name and name not in _UNITS and name != "ago"]
    if len(units) != 1 or len(number) > 1 or others:
        return None
    return f"{number[0] if number else 1} {units[0]}s ago"


class _Known:
    def __init__(self) -> None:
        self.words: dict[str, dict[int, str]] = defaultdict(dict)  # word -> rank of a language -> what it is there
        self.ages: dict[str, str] = {}  # a whole text with # for its number -> an age in English


@cache
def _known() -> _Known:
    """Read once, where the first such word is met: it takes a tenth of a second."""
    known = _Known()
    for rank, info in enumerate(_languages()):
        for name in _WORDS:
            for word in info.get(name) or ():
                if name in _MONTHS and len(word) < SHORTEST and word.isascii():
                    continue
                known.words[word.casefold().rstrip(".")].setdefault(rank, name)
        for name in _SILENT:
            for word in (info.get("relative-type") or {}).get(name) or ():
                known.words[word.casefold()].setdefault(rank, "")
        for word in info.get("skip") or ():
            known.words[word.casefold()].setdefault(rank, "")
        for name, texts in _ages_of(info):
            for text in texts:
                known.ages.setdefault(text.casefold().replace(_NUMBER, "#"), name)
    return known


def _ages_of(info: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    for key in ("relative-type-regex", "relative-type"):
        for name, texts in (info.get(key) or {}).items():
            found = _AGES.fullmatch(name)
            if found and (found[1] or found[2]):
                yield f"{'#' if found[1] else 1} {found[1] or found[2]}s ago", [t for t in texts if _tells(t, name)]


def _tells(text: str, name: str) -> bool:
    """Not "yesterday" and "last week", which say a day or a week and no hour."""
    return name.startswith("\\1") or name in ("1 minute ago", "1 hour ago", "1 second ago")


def _languages() -> Iterator[Mapping[str, Any]]:
    for language in importlib.import_module("dateparser.data.languages_info").language_order:
        yield importlib.import_module(f"dateparser.data.date_translation_data.{language}").info
