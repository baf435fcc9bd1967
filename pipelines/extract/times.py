"""Reading times: what attributes state and what pages print. Nothing here knows the clock; ``at`` is given.

A time is first read as it stands (``Read``), then settled among its neighbours (``settle``): a clock alone
needs a day, a wall time needs a zone, an age needs the moment of the fetch.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import isleap
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime
from functools import lru_cache

from ..model import Precision, TimeSource
from . import notices
from .days import SKEW, Clock
from .days import days as days_of
from .scripts import leading, spelled
from .tongues import english
from .words import CLOCK_WORDS, MONTHS, RELATIVE, TIME_LABELS, WEEKDAY, WEEKDAYS, ZONES, hints_age, relative

FIRST, LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC)
SHOWN_MOST = 60  # characters: a printed date with its label; longer text is prose
FARTHEST = timedelta(hours=14)  # from UTC
AGE_MOST = 20  # characters of an age without a digit: "an hour ago"
MILLISECONDS_FROM = 1e11  # a larger epoch is in milliseconds (live-pages 7)
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*(?:Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?")
_CLOCK = re.compile(
    r"(?<![\d.:,])(?P<h>[01]?\d|2[0-3])(?:(?P<sep>[:.h]|\sh\s)(?P<m>[0-5]\d)(?:[:.](?P<s>[0-5]\d))?)?(?!\d|:\d|[.,]\d)"
    r"\s*(?P<half>[ap]\.?\s?m\b\.?)?(?P<word>\s*(?:Uhr|h)\b)?",
    re.IGNORECASE,
)
_ZULU = re.compile(r"(?<!\d)([01]\d|2[0-3])([0-5]\d)(?=Z\b|\s?(?:UTC|GMT)\b)\s?")  # "1635Z"; no "1945 Z Warszawy"
_MILITARY = re.compile(  # "1742 hrs", "542pm"
    r"(?<![\d.:,/-])([01]?\d|2[0-3])([0-5]\d)(?=\s?(?:hrs?|hours|h|[ap]\.?\s?m)\b)", re.IGNORECASE
)
# "17 Uhr 42", "17u42", "17h42min", "17 óra 42 perc", "ob 17. uri 42"
_WORDED = re.compile(
    r"(?<![\d.:,/-])([01]?\d|2[0-3])(?:\s?(?:h|u|g|Uhr|giờ|óra|часов|часа|год|sati)\s?|\.\s?uri\s)([0-5]\d)(?!\d|:)"
    r"(?:\s?(?:min(?:uten)?|perc|phút|мин(?:ут)?|хв|['’])(?!\w))?",
    re.IGNORECASE,
)
LONG = 5  # hours: "2 h 15" may be how long it takes
_OFFSET = re.compile(r"\b(?:GMT|UTC)\s?(?P<sign>[+\-−])(?P<h>\d{1,2})(?::?(?P<m>\d\d))?(?!\d)", re.IGNORECASE)
_BULLETS = frozenset(" \t\n\r•·-–—*[(\xa0»›>|")
_SIGNS = ("So", "Cf", "Mn")  # pictures, and what chooses their look
_CLOCKED = re.compile(r"\d\s?(?:[:.hug時时點点시]|[ap]\.?m\b|Uhr\b|óra\b|बजे|টা)", re.IGNORECASE)
_CUTS = re.compile(r"\s[–—|·•-]\s|\)?:\s|\u3000|[】］]|\n")  # where a line may turn from its time to its text
_NOON = re.compile(r"(?:12\s+)?(noon|midday|midnight)\b(?=\s*(?:[:–—|-]|\.\s|$))", re.IGNORECASE)
_RANGE = re.compile(r"\s*\d{1,2}[:.h]\d\d")  # "8.00 - 16.00"
_HALF = re.compile(r"\s?(?:hrs?\b|hours\b|h\b|[ap]\.?\s?m\b\.?)", re.IGNORECASE)
_SPACED = re.compile(r"\d\sh\s\d")
_LABELLED = re.compile(
    r"(?:(?:update|aktualisierung|mise à jour|actualización|aggiornamento|atualização)\s*(?:[,:–-]\s*|\s)"
    r"(?:um\s|à\s|a las\s|alle\s|ore\s|às\s)?|"
    r"(?:ore|ora|kl\.?|klo|godz\.?|hod\.?|alle|às|om|um|à|at|в|о)\s+)(?=\d)",
    re.IGNORECASE,
)
_HOURS = re.compile(r"\s*(?:hs|hrs|uur|hod|ч|год)\b", re.IGNORECASE)  # "19:10 hs."
_FRAMED = re.compile(r"\+{3,}\s*")  # "+++ 15:42 The ferry is back +++"
_GREEK_HALVES = (("μ.μ", "p.m"), ("π.μ", "a.m"), ("μμ", "pm"), ("πμ", "am"))
_CASE = re.compile(r"(?<=\d)(?:['’][^\W\d_]{1,4}|-kor)\b")  # "14:30'da", "14.30-kor": at half past two
_YEAR = re.compile(r"\b(20[0-3]\d)\b")
_DMY = re.compile(r"\b(\d{1,2})(?:[/-]|\.\s?)(\d{1,2})(?:[/-]|\.\s?)(20\d{2})\b")
# "03.02.26 17:42": before a clock alone
_DMY_SHORT = re.compile(r"(?<![\d.:/-])(\d{1,2})([./-])(\d{1,2})\2(\d{2})(?=,?\s[^\d]*\d{1,2}[:h]\d\d(?!\d))")
_YMD = re.compile(r"\b(20\d{2})([./-])(\d{1,2})\2(\d{1,2})\b\.?")
_DM = re.compile(r"(?<![\d.:])(\d{1,2})\.\s?(\d{1,2})\.(?=\s|$|,)")
# "14.06 | godz. 12:40"
_DM_BESIDE = re.compile(r"(?<![\d.:])(\d{1,2})\.(\d{1,2})(?=\s*[|,·•–—-]?\s)(?=[^\d]*\d{1,2}:\d\d(?!\d))")
_COLONED = re.compile(r"(?<![\d.:])\d{1,2}[:h]\d\d(?!\d)")
_SLASHED = re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})(?![\d/])")
_NUMBER = re.compile(r"(?<![\d:.])(\d{1,2})(?:st|nd|rd|th|\.|er)?(?![\d:])(?!\.\d)")
_NO_YEAR = 1904  # stands for "none is printed": a leap year that no page of ours is from
_TELLING_MONTH = 4  # letters: "set 2" and "mar 5" may be a tennis score or a table
_WORDS = re.compile(r"[^\W\d_]+")
_KNOWN = CLOCK_WORDS | TIME_LABELS | WEEKDAYS | ZONES | MONTHS.keys() | {"st", "nd", "rd", "th", "a", "p", "m", "t"}
_NEUTRAL = frozenset(ZONES | CLOCK_WORDS | {"a", "p", "m", "updated", "published"})


@dataclass(frozen=True, slots=True)
class Read:
    """A time as it stands: ``moment`` (naive: a wall time), ``clock`` or ``age``; an age may stand beside a clock."""

    raw: str
    moment: datetime | None = None
    clock: time | None = None
    day: date | None = None
    age: timedelta | None = None
    precision: Precision = "min"
    utc: bool = False  # the clock says it is UTC or GMT
    weekday: int | None = None  # of a clock without a day, where it is named; Monday is 0
    minute: float | None = None  # of a match: places the update among others, and says nothing of the time of day

    def is_timed(self) -> bool:
        """It says the time of day: more than a day, an age or the minute of a match."""
        return self.clock is not None or (self.moment is not None and self.precision != "day")

    def is_yearless(self) -> bool:
        """Of which year it is, the fetch says."""
        day = self.moment or self.day
        return day is not None and day.year == _NO_YEAR


@dataclass(frozen=True, slots=True)
class Stamp:
    """A settled time: aware UTC, how exact, how known, as printed."""

    moment: datetime
    precision: Precision
    source: TimeSource
    raw: str


def attribute(value: str) -> Read | None:
    """The value of a time attribute: ISO 8601, epoch seconds or milliseconds, or an RFC 5322 date."""
    value = value.strip()
    return _attribute(value) if 8 <= len(value) <= 40 else None


@lru_cache(4096)  # elements, JSON-LD and a profile state the same times
def _attribute(value: str) -> Read | None:
    if value.isdigit():
        return _epoch(value)
    try:
        if _ISO.fullmatch(value):
            spelled = re.sub(r"\s*(?:UTC|GMT)$", "Z", value.replace(",", "."))
            moment = datetime.fromisoformat(spelled)
        elif value[:3].lower() in WEEKDAYS and value[3:4] == ",":
            moment = parsedate_to_datetime(value)
        else:
            return None
    except (ValueError, IndexError, TypeError):
        return None
    return _in_range(Read(value, moment=moment, precision=_precision(value)))


def _epoch(value: str) -> Read | None:
    number = int(value)
    try:
        moment = datetime.fromtimestamp(number / 1000 if number > MILLISECONDS_FROM else number, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return _in_range(Read(value, moment=moment.replace(microsecond=0), precision="s"))


def _precision(value: str) -> Precision:
    return "day" if len(value) == 10 else "s" if value.count(":") >= 2 and "T" in value.upper() + "T" else "min"


def _in_range(read: Read) -> Read | None:
    moment = read.moment
    if moment is None:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return read if FIRST <= aware < LAST else None


def shown(text: str) -> Read | None:
    """A short printed time: "14.05 Uhr", "Updated at 12.36 GMT", "24 November 2026, 9:15 pm", "4 min ago".

    None if any word is not about time, so that scores and prices with words beside them are none.
    """
    text = " ".join(text.split())
    return _shown(text) if 2 <= len(text) <= SHOWN_MOST else None


@lru_cache(4096)  # several ask about the same short texts of a page
def _shown(text: str) -> Read | None:
    plain = _MILITARY.sub(r"\1:\2 ", _WORDED.sub(_as_clock, _CASE.sub("", spelled(text))))
    read = _shown_plain(plain)
    clocked = _ZULU.sub(r"\1:\2 ", plain)
    if clocked != plain and (zulu := _shown_plain(clocked)) and _tells_more(zulu, read):
        read, plain = zulu, clocked
    if read is None and (other := _english(plain)):
        read = _shown_plain(other)
    for begins in (notices.behind(plain), notices.after(plain)) if read is None else ():
        read = (begins and _shown_plain(plain[begins:])) or None
        if read := read if read and (read.clock or read.moment) and not read.age else None:
            break
    return replace(read, raw=text) if read is not None and read.raw != text else read


def _as_clock(found: re.Match[str]) -> str:
    bare = "h" in found[0].casefold() and " " in found[0] and int(found[1]) < LONG
    return found[0] if bare else f"{found[1]}:{found[2]} "


def _tells_more(zulu: Read, read: Read | None) -> bool:
    """Whether four digits are a clock and not the year: "3 February 2026 UTC"."""
    if read is None:
        return True
    if read.clock is not None or read.moment is not None or zulu.moment is None:
        return False
    return read.is_yearless() or not zulu.is_yearless()


def _english(text: str) -> str | None:
    """In English, where there are words in it that we do not know."""
    if not any(map(str.isdigit, text)) and len(text) > AGE_MOST:
        return None
    return None if all(w in _KNOWN for w in _WORDS.findall(text.casefold())) else english(text, _NEUTRAL)


def _shown_plain(text: str) -> Read | None:
    digits = any(map(str.isdigit, text))
    if not digits and not hints_age(text):
        return None
    aged = relative(text)
    if aged:
        return _aged(text, *aged)
    iso = attribute(text)
    if iso:
        return iso
    words = _WORDS.findall(text.casefold())
    if not digits or not all(w in _KNOWN for w in words):
        return None
    day, rest = _printed_day(_OFFSET.sub(" ", text), words)
    clock, zone_free = _first_clock(rest)
    if clock is None and day is None:
        return None
    if day is None and _SPACED.search(text) and len(words) < 2:
        return None  # "2 h 15" may be how long it takes
    if clock is not None and day is None and _YEAR.sub("", zone_free).strip(" ,.|·-–()") and _digits(zone_free):
        return None  # more numbers than a clock: a score, a list, a phone number
    utc = _says_utc(text)
    if clock is not None and (offset := _OFFSET.search(text)):
        return _at_offset(text, day, clock, offset)
    precision: Precision = "day" if clock is None else "s" if clock.second else "min"
    if clock is not None and day is not None:
        return Read(text, moment=datetime.combine(day, clock, UTC if utc else None), precision=precision)
    named = {WEEKDAY[word] for word in words if word in WEEKDAY} if day is None else set()
    if len(named) > 1:
        return None  # "Monday to Friday, 7.30"
    weekday = named.pop() if named else None
    return Read(text, clock=clock, day=day, precision=precision, utc=utc, weekday=weekday)


def _at_offset(text: str, day: date | None, clock: time, offset: re.Match[str]) -> Read | None:
    """A clock beside "GMT+3"."""
    away = timedelta(hours=int(offset["h"]), minutes=int(offset["m"] or 0))
    away = -away if offset["sign"] in "-−" else away
    if abs(away) > FARTHEST:
        return None
    precision: Precision = "s" if clock.second else "min"
    if day is not None:
        return Read(text, moment=datetime.combine(day, clock, timezone(away)), precision=precision)
    there = datetime.combine(date(2000, 1, 2), clock) - away
    return Read(text, clock=there.time(), precision=precision, utc=True)


def _aged(text: str, age: timedelta, unit: str) -> Read:
    """An age, or the clock that it stands beside: "14.05, 12 min ago"."""
    rough = unit in ("days", "weeks")
    clock, _ = (None, "") if rough else _first_clock(RELATIVE.sub(" ", text))
    precision: Precision = "day" if rough else "s" if clock and clock.second else "min"
    return Read(text, clock=clock, age=age, precision=precision, utc=clock is not None and _says_utc(text))


def is_of_time(text: str) -> bool:
    """Whether all of its words are about time: "Monday to Friday" is nobody's name."""
    return all(word in _KNOWN for word in _WORDS.findall(text.casefold()))


