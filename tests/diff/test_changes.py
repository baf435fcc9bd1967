"""Two versions -> typed changes: each kind, its class, what it carries."""

from dataclasses import replace
from typing import Any

import pytest

from pipelines.diff import changes, confirm, tokens
from pipelines.model import Update, Window

from .made import NOON, STORIES, at, editorial, page, partial, stream, types, updates


def test_a_version_compared_with_itself_gives_nothing() -> None:
    version = page(stream(12), headline="Storm: live", text="x", authors=("A. Reporter",), state="live")

    assert changes(version, replace(version, at=at(5))) == []


def test_an_update_on_top_is_added_and_nothing_else_happened() -> None:
    old = page(STORIES[:5])

    found = changes(old, page(["Breaking: the ferry has left.", *STORIES[:5]], minutes=1))

    assert [(c.type, c.class_, c.new, c.confirmed) for c in found] == [
        ("added", "editorial", "Breaking: the ferry has left.", True)
    ]


def test_an_edit_carries_both_texts_and_the_words_between() -> None:
    found = changes(page(STORIES), page([STORIES[0].replace("14", "17"), *STORIES[1:]], minutes=1))

    (edit,) = found
    tag, a0, a1, b0, b1 = edit.ops[0]
    assert (edit.type, edit.class_, edit.field, edit.match_method) == ("edited", "editorial", "text", "assigned")
    assert (tag, tokens(edit.old or "")[a0:a1], tokens(edit.new or "")[b0:b1]) == ("replace", ["14"], ["17"])


def test_a_removal_waits_for_a_second_look() -> None:
    old, new = page(STORIES), page([*STORIES[:2], *STORIES[3:]], minutes=1)

    found = changes(old, new)

    assert [(c.type, c.class_, c.old, c.confirmed) for c in found] == [("removed", "editorial", STORIES[2], False)]
    assert [c.confirmed for c in confirm(found, old, replace(new, at=at(2)))] == [True]
    assert [c.confirmed for c in confirm(found, old, replace(old, at=at(2)))] == [False]


def test_the_fewest_updates_moved() -> None:
    order = (0, 5, 1, 2, 3, 4, 6, 7)

    found = changes(page(STORIES), page([STORIES[k] for k in order], minutes=1))

    assert [(c.type, c.class_, c.old, c.new) for c in found] == [("moved", "metadata", "5", "1")]


def test_a_pinned_update_is_pinned_not_moved() -> None:
    old = updates(*STORIES)

    found = changes(page(old), page([replace(old[5], pinned=True), *old[:5], *old[6:]], minutes=1))

    assert types(found) == ["pinned"]
    assert types(changes(page([replace(old[5], pinned=True), *old[:5], *old[6:]]), page(old, minutes=1))) == [
        "unpinned"
    ]


def test_an_update_can_be_edited_and_moved_at_once() -> None:
    edited = STORIES[6].replace("east", "west")

    found = changes(page(STORIES), page([STORIES[0], edited, *STORIES[1:6], STORIES[7]], minutes=1))

    assert sorted(types(found)) == ["edited", "moved"]
    assert len({c.update for c in found}) == 1


def test_a_changed_time_is_retimed() -> None:
    old = stream(4)

    found = changes(page(old), page([replace(old[0], published=at(3)), *old[1:]], minutes=5))

    assert [(c.type, c.class_, c.field, c.old, c.new) for c in found] == [
        ("retimed", "metadata", "published", "2026-01-03T12:00:00Z", "2026-01-03T12:03:00Z")
    ]


def test_a_time_shown_more_exactly_is_not_retimed() -> None:
    old = Update(text=STORIES[0], published=NOON, time_precision="min")
    new = Update(text=STORIES[0], published=NOON.replace(second=41), time_precision="s")

    assert changes(page([old]), page([new], minutes=1)) == []


def test_an_update_stamp_is_metadata() -> None:
    old = stream(3)

    found = changes(page(old), page([replace(old[0], updated=at(4)), *old[1:]], minutes=5))

    assert [(c.type, c.field, c.old) for c in found] == [("retimed", "updated", None)]


def test_title_byline_media_and_links_of_an_update() -> None:
    old = Update(text=STORIES[0], id="a", headline="Fire", authors=("A",), media=("https://i.example/1.jpg",))
    new = replace(old, headline="Blaze", authors=("A", "B"), media=(), links=("https://example.org/x",))

    found = changes(page([old]), page([new], minutes=1))

    assert {c.type: c.class_ for c in found} == {
        "retitled": "editorial", "byline": "metadata", "media": "metadata", "links": "metadata"
    }  # fmt: skip


