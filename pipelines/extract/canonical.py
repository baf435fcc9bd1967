"""The normal form of text, for hashes and matching only: never shown, never kept in place of the text.

What a visit changes by itself (ages like "4 min ago", clocks, comment counters, the way quotes and dashes are
typed) leaves the form as it is; a number in prose does not.
"""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata
from datetime import datetime
from functools import lru_cache

from ..model import Update, Version
from .scripts import spelled
from .words import CLOCK_WORDS, COUNTED, MONTHS, RELATIVE, TIME_LABELS, UNITS, WEEKDAYS, ZONES, hints_age, words_of

_FOLD = str.maketrans(
    dict.fromkeys("‘’‚‛′´`ʼ‹›", "'")
    | dict.fromkeys("“”„‟″«»〝〞", '"')
    | dict.fromkeys("‐‑‒–—―−⁃", "-")
    # zero-width and direction marks, soft hyphen, byte order mark, NUL: nobody sees them
    | dict.fromkeys([*range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, 0xFEFF, 0xAD, 0])
)
_TYPED = re.compile(f"[{''.join(re.escape(chr(c)) for c in _FOLD)}]")  # translate() looks at every letter
_TICKING = TIME_LABELS | CLOCK_WORDS | ZONES | WEEKDAYS | MONTHS.keys() | UNITS.keys()
_AGO = words_of(
    "ago fa geleden temu atrás sedan siden назад тому önce lalu πριν από vor hace há il y a just moments now"
)
_AROUND = TIME_LABELS | COUNTED | _TICKING | _AGO
TICKING = frozenset(_AROUND)  # all words of lines that tick
_WORD = re.compile(r"[^\W\d_]+")
_WORDS = re.compile(r"\w+")
# Where no spaces stand between words each letter counts as one: an element in their midst divides nothing.
_SPACELESS = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
_OTHERS = re.compile(r"[^\x00-\x7f]+")
_NO_LETTERS = bytes(b for b in range(128) if not chr(b).isalnum())
SHORT = 500  # characters; what is longer is not remembered
_CLOCK = re.compile(r"\W*\d{1,2}[:.h]\d{2}(?:[:.]\d{2})?\W*")
_EDGE = re.compile(r"[\s·•|,()\-]*")


def canonical(text: str) -> str:
    """Text -> its normal form: one line, casefolded, without what ticks.

    A line of its own that holds only a clock, a date, an age or a counter is dropped ("Updated 14.05 GMT",
    "12 comments"); an age is also dropped at either end of a line ("Bridge shut 4 min ago"). Elsewhere
    numbers stay: "12 people" and "13 people" are two texts.
    """
    lines = (_without_age(line) for line in _folded(text).split("\n"))
    return " ".join(" ".join(line for line in lines if line and not _is_ticking(line)).casefold().split())


def letters(text: str) -> str:
    """Casefolded words with one space between them, nothing dropped: for matching, not for hashes."""
    return _letters(text) if len(text) <= SHORT else _letters.__wrapped__(text)


@lru_cache(2048)  # headlines and first sentences are asked about by carrier after carrier
def _letters(text: str) -> str:
    folded = _folded(text).casefold()
    return " ".join(_WORDS.findall(folded if text.isascii() else _SPACELESS.sub(r" \g<0> ", folded)))


def count(text: str) -> int:
    """How many letters and digits a text has."""
    if text.isascii():
        return len(text.encode().translate(None, _NO_LETTERS))
    others = "".join(_OTHERS.findall(text))
    return len(text.encode("ascii", "ignore").translate(None, _NO_LETTERS)) + sum(map(str.isalnum, others))


def _folded(text: str) -> str:
    if "&" in text:
        text = html.unescape(html.unescape(text))
    if text.isascii() and "\0" not in text:
        return text
    return unicodedata.normalize("NFKC", _TYPED.sub(lambda found: _FOLD[ord(found[0])] or "", text))


def content_hash(version: Version) -> str:
    """``sha256:<hex>`` over what the page says; equal for two versions that tell a reader the same.

    Counted: headline, standfirst, whether coverage has ended or goes on elsewhere, and each update's text, headline,
    authors, times and pin, in their order. Not counted: times known only as an age, positions and ids, media and
    links (their addresses carry tokens). The whole-page text counts only where no updates were found: on a
    page of updates, what it holds beyond them is what rotates (promo boxes, most read), and the lead is the
    standfirst.
    """
    digest = hashlib.sha256()
    for part in _parts(version):
        # the length keeps "ab" + "c" and "a" + "bc" apart
        data = part.encode("utf-8", "surrogatepass")
        digest.update(b"%d:" % len(data) + data)
    return f"sha256:{digest.hexdigest()}"


def _parts(version: Version) -> list[str]:
    page = [canonical(version.headline or ""), canonical(version.standfirst or "")]
    page.append("ended" if version.state == "ended" else "")
    page += [version.continued_at] if version.continued_at else []
    if not version.updates:
        return [*page, canonical(version.text)]
    return page + [part for update in version.updates for part in _update_parts(update)]


def _update_parts(update: Update) -> list[str]:
    ticks = update.time_source == "relative"
    return [
        canonical(update.text),
        canonical(update.headline or ""),
        _moment(None if ticks else update.published),
        _moment(None if ticks else update.updated),
        "\n".join(canonical(a) for a in update.authors),
        "pinned" if update.pinned else "",
    ]


def _moment(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


def _without_age(line: str) -> str:
    """The line without an age at its beginning (before a new sentence) or at its very end."""
    line = line.strip()
    for found in RELATIVE.finditer(line) if hints_age(line) else ():
        if _EDGE.fullmatch(line, found.end()):
            return line[: found.start()].rstrip(" ·•|,(-")
        if _EDGE.fullmatch(line, 0, found.start()):
            after = line[found.end() :].lstrip(" ·•|,)-")
            if not after[:1].islower():
                return after
    return line


def _is_ticking(line: str) -> bool:
    """Only a clock, a date, an age or a counter: every word belongs to one, and there is a number."""
    if len(line) > 60 or "|" in line or not any(c.isdigit() for c in line):  # a bar: a row of a table
        return False
    line = spelled(line)
    words = _WORD.findall(line.casefold())
    if not words:
        # a number alone may be a result; beside a pictogram it counts hearts or comments
        return _CLOCK.fullmatch(line) is not None or any(unicodedata.category(c) == "So" for c in line)
    return all(word in _AROUND for word in words)
