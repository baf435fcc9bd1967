"""What the newest rules must leave alone: quotes, places, figures, years, ids that only look like counting."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest

from pipelines.extract.announced import is_kept
from pipelines.extract.days import Clock, days
from pipelines.extract.notices import after
from pipelines.extract.printed import _dates
from pipelines.extract.times import leading_clock, shown
from pipelines.model import Version

from .test_cleaning import TEXT, of
from .test_flat import told
from .test_made_by_hand import AT, CLOCKS, TEXTS, read, texts

RIGHT = '<p style="text-align:right">{}</p>'
HEAD = '<meta property="article:published_time" content="2026-02-03T09:50:00Z">'


# --- text


@pytest.mark.parametrize("bold", ["<b>Hamburg</b>:", '<a href="/x">Hamburg</a>'])
def test_words_in_a_sentence_are_no_copy_of_the_headline(bold: str) -> None:
    found = of(f"<h3>Hamburg</h3><p>{bold} waits for the ferry to the island, which is late.</p>")

    assert found.text.startswith("Hamburg")


def test_a_paragraph_that_says_what_the_headline_says_stays() -> None:
    assert of("<h3>The ferry is back</h3><p>The ferry is back</p>").text == "The ferry is back"


@pytest.mark.parametrize("line", ["<p>Von Anna Meier</p>", RIGHT.format("Angela Merkel")])
@pytest.mark.parametrize(
    "quote",
    [f"<blockquote><p>{TEXT}</p>{{}}</blockquote>", f"<p>„{TEXT}“</p>{{}}", f"<blockquote>{TEXT}</blockquote>{{}}"],
)
def test_who_is_quoted_last_is_no_author(quote: str, line: str) -> None:
    found = of(f"<p>The mayor writes today:</p>{quote.format(line)}")

    assert found.authors == ()
    assert found.text.endswith(("Von Anna Meier", "Angela Merkel"))


@pytest.mark.parametrize("line", ["Wind 90 km/h", "Wind: 90 km/h", "No change"])
def test_what_stands_to_the_right_is_text_if_it_is_neither_a_name_nor_has_a_label(line: str) -> None:
    assert of(f"<p>{TEXT}</p>{RIGHT.format(line)}").text.endswith(line)


def test_a_place_from_which_amid_the_text_is_no_author() -> None:
    found = of(f"<p>{TEXT}</p><p>Von: Hamburg Altona</p><p>Nach: Kiel Hauptbahnhof</p>")

    assert (found.authors, "Von: Hamburg Altona" in found.text) == ((), True)


@pytest.mark.parametrize("beside", ["by Ann Reed, Metro reporter", "3 min read", "3 Minuten Lesezeit"])
def test_a_byline_or_how_long_it_is_beside_the_time_is_no_headline(beside: str) -> None:
    assert of(f"<div><time>14:05</time> {beside}</div><p>{TEXT}</p>").headline is None


# --- times


@pytest.mark.parametrize("text", ["3 February 2026 UTC", "Feb 3, 2026 GMT", "03.02.2026 UTC"])
def test_the_year_of_a_date_is_no_clock_in_utc(text: str) -> None:
    found = shown(text)

    assert found is not None
    assert (found.day, found.clock, found.moment) == (date(2026, 2, 3), None, None)


@pytest.mark.parametrize("text", ["14:05, 3 Feb 2026 GMT", "3 February 2026 1405Z", "2026-02-03 1405 UTC"])
def test_a_date_and_a_clock_in_utc(text: str) -> None:
    found = shown(text)

    assert found is not None
    assert found.moment == datetime(2026, 2, 3, 14, 5, tzinfo=UTC)


def test_a_year_before_a_word_is_no_clock() -> None:
    assert leading_clock("1945 Z Warszawy wyjechali ostatni.") is None


def test_seconds_are_no_number_of_an_update() -> None:
    assert [after("Update 14:05:30"), after("Update 2: 14.05")] == [7, 10]


@pytest.mark.parametrize(
    ("text", "hour"), [("रात 4:40 बजे", 4), ("दोपहर 11:40 बजे", 11), ("रात 8:40 बजे", 20), ("दोपहर 1:40 बजे", 13)]
)
def test_hindi_hours_before_dawn_and_before_noon(text: str, hour: int) -> None:
    found = shown(text)

    assert found is not None
    assert found.clock == time(hour, 40)


@pytest.mark.parametrize(
    ("line", "changed", "moment"),
    [
        ("Published 30 December, updated 2 January 2026", False, datetime(2025, 12, 30)),  # noqa: DTZ001
        ("Published 30 December 2025, updated 2 January", True, datetime(2026, 1, 2)),  # noqa: DTZ001
        ("Published 2 February, updated 3 February 2026", False, datetime(2026, 2, 2)),  # noqa: DTZ001
    ],
)
def test_about_new_year_the_year_of_the_other_date_is_the_nearest(line: str, changed: bool, moment: datetime) -> None:
    assert [found.moment for found in _dates(line, changed=changed)] == [moment]


def weekdays(*shows: tuple[int, int], first: date | None = None, alone: bool = False) -> list[int]:
    clocks = [Clock(time(hour), UTC, weekday=weekday) for weekday, hour in shows]
    return [d.day for d in days(clocks, at=AT, zone=UTC, changed=None, published=None, first=first, alone=alone)]


@pytest.mark.parametrize(
    ("shows", "expected"),
    [
        (((1, 9), (0, 22), (6, 8)), [3, 2, 1]),
        (((6, 8), (0, 22), (1, 9)), [1, 2, 3]),
        (((1, 14), (1, 13), (4, 12), (4, 11)), [3, 3, 30, 30]),
        (((0, 10), (4, 11), (2, 12), (1, 9), (6, 8)), [2, 30, 28, 27, 25]),
    ],
)
def test_the_order_of_a_stream_is_that_of_its_weekdays(shows: tuple[tuple[int, int], ...], expected: list[int]) -> None:
    assert weekdays(*shows) == expected


def test_weekdays_count_from_the_day_of_the_first_update_and_against_any_other() -> None:
    shows = ((4, 10), (6, 9), (0, 12))

    assert weekdays(*shows, first=date(2026, 1, 23), alone=True) == [23, 25, 26]
    assert weekdays(*shows, first=date(2026, 1, 29), alone=True) == [30, 1, 2]


def test_a_heading_of_another_weekday_is_not_that_of_a_clock() -> None:
    clocks = [Clock(time(9), UTC, date(2026, 2, 1), weekday=1), Clock(time(22), UTC, date(2026, 2, 1), weekday=0)]

    assert days(clocks, at=AT, zone=UTC, changed=None, published=None) == [date(2026, 2, 3), date(2026, 2, 2)]


# --- ids


def anchored(*names: str, flat: bool = False) -> list[str | None]:
    record = "<h3>{}</h3><p>{}</p>" if flat else '<div class="it"><span>{}</span><p>{}</p></div>'
    rows = (f'<a id="{n}"></a>{record.format(c, t)}' for n, c, t in zip(names, CLOCKS, TEXTS, strict=False))
    return [u.id for u in read(f"<div>{''.join(rows)}</div>").updates]


@pytest.mark.parametrize(
    "names",
    [
        ("a9f3b1cd", "e7f3a2ff", "c0ffee12", "badcafee"),  # ends with a number by chance
        ("n2", "n5", "n4", "n3"),  # one is pinned
        ("p12-a1b2c3", "p11-d4e5f6", "p10-a7b8c9"),
    ],
)
def test_anchors_are_ids_whatever_one_of_them_is_like(names: tuple[str, ...]) -> None:
    assert anchored(*names) == list(names)


@pytest.mark.parametrize("flat", [False, True])
@pytest.mark.parametrize("names", [("n1", "n2", "n3"), ("t0959", "t0930", "t0915"), ("t1005", "t0959", "t0930")])
def test_places_and_clocks_are_no_ids(names: tuple[str, ...], flat: bool) -> None:
    assert anchored(*names, flat=flat) == [None] * 3


# --- live pages


def amid(rows: list[tuple[str, str]], says: str = "") -> Version:
    story = f"<p>{TEXTS[0]} {TEXTS[1]}</p>" * 2
    items = "".join(f"<li><b>{c}</b> <p>{t}</p></li>" for c, t in rows)
    return told(f"<article><h1>Storm</h1>{says}{story}<ul>{items}</ul>{story}</article>", head=HEAD)


def test_a_live_page_may_have_an_introduction_and_a_background_below() -> None:
    rows = list(zip(CLOCKS, TEXTS, strict=True))

    assert texts(amid(rows)) == list(TEXTS)
    assert not amid(rows[::-1]).updates
    assert texts(amid(rows[::-1], "<p>Updates here throughout the day.</p>")) == list(TEXTS[::-1])


@pytest.mark.parametrize(("line", "kept"), [("Latest First Minister's words", False), ("Latest updates first", True)])
def test_a_first_minister_is_not_the_newest_first(line: str, kept: bool) -> None:
    assert is_kept(line) == kept
