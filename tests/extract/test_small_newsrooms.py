"""What small newsrooms put around and between their updates: titles in bold, cards, appeals, anchors, days, phases."""

from __future__ import annotations

import pytest

from pipelines.extract import extract
from pipelines.model import Version

from .test_flat import told
from .test_made_by_hand import AT, CLOCKS, TEXTS, URL, clocks, read, texts

ROWS = list(zip(CLOCKS, TEXTS, strict=True))
RECORD = '<div class="e" id="e{}1"><b>{}</b><p>{}</p></div>'
APPEAL = '<strong>Miss nothing:</strong> Our WhatsApp channel has it all. <a href="/whatsapp/">Subscribe</a>.'


def titles(body: str) -> list[str | None]:
    return [update.headline for update in read(body).updates]


def test_a_first_paragraph_all_in_bold_is_the_headline() -> None:
    rows = "".join(f"<p><strong>{c} – The wind rises</strong></p><p>{t}</p>" for c, t in ROWS)

    assert titles(f"<div>{rows}</div>") == ["The wind rises"] * 5
    assert texts(read(f"<div>{rows}</div>")) == list(TEXTS)


@pytest.mark.parametrize(
    ("first", "more"),
    [
        ("The wind has risen to a storm.", ""),  # a sentence
        ("Who stays in port?", "<p><strong>Who goes out?</strong></p><p>Nobody.</p>"),  # one of several questions
        ("Ann Reed", ""),  # a name
    ],
)
def test_other_paragraphs_in_bold_are_text(first: str, more: str) -> None:
    rows = "".join(f"<p><strong>{c} – {first}</strong></p><p>{t}</p>{more}" for c, t in ROWS)

    assert titles(f"<div>{rows}</div>")[:4] == [None] * 4  # below the last, a line in bold may be of the page


def test_a_list_of_terms_that_are_times_holds_their_updates_whole() -> None:
    rows = "".join(
        f"<dt><b>{c}</b> <i>The wind rises</i></dt>"
        f"<dd>14:02, an hour late: {t} Next ones:<ul><li>16:10 to the island<li>16:40 to the town</ul></dd>"
        for c, t in ROWS
    )
    found = read(f"<dl>{rows}</dl>")

    assert clocks(found) == list(CLOCKS)
    assert texts(found)[0].startswith("14:02, an hour late: The harbour")
    assert "16:40" in texts(found)[0]


def test_noon_in_a_word_is_a_time() -> None:
    hours = ("午後2時40分", "午後1時05分", "正午", "午前11時15分", "午前10時20分")
    rows = "".join(f"<dt>{c}</dt><dd>{t}</dd>" for c, t in zip(hours, TEXTS, strict=True))

    assert [f"{u.published:%H:%M}" for u in read(f"<dl>{rows}</dl>", lang="ja").updates if u.published] == [
        "05:40", "04:05", "03:00", "02:15", "01:20",
    ]  # fmt: skip


def test_a_card_between_paragraphs_is_not_text() -> None:
    card = '<figure><a href="/dorms"><div>Why it costs</div><div>Six years of it.</div><img src="i.png"></a></figure>'
    rows = "".join(f"<h3>{c} – The wind rises</h3><p>{t}</p>{card}" for c, t in ROWS)

    assert texts(read(f"<div>{rows}</div>")) == list(TEXTS)


def test_a_box_that_asks_to_be_followed_elsewhere_is_not_text() -> None:
    rows = "".join(f"<h3>{c} – The wind rises</h3><p>{t}</p><div><div><p>{APPEAL}</p></div></div>" for c, t in ROWS)
    boxes = "".join(
        f'<div class="e"><time>{c}</time><p>{t}</p><div><p>{APPEAL}</p></div></div><div class="e">{APPEAL}</div>'
        for c, t in ROWS
    )

    assert texts(read(f"<div>{rows}</div>")) == list(TEXTS)
    assert texts(read(f"<div>{boxes}</div>")) == list(TEXTS)


