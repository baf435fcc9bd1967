"""What the hash of a version counts, and what may tick without making a new one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipelines.extract.canonical import canonical, content_hash, letters
from pipelines.extract.words import relative
from pipelines.model import Update, Version

AT = datetime(2026, 1, 3, 10, tzinfo=UTC)
UPDATE = Update(text="The north bridge is open.\nTwelve lorries wait.", published=AT, id="a1")
PAGE = Version(url="https://news.example.org/live", at=AT, headline="Storm", text="Lead.", updates=(UPDATE,))
ARTICLE = replace(PAGE, updates=())


@pytest.mark.parametrize(
    "line",
    [
        "4 min ago",
        "an hour ago",
        "vor 12 Minuten",
        "il y a 8 min",
        "2 minuti fa",
        "just now",
        "14:05 Uhr",
        "Updated at 12.36 GMT",
        "Stand: 24. November 2026, 14:05 Uhr",
        "12 comments",
        "Comments (1,204)",
        "💬 128",
    ],
)
def test_a_line_that_only_ticks_leaves_nothing(line: str) -> None:
    assert canonical(line) == ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Bridge shut 4 min ago", "Bridge shut 5 min ago"),
        ("“Shut” – for now…", '"shut" - for now...'),
        ("R&amp;D  is\nup", "R&D is up"),
        ("re\u00adopen\u200bed", "reopened"),
    ],
)
def test_typing_and_ticking_make_no_difference(one: str, other: str) -> None:
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("12 people are missing.", "13 people are missing."),
        ("He left 10 minutes ago, they said.", "He left 20 minutes ago, they said."),
        ("| North | 12 |", "| North | 13 |"),
        ("Final score 2-1", "Final score 2-2"),
        ("North\n12", "North\n13"),
    ],
)
def test_a_changed_number_in_prose_or_a_table_counts(one: str, other: str) -> None:
    assert canonical(one) != canonical(other)


def test_letters_are_for_matching_and_forget_punctuation() -> None:
    assert letters("Bridge: open!") == letters("bridge (open)") == "bridge open"


def _same(one: Version, other: Version) -> bool:
    return content_hash(one) == content_hash(other)


def test_a_rotating_box_outside_the_updates_makes_no_version() -> None:
    assert _same(PAGE, replace(PAGE, text="Lead. Try our weather quiz!"))


def test_the_page_text_counts_where_there_are_no_updates() -> None:
    assert not _same(ARTICLE, replace(ARTICLE, text="Lead, corrected."))


def test_a_later_look_at_the_same_page_is_the_same_content() -> None:
    assert _same(PAGE, replace(PAGE, at=AT + timedelta(hours=1), extractor="another"))


@pytest.mark.parametrize(
    "edit",
    [
        {"text": "The north bridge is open.\nThirteen lorries wait."},
        {"headline": "Bridge"},
        {"published": AT + timedelta(minutes=1)},
        {"updated": AT},
        {"authors": ("A. Reporter",)},
        {"pinned": True},
    ],
)
def test_each_edit_of_an_update_makes_a_version(edit: dict[str, object]) -> None:
    assert not _same(PAGE, replace(PAGE, updates=(replace(UPDATE, **edit),)))


def test_the_order_of_updates_counts() -> None:
    other = replace(UPDATE, text="Second.")

    assert not _same(replace(PAGE, updates=(UPDATE, other)), replace(PAGE, updates=(other, UPDATE)))


def test_the_end_of_coverage_makes_a_version() -> None:
    assert not _same(PAGE, replace(PAGE, state="ended"))


def test_a_time_known_only_as_an_age_does_not_tick_the_hash() -> None:
    old = replace(UPDATE, time_source="relative", shown_as="4 min ago")
    new = replace(old, published=AT + timedelta(minutes=1), shown_as="5 min ago")

    assert _same(replace(PAGE, updates=(old,)), replace(PAGE, updates=(new,)))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("4 min ago", 240), ("5m", 300), ("1 hr 5 mins ago", 3900), ("vor einer Stunde", 3600), ("soeben", 0)],
)
def test_ages_are_read(text: str, seconds: int) -> None:
    found = relative(text)

    assert found is not None
    assert found[0] == timedelta(seconds=seconds)
