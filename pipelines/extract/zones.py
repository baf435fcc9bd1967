"""Which zone a newsroom's clocks are in, as far as its page tells."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from .dom import address, said
from .source import Node
from .times import FARTHEST

# Countries with one zone for (nearly) all their newsrooms; zone names of the IANA database.
_EUROPE = {
    "uk": "London", "ie": "Dublin", "de": "Berlin", "at": "Vienna", "ch": "Zurich", "fr": "Paris", "it": "Rome",
    "es": "Madrid", "nl": "Amsterdam", "be": "Brussels", "lu": "Luxembourg", "dk": "Copenhagen", "se": "Stockholm",
    "no": "Oslo", "fi": "Helsinki", "pl": "Warsaw", "cz": "Prague", "sk": "Bratislava", "hu": "Budapest",
    "ro": "Bucharest", "bg": "Sofia", "gr": "Athens", "hr": "Zagreb", "si": "Ljubljana", "rs": "Belgrade",
    "ee": "Tallinn", "lv": "Riga", "lt": "Vilnius", "ua": "Kyiv", "tr": "Istanbul", "md": "Chisinau", "by": "Minsk",
    "al": "Tirane", "mk": "Skopje", "ba": "Sarajevo", "mt": "Malta",
}  # fmt: skip
_ELSEWHERE = {
    "in": "Asia/Kolkata", "pk": "Asia/Karachi", "jp": "Asia/Tokyo", "kr": "Asia/Seoul", "sg": "Asia/Singapore",
    "hk": "Asia/Hong_Kong", "tw": "Asia/Taipei", "il": "Asia/Jerusalem", "za": "Africa/Johannesburg",
    "ng": "Africa/Lagos", "ke": "Africa/Nairobi", "nz": "Pacific/Auckland", "ar": "America/Argentina/Buenos_Aires",
    "co": "America/Bogota", "pe": "America/Lima", "th": "Asia/Bangkok", "vn": "Asia/Ho_Chi_Minh", "ir": "Asia/Tehran",
    "bd": "Asia/Dhaka", "lk": "Asia/Colombo", "np": "Asia/Kathmandu", "ph": "Asia/Manila", "my": "Asia/Kuala_Lumpur",
    "cn": "Asia/Shanghai", "af": "Asia/Kabul", "sa": "Asia/Riyadh", "ae": "Asia/Dubai", "qa": "Asia/Qatar",
    "eg": "Africa/Cairo", "gh": "Africa/Accra", "tz": "Africa/Dar_es_Salaam", "ug": "Africa/Kampala",
    "ve": "America/Caracas", "uy": "America/Montevideo", "ec": "America/Guayaquil", "cy": "Asia/Nicosia",
    "ge": "Asia/Tbilisi", "am": "Asia/Yerevan", "az": "Asia/Baku", "is": "Atlantic/Reykjavik",
    "ma": "Africa/Casablanca", "dz": "Africa/Algiers", "tn": "Africa/Tunis", "sn": "Africa/Dakar",
    "ci": "Africa/Abidjan", "ml": "Africa/Bamako", "bf": "Africa/Ouagadougou", "gn": "Africa/Conakry",
    "tg": "Africa/Lome", "bj": "Africa/Porto-Novo", "ne": "Africa/Niamey", "cm": "Africa/Douala",
    "ga": "Africa/Libreville", "cg": "Africa/Brazzaville", "td": "Africa/Ndjamena", "rw": "Africa/Kigali",
    "bi": "Africa/Bujumbura", "dj": "Africa/Djibouti", "mg": "Indian/Antananarivo", "mu": "Indian/Mauritius",
    "km": "Indian/Comoro", "re": "Indian/Reunion", "ht": "America/Port-au-Prince", "gp": "America/Guadeloupe",
    "mq": "America/Martinique", "gf": "America/Cayenne", "nc": "Pacific/Noumea",
}  # fmt: skip
# Countries with several zones, and the one that most of their newsrooms are in.
_MOSTLY = {
    "br": "America/Sao_Paulo", "au": "Australia/Sydney", "ca": "America/Toronto", "mx": "America/Mexico_City",
    "id": "Asia/Jakarta", "ru": "Europe/Moscow", "cl": "America/Santiago", "pt": "Europe/Lisbon", "kz": "Asia/Almaty",
    "cd": "Africa/Kinshasa", "pf": "Pacific/Tahiti",
}  # fmt: skip
_ANYWHERE = frozenset(("us", "gb"))  # regions that templates name as they come
_LANGUAGES = {
    "de": "Europe/Berlin", "it": "Europe/Rome", "pl": "Europe/Warsaw", "cs": "Europe/Prague", "hu": "Europe/Budapest",
    "el": "Europe/Athens", "da": "Europe/Copenhagen", "sv": "Europe/Stockholm", "fi": "Europe/Helsinki",
    "nb": "Europe/Oslo", "no": "Europe/Oslo", "ja": "Asia/Tokyo", "ko": "Asia/Seoul", "uk": "Europe/Kyiv",
    "bg": "Europe/Sofia", "lt": "Europe/Vilnius", "lv": "Europe/Riga", "et": "Europe/Tallinn",
    "sk": "Europe/Bratislava", "sl": "Europe/Ljubljana", "hr": "Europe/Zagreb", "tr": "Europe/Istanbul",
    "he": "Asia/Jerusalem",
    **dict.fromkeys(("hi", "ta", "te", "mr", "gu", "kn", "ml", "pa", "or", "as"), "Asia/Kolkata"),
    "th": "Asia/Bangkok", "vi": "Asia/Ho_Chi_Minh", "fa": "Asia/Tehran", "ka": "Asia/Tbilisi", "hy": "Asia/Yerevan",
    "is": "Atlantic/Reykjavik", "ne": "Asia/Kathmandu", "si": "Asia/Colombo", "my": "Asia/Yangon",
    "km": "Asia/Phnom_Penh", "lo": "Asia/Vientiane", "am": "Africa/Addis_Ababa", "so": "Africa/Mogadishu",
    "sw": "Africa/Nairobi", "az": "Asia/Baku", "uz": "Asia/Tashkent", "fil": "Asia/Manila", "tl": "Asia/Manila",
    "ro": "Europe/Bucharest", "sr": "Europe/Belgrade", "bs": "Europe/Sarajevo", "mk": "Europe/Skopje",
    "sq": "Europe/Tirane", "mt": "Europe/Malta", "nl": "Europe/Amsterdam", "ca": "Europe/Madrid", "gl": "Europe/Madrid",
    "eu": "Europe/Madrid", "ga": "Europe/Dublin", "cy": "Europe/London", "be": "Europe/Minsk",
}  # fmt: skip
# Languages of newsrooms in several zones, and the one that most of them are in.
_SPOKEN_MOSTLY = {
    "bn": "Asia/Dhaka", "ur": "Asia/Karachi", "id": "Asia/Jakarta", "ms": "Asia/Kuala_Lumpur", "ru": "Europe/Moscow",
    "kk": "Asia/Almaty", "fr": "Europe/Paris",
}  # fmt: skip
# Abbreviations that mean one thing; the zone of the clock they stand beside, which knows its own summer time.
_ABBREVIATIONS = {
    "WIB": "Asia/Jakarta", "WITA": "Asia/Makassar", "WIT": "Asia/Jayapura", "JST": "Asia/Tokyo", "KST": "Asia/Seoul",
    "HKT": "Asia/Hong_Kong", "SGT": "Asia/Singapore", "PKT": "Asia/Karachi", "MEZ": "Europe/Berlin",
    "MESZ": "Europe/Berlin", "CET": "Europe/Paris", "CEST": "Europe/Paris", "EET": "Europe/Helsinki",
    "EEST": "Europe/Helsinki", "MSK": "Europe/Moscow", "ET": "America/New_York", "EST": "America/New_York",
    "EDT": "America/New_York", "PT": "America/Los_Angeles", "PST": "America/Los_Angeles",
    "PDT": "America/Los_Angeles", "AEST": "Australia/Sydney", "AEDT": "Australia/Sydney", "NZST": "Pacific/Auckland",
    "NZDT": "Pacific/Auckland", "SAST": "Africa/Johannesburg", "WAT": "Africa/Lagos", "HNE": "America/Toronto",
    "HAE": "America/Toronto", "HNP": "America/Vancouver", "HAP": "America/Vancouver", "BRT": "America/Sao_Paulo",
    "ART": "America/Argentina/Buenos_Aires",
}  # fmt: skip
_NOTED = {**_ABBREVIATIONS, "UTC": "Etc/UTC", "GMT": "Etc/UTC"}  # in a line about times
# What others call by the same letters: only where the language is that of the country.
_SHARED = {"BST": {"gb": "Europe/London"}, "IST": {"in": "Asia/Kolkata", "ie": "Europe/Dublin"}}
_UTC = ("GMT", "UTC", "غرينتش", "جرينتش", "ইউটিসি", "জিএমটি", "यूटीसी", "जीएमटी")
_GMT = re.compile(
    rf"(?:{'|'.join(_UTC)})\s?(?P<sign>[+\-−])\s?"
    r"(?P<h>\d{1,2}?)(?::?(?P<m>[0-5]\d))?(?![\d:])"
)
_WORDS = (
    r"times?|heures?|horas?|ora|orari[oi]?|tijd(?:en)?|zeit(?:en)?|uhr|tid(?:er)?|klokkeslett|czas(?:u|y)?|godziny|"
    r"час(?:ы|у)?|время|waktu|saat(?:ler)?"
)
# The line, or a part of it, begins so: "Financial Times", "part-time" and "from 9 to 5, time" name no zone of clocks.
_TIMES = re.compile(
    rf"(?:^|[(·|,;:–—.])\s*(?:all |alle |toutes les |todas las |tutti gli )?(?:{_WORDS})\b[^.\d]*$", re.IGNORECASE
)
_LOOSELY = re.compile(_WORDS, re.IGNORECASE)
_SIGN = re.compile(r"\s?[+\-−]\s?\d")
BEFORE = 40  # characters before an abbreviation in which it is said to be of times
LINE_MOST = 100  # characters of a line about the times
_ENDS = re.compile(r"(?<=[.!?])\s+")
_LETTERS = re.compile(r"\b[A-Z]{2,4}\b")
MOST = 0.5  # share of the printed times that must name it


def zone(
    lang: str | None, url: str, stated: Iterable[datetime], printed: Iterable[str] = (), notes: Callable[[], str] = str
) -> tuple[tzinfo, bool]:
    """The newsroom's zone for wall times, and whether anything speaks for just it: its country, an offset the page
    states, what most of the ``printed`` times name, "GMT+3" in its ``notes``, its language; else that of most newsrooms
    of the country; else UTC."""
    country = (address(url).hostname or "").rsplit(".", 1)[-1]
    if one := _of_country(country):
        return ZoneInfo(one), True
    offset = next((o for m in stated if (o := m.utcoffset())), None)
    if offset is not None:
        return timezone(offset), True
    if named := _named(list(printed)):
        return ZoneInfo(named), True
    language, region = _parts(lang)
    if written := _written(notes(), region):
        return written, True
    region = "" if region in _ANYWHERE else region
    if known := _of_country(region) or _LANGUAGES.get(language):
        return ZoneInfo(known), True
    mostly = _MOSTLY.get(country) or _MOSTLY.get(region) or _SPOKEN_MOSTLY.get(language)
    return (ZoneInfo(mostly), False) if mostly else (UTC, False)


def note(body: Node, records: Iterable[Node]) -> str:
    """The lines of a page, outside of its updates, that name an offset or a zone: "All times GMT+3", "Time: CET"."""
    if not _may_name_one(str(body.text_content())):
        return ""
    updates = set(records)
    named = (n for n in body.iter() if any(map(_names_one, _own(n))))
    outside = (n for n in named if updates.isdisjoint(around := (n, *n.iterancestors())) and not _is_apart(around))
    return " ".join(line for n in outside for line in _lines(said(n)))


def _lines(text: str) -> list[str]:
    """A line as it is; of a paragraph the sentences that are about times."""
    if len(text) <= LINE_MOST:
        return [text]
    sentences = (s for s in _ENDS.split(text) if len(s) <= LINE_MOST)
    return [s for s in sentences if _names_one(s) and _LOOSELY.search(s)]


def _is_apart(around: Iterable[Node]) -> bool:
    return any(node.tag in ("footer", "aside", "nav", "form") for node in around)


def _names_one(text: str) -> bool:
    offset = any(_GMT.match(text, at) for name in _UTC for at in _places(text, name))
    return offset or next(_of_times(text), None) is not None


def _of_times(text: str) -> Iterator[str]:
    """Abbreviations of zones behind a word for times."""
    for name in (*_NOTED, *_SHARED):
        for at in _places(text, name):
            if _SIGN.match(text, at + len(name)):
                continue  # an offset, and no zone
            around = text[max(0, at - 1) : at] + text[at + len(name) : at + len(name) + 1]
            if at <= LINE_MOST and not any(map(str.isalnum, around)) and _TIMES.search(text[:at]):
                yield name


def _may_name_one(page: str) -> bool:
    """A look at the whole text, whose lines may stand in each other's way: it lets through what its lines may not."""
    if any(_SIGN.match(page, at + len(name)) for name in _UTC for at in _places(page, name)):
        return True
    before = (page[max(0, at - BEFORE) : at] for name in (*_NOTED, *_SHARED) for at in _places(page, name))
    return any(map(_LOOSELY.search, before))