def test_a_paragraph_that_names_such_a_channel_is_text() -> None:
    said = 'The ministry wrote on <a href="https://t.me/x">Telegram</a> that the bridge is open.'
    rows = "".join(f"<h3>{c} – The wind rises</h3><p>{t}</p><p>{said}</p>" for c, t in ROWS)

    assert all(text.endswith("that the bridge is open.") for text in texts(read(f"<div>{rows}</div>")))


def test_below_the_heading_of_a_day_stands_what_is_of_that_day() -> None:
    rows = [f"<p class='t'>{c}</p><h3>The wind rises</h3><p>{t}</p>" for c, t in ROWS]
    day = "<h2>Monday, 2 February 2026</h2><p>End of Monday's coverage</p>"
    found = read(f"<div>{''.join(rows[:2])}{day}{''.join(rows[2:])}</div>")

    assert texts(found) == list(TEXTS)
    assert [u.published and u.published.day for u in found.updates] == [3, 3, 2, 2, 2]


def test_anchors_above_the_clocks_are_their_ids() -> None:
    rows = "".join(
        f'<div class="anchor" id="Wind-rises-{n}x"></div><div><span>{c}</span></div><h3>The wind</h3><p>{t}</p>'
        for n, (c, t) in enumerate(ROWS)
    )

    assert [u.id for u in read(f"<div>{rows}</div>").updates] == [f"Wind-rises-{n}x" for n in range(5)]


def test_added_time_and_phases_begin_updates_of_a_match() -> None:
    marks = ("FINAL -", "90'+5", "78'", "HALF-TIME -", "12'")
    rows = "".join(
        f'<div><b><span style="color:red">{m}</span></b> {t}</div><div><br></div>'
        for m, t in zip(marks, TEXTS, strict=True)
    )
    more = "".join(f'<div><b><span style="color:red">{m}\'</span></b> Corner number {m}.</div>' for m in (9, 5, 2))

    assert texts(read(f"<div>{rows}{more}</div>"))[:5] == list(TEXTS)


def test_a_page_that_says_it_goes_on_tells_of_which_day_its_clocks_are() -> None:
    rows = "".join(f'<div id="c{n}41"><h2>kl. {c}: Title {n}</h2><p>{t}</p></div>' for n, (c, t) in enumerate(ROWS))
    says = "<p>Vores folk fortæller løbende, hvad der sker på havnen.</p>"

    assert texts(told(f"<main><h1>Stormen</h1>{says}{rows}</main>", lang="da")) == list(TEXTS)
    assert not told(f"<main><h1>Stormen</h1><p>Vores folk var på havnen.</p>{rows}</main>", lang="da").updates


def test_posts_that_stand_whole_in_an_announced_stream_are_no_teasers() -> None:
    def post(n: int, clock: str, text: str, more: str = "") -> str:
        return (f'<div class="row"><article class="node"><time datetime="2026-02-03T{clock}:00Z">{clock}</time>'
                f'<h3><a href="/m/{n}">Message number {n}</a></h3><p>{text}</p>{more}</article></div>')  # fmt: skip

    whole = "".join(post(n, c, t, f"<p>{t}</p>" if n == 2 else "") for n, (c, t) in enumerate(ROWS))
    cut = "".join(post(n, c, t) for n, (c, t) in enumerate(ROWS))

    assert [u.headline for u in read(whole).updates] == [f"Message number {n}" for n in range(5)]
    assert not read(cut).updates
    assert not told(f"<main><h1>Messages</h1>{whole}</main>").updates


def test_cells_of_a_grid_that_hold_something_else_are_no_updates() -> None:
    def cell(inside: str) -> str:
        return f'<div class="column">{inside}</div>'

    around = cell('<div class="meta"><span>3 February 2026</span><span>Last update: 14:40</span></div>')
    rows = "".join(
        cell(f'<div class="entry"><section id="e{n}7f3a"><b>{c}</b><h3>Title</h3><p>{t}</p></section></div>')
        for n, (c, t) in enumerate(ROWS)
    )
    advert = cell('<div class="adslot">Reklam</div>')
    found = read(f'<div class="grid">{around}{cell(f"<div><div>{rows}{advert}</div></div>")}</div>')

    assert texts(found) == list(TEXTS)
    assert [u.id for u in found.updates] == [f"e{n}7f3a" for n in range(5)]


