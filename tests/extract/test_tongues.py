"""Times in words of languages that nobody here has listed; and words that are none."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from lxml import html

from pipelines.extract.times import shown
from pipelines.extract.zones import note, zone

MINUTES = timedelta(minutes=35)


@pytest.mark.parametrize(
    "text",
    [
        "৩৫ মিনিট আগে", "35 நிமிடங்களுக்கு முன்", "35 menit yang lalu", "35 phút trước", "35 นาทีที่แล้ว", "35 წუთის წინ",
        "35 րոպե առաջ", "35 min sitten", "před 35 minutami", "acum 35 de minute", "منذ 35 دقيقة", "35 मिनट पहले",
    ],
)  # fmt: skip
def test_ages(text: str) -> None:
    read = shown(text)

    assert read is not None
    assert read.age == MINUTES


@pytest.mark.parametrize("text", ["منذ ساعة", "hace una hora", "il y a 1 heure", "2 tuntia sitten"])
def test_hours(text: str) -> None:
    read = shown(text)

    assert read is not None
    assert read.age == timedelta(hours=2 if "2" in text else 1)


@pytest.mark.parametrize(
    "text",
    [
        "14 ජනවාරි 2026 16:20", "14 იანვარი 2026 16:20", "14 հունվարի 2026, 16:20", "14 januára 2026 o 16:20",
        "14 de gener de 2026, 16:20", "14 enero 2026 a las 16:20", "14 जनवरी 2026, 04:20 PM (IST)",
        "14 janvier 2026, 16 h 20 HNE", "Mié 14 enero 2026 16:20",
    ],
)  # fmt: skip
def test_dates(text: str) -> None:
    read = shown(text)

    assert read is not None
    assert read.moment is not None
    assert read.moment.isoformat() == "2026-01-14T16:20:00"


@pytest.mark.parametrize(
    "text",
    ["35 phút", "35 minút", "1 hour", "ago", "20 ans", "12 punti", "7 de 10", "Mark 12:30", "2 days left", "Mar 7"],
)
def test_how_long_how_often_and_names_are_no_times(text: str) -> None:
    assert shown(text) is None


def test_an_offset_beside_a_clock() -> None:
    clock, dated, far = shown("16:20 (GMT+3)"), shown("14.01.2026 16:20 UTC-05:30"), shown("16:20 GMT+25")

    assert clock is not None
    assert (clock.clock, clock.utc) == (time(13, 20), True)
    assert dated is not None
    assert dated.moment == datetime(2026, 1, 14, 21, 50, tzinfo=UTC)
    assert far is None


@pytest.mark.parametrize(
    ("lang", "host", "text", "name", "known"),
    [
        ("zh-Hant-HK", "x.example", "", "Asia/Hong_Kong", True),
        ("en-IN", "x.example", "", "Asia/Kolkata", True),
        ("hi", "x.example", "", "Asia/Kolkata", True),
        ("pt-BR", "x.example", "", "America/Sao_Paulo", False),
        ("en", "x.com.au", "", "Australia/Sydney", False),
        ("en-US", "x.example", "", "UTC", False),
        ("ar", "x.example", "جميع الأوقات بتوقيت مكة (غرينتش +3)", "UTC+03:00", True),
        ("ar", "x.example", "GMT+3 or UTC+4", "UTC", False),
        ("en-GB", "x.de", "GMT+9", "Europe/Berlin", True),
    ],
)
def test_the_newsrooms_zone(lang: str, host: str, text: str, name: str, known: bool) -> None:
    found = zone(lang, f"https://{host}/live", (), (), lambda: text)

    assert (str(found[0]), found[1]) == (name, known)


@pytest.mark.parametrize(
    ("note", "offset"),
    [
        ("heure de Nouméa, UTC+11", timedelta(hours=11)), ("All times GMT+5:30", timedelta(hours=5, minutes=30)),
        ("UTC-0330", -timedelta(hours=3, minutes=30)), ("বাংলাদেশ সময়, ইউটিসি+৬", timedelta(hours=6)),
        ("GMT−3", -timedelta(hours=3)),
    ],
)  # fmt: skip
def test_an_offset_that_is_noted(note: str, offset: timedelta) -> None:
    found, known = zone(None, "https://www.example.org/live", [], notes=lambda: note)

    assert (found.utcoffset(datetime(2026, 1, 3, tzinfo=UTC)), known) == (offset, True)


@pytest.mark.parametrize(
    ("line", "offset"),
    [
        ("<p>All times CET</p>", 1), ("<p>6 mars · Heure de Bruxelles (CET) · 12h</p>", 1),
        ("<p>Alle Zeiten UTC</p>", 0), ("<p>Alle Zeiten GMT</p>", 0), ("<p>nothing of times</p>", 1),
        ("<p>Times are UTC+11</p>", 11),
        ("<p>By <a href='/a'>Ada</a>, 16:10 (UTC+11)</p>", 11), ("<p>Part-time MSK jobs</p>", 1),
        ("<p>Financial Times MSK index</p>", 1), ("<p>Customer service: office hours time 9-5 ET</p>", 1),
        ("<footer><p>Times are UTC+11</p></footer>", 1), ("<p>ALL THE BEST, ET</p>", 1),
    ],
)  # fmt: skip
def test_a_line_of_the_page_names_a_zone(line: str, offset: int) -> None:
    page = html.fragment_fromstring(f"<div><h1>Storm</h1>{line}<div><span>15:20</span></div></div>")
    # in Berlin, if nothing is said
    found, _ = zone("de", "https://www.example.org/live", [], notes=lambda: note(page, []))

    assert found.utcoffset(datetime(2026, 1, 3, tzinfo=UTC)) == timedelta(hours=offset)


def test_what_only_begins_as_an_offset_is_none() -> None:
    assert zone(None, "https://www.example.org/live", [], notes=lambda: "UTC+11:2026") == (UTC, False)
