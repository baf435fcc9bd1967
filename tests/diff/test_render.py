"""Changes as text: readable, true to the character, harmless to a terminal."""

from hypothesis import given
from hypothesis import strategies as st

from pipelines.diff import changes
from pipelines.diff.render import lines, marked, pieces, unified

from .made import STORIES, page


@given(st.text(), st.text())
def test_the_pieces_without_what_went_are_the_new_text(old: str, new: str) -> None:
    assert "".join(text for sign, text in pieces(old, new) if sign != "-") == new


def test_words_are_marked_where_they_changed() -> None:
    assert marked("12 people were rescued", "14 people were rescued") == "[-12-]{+14+} people were rescued"
    assert marked("very big storm", "big storm") == "[-very -]big storm"


def test_a_line_says_what_happened_where_and_in_which_words() -> None:
    found = changes(page(STORIES[:4]), page([STORIES[0].replace("14", "17"), *STORIES[1:3]], minutes=1))

    edited, removed = lines(found)

    assert edited.startswith("~ edited     editorial text:")
    assert "[-14-]{+17+}" in edited
    assert removed.startswith("- removed")
    assert "(not confirmed)" in removed


def test_captured_text_cannot_steer_a_terminal() -> None:
    (line,) = lines(changes(page(), page(["\x1b[2J\x9bgone\u202e"], minutes=1)))

    assert not any(sign in line for sign in "\x1b\x9b\u202e")


def test_unified_text_for_those_used_to_it() -> None:
    text = unified(page(STORIES[:2]), page(STORIES[1:2], minutes=1))

    assert text.startswith("--- 2026-01-03T12:00:00Z\n+++ 2026-01-03T12:01:00Z\n")
    assert f"-{STORIES[0]}\n" in text