@pytest.mark.parametrize(
    ("beside", "authors"),
    [
        ('<div><p>By <a href="/author/ann">Ann Reed</a></p></div>', ("Ann Reed",)),
        ('<div class="field"><div class="label">Lines</div><div><a href="/4">4</a> <a href="/9">9</a></div></div>', ()),
        ('<div><i class="author">Ann Reed</i><i class="x-role">Metro reporter</i></div>', ("Ann Reed",)),
        ('<div><img src="a.png" class="x-face"><b>Ann Reed</b><i>At the quay</i></div>', ("Ann Reed",)),
        ('<ul><li><a href="#e1">Link to this post</a></li><li><a href="/flag">Report an error</a></li></ul>', ()),
        ('<center><img src="a.jpg"><br><font size="1">The quay at noon (photo: A. R.)</font></center>', ()),
        ('<amp-twitter><blockquote placeholder><p>Seen from here.</p>&mdash; Ann</blockquote></amp-twitter>', ()),
    ],
)  # fmt: skip
def test_what_stands_beside_the_text_is_none_of_it(beside: str, authors: tuple[str, ...]) -> None:
    record = '<div class="e" id="e{}1"><time>{}</time>{}<p>{}</p></div>'
    rows = "".join(record.format(n, c, beside, t) for n, (c, t) in enumerate(ROWS))
    found = read(f"<div>{rows}</div>")

    assert texts(found) == list(TEXTS)
    assert {u.authors for u in found.updates} == {authors}


def test_clocks_in_french_are_those_of_paris_where_nothing_says_otherwise() -> None:
    rows = "".join(f'<div class="e" id="e{n}1"><b>{c}</b><p>{t}</p></div>' for n, (c, t) in enumerate(ROWS))
    found = read(f"<div>{rows}</div>", lang="fr")

    assert clocks(found) == ["13:40", "12:05", "11:31", "10:15", "09:20"]
    assert "times: no zone is stated; read as Europe/Paris" in found.warnings


def test_what_stands_beside_the_time_above_the_text_is_the_headline() -> None:
    def rows(beside: str) -> str:
        record = '<div class="e" id="e{}1"><div class="t"><b>{}</b> <span>{}</span></div><p>{}</p></div>'
        return "".join(record.format(n, c, beside, t) for n, (c, t) in enumerate(ROWS))

    assert titles(rows("The wind rises again")) == ["The wind rises again"] * 5
    assert titles(rows("Ann Reed")) == [None] * 5
    assert titles(rows("Old harbour")) == [None] * 5  # a place, a department
    assert titles(rows("The wind rises again.")) == [None] * 5


def test_a_sign_that_leads_to_the_update_and_bars_between_links_are_no_text() -> None:
    tools = '<div><a href="/live/x?p=2&amp;r=n#n">#</a> | <a href="sms:?body=x">By text message</a></div>'
    rows = "".join(f'<div class="e" id="e{n}1"><b>{c}</b><p>{t}</p>{tools}</div>' for n, (c, t) in enumerate(ROWS))

    assert texts(read(rows)) == list(TEXTS)


def test_records_that_are_tables_for_their_looks_are_read_as_lines() -> None:
    rows = "".join(
        f'<a name="no{5 - n}"></a><table class="m"><tr><td><strong>(No. {5 - n}) The wind rises</strong></td>'
        f'<td>3 February 2026, {c}</td></tr><tr><td colspan="2">{t}<br><br>{t}</td></tr></table>'
        for n, (c, t) in enumerate(ROWS)
    )
    found = read(f"<div>{rows}</div>")

    assert texts(found) == [f"{t}\n{t}" for t in TEXTS]
    assert [u.headline for u in found.updates] == [f"(No. {5 - n}) The wind rises" for n in range(5)]
    assert [u.id for u in found.updates] == [f"no{5 - n}" for n in range(5)]