def _says_utc(text: str) -> bool:
    return not {"utc", "gmt", "z"}.isdisjoint(_WORDS.findall(text.casefold()))


def leading_clock(text: str) -> tuple[Read, int] | None:
    """The clock at the start of a paragraph and where the rest begins: "14.05 Uhr: The bridge ..."."""
    other = None if text.isascii() else leading(text)
    if other:
        read = _shown(other[0])
        rest = text[other[1] :]
        return (replace(read, raw=text[: other[1]].strip()), other[1] + _separator(rest)) if read else None
    for half, same in () if text.isascii() else _GREEK_HALVES:
        text = text.replace(half, same)  # letter for letter
    start = _behind_bullets(text)
    start = framed.end() if (framed := _FRAMED.match(text, start)) else start
    if zulu := _ZULU.match(text, start):
        behind = start + len(zulu[0]) + (1 if text.startswith("Z", zulu.end()) else 3)
        shows = time(int(zulu[1]), int(zulu[2]))
        return Read(text[start:behind], clock=shows, utc=True), behind + _separator(text[behind:])
    if special := _specially(text, start):
        return special[0], special[1] + _separator(text[special[1] :])
    labelled = found.end() if (found := _LABELLED.match(text, start)) else notices.after(text, start)
    start = labelled or start
    found = _CLOCK.match(text, start)
    if not found or not (found["m"] or found["half"] or (found["word"] or "").strip().lower() == "uhr"):
        return None
    end = cased.end() if (cased := _CASE.match(text, found.end())) else found.end()
    end = hours.end() if (hours := _HOURS.match(text, end)) else end
    zone = re.match(r"\s*\(?(UTC|GMT|[A-Z]{3,4})\b\)?", text[end:])
    named = zone and zone[1].casefold() in ZONES
    if zone and named:
        end += zone.end()
    rest = text[end:]
    if labelled and not re.match(r"\s*\)?(?:[-–—:|]|\.\s)", rest):
        return None  # "At 14:05 the bridge was shut" is prose
    # A measure is no time: "12.50 euros", "64.90 s", "58.12%"
    if re.match(r"\s*(?:%|€|\$|£|km|kg|s\b|sec|euro|dollar|pound|million|m\b|points?|percent|per cent|Prozent)", rest):
        return None
    clock = _clock(found)
    utc = bool(named and zone and zone[1] in ("UTC", "GMT"))
    return Read(text[start:end].strip(), clock=clock, utc=utc), end + _separator(rest)


