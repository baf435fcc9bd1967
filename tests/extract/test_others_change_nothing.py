"""What is told of one update stays with it, whatever the others are, and is not taken for something else."""

from __future__ import annotations

import pytest

from pipelines.extract.matchclock import leading as minute
from pipelines.extract.times import leading_clock
from pipelines.extract.zones import zone
from pipelines.model import Version

from .test_cleaning import TEXT, of
from .test_flat import told
from .test_made_by_hand import CLOCKS, TEXTS, clocks, read, texts

WARNING = 'Police warn of false messages on WhatsApp: see <a href="https://police.example/list">their list of them</a>'
BULLETIN = 'According to the Telegram channel of <a href="https://t.me/mayor/1215">the mayor</a> nobody is missing.'
ASKING = 'Join our WhatsApp channel for all news: <a href="/whatsapp/">join now</a>'
RISING = CLOCKS[::-1]


def flat(*bodies: str, start: str = "<p>{}</p>") -> str:
    rows = (start.format(clock) + body for clock, body in zip(CLOCKS, bodies, strict=False))
    return f"<div>{''.join(rows)}</div>"


def paragraphs(*numbers: int) -> str:
    return "".join(f"<p>{TEXTS[n]}</p>" for n in numbers)


# --- the others


@pytest.mark.parametrize("more", [paragraphs(3, 4), f"<dl><dt>North pier</dt><dd>{TEXTS[3]}</dd></dl>"])
def test_how_much_the_last_update_holds_does_not_depend_on_what_the_others_hold(more: str) -> None:
    last = paragraphs(2) + more
    short = read(flat(paragraphs(0), paragraphs(1), last))
    long = read(flat(paragraphs(0, 1, 2, 3), paragraphs(1), last))

    assert texts(short)[-1] == texts(long)[-1]
    assert TEXTS[3] in texts(short)[-1]


def test_a_heading_within_the_last_update_is_its_own_before_another_comes_below_it_too() -> None:
    first, second, third = ([f"<h3>{clock}</h3>", paragraphs(n)] for n, clock in enumerate(RISING[:3]))
    inner = f"<h4>What is shut</h4>{paragraphs(3)}"
    now = read(f"<div>{''.join([*first, *second, *third, inner])}</div>")
    later = read(f"<div>{''.join([*first, *second, *third, inner])}<h3>{RISING[3]}</h3>{paragraphs(4)}</div>")

    assert texts(now)[2] == texts(later)[2]


def test_an_anchor_above_an_update_is_its_id_however_many_of_the_others_have_one() -> None:
    def page(named: int) -> Version:
        bodies = (
            (f'<a name="n{n}45k"></a>' if n < named else "") + f"<p>{clock}</p>{paragraphs(n)}"
            for n, clock in enumerate(CLOCKS)
        )
        return read(f"<div>{''.join(bodies)}</div>")

    assert [next(u.id for u in page(n).updates) for n in (5, 3, 1)] == ["n045k"] * 3


@pytest.mark.parametrize(
    "more", [f"<p>{WARNING}</p>", '<p>By <a href="/people/ann-reed">Ann Margaret Reed</a></p>', f"<p>{BULLETIN}</p>"]
)
def test_a_link_in_a_paragraph_makes_no_update_a_teaser(more: str) -> None:
    assert len(read(flat(*(paragraphs(n) + more for n in range(5)))).updates) == 5


# --- text


@pytest.mark.parametrize("news", [WARNING, BULLETIN])
def test_news_about_a_channel_of_others_is_no_appeal(news: str) -> None:
    inside = of(f"<p>{TEXT}</p><div>{news}</div>")
    boxes = read(flat(*(paragraphs(n) + f"<section><p>{news}</p></section>" for n in range(5))))
    plain = news.partition("<a")[0].strip()

    assert plain in inside.text
    assert all(plain in text for text in texts(boxes))


def test_an_appeal_is() -> None:
    assert of(f"<p>{TEXT}</p><div>{ASKING}</div>").text == TEXT
    boxed = read(flat(*(paragraphs(n) + f"<section><p>{ASKING}</p></section>" for n in range(5))))
    assert texts(boxed) == list(TEXTS)


def test_an_update_without_a_time_that_can_be_shared_is_no_appeal() -> None:
    share = '<ul><li><a href="https://wa.example/?text=7">WhatsApp</a></li></ul>'
    times = (*(f"<b>{clock}</b>" for clock in CLOCKS[:4]), "")
    rows = (f'<div class="e">{time}<p>{text}</p>{share}</div>' for time, text in zip(times, TEXTS, strict=True))

    assert len(read(f"<main>{''.join(rows)}</main>").updates) == 5


def test_a_few_words_with_a_clock_are_an_update_though_a_place_for_adverts_is_in_it() -> None:
    rows = [f'<div class="e"><b>{clock}</b><p>{text}</p></div>' for clock, text in zip(CLOCKS, TEXTS, strict=True)]
    rows[2] = '<div class="e"><b>12:31</b><p>Goal! 2-1</p><div class="ad-slot"></div></div>'

    assert clocks(read(f"<main>{''.join(rows)}</main>")) == list(CLOCKS)


def test_what_stands_below_a_label_and_tells_something_stays() -> None:
    told_of = "The old bridge is shut in both directions"
    found = of(f'<p>{TEXT}</p><div><div class="label">Traffic</div><div>{told_of}</div></div><p>{TEXT}</p>')

    assert told_of in found.text