def test_a_token_in_an_address_is_volatile() -> None:
    old = Update(text="a", media=("https://i.example/1.jpg?w=300&v=2",), links=("http://example.org/?utm_source=x",))
    new = Update(text="a", media=("https://i.example/1.jpg?w=900&v=2",), links=("https://example.org/",))

    assert [(c.type, c.class_) for c in changes(page([old]), page([new], minutes=1))] == [
        ("media", "volatile"), ("links", "volatile")
    ]  # fmt: skip


def test_page_fields() -> None:
    old = page(STORIES, headline="Fire: live", standfirst="14 injured", authors=("A",), state="live")
    new = page(STORIES, minutes=1, headline="Blaze: live", standfirst="17 injured", authors=("B",), state="ended")

    found = changes(old, new)

    assert [(c.type, c.update) for c in found] == [
        (t, None) for t in ("headline", "standfirst", "byline", "coverage_ended")
    ]
    assert found[0].ops == (("replace", 0, 1, 0, 1),)


def test_coverage_begins_with_its_first_update() -> None:
    assert types(changes(page(), page(STORIES[:1], state="live", minutes=1))) == ["coverage_started", "added"]


def test_page_text_counts_only_without_updates() -> None:
    old, new = page(text="One thing."), page(text="Another thing.", minutes=1)

    assert [(c.type, c.update, c.field) for c in changes(old, new)] == [("edited", None, "text")]
    assert changes(replace(old, updates=updates("x")), replace(new, updates=updates("x"))) == []


# the window ---------------------------------------------------------------------------------------


def test_what_falls_off_a_cut_page_has_left_the_window() -> None:
    old, new = page(stream(10), window=partial()), page(stream(10, newest=15), window=partial(), minutes=15)

    found = changes(old, new)

    assert types(found) == ["added"] * 3 + ["left_window"] * 3
    assert all(c.confirmed and c.class_ == "metadata" for c in found[3:])


def test_newest_n_is_known_by_its_constant_length_even_if_the_page_does_not_say_so() -> None:
    found = changes(page(stream(10)), page(stream(10, newest=10), minutes=10))

    assert types(found) == ["added"] * 2 + ["left_window"] * 2


@pytest.mark.parametrize("n", [3, 5, 10])
@pytest.mark.parametrize("fields", [{}, {"published": None}, {"published": at(0)}], ids=["times", "none", "equal"])
def test_the_newest_few_are_known_by_their_constant_number_with_times_and_without(n: int, fields: Any) -> None:
    shown = [replace(update, **fields) for update in stream(n + 1)]
    older, newer = page(shown[1:]), page(shown[:-1], minutes=5)

    assert [(c.type, c.old or c.new) for c in changes(older, newer)] == [
        ("added", shown[0].text), ("left_window", shown[n].text)
    ]  # fmt: skip
    if not fields:  # the newest was taken away, and one more of those below is shown
        assert [(c.type, c.old or c.new) for c in changes(newer, older)] == [
            ("returned", shown[n].text), ("removed", shown[0].text)
        ]  # fmt: skip


def test_the_last_one_replaced_by_another_in_its_place_is_no_window_that_went_on() -> None:
    found = changes(page(STORIES[:6]), page([*STORIES[:5], "Zürich gewinnt im Elfmeterschiessen."], minutes=1))

    assert sorted(types(found)) == ["added", "removed"]


def test_what_is_gone_from_inside_a_cut_page_is_removed() -> None:
    shown = stream(10)

    found = changes(page(shown, window=partial()), page([*shown[:4], *shown[5:]], window=partial(), minutes=5))

    assert [(c.type, c.old) for c in found] == [("removed", shown[4].text)]


def test_the_newest_update_of_a_cut_page_can_be_removed() -> None:
    shown = stream(10)

    assert types(changes(page(shown, window=partial()), page(shown[1:], window=partial(), minutes=5))) == ["removed"]


def test_without_times_the_place_tells_inside_from_outside() -> None:
    old = page(STORIES, window=partial())

    inside = changes(old, page([*STORIES[:2], *STORIES[3:]], window=partial(), minutes=5))
    outside = changes(old, page(STORIES[:6], window=partial(), minutes=5))

    assert types(inside) == ["removed"]
    assert types(outside) == ["left_window"] * 2


def test_older_updates_that_come_into_view_were_not_written_in_between() -> None:
    shown = stream(12)

    found = changes(page(shown[:8], window=partial()), page(shown, minutes=5))

    assert types(found) == ["returned"] * 4
    assert editorial(found) == []


def test_a_version_that_lost_most_updates_removes_nothing_and_says_so() -> None:
    found = changes(page(STORIES), page(STORIES[:3], minutes=1))

    assert types(found) == ["left_window"] * 5
    assert not any(c.confirmed for c in found)


def test_a_page_that_could_not_be_segmented_removes_nothing_and_its_return_adds_nothing() -> None:
    good, flat = page(STORIES), page(text="\n".join(STORIES), minutes=1)

    assert changes(good, flat) == []
    assert changes(flat, replace(good, at=at(2))) == []