def _says_when(text: str) -> bool:
    """A clock with words for "at" and weekdays; "Updated at 12:55: ..." is said in an update, of an update."""
    return not any(word in TIME_LABELS for word in _WORDS.findall(text.casefold())) or notices.after(text) is not None


def _specially(text: str, start: int) -> tuple[Read, int] | None:
    """ "12 noon", "1742 hrs", "17 Uhr 42", and where they end."""
    if noon := _NOON.match(text, start):
        return Read(text[start : noon.end()], clock=time(0 if noon[1].lower() == "midnight" else 12)), noon.end()
    found = _MILITARY.match(text, start) or _WORDED.match(text, start)
    if found is None:
        return None
    told = _HALF.match(text, found.end())
    end = told.end() if told else found.end()
    read = _shown(text[start:end])
    return (read, end) if read and read.clock else None


def _behind_bullets(text: str) -> int:
    """Where a line begins behind its bullet, arrow or picture."""
    for at, letter in enumerate(text):
        if letter not in _BULLETS and unicodedata.category(letter) not in _SIGNS:
            return at
    return len(text)


def leading_moment(text: str) -> tuple[Read, int] | None:
    """A day with its clock at the start of a paragraph, and where the rest begins: "7 March 2026, 14:05 - The bridge",
    "UPDATE (Tues. 6:40 a.m.): The bridge"."""
    if not _CLOCKED.search(text):
        return None
    for cut in _CUTS.finditer(text):
        read = shown(text[: cut.start()]) if cut.start() > 2 else None
        if read is None or read.precision == "day" or read.age is not None or _RANGE.match(text, cut.end()):
            continue
        dated = read.moment is not None or read.weekday is not None
        if dated or (read.clock is not None and _says_when(text[: cut.start()])):
            return read, cut.end() + _separator(text[cut.end() :])
    return None


