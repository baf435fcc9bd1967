"""What small newsrooms put around and between their updates: titles in bold, cards, appeals, anchors, days, phases."""

from __future__ import annotations

import pytest

from .test_flat import told
from .test_made_by_hand import CLOCKS, TEXTS, clocks, read, texts

ROWS = list(zip(CLOCKS, TEXTS, strict=True))
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
