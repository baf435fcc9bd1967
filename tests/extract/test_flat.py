"""Updates that nothing holds together, as small newsrooms write them: ends, what stands beside them, their day."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import pairwise

import pytest

from pipelines.extract import extract
from pipelines.extract.times import leading_clock, shown
from pipelines.model import Version

from .test_made_by_hand import CLOCKS, TEXTS, clocks, read, records, texts

NOTE = "Thank you for reading; more of it is in our news at six."
ROWS = "".join(f"<p><b>{clock}</b> – {text}</p>" for clock, text in zip(CLOCKS, TEXTS, strict=True))


def told(body: str, *, head: str = "", lang: str = "en", url: str = "https://fm.example.org/n/17") -> Version:
    """Of a page that does not announce itself."""
    page = f'<html lang="{lang}"><title>Storm</title>{head}<body>{body}</body></html>'
    found = extract(page.encode(), url=url, at=datetime(2026, 2, 3, 15, 0, tzinfo=UTC), profiles=())
    assert isinstance(found, Version)
    return found


@pytest.mark.parametrize(
    "note",
    [
        f"<hr><p>{NOTE}</p>",
        f"<hr><div><p>{NOTE}</p></div>",
        f"<p><em>{NOTE}</em></p>",
        f'<p><span style="font-style: italic">{NOTE}</span></p>',
        f'<p style="text-align:center">{NOTE}</p>',
        f'<p class="has-text-align-center">{NOTE}</p>',
    ],
)
def test_a_note_below_the_last_update_is_not_its_text(note: str) -> None:
    rows = "".join(f"<p><b>{c}</b> – {t}</p><p>{t}</p>" for c, t in zip(CLOCKS, TEXTS, strict=True))
    only_the_start = f"<p><b>10:01</b> – {TEXTS[0]}</p>"
    found = read(f"<div>{rows}{only_the_start}{note}</div>")

    assert texts(found) == [*(f"{text}\n{text}" for text in TEXTS), TEXTS[0]]


@pytest.mark.parametrize(
    "more", ["<p>{0}</p>", "<p>He said: <em>{0}</em></p>", "<p><em>“{0}”</em></p>", "<blockquote>{0}</blockquote>"]
)
def test_a_paragraph_of_the_last_update_is_its_text(more: str) -> None:
    rows = "".join(f"<p><b>{c}</b> – {t}</p><p>{t}</p>" for c, t in zip(CLOCKS, TEXTS, strict=True))
    found = read(f"<div>{rows}<p><b>10:01</b> – {TEXTS[0]}</p>{more.format(NOTE)}</div>")

    assert NOTE in texts(found)[-1]


def test_the_last_of_a_list_ends_with_the_list() -> None:
    rows = "".join(f"<li><b>{c}</b> – {t}</li>" for c, t in zip(CLOCKS, TEXTS, strict=True))

    assert texts(read(f"<div><ul>{rows}</ul><p>{NOTE}</p></div>")) == list(TEXTS)


def test_what_stands_between_two_lists_of_updates_is_of_none() -> None:
    def items(numbers: range) -> str:
        return "<ul>" + "".join(f"<li><b>{CLOCKS[n]}</b> – {TEXTS[n]}</li>" for n in numbers) + "</ul>"

    found = read(f"<div>{items(range(3))}<h3>In the morning</h3><p>{NOTE}</p>{items(range(3, 5))}</div>")

    assert texts(found) == list(TEXTS)
    assert {update.headline for update in found.updates} == {None}


def test_lists_of_one_time_each_leave_the_text_behind_them_to_it() -> None:
    rows = "".join(f"<ul><li><b>{c}</b></li></ul><p>{t}</p>" for c, t in zip(CLOCKS, TEXTS, strict=True))

    assert texts(read(f"<div>{rows}</div>")) == list(TEXTS)


def test_a_box_with_a_heading_of_its_own_between_boxes_of_updates_is_of_none() -> None:
    boxes = [
        f'<div class="c{n}"><header><h3>{c} Uhr: Titel</h3></header><div><p>{t}</p></div></div>'
        for n, (c, t) in enumerate(zip(CLOCKS, TEXTS, strict=True))
    ]
    info = f'<div class="i"><header><h3>What to take along</h3></header><div><p>{NOTE}</p></div></div>'

    assert texts(read("".join([*boxes[:2], info, *boxes[2:]]))) == list(TEXTS)


def test_a_heading_within_an_update_is_its_own() -> None:
    rows = "".join(f"<h3>{c} Title</h3><p>{t}</p><h3>And</h3><p>{t}</p>" for c, t in zip(CLOCKS, TEXTS, strict=True))

    assert texts(read(f"<div>{rows}</div>"))[0] == f"{TEXTS[0]}\nAnd\n{TEXTS[0]}"


def test_a_line_in_bold_ends_the_last_where_times_are_lines_in_bold() -> None:
    rows = "".join(f"<p><b>{c}</b></p><p>{t}</p><p>{t}</p>" for c, t in zip(CLOCKS, TEXTS, strict=True))
    found = read(f"<div>{rows}<p><b>10:01</b></p><p>{TEXTS[0]}</p><p><b>Call us</b></p><p>{NOTE}</p></div>")

    assert texts(found)[-1] == TEXTS[0]


def test_a_rule_divides_text_that_is_cut_by_line_breaks() -> None:
    rows = "<br><br>".join(f"<b>{c}:</b> {t}" for c, t in zip(CLOCKS, TEXTS, strict=True))

    assert texts(read(f"<div>{rows}<br><br><hr><i>{NOTE}</i><br><br><b>MORE</b><br></div>")) == list(TEXTS)


def test_paragraphs_between_boxes_that_begin_with_a_clock_are_updates_text() -> None:
    rows = "".join(
        f'<div style="x"><span><b>{c} hs.</b> {t}</span></div><div><br></div><div style="x"><span>{t}</span></div>'
        for c, t in zip(CLOCKS, TEXTS, strict=True)
    )
    assert texts(read(f"<div>{rows}</div>")) == [f"{text}\n{text}" for text in TEXTS]


def test_boxes_of_which_few_have_a_time_are_not_the_updates() -> None:
    def box(inside: str) -> str:
        return f'<div class="rich c1 c2">{inside}</div>'

    lines = [f"<p><b>{c}</b></p><p>{t}</p>" for c, t in zip(CLOCKS, TEXTS, strict=True)]
    others = "".join(box(f"<p>{text}</p>") for text in (NOTE, "The harbour. (Photo: Reed)", "Call us on 555."))
    found = read(box(NOTE) + box("".join(lines[:3])) + others + box("".join(lines[3:])) + others)

    assert clocks(found) == list(CLOCKS)


PROGRAMME = ("7.00am - Breakfast", "10.00am - Trading Post", "12.30pm - Country Hour", "3.00pm - Drive with Marama")


@pytest.mark.parametrize("line", ["<p>{}</p>", "<div>{}</div>", "<li>{}</li>"])
def test_a_programme_beside_updates_is_none(line: str) -> None:
    box = "<div><b>COMING UP</b>" + "".join(map(line.format, PROGRAMME)) + "</div>"

    assert texts(read(f"<div>{box}</div><div>{ROWS}</div>")) == list(TEXTS)


def test_a_box_of_updates_at_round_clocks_is_no_programme() -> None:
    rows = "".join(f"<p><b>{c}</b> – {t}</p>" for c, t in zip(("9:40", "9:30", "9:10", "9:00"), TEXTS, strict=False))

    assert len(read(f"<div><div>{ROWS}</div><div>{rows}</div></div>").updates) == 9


def test_short_updates_at_any_minute_are_no_programme() -> None:
    rows = "".join(f"<p>{c} Goal for the guests</p>" for c in ("9:40", "9:31", "9:10", "9:03"))

    assert len(read(f"<div><div>{ROWS}</div><div>{rows}</div></div>").updates) == 9


@pytest.mark.parametrize(
    ("line", "clock"),
    [
        ("Актуализация към 18:30 ч.", "18:30"),
        ("Съобщение от 9:15 ч.", "09:15"),
        ("Update as of 2.05pm", "14:05"),
        ("Aktualizace k 14:05", "14:05"),
        ("Mise à jour de 14h05", "14:05"),
        ("Aggiornamento delle ore 14.05", "14:05"),
        ("Oppdatering kl. 14.05", "14:05"),
        ("Оновлення станом на 14:05", "14:05"),
    ],
)
def test_a_message_as_of_a_clock(line: str, clock: str) -> None:
    seen = shown(line)

    assert seen is not None
    assert f"{seen.clock:%H:%M}" == clock


@pytest.mark.parametrize(
    "line", ["News about 18:30", "Update 12 of 14", "Bericht zum 2:1", "The message from Berlin at 9:15", "Haber 3"]
)
def test_other_lines_with_numbers_are_no_messages(line: str) -> None:
    seen = shown(line)

    assert seen is None or line.startswith("News")


def test_hours_in_spanish_and_russian_are_not_the_text() -> None:
    for text in ("19:10 hs. Se levantó", "19:10 ч. Налягане", "19.10 uur Start"):
        led = leading_clock(text)

        assert led is not None
        assert text[led[1] :][:2] in ("Se", "На", "St")


LINES = "".join(f"<h3>{clock} Title</h3><p>{text}</p>" for clock, text in zip(CLOCKS, TEXTS, strict=True))


CALLED = LINES.replace("<h3>", "<h3>Update ").replace(" Title", "")


@pytest.mark.parametrize("announced", [False, True])
@pytest.mark.parametrize(
    "page",
    [
        "<span>03.02.2026</span><h1>Storm</h1>{}",
        "<h1>Storm</h1><p>Tuesday, 3 February 2026 – Our team</p>{}",
        "<h1>Storm</h1><p>Zveřejněno: 03.02.2026</p>{}",
    ],
)
def test_a_date_beside_the_headline_is_the_day_of_what_is_called_updates_or_live(page: str, announced: bool) -> None:
    found = told(page.replace("Storm", "Storm: live updates").format(LINES) if announced else page.format(CALLED))

    assert clocks(found) == list(CLOCKS)
    assert {update.published and update.published.date() for update in found.updates} == {date(2026, 2, 3)}


AGENDA = "".join(f"<p><b>{clock} Uhr</b> {text}</p>" for clock, text in zip(CLOCKS[::-1], TEXTS, strict=True))
COMMENTS = "".join(f"<div><p>Eva Lang, {c} Uhr</p><p>{t}</p></div>" for c, t in zip(CLOCKS, TEXTS, strict=True))
TIDES = "<ul>" + "".join(f"<li>{c} High water: {t}</li>" for c, t in zip(CLOCKS, TEXTS, strict=True)) + "</ul>"
STORY = "".join(f"<p>Meldung {c} Uhr: {t}</p>" for c, t in zip(CLOCKS[::-1], TEXTS, strict=True))


@pytest.mark.parametrize(
    "page",
    [
        f"<p>03.02.2026</p>{LINES}",
        f"<p>Concert on 01.02.2026</p>{LINES}",
        f"<p>Konzert am 01.02.2026</p>{LINES}",
        f"<p>Satzung geändert am 03.02.2026</p>{AGENDA}",
        f"<p>Zuletzt geändert: 03.02.2026</p>{AGENDA}",
        f"<p>03.02.2026</p><p>{TEXTS[0] * 5}</p>{COMMENTS}",
        f"<p>03.02.2026</p>{TIDES}",
        f"<p>03.02.2026</p>{STORY}",
    ],
)
def test_a_date_alone_makes_no_page_live(page: str) -> None:
    assert told(f"<h1>Storm</h1>{page}", lang="de").updates == ()


LATE = ("18:12", "20:41", "22:07", "23:26", "00:41", "01:12")


@pytest.mark.parametrize("title", ["Storm", "Live: storm"])
@pytest.mark.parametrize("most", range(3, len(LATE) + 1))
def test_the_day_that_is_printed_is_that_of_the_first_update(most: int, title: str) -> None:
    rows = [f"<p><b>Update {clock} Uhr</b></p><p>{TEXTS[n % 5]}</p>" for n, clock in enumerate(LATE[:most])]
    page = f"<title>{title}</title><body><h1>{title}</h1><p>16.03.2026</p>{''.join(rows[::-1])}</body>"
    at = datetime(2026, 3, 17, 8, 0, tzinfo=UTC)
    found = extract(page.encode(), url="https://fm.example.org/17", at=at, profiles=())

    assert isinstance(found, Version)
    told_at = [f"{u.published:%d %H:%M}" for u in found.updates[::-1] if u.published]
    assert told_at == [f"{17 if clock < '12' else 16} {clock}" for clock in LATE[:most]]


MORE = {
    "in italics": f"<p><i>{NOTE}</i></p>",
    "in italics, and on": f"<p><i>{NOTE}</i></p><p>{TEXTS[1]}</p>",
    "centred": f"<p align=center>{NOTE}</p>",
    "picture and caption": "<p align=center><img src=a.jpg></p><p align=center><i>Photo: the town</i></p>",
    "rule": f"<hr><p>{NOTE}</p>",
    "bold": f"<p><b>Schools are shut</b></p><p>{NOTE}</p>",
    "list and details": f"<ul><li>{NOTE}</li></ul><p>{TEXTS[2]}</p>",
}
MADE = {
    "lines": "<p><b>{c}</b></p><p>{t}</p>{more}",
    "headings": "<h3>{c} Title</h3><p>{t}</p>{more}",
    "items": "<ul><li><b>{c}</b> {t}</li></ul>{more}",
    "boxes": "<div><h3>{c}</h3><span>Red.</span></div><div><h3>Title</h3><p>{t}</p>{more}</div>",
}


@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize("made", MADE)
@pytest.mark.parametrize("more", MORE)
def test_an_update_stays_what_it_is_when_others_come(more: str, made: str, newest_first: bool) -> None:
    def page(most: int) -> dict[str, tuple[str | None, str]]:
        rising = zip(CLOCKS[::-1], TEXTS, strict=True)
        rows = [MADE[made].format(c=c, t=t, more=MORE[more] if n != 2 else "") for n, (c, t) in enumerate(rising)]
        found = read(f"<div>{''.join(rows[:most][:: -1 if newest_first else 1])}</div>")
        return {f"{u.published:%d %H:%M}": (u.headline, u.text) for u in found.updates if u.published}

    pages = [page(most) for most in (3, 4, 5)]

    assert [len(told_of) for told_of in pages] == [3, 4, 5]
    for before, after in pairwise(pages):
        assert before.items() <= after.items()


def test_text_behind_a_list_of_one_update_is_its() -> None:
    rows = "".join(f"<ul><li><b>{c}</b> {t}</li></ul><p>{NOTE}</p>" for c, t in zip(CLOCKS, TEXTS, strict=True))

    assert all(text.endswith(NOTE) for text in texts(read(f"<div>{rows}</div>")))


def test_a_box_with_a_time_alone_is_that_of_the_text_in_the_next() -> None:
    rows = (MADE["boxes"].format(c=c, t=t, more="") for c, t in zip(CLOCKS, TEXTS, strict=True))

    assert [text.split("\n")[-1] for text in texts(read("".join(rows)))] == list(TEXTS)


@pytest.mark.parametrize(
    "page",
    [
        "<h1>Storm</h1><p>Our team <span>| avaldatud 02.02.2026 18:05 | muudetud 03.02.2026 14:42</span></p>{}",
        "<h1>Storm</h1><p>We tell on Tuesday, 3 February 2026, what is new.</p>{}<p>Letzte Änderung: 03.02.2026</p>",
        '<h1>Storm</h1>{}<footer><abbr class="published" title="2026-02-03T10:21:00Z">10:21</abbr></footer>',
    ],
)
def test_a_page_says_its_day_beside_its_headline(page: str) -> None:
    found = told(page.format(LINES))

    assert clocks(found) == list(CLOCKS)
    assert {update.published and update.published.date() for update in found.updates} == {date(2026, 2, 3)}


@pytest.mark.parametrize(
    "page",
    [
        "<h1>Storm</h1>{}",
        "<header><span>03.02.2026</span></header><h1>Storm</h1>{}",
        "<h1>Storm</h1><p>Last week, on 3 February 2026, the council met.</p>{}",
        "<h1>Storm</h1><p>28 January 2026</p>{}",
        "<h1>Storm</h1><p>28 January 2026, 10:00</p>{}",
        "<h1>Storm</h1>{}<footer><p>Updated: 03.02.2026</p></footer>",
        "<h1>Storm</h1><p>We met on Tuesday, 3 February 2026.</p>{}<footer>Updated: 02.01.2026</footer>",
        "<h1>Storm</h1>{}<aside><p>Updated: 03.02.2026</p></aside>",
    ],
)
def test_a_day_elsewhere_or_another_day_says_nothing_of_the_clocks(page: str) -> None:
    days = {update.published and update.published.date() for update in told(page.format(LINES)).updates}

    assert date(2026, 2, 3) not in days


RISING = "".join(f"<h3>{clock} Title</h3><p>{text}</p>" for clock, text in zip(CLOCKS[::-1], TEXTS, strict=True))


@pytest.mark.parametrize(
    "page",
    [
        "<h1>Storm</h1><p>3 February 2026</p><p>It was a long day.</p>{}",
        '<h1>Storm</h1><p>A long day.</p>{}<footer><time class="published" datetime="2026-02-03">3 Feb</time></footer>',
    ],
)
def test_a_story_told_by_the_hour_is_no_coverage_for_its_date(page: str) -> None:
    assert told(page.format(RISING)).updates == ()


@pytest.mark.parametrize(
    "page",
    [
        "<h1>Storm</h1><p>3 February 2026 | updated 3 February 2026, 14:41</p><p>What is new.</p>{}",
        "<header><h1>FM</h1></header><main><h2>Storm: live updates</h2><p>3 February 2026</p><p>New.</p>{}</main>",
    ],
)
def test_a_stream_that_is_written_downwards_says_so_elsewhere(page: str) -> None:
    assert clocks(told(page.format(RISING))) == list(CLOCKS[::-1])


def test_the_page_says_its_day_as_well_when_it_is_read_later() -> None:
    page = f'<html lang="en"><title>Storm</title><body><p>03.02.2026</p><h1>Storm</h1>{CALLED}</body></html>'
    at = datetime(2026, 2, 9, 15, 0, tzinfo=UTC)
    later = extract(page.encode(), url="https://fm.example.org/17", at=at, profiles=())

    assert isinstance(later, Version)
    assert {update.published and update.published.date() for update in later.updates} == {date(2026, 2, 3)}


def test_the_zone_is_that_of_the_time_that_the_page_marks_as_its_own() -> None:
    mark = '<div class="footer"><abbr itemprop="datePublished" title="2026-02-03T07:01:00-03:00">7:01</abbr></div>'
    comment = '<div class="comments"><time class="published" datetime="2026-02-03T10:30:00+01:00">10:30</time></div>'
    found = read(f"<div>{ROWS}</div>{mark}{comment}", lang="es-419")

    assert clocks(found) == ["17:40", "16:05", "15:31", "14:15", "13:20"]


def test_the_language_may_stand_in_an_equivalent_of_a_header() -> None:
    head = '<meta http-equiv="Content-Language" content="bg">'
    found = told(f"<h1>Storm</h1><p>3 February 2026</p>{LINES}", head=head, lang="")

    assert found.lang == "bg"


@pytest.mark.parametrize("most", [5, 6, 7, 8])
def test_equal_steps_are_no_reason_to_let_a_page_go(most: int) -> None:
    at = [f"{10 + n // 6}:{n % 6}7" for n in range(most)]
    rows = "".join(f"<h3>{clock} Ward {n}</h3><p>{TEXTS[n % 5]} {n}</p>" for n, clock in enumerate(at))

    assert len(told(f"<h1>Count</h1><p>3 February 2026 | updated 3 February 2026, 14:41</p>{rows}").updates) == most


def test_one_table_with_other_figures_each_time_is_data() -> None:
    table = "<table><tr><th>Party</th><th>Votes</th></tr><tr><td>Coast</td><td>{n}</td></tr></table>"
    rows = "".join(
        f'<section class="ward"><h3>Ward</h3><p class="t">{c}</p><p>{t}</p>{table.format(n=n)}</section>'
        for n, (c, t) in enumerate(zip(CLOCKS, TEXTS, strict=True))
    )
    page = f"<h1>Count</h1><p>3 February 2026 | updated 3 February 2026, 14:41</p>{rows}"

    assert told(page).updates == ()
    assert len(told(page.replace(table.format(n=2), "")).updates) == 5


def test_a_line_that_only_a_builder_keeps_open_is_no_text() -> None:
    assert texts(read(records("{when}<p>{text}</p><p>\u200b</p>"))) == list(TEXTS)


def test_a_line_in_bold_behind_the_clock_is_the_headline_in_a_list_too() -> None:
    rows = "".join(f"<li><b>Ore {c} – The wind rises</b><br>{t}</li>" for c, t in zip(CLOCKS, TEXTS, strict=True))
    found = read(f"<ul>{rows}</ul>")

    assert texts(found) == list(TEXTS)
    assert {update.headline for update in found.updates} == {"The wind rises"}