def _separator(rest: str) -> int:
    left = rest.lstrip(" \t\n\r:.,•·|-–—)]\xa0\u3000：、，】］）")
    framed = _FRAMED.match(left)
    return len(rest) - len(left) + (framed.end() if framed else 0)


def _printed_day(text: str, words: list[str]) -> tuple[date | None, str]:
    """A printed date and the text without it."""
    try:
        numeric = _DMY.search(text)
        if numeric:
            a, b, year = (int(g) for g in numeric.groups())
            # 3/25/2026 can only be American; else the rest of the world's order
            day = date(year, a, b) if b > 12 else date(year, b, a)
            return day, _without(text, numeric)
        ordered = _YMD.search(text)
        if ordered:
            return date(int(ordered[1]), int(ordered[3]), int(ordered[4])), _without(text, ordered)
        weekday = not WEEKDAYS.isdisjoint(words)
        short = _DMY_SHORT.search(text)
        if short and 1 <= int(short[3]) <= 12:
            return date(2000 + int(short[4]), int(short[3]), int(short[1])), _without(text, short)
        yearless = _DM.search(text)
        if yearless and (weekday or _first_clock(_without(text, yearless))[0] is not None):
            return date(_NO_YEAR, int(yearless[2]), int(yearless[1])), _without(text, yearless)
        if (beside := _DM_BESIDE.search(text)) and 1 <= int(beside[2]) <= 12:
            return date(_NO_YEAR, int(beside[2]), int(beside[1])), _without(text, beside)
        slashed = _SLASHED.search(text)
        if slashed and (weekday or _COLONED.search(_without(text, slashed))):
            a, b = int(slashed[1]), int(slashed[2])
            return date(_NO_YEAR, a, b) if b > 12 else date(_NO_YEAR, b, a), _without(text, slashed)
        month = next((w for w in words if w in MONTHS), None)
        if month:
            return _named_day(text, month, words)
    except ValueError:
        pass
    return None, text


