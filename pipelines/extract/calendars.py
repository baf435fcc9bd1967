"""Dates of other calendars and scripts, as the rest is read: the solar year of Iran and Afghanistan, the Buddhist
year, months in Bengali and Hindi.

12 اسفند 1404 and 1404/12/12 -> 3.3.2026, 3 มีนาคม 2569 -> 3.3.2026. Digits are Western by then.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from unicodedata import normalize

_SOLAR_MONTHS = (
    "فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند",
)  # fmt: skip
_SOLAR_MONTH = {name: number for number, name in enumerate(_SOLAR_MONTHS, 1)}
_SOLAR_NAMED = re.compile(rf"(\d{{1,2}})\s+({'|'.join(_SOLAR_MONTHS)})(?:\s*ماه)?[\s،,]+(1[34]\d\d)(?!\d)")
_SOLAR_PLAIN = re.compile(r"(?<!\d)(1[34]\d\d)[/.-](\d{1,2})[/.-](\d{1,2})(?!\d)")
_SOLAR_EPOCH = date(2025, 3, 21), 1404  # the first day of this year
_LEAP = frozenset((1, 5, 9, 13, 17, 22, 26, 30))  # of the 33 years in which the spring equinox comes round again

_THAI_MONTHS = (
    "มกราคม ม.ค.", "กุมภาพันธ์ ก.พ.", "มีนาคม มี.ค.", "เมษายน เม.ย.", "พฤษภาคม พ.ค.", "มิถุนายน มิ.ย.", "กรกฎาคม ก.ค.",
    "สิงหาคม ส.ค.", "กันยายน ก.ย.", "ตุลาคม ต.ค.", "พฤศจิกายน พ.ย.", "ธันวาคม ธ.ค.",
)  # fmt: skip
_THAI_MONTH = {word: number for number, words in enumerate(_THAI_MONTHS, 1) for word in words.split()}
_THAI_DAY = re.compile(
    rf"(\d{{1,2}})\s*({'|'.join(map(re.escape, sorted(_THAI_MONTH, key=len, reverse=True)))})\s*(\d{{4}}|\d\d(?!\d))"
)
_BUDDHIST = 543  # years ahead


_INDIC_MONTHS = (
    "জানুয়ারি जनवरी", "ফেব্রুয়ারি फरवरी", "মার্চ मार्च", "এপ্রিল अप्रैल", "মে मई", "জুন जून", "জুলাই जुलाई", "আগস্ট अगस्त",
    "সেপ্টেম্বর सितंबर सितम्बर", "অক্টোবর अक्टूबर", "নভেম্বর नवंबर नवम्बर", "ডিসেম্বর दिसंबर दिसम्बर",
)  # fmt: skip
_INDIC_MONTH = {
    normalize("NFC", word): number for number, words in enumerate(_INDIC_MONTHS, 1) for word in words.split()
}
_INDIC_DAY = re.compile(rf"(\d{{1,2}})\s+({'|'.join(_INDIC_MONTH)}),?\s+(20\d\d)")
_INDIC_WEEKDAY = re.compile("(?:সোম|মঙ্গল|বুধ|বৃহস্পতি|শুক্র|শনি|রবি)বার,?|(?:सोम|मंगल|बुध|गुरु|शुक्र|शनि|रवि)वार,?")


def western(text: str) -> str:
    """The text with such dates as ``day.month.year`` of ours; what is no date in them stays as it is."""
    text = _SOLAR_NAMED.sub(lambda f: _solar(f[0], f[3], _SOLAR_MONTH[f[2]], f[1]), text)
    text = _SOLAR_PLAIN.sub(lambda f: _solar(f[0], *f.groups()), text)
    text = _INDIC_WEEKDAY.sub(" ", normalize("NFC", text))
    text = _INDIC_DAY.sub(lambda f: f" {f[1]}.{_INDIC_MONTH[f[2]]}.{f[3]} ", text)
    return _THAI_DAY.sub(_buddhist, text)


def _solar(found: str, year: str, month: str | int, day: str) -> str:
    number, count = int(month), int(day)
    if not (1 <= number <= 12 and 1 <= count <= (31 if number < 7 else 30)):
        return found
    first, known = _SOLAR_EPOCH
    years = range(min(known, int(year)), max(known, int(year)))
    days = sum(365 + (y % 33 in _LEAP) for y in years) * (1 if int(year) >= known else -1)
    passed = 31 * (number - 1) - max(0, number - 7) + count - 1
    return _said(first + timedelta(days=days + passed))


def _buddhist(found: re.Match[str]) -> str:
    year = int(found[3]) + (2500 if len(found[3]) == 2 else 0)
    year -= _BUDDHIST if year > 2400 else 0  # a few write Western years
    try:
        return _said(date(year, _THAI_MONTH[found[2]], int(found[1])))
    except ValueError:
        return found[0]


def _said(day: date) -> str:
    return f" {day.day}.{day.month}.{day.year} "
