import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.diff import tokens
from pipelines.diff.render import lines, of_change, pieces, shortened
from pipelines.model import Change


@pytest.mark.parametrize(
    ("old", "new", "marked"),
    [
        ("12 people", "14 people", [("-", "12"), ("+", "14"), ("=", " people")]),
        ("The old bridge", "The bridge", [("=", "The "), ("-", "old "), ("=", "bridge")]),
        ("The bridge", "The old bridge", [("=", "The "), ("+", "old"), ("=", " bridge")]),
        ("All safe now", "All safe", [("=", "All safe"), ("-", "now")]),
        ("Same  words", "Same words", [("=", "Same words")]),
        ("", "New", [("+", "New")]),
    ],
)
def test_a_change_is_marked_inside_what_stayed(old: str, new: str, marked: list[tuple[str, str]]) -> None:
    assert pieces(old, new) == marked


@given(st.text(max_size=60), st.text(max_size=60))
def test_what_stayed_and_came_is_the_new_text_and_what_stayed_and_went_the_old_words(old: str, new: str) -> None:
    parts = pieces(old, new)

    assert "".join(text for sign, text in parts if sign != "-") == new
    assert tokens(" ".join(text for sign, text in parts if sign != "+")) == tokens(old)


def test_values_are_shown_whole_not_word_by_word() -> None:
    change = Change(type="retimed", class_="metadata", field="published", old="2026-01-03T10:00:00Z",
                    new="2026-01-03T10:05:00Z")  # fmt: skip

    assert of_change(change) == [("-", "2026-01-03T10:00:00Z"), ("+", "2026-01-03T10:05:00Z")]
    assert of_change(Change(type="pinned", class_="metadata", field="pinned")) == []


def test_long_stretches_that_stayed_are_cut_around_the_change() -> None:
    parts = shortened([("=", "a" * 100), ("-", "12"), ("=", "b" * 100), ("+", "c" * 300), ("=", "d" * 100)], around=5)

    assert [text for _, text in parts] == [
        " … aaaaa", "12", "bbbbb … bbbbb", "c" * 160 + " …", "ddddd … ",
    ]  # fmt: skip


def test_a_text_that_only_changed_its_spaces_is_shown_once() -> None:
    (line,) = lines([Change(type="edited", class_="cosmetic", field="text", old="Two  roads", new="Two roads")])

    assert line == "~ edited     cosmetic  page text  Two roads"