@pytest.mark.parametrize(
    "other",
    [
        '<div class="module text">Have you seen more? Write to us at any hour of this day.</div>',  # no mark, no id
        '<div class="module text live" >Have you seen more? Write to us at any hour of this day.</div>',  # no id
    ],
)
def test_boxes_without_a_time_that_lack_what_all_with_one_have_are_none(other: str) -> None:
    record = '<div class="module text live" id="u{}1"><b>{}</b><p>{}</p></div>'
    rows = "".join(record.format(n, c, t) for n, (c, t) in enumerate(ROWS))

    assert texts(read(f"<div>{other}{rows}</div>")) == list(TEXTS)


def test_one_without_a_time_that_has_all_of_it_is_an_update() -> None:
    rows = [f'<div class="module live" id="u{n}1"><b>{c}</b><p>{t}</p></div>' for n, (c, t) in enumerate(ROWS)]
    summary = '<div class="module live" id="u77"><p>This is what we know up to now, in a few words.</p></div>'

    assert texts(read(f"<div>{summary}{''.join(rows)}</div>"))[0].startswith("This is what we know")


def test_weekdays_beside_clocks_say_of_which_day_they_are() -> None:
    when = ("Monday 14:40", "Monday 13:05", "Monday 12:31", "Sunday 23:15", "Saturday 10:20")  # the 3rd is a Tuesday
    rows = "".join(RECORD.format(n, w, t) for n, (w, t) in enumerate(zip(when, TEXTS, strict=True)))
    days = [u.published and (u.published.month, u.published.day) for u in read(rows).updates]

    assert days == [(2, 2), (2, 2), (2, 2), (2, 1), (1, 31)]


def test_what_was_published_days_after_all_that_it_tells_is_a_story() -> None:
    when = ("Saturday 10:20", "11:15", "12:31", "13:05", "Sunday 7:40")
    chapters = "".join(
        f'<section class="chapter" id="c{n}"><div>{w}</div><h2>Chapter {n}</h2><p>{t}</p></section>'
        for n, (w, t) in enumerate(zip(when, TEXTS, strict=True))
    )
    head = '<meta property="article:published_time" content="2026-02-03T{}+00:00">'

    assert not told(f"<main><h1>Four minutes</h1>{chapters}</main>", head=head.format("05:00:00")).updates


def test_of_two_dates_in_a_line_each_is_what_it_says() -> None:
    rows = "".join(f"<dt id='u{n}41'>{c}</dt><dd>{t}</dd>" for n, (c, t) in enumerate(reversed(ROWS)))
    line = "<p>2026年2月3日 10:25　<span>（2月3日 14:43更新）</span></p>"
    found = told(f"<main><h1>大雪</h1>{line}<dl>{rows}</dl></main>", lang="ja")

    assert found.dateModified is not None
    assert (f"{found.datePublished:%H:%M}", f"{found.dateModified:%H:%M}") == ("01:25", "05:43")


def test_a_line_to_the_right_below_the_text_is_who_wrote_it() -> None:
    rows = "".join(
        f"<h3>{c} – The wind rises</h3><p>{t}</p><p style='text-align: right'><em>Written by: {who}</em></p>"
        for (c, t), who in zip(ROWS, ("Ann Reed", "Ann Reed", "the duty officer", "Ann Reed", "Ann Reed"), strict=True)
    )
    found = read(f"<div>{rows}</div>")

    assert texts(found) == list(TEXTS)
    assert [u.authors for u in found.updates][1:3] == [("Ann Reed",), ()]


def test_hours_in_hindi_are_those_of_their_half_of_the_day() -> None:
    hours = ("रात 9 बजे", "शाम 7:42 बजे", "दोपहर 2:15 बजे", "दोपहर 12:50 बजे", "सुबह 8:10 बजे")
    rows = "".join(RECORD.format(n, h, t) for n, (h, t) in enumerate(zip(hours, TEXTS, strict=True)))

    assert clocks(read(rows, lang="hi")) == ["15:30", "14:12", "08:45", "07:20", "02:40"]


def test_the_last_update_keeps_its_list_whole() -> None:
    rows = "".join(f"<p>{TEXTS[1]}</p><p><strong>Kl. {c}:</strong> {t}</p>" for c, t in reversed(ROWS))
    items = "".join(f"<li>Line {n} of it is shut</li>" for n in range(1, 5))
    found = read(f"<div>{rows}<ul>{items}</ul></div>", lang="nb")

    assert texts(found)[-1].endswith("Line 3 of it is shut\nLine 4 of it is shut")


