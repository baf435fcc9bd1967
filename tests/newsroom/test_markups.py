"""The four markups say the same; what differs between two looks at an unedited page is only the noise."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from lxml import html

from crawler.newsroom.chrome import Noise
from crawler.newsroom.markups import MARKUPS, View, render
from crawler.newsroom.script import load_story, tell

STORY = load_story()
OPENED = datetime(2026, 3, 1, 14, 5, 30, tzinfo=UTC)
STATES, _ = tell(STORY, [OPENED + timedelta(minutes=4 * i) for i in range(13)])
BASE = "http://127.0.0.1:8000"


def page(markup: str, number: int, *, page: int = 1, noise: Noise | None = None) -> str:
    state = STATES[number]
    noise = noise or Noise(now=state.at)
    return render(View(story=STORY, state=state, noise=noise, base=BASE, page=page), markup)


def said(text: str) -> list[str]:
    """What stands in the main part, in its order: headings and paragraphs, with clocks written one way.

    A reader of its own, made for this site alone: drops what is around the news, splits the clock off a heading.
    """
    tree = html.fromstring(text)
    (main,) = tree.xpath("//main")
    for around in main.xpath(".//aside | .//section | .//script | .//small"):
        around.drop_tree()
    lines = []
    for block in main.xpath(".//h1 | .//h2 | .//p | .//figcaption"):
        words = " ".join(block.text_content().split())
        clock = re.match(r"(\d\d)[.:](\d\d)\s*", words)
        lines += [f"{clock[1]}:{clock[2]}", words[clock.end() :]] if clock else [words]
    return [line for line in lines if line]


def linked_data(text: str) -> dict[str, Any]:
    (script,) = html.fromstring(text).xpath("//script[@type='application/ld+json']/text()")
    posting: dict[str, Any] = json.loads(script)
    return posting


@pytest.mark.parametrize("number", range(13))
def test_all_markups_say_the_same_in_the_same_order(number: int) -> None:
    first, *others = [said(page(markup, number)) for markup in MARKUPS]

    assert all(other == first for other in others)
    assert [line for line in first if line in {u.headline for u in STATES[number].shown}] == [
        u.headline for u in STATES[number].shown if u.headline
    ]


@pytest.mark.parametrize("markup", MARKUPS)
@pytest.mark.parametrize("number", [0, 6, 12])
def test_every_word_of_every_update_is_on_its_page(markup: str, number: int) -> None:
    state = STATES[number]

    shown, behind = said(page(markup, number)), said(page(markup, number, page=2)) if state.behind else []

    for update in state.shown:
        assert set(update.paragraphs) <= set(shown)
        assert f"{update.published:%H:%M}" in shown
        assert not set(update.paragraphs) & set(behind)
    for update in state.behind:
        assert set(update.paragraphs) <= set(behind)
        assert not set(update.paragraphs) & set(shown)


@pytest.mark.parametrize("markup", MARKUPS)
@pytest.mark.parametrize("number", [0, 6, 12])
def test_two_looks_differ_in_the_noise_and_in_nothing_else(markup: str, number: int) -> None:
    now = STATES[number].at
    one = page(markup, number, noise=Noise(now=now, visitor=1))
    two = page(markup, number, noise=Noise(now=now + timedelta(seconds=61), visitor=2))

    assert said_without_counters(one) == said_without_counters(two)
    for what in (
        r"\d+ comments",
        r"[\d,]+ shares",
        r"\d\d:\d\d:\d\d",
        r"\d+ min ago",
        r'"promo".*?<strong>[^<]*',
    ):
        assert re.findall(what, one)
        assert re.findall(what, one) != re.findall(what, two)


def said_without_counters(text: str) -> list[str]:
    return [line for line in said(text) if " shares" not in line]


@pytest.mark.parametrize("number", [0, 5, 12])
def test_structured_data_states_what_the_page_shows(number: int) -> None:
    state = STATES[number]
    posting = linked_data(page("json-ld", number))
    tree = html.fromstring(page("microdata", number))
    items = tree.xpath("//*[@itemprop='liveBlogUpdate']")

    assert [u["articleBody"].split("\n\n") for u in posting["liveBlogUpdate"]] == [
        list(u.paragraphs) for u in state.shown
    ]
    assert [i.xpath("string(.//time/@datetime)") for i in items] == [
        u["datePublished"] for u in posting["liveBlogUpdate"]
    ]
    assert [i.xpath("string(.//link/@href)") for i in items] == [u["url"] for u in posting["liveBlogUpdate"]]
    assert ("coverageEndTime" in posting) == (state.ended is not None)


def test_a_silent_correction_leaves_the_stated_time_of_change_as_it_was() -> None:
    before, after = ({u["url"]: u for u in linked_data(page("json-ld", n))["liveBlogUpdate"]} for n in (2, 3))
    (silent,) = [url for url in before if before[url]["articleBody"] != after[url]["articleBody"]]

    assert before[silent]["dateModified"] == after[silent]["dateModified"]


def test_the_plain_markups_carry_neither_ids_nor_structured_data() -> None:
    for markup in ("dom", "headings"):
        text = page(markup, 0)
        (main,) = html.fromstring(text).xpath("//main")

        assert not main.xpath(".//*[@id or @itemprop]")
        assert "schema.org" not in text
        assert not re.search(r"41007\d\d", text)


def test_headings_stand_flat_beside_their_paragraphs() -> None:
    (main,) = html.fromstring(page("headings", 0)).xpath("//main")

    clocks = [h for h in main.findall("h2") if re.match(r"\d\d\.\d\d\b", h.text)]

    assert len(clocks) == len(STATES[0].shown)
    assert not main.xpath(".//article | .//div")


def test_the_records_without_ids_stand_beside_lists_that_look_like_them() -> None:
    tree = html.fromstring(page("dom", 0))

    for decoy in (
        "//ul/li[time]",
        "//div[contains(@class,'related')][time]",
        "//div[@class='comment'][time]",
    ):
        assert len(tree.xpath(decoy)) >= 3


@pytest.mark.parametrize("markup", MARKUPS)
def test_a_page_is_whole_and_readable_for_everybody(markup: str) -> None:
    text = page(markup, 0)
    tree = html.fromstring(text)

    assert text.startswith("<!doctype html>")
    assert tree.get("lang")
    assert len(tree.xpath("//h1")) == len(tree.xpath("//main")) == len(tree.xpath("//title")) == 1
    assert all(image.get("alt") for image in tree.xpath("//img"))
    assert not re.search(r"\$\w|\bNone\b", text.partition("<body>")[2])


def test_the_end_of_coverage_is_said_in_words_too() -> None:
    for markup in MARKUPS:
        assert "Coverage ended" not in page(markup, 11)
        assert "Coverage ended" in page(markup, 12)


def test_an_unknown_markup_and_a_page_that_does_not_exist_are_refused() -> None:
    with pytest.raises(ValueError, match="no markup 'amp'; there are json-ld, microdata, dom, headings"):
        page("amp", 0)
    with pytest.raises(ValueError, match="there is no page 2"):
        page("dom", 0, page=2)
