"""Whose captures are taken."""

from __future__ import annotations

from pipelines.importing.pages import pages

STORM, FLOOD = "https://news.example.org/live/storm", "https://news.example.org/live/flood"


def test_the_watched_pages_where_nothing_is_named() -> None:
    found = pages([], [], [STORM])

    assert [found.page(url) for url in ("http://www.news.example.org/live/storm/", FLOOD)] == [STORM, None]


def test_those_that_are_named_whatever_is_watched() -> None:
    found = pages([FLOOD], ["https://news.example.org/2026/"], [STORM])
    asked = (STORM, FLOOD, "https://news.example.org/2026/x", "https://news.example.org/2025/x")

    assert [found.page(url) for url in asked] == [None, FLOOD, asked[2], None]


def test_all_pages_and_an_image_only_where_it_is_named() -> None:
    found = pages([FLOOD], [], [], everything=True)

    assert found.page("https://elsewhere.example/") == "https://elsewhere.example/"
    assert [found.is_page(url, "image/png") for url in (STORM, FLOOD)] == [False, True]


def test_what_is_no_url_is_left_to_whoever_refuses_it() -> None:
    assert pages([], [], [], everything=True).page("https://a b/") == "https://a b/"