@pytest.mark.parametrize(
    "advert",
    [
        '<div id="ad-1" class="item item--adv" data-sort-time="1770129539000"><amp-ad><p>Ad</p></amp-ad></div>',
        '<div id="p-3" class="item" data-sort-time="1770129539000"><div class="adslot">Pubblicità</div></div>',
    ],
)
@pytest.mark.parametrize("profiles", [(), None], ids=["generic", "profiled"])
def test_an_advertisement_in_a_list_of_updates_is_none(advert: str, profiles: tuple[()] | None) -> None:
    record = '<div id="post-{}17" class="item" data-sort-time="{}"><h3>Title</h3><p>{}</p></div>'
    rows = "".join(record.format(n, 1770129600000 - n * 2700000, t) for n, t in enumerate(TEXTS))
    lists = f"<div items>{rows}{advert}</div>"
    page = f"<html amp><body><h1>Live: storm</h1><amp-live-list id='l'>{lists}</amp-live-list></body></html>"
    found = extract(page.encode(), url=URL, at=AT, profiles=profiles)

    assert isinstance(found, Version)
    assert texts(found) == list(TEXTS)


def test_a_last_line_that_is_all_by_and_a_name_is_who_wrote_it() -> None:
    def rows(line: str) -> str:
        return "".join(f"<h3>{c} – The wind rises</h3><p>{t}</p><p>{line}</p>" for c, t in ROWS)

    assert {u.authors for u in read(f"<div>{rows('Por Ann Reed')}</div>").updates[:4]} == {("Ann Reed",)}
    assert all("By noon" in text for text in texts(read(f"<div>{rows('By noon the wind was down.')}</div>"))[:4])


@pytest.mark.parametrize(
    ("mark", "clock"),
    [("ΕΝΗΜΕΡΩΣΗ 14:40", "12:40"), ("Update 2 – 14.40", "14:40"), ("Update nr. 2: 14.40", "14:40"), ("1440Z", "14:40")],
)
def test_what_is_called_an_update_or_told_in_zulu_begins_one(mark: str, clock: str) -> None:
    lang = "el" if mark.startswith("Ε") else "en"
    hours = (mark, mark.replace("2", "1").replace("40", "05"), mark.replace("40", "01").replace("2", "0"))
    rows = "".join(f"<div><b>{h}</b></div><div>{t}</div>" for h, t in zip(hours, TEXTS, strict=False))

    assert clocks(read(f"<div>{rows}</div>", lang=lang))[0] == clock


def test_two_that_are_called_updates_are_enough_where_the_page_says_that_it_goes_on() -> None:
    rows = "".join(f"<h3>Update {2 - n} – {c}</h3><p>{t}</p>" for n, (c, t) in enumerate(ROWS[:2]))
    says = "<p>Power is out. The newest update is at the top of this page.</p>"

    assert texts(told(f"<main><h1>No power</h1>{says}{rows}</main>")) == list(TEXTS[:2])


@pytest.mark.parametrize(
    ("lang", "says"),
    [("de", "Die jeweils neueste Meldung steht oben."), ("bg", "Най-новото е най-отгоре."), ("en", "Newest first.")],
)
def test_a_page_that_grows_at_its_top_is_a_live_one_if_it_does(lang: str, says: str) -> None:
    rows = [f'<p id="r{c}"><b>{c}</b> {t}</p>' for c, t in ROWS]
    page = "<main><h1>Storm</h1><p>{}</p><div>{}</div></main>"

    assert texts(told(page.format(says, "".join(rows)), lang=lang)) == list(TEXTS)
    assert not told(page.format(says, "".join(rows[::-1])), lang=lang).updates


def test_headings_of_days_in_boxes_of_their_own_are_those_of_the_records_below() -> None:
    def day(said: str, rows: list[tuple[str, str]]) -> str:
        records = "".join(f'<div class="item"><span>{c}</span><h3>Title</h3><p>{t}</p></div>' for c, t in rows)
        return f"<div><header><h2>{said}</h2></header></div><div><div>{records}</div></div>"

    found = read(day("Tuesday, 3 February 2026", ROWS[:2]) + day("Monday, 2 February 2026", ROWS[2:]))

    assert [u.published and u.published.day for u in found.updates] == [3, 3, 2, 2, 2]


