"""Two updates that become one, one that becomes two: typed as such, with the other one named."""

from __future__ import annotations

from dataclasses import replace

from pipelines.diff import changes
from pipelines.model import Update

from .made import STORIES, at, editorial, page, stream, types, updates


def timed(*texts: str) -> list[Update]:
    return [Update(text=text, published=at(-5 * n)) for n, text in enumerate(texts)]


def test_an_update_taken_in_by_its_neighbour_is_merged_not_removed() -> None:
    old = timed(*STORIES)
    new = [*old[:3], replace(old[4], text=f"{STORIES[4]} {STORIES[3]}"), *old[5:]]

    found = changes(page(old), page(new, minutes=1))

    edited, merged = found
    assert (edited.type, edited.old) == ("edited", STORIES[4])
    assert (merged.type, merged.class_, merged.old, merged.match_method) == ("merged", "editorial", STORIES[3], "merge")
    assert merged.other == edited.update
    assert (merged.match_score, merged.confirmed) == (1.0, True)


def test_the_shorter_of_two_keeps_its_identity_when_its_time_does() -> None:
    short, long = STORIES[7], " ".join(STORIES[:2])
    old = timed(STORIES[5], long, short, STORIES[6])
    new = [old[0], replace(old[2], text=f"{short} {long}"), old[3]]

    assert [(c.type, c.old) for c in changes(page(old), page(new, minutes=1))] == [("edited", short), ("merged", long)]


def test_a_merge_that_was_edited_on_the_way_is_one_still() -> None:
    old = timed(*STORIES)
    taken = STORIES[3].replace("northern", "eastern")
    new = [*old[:3], replace(old[4], text=f"{STORIES[4]} {taken}"), *old[5:]]

    (merged,) = [c for c in changes(page(old), page(new, minutes=1)) if c.type == "merged"]
    assert 0.7 <= (merged.match_score or 0) < 1


def test_words_that_the_other_one_had_before_are_no_merge() -> None:
    both = f"{STORIES[4]} {STORIES[3]}"
    old = timed(STORIES[0], STORIES[3], both, STORIES[5], STORIES[6])
    new = [old[0], replace(old[2], text=both.replace("Power", "Light")), *old[3:]]

    assert sorted(types(changes(page(old), page(new, minutes=1)))) == ["edited", "removed"]


def test_a_few_common_words_are_no_merge() -> None:
    old = timed("Goal!", *STORIES)
    new = [replace(old[1], text=f"Goal! {STORIES[0]}"), *old[2:]]

    assert sorted(types(changes(page(old), page(new, minutes=1)))) == ["edited", "removed"]


def test_an_update_that_was_divided_is_split_not_added() -> None:
    whole = f"{STORIES[3]} {STORIES[4]}"
    old = timed(STORIES[0], STORIES[1], whole, STORIES[5])
    new = [*old[:2], Update(text=STORIES[4], published=at(3)), replace(old[2], text=STORIES[3]), old[3]]

    found = changes(page(old), page(new, minutes=4))

    split, edited = found
    assert (split.type, split.class_, split.new, split.other) == ("split", "editorial", STORIES[4], edited.update)
    assert (edited.type, edited.new) == ("edited", STORIES[3])


def test_the_part_that_begins_as_the_whole_did_keeps_the_identity() -> None:
    whole = f"{STORIES[1]} {STORIES[0]}"
    assert len(STORIES[0]) > len(STORIES[1])
    old = updates(STORIES[5], whole, STORIES[6])
    new = updates(STORIES[5], STORIES[0], STORIES[1], STORIES[6])

    assert [(c.type, c.new) for c in editorial(changes(page(old), page(new, minutes=1)))] == [
        ("split", STORIES[0]),
        ("edited", STORIES[1]),
    ]


def test_merges_and_splits_hold_where_words_have_no_spaces() -> None:
    first, second = "消防隊は未明に港へ到着し、十四人が負傷した。", "知事は午後に記者会見を開き、橋の閉鎖を発表する。"
    old = timed("東京で雨が降っている。", first, second, "駅は再開した。")
    new = [old[0], replace(old[2], text=second + first), old[3]]

    assert types(changes(page(old), page(new, minutes=1))) == ["edited", "merged"]
    assert sorted(types(changes(page(new), page(old, minutes=1)))) == ["edited", "split"]


def test_merges_hold_where_vowels_are_marks_on_letters() -> None:
    first, second = "दमकल की गाड़ियाँ बंदरगाह पहुँचीं और चौदह लोग घायल हुए।", "मंत्री दोपहर में पुल के बारे में बोलेंगे।"
    old = timed("दिल्ली में बारिश हो रही है।", first, second, "स्टेशन खुल गया है।")
    new = [old[0], replace(old[2], text=f"{second} {first}"), old[3]]

    assert types(changes(page(old), page(new, minutes=1))) == ["edited", "merged"]


def test_with_ids_a_merge_is_found_as_well() -> None:
    old = [replace(u, id=f"b{n}x") for n, u in enumerate(stream(8))]
    new = [*old[:3], replace(old[4], text=f"{old[4].text} {old[3].text}"), *old[5:]]

    assert types(changes(page(old), page(new, minutes=1))) == ["edited", "merged"]


def test_a_newest_update_that_went_is_not_taken_for_the_new_one_in_its_place() -> None:
    old = updates("The mayor has resigned, her office said on Saturday.", *STORIES)
    new = updates("The river has fallen by a metre since the morning.", *STORIES)

    assert sorted(types(changes(page(old), page(new, minutes=1)))) == ["added", "removed"]


def test_one_that_was_divided_and_took_another_in_keeps_its_identity_by_its_time() -> None:
    """By words alone the part would be its successor, and it the successor of what it took in: moved and retimed."""
    old = timed(STORIES[5], STORIES[0], f"{STORIES[3]} {STORIES[4]}", STORIES[6])
    part = Update(text=f"{STORIES[4]} It will stay so.", published=at(4))
    new = [part, old[0], replace(old[2], text=f"{STORIES[0]} {STORIES[3]}"), old[3]]

    assert sorted(types(changes(page(old), page(new, minutes=5)))) == ["edited", "merged", "split"]