def _named_day(text: str, month: str, words: list[str]) -> tuple[date | None, str]:
    """3 March 2026, March 3; without a year only where something else says that a day is meant."""
    year = _YEAR.search(text)
    rest = _without(text, year) if year else text
    number = _NUMBER.search(rest)
    if not number:
        return None, text
    rest = _without(rest, number)
    if year is None and len(month) < _TELLING_MONTH and WEEKDAYS.isdisjoint(words) and _first_clock(rest)[0] is None:
        return None, text
    return date(int(year[1]) if year else _NO_YEAR, MONTHS[month], int(number[1])), rest


def _without(text: str, found: re.Match[str]) -> str:
    return f"{text[: found.start()]} {text[found.end() :]}"


def in_year(day: date, at: datetime) -> date:
    """A day that was printed without its year: the last such day up to the fetch, or tomorrow."""
    if day.year != _NO_YEAR:
        return day
    latest = at.date() + timedelta(days=1)
    years = (y for y in range(latest.year, latest.year - 9, -1) if day.month != 2 or day.day != 29 or isleap(y))
    return next(d for y in years if (d := day.replace(year=y)) <= latest)


def _first_clock(text: str) -> tuple[time | None, str]:
    for found in _CLOCK.finditer(text):
        if found["m"] or found["half"] or (found["word"] or "").strip():
            return _clock(found), text[: found.start()] + text[found.end() :]
    return None, text


