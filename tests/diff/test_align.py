"""Which update is which: with ids, without, with repeats, rewritten, in any script."""

from dataclasses import replace
from typing import Any

import pytest

from pipelines.diff import align
from pipelines.model import Update

from .made import STORIES, at, updates


def pairs(old, new):
    return {(i, j) for i, j, _, _ in align(old, new)}


def methods(old, new):
    return [method for _, _, method, _ in align(old, new)]


def test_every_index_of_both_sides_occurs_once_in_the_new_order() -> None:
    old, new = updates(*STORIES[:4]), updates("Something else entirely happened.", *STORIES[1:3])

    found = align(old, new)

    assert [j for _, j, _, _ in found] == [0, 1, 2, None, None]
    assert sorted(i for i, _, _, _ in found if i is not None) == [0, 1, 2, 3]
    assert found[-1] == (3, None, "unmatched", 0.0)


def test_nothing_aligns_with_nothing() -> None:
    assert align((), ()) == []
    assert align((), updates("a")) == [(None, 0, "unmatched", 0.0)]


def test_ids_hold_where_the_text_was_rewritten_from_the_ground_up() -> None:
    old = [Update(text=text, id=f"block-{n}a7c") for n, text in enumerate(STORIES)]
    new = [*old[:3], replace(old[3], text="Nobody was hurt after all."), *old[4:]]

    assert align(old, new)[3] == (3, 3, "key", 1.0)


def test_ids_counted_from_the_top_of_the_page_are_not_believed() -> None:
    old = [Update(text=text, id=f"entry-{n}") for n, text in enumerate(STORIES[:5])]
    texts = ("The bridge is open again.", *STORIES[:5])
    new = [Update(text=text, id=f"entry-{n}") for n, text in enumerate(texts)]

    assert pairs(old, new) == {(None, 0), (0, 1), (1, 2), (2, 3), (3, 4), (4, 5)}
    assert "key" not in methods(old, new)


def test_ids_made_up_on_each_rendering_are_not_believed() -> None:
    old = [Update(text=text, id=f"r{n * 31 % 8}") for n, text in enumerate(STORIES)]
    new = [Update(text=text, id=f"r{n * 29 % 8}") for n, text in enumerate(STORIES)]

    assert set(methods(old, new)) == {"exact"}


def test_two_updates_with_trusted_ids_are_two_however_alike_they_read() -> None:
    old = [Update(text=text, id=f"p{n}") for n, text in enumerate(STORIES[:4])]
    again = Update(text=STORIES[0].replace("14", "17"), id="p9")

    assert pairs(old, [again, *old[1:]]) == {(0, None), (None, 0), (1, 1), (2, 2), (3, 3)}


def scores(ids: str, minute: int) -> list[Update]:
    """Three reports that read alike, as the minutes of a match do."""
    sides = enumerate(("North", "South", "North"))
    said = [f"Corner, {side} Town. Conceded by number {7 + n + minute // 3}." for n, side in sides]
    return [Update(text=text, id=f"{ids}{n}", published=at(minute - n)) for n, text in enumerate(said)]


def test_where_nothing_is_left_of_a_page_what_reads_alike_is_new() -> None:
    assert pairs(scores("a", 0), scores("b", 30)) == {(None, 0), (None, 1), (None, 2), (0, None), (1, None), (2, None)}


def test_ids_made_up_on_each_rendering_do_not_make_all_new_where_a_moment_stayed() -> None:
    new = [replace(update, text=update.text.replace("Conceded", "Given away")) for update in scores("b", 0)]

    assert pairs(scores("a", 0), new) == {(n, n) for n in range(3)}


def test_where_ids_and_times_are_others_but_the_words_stayed_so_did_the_updates() -> None:
    """Ids made up on each rendering, and a newsroom that mends its zone."""
    old, new = ([Update(text=text, id=f"{of}{n}", published=at(n + late)) for n, text in enumerate(STORIES[:4])]
                for of, late in (("a", 0), ("b", 60)))  # fmt: skip

    assert pairs(old, new) == {(n, n) for n in range(4)}


def test_one_update_and_its_successor_prove_nothing_by_their_ids() -> None:
    [old, *_], [new, *_] = scores("a", 0), scores("b", 30)

    assert pairs([old], [new]) == {(0, 0)}