def test_a_consent_wall_removes_nothing() -> None:
    found = changes(page(STORIES), page(text="We value your privacy.", minutes=1))

    assert {(c.type, c.confirmed) for c in found} == {("left_window", False)}


def test_words_the_page_still_says_were_not_removed() -> None:
    new = page([*STORIES[:2], *STORIES[3:]], text="\n".join(STORIES), minutes=1)

    assert [(c.type, c.confirmed) for c in changes(page(STORIES), new)] == [("left_window", False)]


def test_one_page_of_several_shows_only_its_part() -> None:
    shown = stream(20)
    window = Window(page=2, pages=4, complete=False)

    found = changes(page(shown[:10], window=window), page(shown[5:15], window=window, minutes=5))

    assert types(found) == ["returned"] * 5 + ["left_window"] * 5


# the past -----------------------------------------------------------------------------------------


def test_an_update_that_was_removed_and_put_back_is_restored() -> None:
    first, without = page(STORIES), page([*STORIES[:2], *STORIES[3:]], minutes=1)

    found = changes(without, page(STORIES, minutes=2), history=(first, without))

    assert [(c.type, c.class_, c.new) for c in found] == [("restored", "editorial", STORIES[2])]


def test_an_update_that_had_left_the_window_returns() -> None:
    shown = stream(12)
    first, cut = page(shown), page(shown[:8], window=partial(), minutes=1)

    found = changes(cut, page(shown, minutes=2), history=(first, cut))

    assert types(found) == ["returned"] * 4


def test_after_a_suspect_version_everything_returns_and_nothing_is_added() -> None:
    first, wall = page(STORIES), page(text="We value your privacy.", minutes=1)

    found = changes(wall, page(STORIES, minutes=2), history=(first, wall))

    assert types(found) == ["returned"] * len(STORIES)
    assert editorial(found) == []


def test_a_restored_update_that_reads_differently_was_edited_too() -> None:
    old = [Update(text=text, id=f"p{n}") for n, text in enumerate(STORIES)]
    first, without = page(old), page(old[1:], minutes=1)
    back = replace(old[0], text=STORIES[0].replace("14", "17"))

    found = changes(without, page([back, *old[1:]], minutes=2), history=(first, without))

    assert types(found) == ["restored", "edited"]


def test_what_is_back_is_no_edit_of_one_that_reads_alike_and_went_meanwhile() -> None:
    alike = STORIES[0].replace("14", "17")
    first, second, third = page([alike, *STORIES]), page([alike, *STORIES[1:]], minutes=1), page(STORIES, minutes=2)

    found = changes(second, third, history=(first, second))

    assert [(c.type, c.new or c.old) for c in found] == [("restored", STORIES[0]), ("removed", alike)]


def test_a_text_that_returns_to_an_earlier_state_is_reverted() -> None:
    a, b = STORIES, (STORIES[0].replace("14", "17"), *STORIES[1:])
    first, second = page(a), page(b, minutes=1)

    there = changes(first, second, history=(first,))
    back = changes(second, page(a, minutes=2), history=(first, second))

    assert (types(there), types(back)) == (["edited"], ["reverted"])
    assert (back[0].field, back[0].class_, back[0].new) == ("text", "editorial", STORIES[0])


def test_a_headline_that_returns_is_reverted() -> None:
    first, second = page(headline="Fire"), page(headline="Blaze", minutes=1)

    (back,) = changes(second, page(headline="Fire", minutes=2), history=(first, second))

    assert (back.type, back.field, back.update) == ("reverted", "headline", None)


def test_each_update_has_a_name_of_its_own_even_among_equals() -> None:
    found = changes(page(["Goal!", "Goal!", "Goal!", *STORIES]), page(["Goal!", *STORIES], minutes=1))

    assert types(found) == ["removed", "removed"]
    assert len({c.update for c in found}) == 2


def test_a_page_that_is_understood_much_less_than_before_removes_nothing() -> None:
    old = page(stream(8), text="x" * 1000, uncovered=50)
    fewer = {"text": "x" * 1000, "minutes": 10}

    assert types(changes(old, page(stream(8)[:6], uncovered=100, **fewer))) == ["removed", "removed"]
    suspect = changes(old, page(stream(8)[:6], uncovered=400, **fewer))
    assert [(c.type, c.confirmed) for c in suspect] == [("left_window", False)] * 2


def test_a_page_of_which_updates_were_always_the_smaller_part_can_remove_them() -> None:
    old, new = (page(stream(8)[:n], text="x" * 1000, uncovered=500, minutes=10 * (8 - n)) for n in (8, 6))

    assert types(changes(old, new)) == ["removed", "removed"]
