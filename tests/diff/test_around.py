"""What a page says around its updates."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.diff import changes
from pipelines.diff.around import Around
from pipelines.model import Update

from .made import STORIES, page


def around(text: str, *said: str) -> list[str]:
    return [line for line in Around(page(said, text=text)).lines if line]


def test_the_updates_are_left_out_and_what_stands_between_them_stays() -> None:
    text = "\n".join(["Storm: live", "12:05", *STORIES[:2], "12:00", STORIES[2], "Share", "Imprint"])

    assert around(text, "\n".join(STORIES[:2]), STORIES[2]) == ["Storm: live", "12:05", "12:00", "Share", "Imprint"]


def test_a_line_that_only_holds_an_update_is_no_update_of_its_own() -> None:
    assert around("No goal!\nGoal! Goal!\nGoal!", "Goal!") == ["No goal!", "Goal! Goal!", "Goal!"]


@pytest.mark.parametrize("said", [(), ("",), ("Not there",), (STORIES[1], STORIES[0]), ("x" * 5000,)])
def test_an_update_that_does_not_stand_there_takes_nothing_away(said: tuple[str, ...]) -> None:
    assert STORIES[0] in around(f"Live\n{STORIES[0]}", *said) or STORIES[0] in said


lines = st.lists(st.sampled_from(["a", "b", "", "a b", "c" * 30, "c" * 30 + "d", " a"]), max_size=8)


@given(lines, st.lists(lines.map("\n".join), max_size=5))
def test_each_line_of_the_page_is_around_its_updates_or_in_one_of_them(text: list[str], said: list[str]) -> None:
    version = page(said, text="\n".join(text))
    own = {line for update in version.updates for line in update.text.split("\n")}

    assert set(text) <= Around(version).lines.keys() | own
    assert Around(version).lines.keys() <= {*text, ""}


def test_a_notice_around_the_updates_is_seen_wherever_they_stand() -> None:
    notice = "Correction: an earlier version of this page gave the number of injured as 14."
    new = (STORIES[0].replace("14", "17"), *STORIES[1:])
    for place in range(len(STORIES) + 1):
        text = "\n".join([*new[:place], notice, *new[place:]])
        [change] = changes(page(STORIES, text="\n".join(STORIES)), page(new, text=text, minutes=1))

        assert (change.notice, change.stealth) == ("proper", False)


def test_what_is_left_of_a_removed_update_in_a_longer_line_is_found_there() -> None:
    text = "\n".join([*STORIES[:2], f"12:05 {STORIES[2]} Share", *STORIES[3:]])
    left = [Update(text=text) for text in (*STORIES[:2], *STORIES[3:])]

    assert [c.confirmed for c in changes(page(STORIES, text=text), page(left, text=text, minutes=1))] == [False]
    assert [c.type for c in changes(page(STORIES, text=text), page(left, text=text, minutes=1))] == ["left_window"]


def test_an_update_that_two_new_ones_say_line_by_line_was_not_removed() -> None:
    """Its ids are trusted, and new: only the text of the page tells that no word of it went."""
    old = [Update(text="\n".join(STORIES[:2]), id="p0"), *(Update(text=t, id=f"p{t[:5]}") for t in STORIES[2:])]
    new = [Update(text=STORIES[0], id="q1"), Update(text=STORIES[1], id="q2"), *old[1:]]

    found = changes(page(old), page(new, text="\n".join(STORIES), minutes=1))

    assert [(c.type, c.confirmed) for c in found] == [("added", True), ("added", True), ("left_window", False)]