@pytest.mark.parametrize("fields", [{"id": None}, {"published": None}, {"time_source": "relative"}])
def test_without_an_id_and_a_time_of_its_own_what_reads_alike_is_the_same(fields: dict[str, Any]) -> None:
    old, new = ([replace(update, **fields) for update in scores(*of)] for of in (("a", 0), ("b", 30)))

    assert pairs(old, new) == {(n, n) for n in range(3)}


def test_the_same_words_at_the_same_time_under_a_new_id_are_the_same_update() -> None:
    old = [Update(text=text, id=f"p{n}", published=at(n)) for n, text in enumerate(STORIES[:4])]

    assert pairs(old, [replace(old[0], id="q77"), *old[1:]]) == {(n, n) for n in range(4)}


def test_repeated_texts_are_told_apart_by_their_time() -> None:
    old = [Update(text="Goal!", published=at(n)) for n in (30, 20, 10)]

    assert pairs(old, [old[0], old[2]]) == {(0, 0), (2, 1), (1, None)}


def test_repeated_texts_without_times_are_told_apart_by_their_neighbours() -> None:
    old = updates("Goal!", STORIES[0], "Goal!", STORIES[1], "Goal!")
    new = updates(STORIES[0], "Goal!", STORIES[1], "Goal!")

    assert pairs(old, new) == {(0, None), (1, 0), (2, 1), (3, 2), (4, 3)}


def test_repeated_texts_are_never_merged() -> None:
    old, new = updates("Goal!", "Goal!"), updates("Goal!", "Goal!", "Goal!")

    assert len([p for p in pairs(old, new) if None not in p]) == 2


def test_a_silent_correction_of_a_number_is_the_same_update() -> None:
    new = updates(STORIES[0].replace("14", "17"), *STORIES[1:])

    assert align(updates(*STORIES), new)[0][:3] == (0, 0, "assigned")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("14 injured.", "17 injured."),
        (
            "消防隊は未明に港へ到着し、十四人が負傷したと警察が発表した。",
            "消防隊は未明に港へ到着し、十七人が負傷したと警察は発表した。",
        ),
        ("เจ้าหน้าที่ดับเพลิงมาถึงท่าเรือแล้ว", "เจ้าหน้าที่ดับเพลิงมาถึงท่าเรือเมื่อเช้านี้แล้ว"),
        ("Пожарные прибыли в порт утром, ранены 14 человек.", "Пожарные прибыли в порт рано утром, ранены 17 человек."),
    ],
)
def test_an_edited_update_is_found_again_in_any_script(before: str, after: str) -> None:
    old, new = updates(STORIES[1], before, STORIES[2]), updates(STORIES[1], after, STORIES[2])

    assert align(old, new)[1][:3] == (1, 1, "assigned")


def test_a_rewrite_is_known_by_its_time_and_its_neighbours() -> None:
    old = [Update(text=text, published=at(-n)) for n, text in enumerate(STORIES)]
    rewritten = replace(old[3], text="Families find shelter in a school; the northern district is being cleared.")
    new = [Update(text="A ferry has left.", published=at(5)), *old[:3], rewritten, *old[4:]]

    assert (3, 4) in pairs(old, new)


def test_unrelated_updates_are_not_forced_together() -> None:
    old, new = updates(STORIES[0], STORIES[1]), updates(STORIES[1], "Zürich gewinnt im Elfmeterschiessen.")

    assert pairs(old, new) == {(0, None), (1, 0), (None, 1)}


def test_embeds_without_words_are_known_by_what_they_show() -> None:
    old = [Update(text="", media=(f"https://img.example.org/{n}.jpg",)) for n in range(3)]

    assert pairs(old, [old[2], old[0]]) == {(0, 1), (1, None), (2, 0)}


def test_500_updates_against_500_that_were_all_edited() -> None:
    old = updates(*(f"{STORIES[n % 8]} Item {n} of ward {n * 7}." for n in range(500)))
    new = updates(*(f"{STORIES[n % 8]} Item {n} of ward {n * 7}, revised." for n in range(500)))

    assert pairs(old, new) == {(n, n) for n in range(500)}