def test_a_date_below_the_heading_of_an_update_is_no_heading_of_a_day() -> None:
    history = f"<h4>2 February 2026</h4>{paragraphs(4)}"
    rows = [paragraphs(0), paragraphs(1) + history, paragraphs(2)]

    assert TEXTS[4] in texts(read(flat(*rows, start="<h3>{}</h3>")))[1]


def test_updates_that_stand_in_figures_are_no_pictures() -> None:
    rows = (f"<figure><h3>{clock}</h3><p>{text}</p></figure>" for clock, text in zip(CLOCKS, TEXTS, strict=True))

    assert texts(read(f"<div>{''.join(rows)}</div>")) == list(TEXTS)


def test_words_set_in_the_middle_are_text() -> None:
    found = read(flat(*(f"{paragraphs(n)}<center>{TEXTS[4]}</center>" for n in range(4))))

    assert texts(found)[:3] == [f"{text}\n{TEXTS[4]}" for text in TEXTS[:3]]  # below the oldest it may be a note


def test_updates_in_the_text_of_a_term_are_updates() -> None:
    rows = "".join(f"<p>{clock} {text}</p>" for clock, text in zip(CLOCKS, TEXTS, strict=True))

    assert clocks(read(f"<dl><dt>Today</dt><dd>All times are local. {rows}</dd></dl>")) == list(CLOCKS)


# --- pages that are none


@pytest.mark.parametrize(
    ("lang", "line"),
    [
        ("en", "This page is regularly updated."),
        ("de", "Der Fahrplan wird laufend aktualisiert."),
        ("fr", "Horaires mis à jour régulièrement."),
    ],
)
def test_a_timetable_that_is_kept_up_to_date_is_no_live_page(lang: str, line: str) -> None:
    def page(times: tuple[str, ...]) -> Version:
        rows = (f"<p><b>{clock}</b> {text}</p>" for clock, text in zip(times, TEXTS, strict=True))
        return told(f"<h1>Line 12</h1><p>{line}</p><div>{''.join(rows)}</div>", lang=lang)

    assert not page(RISING).updates
    assert len(page(CLOCKS).updates) == 5


@pytest.mark.parametrize(
    ("lang", "line"),
    [
        ("sv", "Ansökningar behandlas löpande."),
        ("de", "Wir stellen laufend ein. Der Bericht folgt."),
        ("ja", "スタッフ随時募集中。"),
        ("ro", "Deschis în permanență."),
    ],
)
def test_steadily_is_said_of_other_things_than_news(lang: str, line: str) -> None:
    rows = "".join(f"<p><b>{clock}</b> {text}</p>" for clock, text in zip(CLOCKS, TEXTS, strict=True))

    assert not told(f"<h1>Line 12</h1><p>{line}</p><div>{rows}</div>", lang=lang).updates


def test_a_page_that_tells_steadily_what_happens_is_one_in_the_order_of_the_day() -> None:
    rows = "".join(f"<p><b>{clock}</b> {text}</p>" for clock, text in zip(RISING, TEXTS, strict=True))

    assert len(told(f"<h1>Fest</h1><p>Wir berichten laufend.</p><div>{rows}</div>", lang="de").updates) == 5


def test_teasers_with_their_author_are_not_told_in_full() -> None:
    cards = "".join(
        f'<article class="card"><h3><a href="/news/{n}">The headline of story {n} of the day</a></h3><p>{text}</p>'
        f"<p>By Ann Reed and Tom Jones, correspondents for politics</p><p>Tuesday, 3 February 2026, at {clock} in the "
        f"evening of the day</p><time>{clock}</time></article>"
        for n, (clock, text) in enumerate(zip(CLOCKS, TEXTS, strict=True))
    )

    assert not read(f"<div>{cards}</div>", title="Live updates", url="https://news.example.org/live/").updates


# --- times


@pytest.mark.parametrize(
    "prose", ["正午ニュースによると", "正午时分，大桥封闭", "正午12時すぎ", "정오 무렵 폭우가", "정오 기준 확진자"]
)
def test_noon_in_a_sentence_begins_no_update(prose: str) -> None:
    assert leading_clock(prose) is None


def test_noon_begins_one() -> None:
    read_at = leading_clock("正午、避難指示が出た")
    assert read_at is not None
    assert f"{read_at[0].clock:%H:%M}" == "12:00"


@pytest.mark.parametrize(("text", "told_at"), [("90'+5 Goal", 90.05), ("5'11'' tall", None), ("20 '80s songs", None)])
def test_minutes_of_a_match(text: str, told_at: float | None) -> None:
    found = minute(text)
    assert (found[0].minute if found else None) == told_at


@pytest.mark.parametrize(
    ("lang", "url", "name"),
    [
        ("fr", "https://journal.sn/direct", "Africa/Dakar"),
        ("fr-CI", "https://journal.example.com/", "Africa/Abidjan"),
        ("fr", "https://journal.re/", "Indian/Reunion"),
        ("fr", "https://journal.example.com/", "Europe/Paris"),
        ("fr-CA", "https://journal.example.com/", "America/Toronto"),
    ],
)
def test_french_is_spoken_in_other_zones_than_that_of_paris(lang: str, url: str, name: str) -> None:
    assert str(zone(lang, url, [])[0]) == name
