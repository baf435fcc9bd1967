"""Pages nobody edited give no editorial change; numbers in prose do."""

from dataclasses import replace
from datetime import timedelta

import pytest

from pipelines.diff import changes
from pipelines.diff.noise import text_class
from pipelines.model import Update
from tests.evaluate.noise import Kind, looks

from .made import STORIES, at, editorial, page

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('He said "no" - twice', "He said “no” – twice"),
        ("It is over", "It is over."),
        ("BREAKING: Bridge shut", "Breaking: bridge shut"),
        ("its roof", "it's roof"),
        ("two  spaces\nhere", "two spaces here"),
        ("a well-known man", "a well known man"),
    ],
)
def test_typography_is_cosmetic(old: str, new: str) -> None:
    assert text_class(old, new, MINUTE) == "cosmetic"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("14 injured", "17 injured"),
        ("growth of 1.5 percent", "growth of 15 percent"),
        ("it was -5 degrees", "it was 5 degrees"),
        ("paid €5 for it", "paid $5 for it"),
        ("up 5% today", "up 5 today"),
        ("Some 39 comments were read out in court", "Some 41 comments were read out in court"),
        ("Kick-off is at 20:00 in the national stadium", "Kick-off is at 20:45 in the national stadium"),
        ("14 people were reading in the library", "17 people were reading in the library"),
        ("no evidence of arson", "evidence of arson"),
        ("3 likes for the minister", "4 likes for the minister"),
        (f"{STORIES[0]}\n3 mln", f"{STORIES[0]}\n4 mln"),
        ("The siege began 2 hours ago, witnesses say.", "The siege began 9 hours ago, witnesses say."),
        (None, "A first headline"),
        ("हिन्दी समाचार", "हिन्दू समाचार"),
    ],
)
def test_words_numbers_and_signs_are_editorial(old: str | None, new: str | None) -> None:
    assert text_class(old, new, MINUTE) == "editorial"


@pytest.mark.parametrize(
    ("old", "new", "minutes"),
    [
        (f"{STORIES[0]}\n4 minutes ago", f"{STORIES[0]}\n5 minutes ago", 1),
        (f"{STORIES[0]}\nUpdated 59 min ago", f"{STORIES[0]}\nUpdated 1 hour ago", 1),
        (f"{STORIES[0]}\nvor 12 Minuten", f"{STORIES[0]}\nvor 42 Minuten", 30),
        ("The bridge fell 4 minutes ago, a witness says.", "The bridge fell 9 minutes ago, a witness says.", 5),
        (f"{STORIES[0]}\n39 comments", f"{STORIES[0]}\n15 comments", 1),
        (f"{STORIES[0]}\n39 comments", STORIES[0], 1),
        (f"{STORIES[0]}\n3.4K likes", f"{STORIES[0]}\n3.5K likes", 1),
        (f"{STORIES[0]}\n1,2 k partages", f"{STORIES[0]}\n1,3 k partages", 1),
        (f"{STORIES[0]}\n12 komentarzy", f"{STORIES[0]}\n13 komentarzy", 1),
        (f"{STORIES[0]}\nTeilen 12", f"{STORIES[0]}\nTeilen 13", 1),
        (f"Last scrape: 13:33:34\n{STORIES[0]}", f"Last scrape: 13:41:43\n{STORIES[0]}", 8),
        (f"{STORIES[0]}\n23:59 in London", f"{STORIES[0]}\n00:04 in London", 5),
        (f"{STORIES[0]}\nLondon 9°", f"{STORIES[0]}\nLondon 10°", 5),
        ("6,511 people are reading this", "901 people are reading this", 1),
        (f"{STORIES[0]}\n1.204 Personen lesen gerade mit", f"{STORIES[0]}\n988 Personen lesen gerade mit", 1),
        (f"Saturday, 3 January 2026\n{STORIES[0]}", f"Sunday, 4 January 2026\n{STORIES[0]}", 5),
    ],
)
def test_what_ticks_by_itself_is_volatile(old: str, new: str, minutes: int) -> None:
    assert text_class(old, new, timedelta(minutes=minutes)) == "volatile"
    assert text_class(new, old, timedelta(minutes=-minutes)) == "volatile"


def test_a_page_that_only_ticks_has_no_editorial_change() -> None:
    def look(n: int):
        times = [
            Update(
                text=f"{text}\n{n + k} min ago\n{n * 3} comments",
                published=at(-k),
                time_source="relative",
                shown_as=f"{n + k} min ago",
            )
            for k, text in enumerate(STORIES)
        ]
        moved = [Update(text=u.text, published=at(n % 2 - k), time_source="relative") for k, u in enumerate(times)]
        return page(moved, minutes=n, headline="Storm: live", standfirst="Updated 3 minutes ago")

    found = [c for n in range(5, 50, 7) for c in changes(look(n), look(n + 7))]

    assert editorial(found) == []
    assert not any(c.type in {"added", "removed", "moved", "retimed"} for c in found)


@pytest.mark.parametrize("kind", looks(), ids=lambda kind: kind.name)
def test_a_page_nobody_edited_gives_no_editorial_change(kind: Kind) -> None:
    assert kind.editorial() == [[]] * (len(kind.pages) - 1)


def test_these_pages_differ_from_look_to_look_and_an_edit_among_them_is_seen() -> None:
    for kind in looks():
        assert len({html for _, html in kind.pages}) > 1, kind.name
        edited = [(at, html.replace("14 people", "17 people") if n > 2 else html) for n, (at, html) in
                  enumerate(kind.pages)]  # fmt: skip

        found = replace(kind, pages=tuple(edited)).editorial()
        assert [len(each) for each in found] == [0, 0, 1, 0], kind.name
        assert found[2][0].numbers_changed, kind.name


def test_noise_is_classed_and_not_thrown_away() -> None:
    (kind,) = (kind for kind in looks() if kind.name == "readers now")
    old, new = list(kind.versions())[:2]

    assert {c.class_ for c in changes(old, new)} == {"volatile"}


def test_an_unsegmented_page_with_clock_counter_and_weather_has_no_editorial_change() -> None:
    def look(n: int):
        head = f"Last check 12:{n:02}:07\nLondon {n % 7}°C\n{n * 31} shares"
        return page(minutes=n, text=f"{head}\n" + "\n".join(STORIES))

    assert editorial(changes(look(5), look(23))) == []
    assert [c.class_ for c in changes(look(5), look(23))] == ["volatile"]
