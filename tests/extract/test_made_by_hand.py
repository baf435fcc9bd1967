"""How newsrooms write updates by hand, or with what they have: frames, tabs, cards, elements of their own."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipelines.extract import extract
from pipelines.extract.times import leading_clock, shown
from pipelines.model import Version

AT = datetime(2026, 2, 3, 15, 0, tzinfo=UTC)
URL = "https://news.example.org/live/ferries-stay-in-port-again"
TEXTS = (
    "The harbour is closed to all ships until the wind has gone down.",
    "Two ferries wait outside of the breakwater, both with their lights on.",
    "In the old town the market has been moved into the covered hall.",
    "The school by the river stays shut, its pupils were told in the morning.",
    "Nobody was hurt, as far as the fire brigade can say at this hour.",
)
CLOCKS = ("14:40", "13:05", "12:31", "11:15", "10:20")


def read(body: str, *, title: str = "Live: storm", lang: str = "en", url: str = URL, head: str = "") -> Version:
    page = f'<html lang="{lang}"><title>{title}</title>{head}<body><main><h1>{title}</h1>{body}</main></body></html>'
    found = extract(page.encode(), url=url, at=AT, profiles=())
    assert isinstance(found, Version)
    return found


def texts(version: Version) -> list[str]:
    return [update.text for update in version.updates]


def clocks(version: Version) -> list[str]:
    return [f"{update.published:%H:%M}" for update in version.updates if update.published]


def test_clocks_in_a_frame_of_signs_begin_updates_and_their_line_is_the_headline() -> None:
    lines = (
        f"<p><b>+++ {clock} The wind rises +++</b><br>{text}</p>" for clock, text in zip(CLOCKS, TEXTS, strict=True)
    )
    found = read(f"<div>{''.join(lines)}</div>")

    assert (texts(found), clocks(found)) == (list(TEXTS), list(CLOCKS))
    assert {update.headline for update in found.updates} == {"The wind rises"}


def test_yesterdays_with_their_day_are_updates_as_todays_are() -> None:
    days = ("14:40", "13:05", "12:31", "02.02.2026 22:18", "02.02.2026 20:55")
    parts = (
        f'<div id="u{n}x"><div class="stamp">{day}</div><h2>Title {n}</h2></div><p>{text}</p>'
        for n, (day, text) in enumerate(zip(days, TEXTS, strict=True))
    )
    found = read(f"<article>{''.join(parts)}</article>")

    assert texts(found) == list(TEXTS)
    assert [update.published and update.published.day for update in found.updates] == [3, 3, 3, 2, 2]
    assert [update.id for update in found.updates] == ["u0x", "u1x", "u2x", "u3x", "u4x"]


@pytest.mark.parametrize(
    "link", ['<a href="#e{n}77">5 min</a>', '<a href="/live/ferries-stay-in-port-again/{n}77">5 min</a>']
)
def test_a_headline_that_leads_elsewhere_is_no_teaser_where_the_record_leads_to_itself(link: str) -> None:
    target = "/entries/{n}" if "#" in link else "/live/ferries-stay-in-port-again/{n}77"
    records = (
        f'<div class="entry" id="e{n}77"><time datetime="2026-02-03T{clock}:00Z">{link.format(n=n)}</time>'
        f'<h4><a href="{target.format(n=n)}">Title number {n}</a></h4><p>{text}</p></div>'
        for n, (clock, text) in enumerate(zip(CLOCKS, TEXTS, strict=True))
    )
    assert texts(read(f"<div>{''.join(records)}</div>")) == list(TEXTS)


def test_records_whose_headlines_lead_to_other_pages_are_teasers() -> None:
    records = (
        f'<div class="entry" id="e{n}77"><time datetime="2026-02-03T{clock}:00Z">5 min</time>'
        f'<h4><a href="/entries/{n}">Title number {n}</a></h4><p>{text}</p></div>'
        for n, (clock, text) in enumerate(zip(CLOCKS, TEXTS, strict=True))
    )
    assert read(f"<div>{''.join(records)}</div>").updates == ()


def test_what_is_pinned_elsewhere_has_other_modifiers_and_states_the_same() -> None:
    def record(classes: str, n: int) -> str:
        when = f'<time datetime="2026-02-03T{CLOCKS[n]}:00Z">{CLOCKS[n]}</time>'
        return f'<article class="{classes}" data-post-id="p{n}901" data-pin="0">{when}<p>{TEXTS[n]}</p></article>'

    stream = "".join(record("post item avatar", n) for n in range(1, 5))
    found = read(f"<section>{record('post item pinned', 0)}</section><section>{stream}</section>")

    assert texts(found) == list(TEXTS)


def test_a_pinned_copy_without_a_time_leaves_the_original_its_own() -> None:
    def record(n: int, when: str) -> str:
        return f'<article class="post" id="h_{n}55501">{when}<p>{TEXTS[n]}</p></article>'

    stream = "".join(record(n, f'<time datetime="2026-02-03T{CLOCKS[n]}:00Z">{CLOCKS[n]}</time>') for n in range(5))
    found = read(f"<div>{record(0, '')}{stream}</div>")

    assert (texts(found), clocks(found)) == (list(TEXTS), list(CLOCKS))
    assert [update.pinned for update in found.updates] == [True, False, False, False, False]


def test_boxes_of_several_updates_are_no_updates() -> None:
    def box(numbers: range) -> str:
        return "<div>" + "".join(f"<p>{CLOCKS[n]} {TEXTS[n]}</p>" for n in numbers) + "</div>"

    assert texts(read(f"<div>{box(range(2))}{box(range(2, 5))}</div>")) == list(TEXTS)


def test_days_stand_on_tabs() -> None:
    def rows(numbers: range) -> str:
        return "".join(f'<div class="row"><div>{CLOCKS[n]}</div><p>{TEXTS[n]}</p></div>' for n in numbers)

    tabs = '<ul><li><a href="#d2">2 February 2026</a></li><li><a href="#d1">1 February 2026</a></li></ul>'
    found = read(f'{tabs}<div><div id="d2">{rows(range(3))}</div><div id="d1">{rows(range(3, 5))}</div></div>')

    assert [update.published and update.published.day for update in found.updates] == [2, 2, 2, 1, 1]


def test_a_card_that_is_a_figure_is_no_picture() -> None:
    cards = (
        f'<figure class="card"><img src="/{n}.jpg"><figcaption><time datetime="2026-02-03T{clock}:00Z">{clock}</time>'
        f"<p>{text}</p></figcaption></figure>"
        for n, (clock, text) in enumerate(zip(CLOCKS, TEXTS, strict=True))
    )
    assert texts(read(f"<div>{''.join(cards)}</div>")) == list(TEXTS)


def test_elements_of_a_sites_own_are_boxes_with_names() -> None:
    posts = (
        f'<live-post post-id="p55{n}1"><live-time ts="{1770129600 - 60 * n}">{clock}</live-time>'
        f"<live-title>Title number {n}</live-title><live-author>by Ann Reed</live-author>"
        f"<live-body><p>{text}</p></live-body></live-post>"
        for n, (clock, text) in enumerate(zip(CLOCKS, TEXTS, strict=True))
    )
    found = read(f"<live-feed>{''.join(posts)}</live-feed>")

    assert texts(found) == list(TEXTS)
    assert [update.headline for update in found.updates] == [f"Title number {n}" for n in range(5)]
    assert {update.authors for update in found.updates} == {("Ann Reed",)}
    assert [update.id for update in found.updates] == [f"p55{n}1" for n in range(5)]


def test_an_element_of_a_sites_own_in_a_line_divides_nothing() -> None:
    records = "".join(
        f'<div class="e"><time datetime="2026-02-03T{clock}:00Z">{clock}</time><p>{text} <x-w>Ha</x-w> ha.</p></div>'
        for clock, text in zip(CLOCKS, TEXTS, strict=True)
    )
    assert texts(read(f"<div>{records}</div>"))[0] == f"{TEXTS[0]} Ha ha."


@pytest.mark.parametrize(
    "buttons",
    [
        "<a>Deilan</a><a>Hlekkur</a>",
        '<a href="#u1">Hlekkur</a><a href="#">Deilan</a>',
        '<a href="https://www.facebook.com/sharer/sharer.php?u=x">Deilan</a><a href="https://wa.me/?text=x">W</a>',
    ],
)
def test_a_link_that_leads_nowhere_or_to_a_network_is_a_button_in_any_language(buttons: str) -> None:
    def record(n: int) -> str:
        when = f'<time datetime="2026-02-03T{CLOCKS[n]}:00Z">{CLOCKS[n]}</time>'
        return f'<div class="e">{when}<p>{TEXTS[n]}</p><div class="k1">{buttons}</div></div>'

    assert texts(read("".join(map(record, range(5))))) == list(TEXTS)


def test_what_a_text_says_does_not_turn_with_how_many_updates_there_are() -> None:
    def record(n: int) -> str:
        when = f'<time datetime="2026-02-03T{CLOCKS[n]}:00Z">{CLOCKS[n]}</time>'
        return f'<div class="e">{when}<p>{TEXTS[n]}</p><div class="k1"><span>Deilan</span></div></div>'

    assert texts(read("".join(map(record, range(2))))) == texts(read("".join(map(record, range(5)))))[:2]


def test_the_time_of_a_story_in_a_box_within_an_update_is_not_the_updates() -> None:
    records = "".join(
        f'<div class="e"><div class="t">{clock} GMT, February 3, 2026</div><p>{text}</p>'
        '<aside><a href="/x">Read this</a><time datetime="2026-02-01T09:00:00Z">1 Feb</time></aside></div>'
        for clock, text in zip(CLOCKS, TEXTS, strict=True)
    )
    assert clocks(read(f"<div>{records}</div>")) == list(CLOCKS)


def test_key_moments_and_videos_beside_updates_with_headings_begin_none() -> None:
    index = "".join(f"<li>{clock} - something</li>" for clock in CLOCKS[:2])
    parts = "".join(f"<h3>{c} - Title</h3><p>{t}</p>" for c, t in zip(CLOCKS, TEXTS, strict=True))

    assert texts(read(f"<div><ul>{index}</ul>{parts}</div>")) == list(TEXTS)


@pytest.mark.parametrize(
    ("text", "clock"),
    [("14:30'da", "14:30"), ("13:05’te", "13:05"), ("14:30-kor", "14:30"), ("11:42 غرينتش", "11:42")],
)
def test_a_clock_in_its_case(text: str, clock: str) -> None:
    read_ = shown(text)

    assert read_ is not None
    assert f"{read_.clock:%H:%M}" == clock


@pytest.mark.parametrize("text", ["11月20日", "11月20日(週五)", "5月3日 (日)"])
def test_a_day_without_a_year_is_no_clock(text: str) -> None:
    read_ = shown(text)

    assert read_ is None or (read_.clock, read_.moment) == (None, None)


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("8:15 μ.μ. Με 611 ψήφους", "20:15"),
        ("10:45 π.μ. Αρχίζει", "10:45"),
        ("Update, 14.05 Uhr: Le tram", "14:05"),
        ("Godz. 15:40. Le tram", "15:40"),
    ],
)
def test_a_clock_that_leads(text: str, clock: str) -> None:
    led = leading_clock(text)

    assert led is not None
    assert f"{led[0].clock:%H:%M}" == clock
    assert text[led[1] :][:2] in ("Με", "Αρ", "Le")


@pytest.mark.parametrize(
    "text", ["8h de retard sur la ligne B", "20h – Le journal", "Update 12.50 Euro", "Um 14:05 war die Brücke zu"]
)
def test_hours_that_are_a_measure_or_part_of_a_sentence_lead_nothing(text: str) -> None:
    assert leading_clock(text) is None


@pytest.mark.parametrize(("lang", "hour"), [("en-GB", 13), ("en", 14), ("bn-BD", 8)])
def test_letters_of_several_zones_are_read_where_the_language_says_whose(lang: str, hour: int) -> None:
    at = datetime(2026, 6, 3, 15, 0, tzinfo=UTC)
    rows = "".join(f"<h3>{clock}: Title</h3><p>{text}</p>" for clock, text in zip(CLOCKS, TEXTS, strict=True))
    page = f'<html lang="{lang}"><title>Live: storm</title><body><main><h1>Live: storm</h1><p>All times are BST.</p>'
    found = extract(f"{page}{rows}</main></body></html>".encode(), url=URL, at=at, profiles=())

    assert isinstance(found, Version)
    assert found.updates[0].published is not None
    assert found.updates[0].published.hour == hour


def test_timecodes_of_a_recording_are_no_times() -> None:
    codes = ("00:00:00", "00:01:17", "00:02:17", "00:03:21", "00:06:18")
    rows = "".join(f"<h3>{code}</h3><p>{text}</p>" for code, text in zip(codes, TEXTS, strict=True))
    head = '<meta property="article:published_time" content="2026-02-03T09:00:00Z">'
    head += '<meta property="article:modified_time" content="2026-02-03T14:00:00Z">'

    assert read(rows, title="The debate", url="https://news.example.org/debate", head=head).updates == ()


def test_what_was_published_hours_after_all_its_times_is_a_chronicle() -> None:
    rows = "".join(f"<h3>{clock}</h3><p>{text}</p>" for clock, text in zip(CLOCKS, TEXTS, strict=True))

    def told(published: str, modified: str) -> Version:
        head = f'<meta property="article:published_time" content="{published}">'
        head += f'<meta property="article:modified_time" content="{modified}">'
        return read(rows, title="The fire", url="https://news.example.org/fire", head=head)

    assert told("2026-02-03T19:00:00Z", "2026-02-03T21:00:00Z").updates == ()
    assert len(told("2026-02-03T10:10:00Z", "2026-02-03T14:41:00Z").updates) == len(TEXTS)


def test_a_list_of_clocks_as_titles_is_no_list_of_versions() -> None:
    clocked = ("2.40 pm", "1.05 pm", "12.31 pm", "11.15 am", "10.20 am")
    rows = "".join(f"<h3>{clock}: Title</h3><p>{text}</p>" for clock, text in zip(clocked, TEXTS, strict=True))
    head = '<meta property="article:published_time" content="2026-02-03T10:18:00Z">'
    head += '<meta property="article:modified_time" content="2026-02-03T14:44:00Z">'

    assert len(read(rows, title="The count", url="https://news.example.org/count", head=head).updates) == len(TEXTS)


def stamped(n: int) -> str:
    return f'<time datetime="2026-02-03T{CLOCKS[n]}:00Z">{CLOCKS[n]}</time>'


def records(inside: str, tag: str = 'article class="post"') -> str:
    """``inside``: with {when}, {text}, {n} in it."""
    parts = (inside.format(when=stamped(n), text=TEXTS[n], n=n) for n in range(5))
    return "".join(f'<{tag} id="p{n}77">{part}</{tag.split()[0]}>' for n, part in enumerate(parts))


@pytest.mark.parametrize(
    ("where", "inside"),
    [
        (
            "/news/region/north-of-the-long-river",
            '<h3><a href="{here}/north/story-{n}">Title</a></h3>{when}<p>{text}</p>',
        ),
        ("/war-in-the-east-again", '<h3><a href="{here}/story-{n}">Title</a></h3>{when}<p>{text}</p>'),
        (
            "/latest",
            '<h3><a href="/s/{n}">Title</a></h3>{when}<p>{text}</p><a href="https://m.example/?u={here}#p{n}77">M</a>',
        ),
        ("/latest", '<h3><a href="/s/{n}">Title</a></h3>{when}<p>{text}</p><a href="#p{n}77">Save</a>'),
        ("/latest", '<h3><a href="/s/{n}">Title</a></h3>{when}<p>{text}</p><a href="/s/{n}#p{n}77">Comments</a>'),
    ],
)
def test_fronts_are_no_live_pages(where: str, inside: str) -> None:
    body = records(inside.replace("{here}", where))

    assert read(body, title="News", url=f"https://news.example.org{where}").updates == ()


def test_a_time_in_a_box_of_its_own_is_the_updates() -> None:
    found = read(records('<aside class="meta">{when}</aside><div><h3>Title</h3><p>{text}</p></div>'))

    assert (texts(found), clocks(found)) == (list(TEXTS), list(CLOCKS))


def test_what_was_dated_anew_at_its_end_keeps_its_updates() -> None:
    head = '<meta property="article:published_time" content="2026-02-03T19:00:00Z">'
    head += '<meta property="article:modified_time" content="2026-02-03T19:20:00Z">'
    found = read(records("{when}<p>{text}</p>"), title="Storm", url="https://news.example.org/storm", head=head)

    assert texts(found) == list(TEXTS)


def test_updates_that_begin_with_headings_and_without_stand_beside_each_other() -> None:
    headed = "".join(f"<h3>{CLOCKS[n]} Title</h3><p>{TEXTS[n]}</p>" for n in (0, 1, 2))
    plain = "".join(f"<p><b>{CLOCKS[n]}</b> {TEXTS[n]}</p>" for n in (3, 4))

    assert texts(read(f"<div>{headed}{plain}</div>")) == list(TEXTS)


def test_when_the_page_was_changed_begins_no_update() -> None:
    lines = "".join(f'<p class="b"><strong>{c}</strong> {t}</p>' for c, t in zip(CLOCKS, TEXTS, strict=True))

    assert texts(read(f'<div><p class="b">Updated on 3 February 2026 at 14:45</p>{lines}</div>')) == list(TEXTS)


@pytest.mark.parametrize("name", ["share-wrapper", "author-block", "related-text", "photo-caption"])
def test_elements_of_a_sites_own_that_hold_paragraphs_are_what_these_say(name: str) -> None:
    assert texts(read(records("{when}<" + name + "><p>{text}</p></" + name + ">"))) == list(TEXTS)


def test_a_teaser_of_the_same_card_is_not_pinned() -> None:
    cards = records("{when}<p>{text}</p>", 'div class="card story live" data-id="9"')
    other = '<h2><a href="/other/story-of-the-day">Another story of the day</a></h2><p>What it is about.</p>'
    lead = f'<div><div class="card card--big story" data-id="8">{other}{stamped(0)}</div></div>'

    assert texts(read(f"{lead}<section>{cards}</section>")) == list(TEXTS)


@pytest.mark.parametrize("title", ["Why we use C++", "Review: the film gets ****", "Rated A++"])
def test_signs_at_the_end_of_a_headline_stay(title: str) -> None:
    found = read(records("{when}<h3>" + title + "</h3><p>{text}</p>"))

    assert {update.headline for update in found.updates} == {title}


@pytest.mark.parametrize(
    "line",
    [
        "<p><strong>Ben Cole, Lviv</strong><br>{text}</p>",
        "<p><strong>Kyiv</strong><br>{text}</p>",
        '<div class="font-bold">Ann Lee</div><div>{text}</div>',
        '<div class="fw-bold">Arsenal 1-0 Chelsea</div><div>{text}</div>',
    ],
)
def test_names_places_and_scores_in_bold_are_no_headlines(line: str) -> None:
    assert {update.headline for update in read(records("{when}" + line)).updates} == {None}


def test_whose_words_are_quoted_is_no_author() -> None:
    found = read(records('{when}<blockquote><p>{text}</p></blockquote><p class="by">Ann Reed</p>'))

    assert {update.authors for update in found.updates} == {()}


def test_a_programme_that_is_called_as_it_happens_is_none() -> None:
    rows = "".join(f"<h3>{hour}:{half}</h3><p>{TEXTS[0]}</p>" for hour in (18, 19) for half in ("00", "30"))
    found = read(rows, title="As It Happens with Ann Reed", url="https://news.example.org/radio/show")

    assert found.updates == ()


def test_an_epoch_of_the_minute_that_is_printed_says_the_day() -> None:
    first = 1769900400  # 31 January, 23:00 UTC
    rows = "".join(
        f'<section class="kv" data-kv-x="{first - n * 660}000"><span>{clock}</span><p>{text}</p></section>'
        for n, (clock, text) in enumerate(zip(("1:00", "0:49", "0:38", "0:27", "0:16"), TEXTS, strict=True))
    )
    found = read(rows, title="The count", url="https://news.example.org/count")

    assert [f"{u.published:%d %H:%M}" for u in found.updates if u.published] == [
        "31 23:00", "31 22:49", "31 22:38", "31 22:27", "31 22:16",
    ]  # fmt: skip


def test_a_number_of_another_minute_is_no_epoch() -> None:
    rows = "".join(
        f'<section class="kv" data-kv-x="{1769900400 - n * 667}000"><span>{clock}</span><p>{text}</p></section>'
        for n, (clock, text) in enumerate(zip(("1:00", "0:40", "0:31", "0:21", "0:05"), TEXTS, strict=True))
    )
    assert read(rows, title="The count", url="https://news.example.org/count").updates == ()


@pytest.mark.parametrize("text", ["Τρίτη 24/2", "Tuesday 2/24", "Dienstag, 24.2."])
def test_a_weekday_makes_a_day_of_two_numbers(text: str) -> None:
    read_ = shown(text)

    assert read_ is not None
    assert (read_.day and (read_.day.month, read_.day.day), read_.clock) == ((2, 24), None)


@pytest.mark.parametrize("text", ["24/2", "Tuesday 14.30"])
def test_two_numbers_alone_are_no_day(text: str) -> None:
    read_ = shown(text)

    assert read_ is None or read_.day is None


def test_kick_offs_are_round() -> None:
    rows = "".join(
        f'<li class="m"><time datetime="2026-02-03T{clock}:00Z">{clock}</time><p>{text}</p></li>'
        for clock, text in zip(("09:00", "11:00", "12:30", "13:00", "13:30"), TEXTS, strict=True)
    )
    assert read(f"<ul>{rows}</ul>", title="Results", url="https://news.example.org/results").updates == ()


def test_days_of_a_table_each_are_data() -> None:
    table = "<tr><td>Low</td><td>1:12</td><td>1.4 m</td><td>88</td></tr>" * 4
    days = "".join(
        f'<section class="d"><h2>{day} February 2026, 10:30</h2><table>{table}</table></section>' for day in (1, 2, 3)
    )
    assert read(days, title="Tides live").updates == ()


def test_an_embed_without_a_time_is_no_update() -> None:
    embed = '<div class="e"><blockquote class="instagram-media" data-instgrm-permalink="https://i.example/p/1"></blockquote></div>'
    rows = [f'<div class="e">{stamped(n)}<p>{TEXTS[n]}</p></div>' for n in range(5)]

    assert texts(read("".join([*rows[:2], embed, *rows[2:]]))) == list(TEXTS)