def test_anchors_that_updates_begin_with_are_their_ids() -> None:
    rows = "".join(f'<p><a name="19{1635 - n}"></a><b>{c}</b> {t}</p>' for n, (c, t) in enumerate(ROWS))

    assert [u.id for u in read(f"<div>{rows}</div>").updates] == [f"19{1635 - n}" for n in range(5)]


def test_a_list_with_times_amid_a_story_is_none() -> None:
    paragraph = f"<p>{TEXTS[0]} {TEXTS[1]}</p>"
    rows = "".join(f"<li><b>{c}</b> <p>{t}</p></li>" for c, t in reversed(ROWS))
    head = '<meta property="article:published_time" content="2026-02-03T14:50:00Z">'
    box = f"<div><h2>How it happened</h2><ul>{rows}</ul></div>"

    assert not told(f"<article><h1>Storm</h1>{paragraph * 2}{box}{paragraph * 2}</article>", head=head).updates
    assert told(f"<article><h1>Storm</h1>{paragraph * 2}{box}</article>", head=head).updates


def test_days_that_fall_may_each_be_told_from_their_morning_on() -> None:
    today = [("09:10", TEXTS[0]), ("10:05", TEXTS[1]), ("11:40", TEXTS[2])]
    before = [("08:20", TEXTS[3]), ("22:15", TEXTS[4])]
    edit = '<span>[<a href="?edit">edit</a>]</span>'
    days = "".join(
        f"<h2><span>{day}</span>{edit}</h2><ul>{''.join(f'<li><b>{c}</b> {t}</li>' for c, t in rows)}</ul>"
        for day, rows in (("Tuesday 3 February", today), ("Monday 2 February", before))
    )
    note = f"<table><tr><td>{TEXTS[0]} {TEXTS[1]} The time is that of Uruguay (UTC−3). All day.</td></tr></table>"
    said = told(f"<main><h1>Strike</h1>{note}{days}</main>")

    assert [f"{u.published:%d %H:%M}" for u in said.updates if u.published] == [
        "03 12:10", "03 13:05", "03 14:40", "02 11:20", "03 01:15",
    ]  # fmt: skip


def test_ages_of_hours_and_minutes_in_arabic() -> None:
    ages = ("قبل 6 دقائق", "قبل ساعة و8 دقائق", "قبل ساعتين", "قبل ساعتين و40 دقيقة", "قبل 3 ساعات و15 دقيقة")
    rows = "".join(RECORD.format(n, a, t) for n, (a, t) in enumerate(zip(ages, TEXTS, strict=True)))

    assert clocks(read(rows, lang="ar")) == ["14:54", "13:52", "13:00", "12:20", "11:45"]


def test_a_link_to_newer_updates_below_the_last_is_not_its_text() -> None:
    rows = "".join(f"<h2>{c} The wind rises</h2><p>{t}</p>" for c, t in ROWS)

    assert texts(read(f'<div>{rows}<p><a href="/live/x">Newer updates</a></p></div>')) == list(TEXTS)


def test_an_update_that_only_repeats_its_headline_keeps_it_as_its_text() -> None:
    record = '<div class="e" id="e{}1"><b>{}</b><h3>{}</h3><div class="card"><a href="/s">{}</a></div></div>'
    rows = "".join(record.format(n, c, t, t) for n, (c, t) in enumerate(ROWS))

    assert texts(read(rows)) == list(TEXTS)


def test_the_letters_of_an_encoded_id_are_no_words() -> None:
    record = '<h3 id="{}1-%CF%84%CE%AD%CE%BB%CE%BF%CF%82">{} – Τέλος για σήμερα</h3><p>{}</p>'
    rows = "".join(record.format(n, c, t) for n, (c, t) in enumerate(ROWS))

    assert titles(f"<div>{rows}</div>") == ["Τέλος για σήμερα"] * 5
