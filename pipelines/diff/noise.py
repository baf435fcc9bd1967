"""What a difference in text weighs: did somebody edit, was it typography, or did a clock tick?"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

from ..extract.canonical import TICKING, canonical
from ..extract.words import COUNTED, RELATIVE, hints_age, relative, words_of
from ..model import ChangeClass
from .words import same_ends

_FORMAT_MARKS = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−⁃", "-") | dict.fromkeys("’‘ʼ`´", "'"))
# A number with its sign and separators is one part: 1.5 is not 15, and -5 is not 5.
_PART = re.compile(r"(?<![\w.,:])-?\d+(?:[.,:]\d+)*|\d+|[^\W\d_]+(?:'[^\W\d_]+)*|\S")
_CLOCK = re.compile(r"\b([01]?\d|2[0-3])[:.]([0-5]\d)(?:[:.]([0-5]\d))?\b")
_TEMPERATURE = re.compile(r"(?:[^\W\d]+\s+)?[-−]?\d{1,2}\s?°\s?[CF]?", re.IGNORECASE)
_AUDIENCE = words_of(
    "reading watching viewing following online readers viewers lisent regardent ligne lesen schauen leyendo viendo "
    "leggendo guardando lezen kijken czyta ogląda lendo assistindo"
)
_AROUND_AUDIENCE = _AUDIENCE | words_of(
    "people users visitors others are is currently now right this page article blog live with us here and already "
    "personnes cet article page en direct ce personen menschen leute gerade mit diesen artikel jetzt dazu personas "
    "están esta artículo ahora persone stanno articolo ora mensen dit artikel nu osób ten artykuł teraz pessoas estão "
    "esta artigo agora"
)
_COUNTERS = COUNTED | words_of(
    "teilen geteilt gefällt reaktionen aufrufe partages réactions vues j aime compartir compartido reacciones vistas "
    "condivisioni condividi reazioni visualizzazioni komentarz komentarze komentarzy udostępnij udostępnień reakcji "
    "polubień wyświetleń partilhas partilhar compartilhamentos reações visualizações gedeeld delen weergaven reacties"
)
_THOUSANDS = words_of("k m b mio tsd mil mln tys mila")  # "3.4K"
# Latin letters and usual signs: where the normal form reads no entities, no temperatures, no times of other scripts,
# and no sign that it alone takes for an apostrophe.
_PLAIN = re.compile("[\x01-%'-\xaf\xb1-\xb3\xb5-\u024f–—‘’“”…]*")
_WORD = re.compile(r"[^\W\d_]+")
_SLACK = {
    "seconds": timedelta(minutes=1),
    "minutes": timedelta(minutes=2),
    "hours": timedelta(hours=1, minutes=1),
    "days": timedelta(days=1, hours=1),
    "weeks": timedelta(weeks=1, days=1),
}
_CLOCK_SLACK = timedelta(minutes=2)  # how far a rendering clock may be from the time between two captures
_CLOCK_LINE = 6  # words: a longer line with a clock in it is prose
_TICKING_LINE = 60  # characters; see ``canonical``
_DAY = timedelta(days=1)
_MARK = " ¤ "
_PUNCTUATION = frozenset({"Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sk", "Cc", "Cf", "Cs", "Co", "Cn"})


def text_class(old: str | None, new: str | None, elapsed: timedelta) -> ChangeClass:
    """The class of a change from one text to another, seen ``elapsed`` apart.

    ``cosmetic``: same words, numbers and symbols. ``volatile``: the same but for what ticks by itself: lines
    that hold only a clock, a date, an age or a counter; ages and short clock lines that went on by the time
    that has passed; temperatures alone. ``editorial``: anything else, numbers in prose included.
    """
    before, after = differing_lines(old or "", new or "")
    was, now = substance(before), substance(after)
    if was == now:
        return "cosmetic"
    if _surely_edited(before, after, was, now):
        return "editorial"
    if substance(canonical(before)) == substance(canonical(after)):
        return "volatile"
    before, after = differing_lines(old or "", new or "", around=1)  # an age may go on in the next line
    return "volatile" if _only_ticked(before, after, elapsed) else "editorial"


def _surely_edited(before: str, after: str, was: Sequence[str], now: Sequence[str]) -> bool:
    """A quick look, as most edits are plain: a word came or went that is in no clock, date, age or counter."""
    if not _PLAIN.fullmatch(before) or not _PLAIN.fullmatch(after) or hints_age(before) or hints_age(after):
        return False
    if all(map(_is_prose, (*before.splitlines(), *after.splitlines()))):
        return True
    head, tail = same_ends(was, now)
    words = Counter(was[head : len(was) - tail])
    words.subtract(now[head : len(now) - tail])
    return any(count and _lasts(word) for word, count in words.items())


def _is_prose(line: str) -> bool:
    """Too long for a line that ticks, too many words for one with a clock, and one of them not of the audience."""
    words = line.casefold().split()
    return len(line.strip()) > _TICKING_LINE and len(words) > _CLOCK_LINE and any(map(_lasts, words))


@lru_cache(4096)
def _lasts(word: str) -> bool:
    """No word of those that tick, nor two of them with an apostrophe between: it is taken out nowhere."""
    if not word.isascii() or not word.isalpha() or word in TICKING or word in _AROUND_AUDIENCE or word in _COUNTERS:
        return False
    return not any(word[:k] in TICKING and word[k:] in TICKING for k in range(1, len(word)))


def differing_lines(old: str, new: str, around: int = 0) -> tuple[str, str]:
    """Both without the lines that they begin and end with together; ``around``: but for so many of these."""
    before, after = old.split("\n"), new.split("\n")
    head, tail = same_ends(before, after)
    head, tail = max(0, head - around), max(0, tail - around)
    return "\n".join(before[head : len(before) - tail]), "\n".join(after[head : len(after) - tail])


def substance(text: str) -> list[str]:
    """What carries meaning, in order: words without case, numbers with sign and separators, symbols."""
    folded = unicodedata.normalize("NFKC", _FORMAT_MARKS.sub("", text)).casefold().translate(_DASHES)
    return [part.replace("'", "") for part in _PART.findall(folded) if not _is_punctuation(part)]


def _is_punctuation(part: str) -> bool:
    """Currency, percent, degrees, arithmetic and emoji are no punctuation: they say something."""
    if len(part) > 1 or part in "%‰":
        return False
    return part in "|~" or unicodedata.category(part) in _PUNCTUATION


def _only_ticked(old: str, new: str, elapsed: timedelta) -> bool:
    """The same but for ages and clocks, and each of them went on as far as time did."""
    (old_rest, old_ticks), (new_rest, new_ticks) = _without_ticks(old), _without_ticks(new)
    if len(old_ticks) != len(new_ticks) or substance(old_rest) != substance(new_rest):
        return False
    return all(_went_on(a, b, elapsed) for a, b in zip(old_ticks, new_ticks, strict=True))


@dataclass(frozen=True, slots=True)
class _Tick:
    at: timedelta  # an age, or the time of day
    slack: timedelta
    clock: bool


def _without_ticks(text: str) -> tuple[str, list[_Tick]]:
    """The text with a mark for each age and each clock in a short line, and what these said."""
    ticks: list[_Tick] = []

    def age(found: re.Match[str]) -> str:
        said = relative(found[0])
        if said is None:
            return found[0]
        ticks.append(_Tick(said[0], _SLACK[said[1]], clock=False))
        return _MARK

    def clock(found: re.Match[str]) -> str:
        hours, minutes, seconds = (int(n or 0) for n in found.groups())
        ticks.append(_Tick(timedelta(hours=hours, minutes=minutes, seconds=seconds), _CLOCK_SLACK, clock=True))
        return _MARK

    kept = "\n".join(line for line in text.splitlines() if not _says_nothing(line))
    lines = RELATIVE.sub(age, kept).splitlines()
    short = (_CLOCK.sub(clock, line) if len(line.split()) <= _CLOCK_LINE else line for line in lines)
    return "\n".join(short), ticks


def _says_nothing(line: str) -> bool:
    """Only a clock, a date, an age, a counter, a temperature or the size of the audience."""
    return not canonical(line) or _TEMPERATURE.fullmatch(line.strip()) is not None or _counts(line)


def _counts(line: str) -> bool:
    """ "6,511 people are reading this now", "3.4K likes": a number, and nothing but who looks at the page, or what
    readers did with it."""
    words = set(_WORD.findall(line.casefold()))
    if not words or not any(c.isdigit() for c in line):
        return False
    counter = words <= _COUNTERS | _THOUSANDS and not words <= _THOUSANDS
    return counter or (bool(words & _AUDIENCE) and words <= _AROUND_AUDIENCE)


def _went_on(old: _Tick, new: _Tick, elapsed: timedelta) -> bool:
    if old.clock != new.clock:
        return False
    behind = new.at - old.at - elapsed
    if old.clock:
        behind = min(behind % _DAY, -behind % _DAY)  # midnight may lie between
    return new.at == old.at or abs(behind) <= max(old.slack, new.slack)
