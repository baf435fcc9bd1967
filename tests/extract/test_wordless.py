"""What remains of an update beside its text: captions, tools, lines about who and when; and what stays in it."""

from __future__ import annotations

import json

import pytest

from .test_made_by_hand import CLOCKS, TEXTS, read, records, stamped, texts

PICTURE = '<img src="/{n}.jpg" width="640">'


def with_one(inside: str) -> str:
    """Updates of which one is made otherwise."""
    parts = [f'<div class="e" id="e{n}01">{stamped(n)}<div class="b"><p>{TEXTS[n]}</p></div></div>' for n in range(5)]
    parts[2] = f'<div class="e" id="e201">{stamped(2)}<div class="b">{inside}</div></div>'
    return "".join(parts)


@pytest.mark.parametrize(
    "caption",
    [
        '<div class="photo-caption"><span>The harbour at noon.</span> <span>AGENCY/A. REED</span></div>',
        '<span class="image__title" itemprop="caption">The harbour at noon. <small>Photo: Reed</small></span>',
    ],
)
def test_a_caption_is_no_text_where_there_is_nothing_else(caption: str) -> None:
    found = read(with_one(f'<div class="photo">{PICTURE}{caption}</div>'))

    assert found.updates[2].text == ""
    assert "The harbour at noon." in found.updates[2].captions[0]


def test_a_card_of_a_picture_and_paragraphs_is_no_caption() -> None:
    card = f'<div class="w">{PICTURE}<div class="card_cap"><p>{TEXTS[2]}</p></div></div>'

    assert texts(read(with_one(card))) == list(TEXTS)


@pytest.mark.parametrize(
    "tool",
    [
        '<div class="item__share"><a href="https://news.example.org/live/x/#e201">Kopiraj vezu</a></div>',
        '<span class="carousel__counter">1 / 4</span>',
    ],
)
def test_a_tool_is_no_text_where_there_is_nothing_else(tool: str) -> None:
    assert read(with_one(f"<figure>{PICTURE}</figure>{tool}")).updates[2].text == ""


@pytest.mark.parametrize(
    "inside",
    [
        f'<div class="card">{PICTURE}<p class="caption">{TEXTS[2]}</p></div>',
        f'<div class="related"><a href="/a">{TEXTS[2]}</a></div>',
        '<div class="related"><a href="/a">Ferry is back</a></div>',
    ],
)
def test_what_is_called_otherwise_is_the_text_where_there_is_nothing_else(inside: str) -> None:
    assert read(with_one(inside)).updates[2].text in (TEXTS[2], "Ferry is back")


@pytest.mark.parametrize(
    "line",
    ["Editor: Ann Reed", "Penulis: Dewi Lestari", "Redaktor: Jan Novák", "Toimetaja: Külli Pärn", "Автор: Иван Петров"],
)
def test_a_role_with_a_name_is_the_authors(line: str) -> None:
    found = read(records("{when}<p>{text}</p><div><span>" + line + "</span></div>"))

    assert texts(found) == list(TEXTS)
    assert {update.authors for update in found.updates} == {(line.partition(": ")[2],)}


def test_a_role_with_a_name_amid_the_text_is_text() -> None:
    found = read(records("{when}<p>{text}</p><p>Author: Ann Reed</p><p>It is her first book.</p>"))

    assert texts(found) == [f"{text}\nAuthor: Ann Reed\nIt is her first book." for text in TEXTS]
    assert {update.authors for update in found.updates} == {()}


def test_several_roles_at_the_end_are_authors() -> None:
    found = read(records("{when}<p>{text}</p><p>Author: Ann Reed</p><p>Editor: Bob Lee</p>"))

    assert texts(found) == list(TEXTS)
    assert {update.authors for update in found.updates} == {("Ann Reed", "Bob Lee")}


@pytest.mark.parametrize("line", ["Editor: the page is new", "Reporter: How are you?", "Speaker: Ann Reed"])
def test_other_lines_with_a_colon_are_text(line: str) -> None:
    found = read(records("{when}<p>{text}</p><div><span>" + line + "</span></div>"))

    assert texts(found) == [f"{text}\n{line}" for text in TEXTS]


@pytest.mark.parametrize("zone", ["بتوقيت عمّان", "hora de Lisboa", "(local time)"])
def test_whose_time_it_is_is_no_text(zone: str) -> None:
    found = read(records("<div>{when} <span>" + zone + "</span></div><h3>Title</h3><p>{text}</p>"))

    assert texts(found) == list(TEXTS)


@pytest.mark.parametrize("line", ["Full time", "Half time", "Dinner time", "Zeit"])
def test_other_lines_with_time_in_them_are_text(line: str) -> None:
    found = read(records("{when}<p>{text}</p><div>" + line + "</div>"))

    assert texts(found) == [f"{text}\n{line}" for text in TEXTS]


def test_when_it_was_edited_is_no_text() -> None:
    found = read(records("{when}<span class='edited'>Edited 4.41pm</span><h3>Title</h3><p>{text}</p>"))

    assert texts(found) == list(TEXTS)
    assert {update.headline for update in found.updates} == {"Title"}


def test_a_link_that_says_what_to_read_is_no_text() -> None:
    found = read(records("{when}<p>{text}</p><x-more><a href='/b/1'>Read: How the budget is made</a></x-more>"))

    assert texts(found) == list(TEXTS)


def test_a_table_keeps_its_numbers() -> None:
    rows = "".join(f"<tr><td>{hour} h</td><td>{hour}.1%</td><td>+{hour}</td></tr>" for hour in (10, 12, 14))
    table = f"<figure><table><thead><tr><th>Hour</th><th>2022</th><th>2026</th></tr></thead>{rows}</table></figure>"
    found = read(with_one(f"<p>{TEXTS[2]}</p>{table}"))
    said = found.updates[2].text

    assert all(f"{hour} h" in said and f"{hour}.1%" in said and f"+{hour}" in said for hour in (10, 12, 14))


def listed(other: dict[str, str]) -> str:
    """The data of the page, in which the third update is another."""
    own = [{"articleBody": text} for text in TEXTS]
    own[2] = other
    times = [f"2026-02-03T{clock}:00Z" for clock in CLOCKS]
    parts = [{"@type": "BlogPosting", "datePublished": t, **o} for t, o in zip(times, own, strict=True)]
    data = {"@context": "https://schema.org", "@type": "LiveBlogPosting", "liveBlogUpdate": parts}
    return f'<script type="application/ld+json">{json.dumps(data)}</script>'


def test_a_picture_that_both_list_between_the_same_updates_is_one() -> None:
    head = listed({"headline": "Photo", "articleBody": ""})
    found = read(with_one(f"<figure>{PICTURE}</figure>"), head=head)

    assert texts(found) == [text if n != 2 else "" for n, text in enumerate(TEXTS)]


def test_a_text_that_only_the_data_list_stays_an_update_of_its_own() -> None:
    head = listed({"articleBody": "Another text that is nowhere else on this page."})

    assert len(read(with_one(f"<figure>{PICTURE}</figure>"), head=head).updates) == 6