def _clock(found: re.Match[str]) -> time:
    hour = int(found["h"])
    half = (found["half"] or "").lower()
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    return time(hour, int(found["m"] or 0), int(found["s"] or 0))


def _digits(text: str) -> bool:
    return any(c.isdigit() for c in text)


@dataclass(frozen=True, slots=True)
class Place:
    """What times without day or zone are read against."""

    at: datetime  # the fetch, aware
    zone: tzinfo = UTC  # the newsroom's, as far as known
    changed: datetime | None = None  # when the page itself says that it last changed
    published: datetime | None = None  # and when it was first published
    first: date | None = None  # the day of its first update, where it prints no more than that ...
    alone: bool = False  # ... and nothing else says of which day its clocks are
    somewhere: bool = False  # the zone is no more than a guess


def settle_one(read: Read, place: Place, day: date | None = None) -> Stamp | None:
    """One time by itself; ``day`` is for a clock without one."""
    if read.age is not None and read.clock is None:
        moment = (place.at - read.age).replace(microsecond=0)
        return Stamp(moment, read.precision, "relative", read.raw)
    if read.moment is not None:
        stated = read.moment.tzinfo is not None
        moment = datetime.combine(in_year(read.moment.date(), place.at), read.moment.timetz())
        return _stamp(moment, place.zone, read, "stated" if stated else "inferred")
    day = read.day or day
    if day is None:
        return None
    return _stamp(
        datetime.combine(in_year(day, place.at), read.clock or time()),
        UTC if read.utc else place.zone,
        read,
        "inferred",
    )


def _stamp(moment: datetime, zone: tzinfo, read: Read, source: TimeSource) -> Stamp:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    return Stamp(aware.astimezone(UTC), read.precision, source, read.raw)


def settle(reads: list[Read | None], place: Place, days: list[date | None] | None = None) -> list[Stamp | None]:
    """Times in document order. Clocks alone get their days from the order: newest first or oldest first."""
    fixed = [in_year(d, place.at) if d else None for d in days or [None] * len(reads)]
    clocks = {
        i: Clock(
            r.clock, UTC if r.utc else place.zone, fixed[i], place.at - r.age if r.age is not None else None, r.weekday
        )
        for i, r in enumerate(reads)
        if r is not None and r.clock is not None and r.day is None
    }
    settled = days_of(
        list(clocks.values()), at=place.at, zone=place.zone, changed=place.changed, published=place.published,
        first=place.first, alone=place.alone, ahead=FARTHEST if place.somewhere else SKEW,
    )
    found = dict(zip(clocks, settled, strict=True))
    return [settle_one(r, place, found.get(i)) if r is not None else None for i, r in enumerate(reads)]