def _places(text: str, name: str) -> Iterator[int]:
    """Where a name stands; a pattern of all names would take as long over a whole page as parsing it."""
    at = text.find(name)
    while at >= 0:
        yield at
        at = text.find(name, at + 1)


def _own(node: Node) -> list[str]:
    """An element's text, without that of the elements in it."""
    return [node.text or "", *(child.tail or "" for child in node)]


def _written(text: str, region: str) -> tzinfo | None:
    """What "GMT+3" says, or "Time: CET", where a page says no other."""
    found = {
        timedelta(hours=int(f["h"]), minutes=int(f["m"] or 0)) * (-1 if f["sign"] in "-−" else 1)
        for f in _GMT.finditer(text)
    }
    near = [offset for offset in found if abs(offset) <= FARTHEST]
    if found:
        return timezone(near[0]) if len(near) == 1 else None
    named = {_NOTED.get(name) or _SHARED[name].get(region, "") for name in _of_times(text)} - {""}
    return ZoneInfo(named.pop()) if len(named) == 1 else None


def _of_country(code: str) -> str | None:
    return f"Europe/{_EUROPE[code]}" if code in _EUROPE else _ELSEWHERE.get(code)


def _parts(lang: str | None) -> tuple[str, str]:
    """``zh-Hant-HK`` -> zh, hk."""
    language, *rest = (lang or "").lower().replace("_", "-").split("-")
    region = next((part for part in rest if len(part) == 2), "")
    return language, region


def _named(printed: list[str]) -> str | None:
    names = Counter(_ABBREVIATIONS[a] for text in printed for a in set(_LETTERS.findall(text)) & _ABBREVIATIONS.keys())
    name, count = next(iter(names.most_common(1)), ("", 0))
    return name if count > MOST * len(printed) else None
