"""Where people put the time of an update, and how they write it: each way is read alike, newest first or last."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from itertools import pairwise

import pytest

from pipelines.extract import extract
from pipelines.extract.bylined import bylined
from pipelines.extract.openings import called, closing, opening
from pipelines.extract.source import Source, parse
from pipelines.extract.times import Read, leading_clock, leading_moment, shown
from pipelines.model import Version

from .test_flat import TEXTS

CLOCKS = ("17:42", "16:58", "15:33", "14:09", "12:51")
TITLES = ("The bridge is shut", "Two people taken to hospital", "Engineers arrive", "Buses turned back", "River rising")
Way = Callable[[str, str, str], str]  # of clock, headline and text

HEADED: dict[str, Way] = {
    "in brackets behind the headline": lambda c, h, t: f"<h3>{h} ({c})</h3><p>{t}</p>",
    "behind a dash": lambda c, h, t: f"<h3>{h} – {c}</h3><p>{t}</p>",
    "in an element of the headline": lambda c, h, t: f'<h3>{h} <span class="t">{c}</span></h3><p>{t}</p>',
    "below a break in the headline": lambda c, h, t: f"<h3>{h}<br><small>{c}</small></h3><p>{t}</p>",
    "in a line below the headline": lambda c, h, t: f"<h3>{h}</h3><p><em>{c}</em></p><p>{t}</p>",
    "with who posted it": lambda c, h, t: f'<h3>{h}</h3><p class="meta">Posted at {c} by Jo Reed</p><p>{t}</p>',
    "in a summary": lambda c, h, t: f"<details open><summary>{c} {h}</summary><p>{t}</p></details>",
    "below a headline in bold": lambda c, h, t: f"<p><strong>{h}</strong></p><p>{c} | {t}</p>",
}
BARE: dict[str, Way] = {
    "in brackets behind the text": lambda c, _, t: f"<p>{t} ({c})</p>",
    "below the text, with a name": lambda c, _, t: f"<p>{t}</p><p><i>Jo, {c}</i></p><hr>",
    "beside a term": lambda c, h, t: f"<dl><dt>{h} ({c})</dt><dd>{t}</dd></dl>",
    "behind a picture": lambda c, _, t: f"<p>🔴 {c} {t}</p>",
    "behind an arrow": lambda c, _, t: f"<p>» {c} {t}</p>",
    "of twelve hours, in one piece": lambda c, _, t: f"<p><b>{int(c[:2]) % 12 or 12}{c[3:]}pm</b> {t}</p>",
    "as soldiers say it": lambda c, _, t: f"<p><b>{c[:2]}{c[3:]} hrs</b> {t}</p>",
    "with its day in figures": lambda c, _, t: f"<p><b>03/02 {c}</b> - {t}</p>",
    "with its day": lambda c, _, t: f"<h4>Tuesday 3 February 2026, {c}</h4><p>{t}</p>",
    "behind a word that nobody knows": lambda c, _, t: f"<p><b>ZOL {c}</b></p><p>{t}</p>",
    "above a break": lambda c, _, t: f"<p><strong><span>AKTUALIZACJA, godz. {c}</span></strong><br>{t}</p>",
    "above a break, in a line of the source": lambda c, _, t: f"<p>\n<b>AKTUALIZACJA, godz. {c}</b><br>\n{t}</p>",
    "below its day": lambda c, _, t: f"<table><tr><td><b>03.02.2026<br> ora {c}</b></td><td>{t}</td></tr></table>",
    "behind the text, in small": lambda c, _, t: f"<div>{t} <span>Posted {c}</span></div>",
    "as of then": lambda c, h, t: f"<dl><dt><b>{h}</b>(2月3日　{c[:2]}時{c[3:]}分現在)</dt><dd>{t}</dd></dl>",
    "with a weekday in brackets": lambda c, _, t: f"<p><b>UPDATE (Tues. {c}):</b> {t}</p>",
}


def page(way: Way, most: int = 5, *, newest_first: bool = True) -> Version:
    rows = [way(*row) for row in zip(CLOCKS, TITLES, TEXTS, strict=True)][-most:]
    body = "".join(rows if newest_first else rows[::-1])
    head = '<meta property="article:modified_time" content="2026-02-03T17:43:00+00:00">'
    html = f"<title>Live: bridge</title>{head}<body><h1>Live: bridge</h1><div>{body}</div></body>"
    at = datetime(2026, 2, 3, 17, 50, tzinfo=UTC)
    found = extract(f'<html lang="en">{html}</html>'.encode(), url="https://fm.example.org/17", at=at, profiles=())
    assert isinstance(found, Version)
    return found


def told(version: Version) -> dict[str, tuple[str | None, str]]:
    return {f"{u.published:%d %H:%M}": (u.headline, u.text) for u in version.updates if u.published}


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize("name", [*HEADED, *BARE])
def test_each_update_has_its_time_and_its_text(name: str, newest_first: bool) -> None:
    found = told(page((HEADED | BARE)[name], newest_first=newest_first))

    assert {clock: text for clock, (_, text) in found.items()} == {
        f"03 {clock}": text for clock, text in zip(CLOCKS, TEXTS, strict=True)
    }
    if name in HEADED:
        assert {headline for headline, _ in found.values()} == set(TITLES)


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize("name", [*HEADED, *BARE])
def test_it_stays_as_it_is_when_others_come(name: str, newest_first: bool) -> None:
    pages = [told(page((HEADED | BARE)[name], most, newest_first=newest_first)) for most in (3, 4, 5)]

    assert [len(found) for found in pages] == [3, 4, 5]
    for before, after in pairwise(pages):
        assert before.items() <= after.items()


@pytest.mark.parametrize(
    ("text", "day", "clock"),
    [
        ("14.06 | godz. 12:40", date(1904, 6, 14), time(12, 40)),
        ("03/02 17:42", date(1904, 2, 3), time(17, 42)),
        ("1742 hrs", None, time(17, 42)),
        ("542pm", None, time(17, 42)),
        ("◇ 11일 오전 0시 20분", None, time(0, 20)),
        ("7月7日（火）午前11時30分", date(1904, 7, 7), time(11, 30)),
    ],
)
def test_short_lines_that_are_times(text: str, day: date | None, clock: time) -> None:
    read = shown(text)

    assert read is not None
    assert (read.moment.date() if read.moment else read.day) == day
    assert (read.moment.time() if read.moment else read.clock) == clock


SPELLED = """17 h 42|17 Uhr 42|17u42|17h42min|17 óra 42 perc|17 giờ 42|17g42|ob 17. uri 42|17.42 sati|17:42 horas
Klokken 17.42|Klockan 17:42|u 17.42 sati|στις 17:42|17:42 мск|17.42 часа|17:42 год|17:42 שעון ישראל|शाम 5:42|বিকেল ৫টা ৪২
বিকাল ৫:৪২|17:42（日本時間）|Bere 17:42|Heure : 17h42|Hora: 17:42|Uhrzeit: 17:42|MÀJ 17h42
Última actualización 17:42|Agg. 17:42"""


@pytest.mark.parametrize("text", SPELLED.replace("\n", "|").split("|"))
def test_a_clock_is_read_as_it_is_written_where_people_speak_so(text: str) -> None:
    read = shown(text)

    assert read is not None
    assert read.clock == time(17, 42)


@pytest.mark.parametrize("text", ["03.02.26 17:42", "3/2/26 17:42", "3. 2. 2026 ob 17:42", "3. února 2026, 17:42"])
def test_a_day_is_read_with_its_clock(text: str) -> None:
    read = shown(text)

    assert read is not None
    assert read.moment == datetime.combine(date(2026, 2, 3), time(17, 42))


@pytest.mark.parametrize("text", ["2 h 15", "4 h 30"])
def test_how_long_something_takes_is_no_clock(text: str) -> None:
    assert shown(text) is None


@pytest.mark.parametrize("text", ["14.06 - 15.30", "14.06", "2026 m", "1945 Z Warszawy", "3/4", "1742"])
def test_what_only_looks_like_a_day_with_its_clock_is_none(text: str) -> None:
    read = shown(text)

    assert read is None or read.moment is None


@pytest.mark.parametrize(
    ("line", "raw"),
    [
        ("7月7日（火）午前11時30分　避難指示を全域で解除しました", "7月7日（火）午前11時30分"),
        ("7 March 2026, 14:05 – The bridge is shut", "7 March 2026, 14:05"),
        ("UPDATE (Tues. 6:40 a.m.): The bridge is shut", "UPDATE (Tues. 6:40 a.m."),
        ("ORIGINAL STORY (Mon. 11:15 a.m.): HARLAN – Snow", "ORIGINAL STORY (Mon. 11:15 a.m."),
    ],
)
def test_a_day_and_a_clock_may_begin_a_line(line: str, raw: str) -> None:
    found = leading_moment(line)

    assert found is not None
    assert found[0].raw == raw
    assert line[found[1] :].split()[0] in ("避難指示を全域で解除しました", "The", "HARLAN")


@pytest.mark.parametrize(
    "line",
    [
        "The talks of Tuesday, 14:05, went on: nobody left",
        "Оновлено о 12:55: прес-служба уточнила",
        "Score 2:1 - a late goal",
        "Mo, Di 8.00 – 16.00 Uhr",
    ],
)
def test_prose_begins_with_no_day_and_clock(line: str) -> None:
    assert leading_moment(line) is None


def test_a_picture_or_an_arrow_stands_before_a_clock() -> None:
    assert [found and found[0].clock for line in ("🔴 17:42 The bridge", "▶️ 17:42 The bridge", "» 17:42 The bridge")
            for found in [leading_clock(line)]] == [time(17, 42)] * 3  # fmt: skip


@pytest.mark.parametrize(("line", "clock"), [("12 noon: Soup", time(12)), ("Midnight – the count", time(0))])
def test_noon_and_midnight_are_clocks_where_they_are_set_off(line: str, clock: time) -> None:
    found = leading_clock(line)

    assert found is not None
    assert found[0].clock == clock
    assert leading_clock("Noon trains were late: nobody knew") is None


@pytest.mark.parametrize("text", ["De segunda a sexta, às 7h30.", "Monday to Friday, 7.30"])
def test_two_weekdays_are_no_day_and_nobodys_name(text: str) -> None:
    assert shown(text) is None
    assert bylined(text) is None


def test_a_word_and_a_clock_are_a_line_or_are_set_off() -> None:
    assert called("SAA 16:52") == ("saa", Read("16:52", clock=time(16, 52)), 9)
    assert called("Toen 16:52 – de brug") is not None
    assert called("Toen 16:52 uren waren") is None


@pytest.mark.parametrize(
    "line",
    ["<h3>Ferry (5 pm service) is back</h3>", "<h3>17:42</h3>", "<h3>Won by 3-2</h3>", "<h3>Route 17 (2026)</h3>"],
)
def test_a_headline_without_a_time_at_its_end_closes_with_none(line: str) -> None:
    source = parse(f"<body>{line}</body>".encode(), "text/html")

    assert isinstance(source, Source)
    assert closing(source.body[0]) is None


def test_a_line_that_is_a_day_with_its_clock_is_no_clock_alone() -> None:
    found = opening("14.06 | 12:40")

    assert found is not None
    assert found[0].moment == datetime.combine(date(1904, 6, 14), time(12, 40))
    assert found[1] == len("14.06 | 12:40")
