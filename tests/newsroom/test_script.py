"""The story tells itself the same way each time, and its log is what happened to the page."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from crawler.newsroom.script import advance, load_story, opening, steps, tell
from crawler.newsroom.state import State
from crawler.newsroom.truth import KINDS, Truth

OPENED = datetime(2026, 3, 1, 14, 5, 30, tzinfo=UTC)
STORY = load_story()


def moments(n: int) -> list[datetime]:
    return [OPENED + timedelta(seconds=3 * i) for i in range(n)]


def test_the_same_moments_give_the_same_states_and_the_same_log() -> None:
    assert tell(STORY, moments(13)) == tell(load_story(), moments(13))


def test_the_story_holds_every_kind_of_edit() -> None:
    _, done = tell(STORY, moments(13))

    counts = Counter(t.kind for t in done)

    assert set(counts) == set(KINDS)
    assert counts["removed"] == 2


def test_there_are_silent_edits_and_edits_with_a_notice() -> None:
    _, done = tell(STORY, moments(13))
    edits = [t for t in done if t.kind == "edited"]

    noticed = ["Correction" in (t.new or "") for t in edits]

    assert noticed == [not t.silent for t in edits]
    assert set(noticed) == {True, False}


@pytest.mark.parametrize("n", range(2, 14))
def test_in_any_number_of_states_all_edits_are_made_in_their_order(n: int) -> None:
    written = [edit for step in STORY["steps"] for edit in step]

    told = steps(STORY, n)

    assert len(told) == n - 1
    assert all(told)
    assert [edit for step in told for edit in step] == written


@pytest.mark.parametrize("n", range(2, 14))
def test_the_log_turns_each_state_into_the_next(n: int) -> None:
    states, done = tell(STORY, moments(n))

    for old, new in pairwise(states):
        assert replayed(old, [t for t in done if t.state == new.number]) == facts(new)


def facts(state: State) -> tuple[str, bool, dict[str, tuple[str, str]]]:
    shown = {u.id: (u.text, u.published.isoformat().replace("+00:00", "Z")) for u in state.shown}
    return state.headline, state.ended is not None, shown


def replayed(state: State, done: list[Truth]) -> tuple[str, bool, dict[str, tuple[str, str]]]:
    """The facts of the next state from this one and the log alone."""
    headline, ended, shown = facts(state)
    for t in done:
        match t.kind:
            case "headline":
                assert t.old == headline
                headline = t.new or ""
            case "coverage_ended":
                ended = True
            case "added":
                shown[t.update or ""] = (
                    t.new or "",
                    t.at.replace(second=0).isoformat().replace("+00:00", "Z"),
                )
            case "removed" | "left_window":
                assert shown.pop(t.update or "")[0] == t.old
            case "edited":
                assert shown[t.update or ""][0] == t.old
                shown[t.update or ""] = (t.new or "", shown[t.update or ""][1])
            case "retimed":
                assert shown[t.update or ""][1] == t.old
                shown[t.update or ""] = (shown[t.update or ""][0], t.new or "")
    return headline, ended, shown


def test_a_move_is_told_with_both_places_and_is_the_only_update_out_of_order() -> None:
    states, done = tell(STORY, moments(13))
    (move,) = [t for t in done if t.kind == "moved"]
    old, new = ([u.id for u in states[move.state + k].shown] for k in (-1, 0))

    assert old.index(move.update) == int(move.old or "")
    assert new.index(move.update) == int(move.new or "")
    assert [i for i in old if i != move.update] == [i for i in new if i != move.update]
    assert abs(int(move.old or "") - int(move.new or "")) > 1  # else two updates could each be the one


def test_what_goes_behind_page_two_is_not_a_deletion() -> None:
    states, done = tell(STORY, moments(13))
    left = {t.update for t in done if t.kind == "left_window"}

    assert left
    assert left == {u.id for u in states[-1].behind}
    assert not left & {t.update for t in done if t.kind == "removed"}


def test_deletions_lie_within_the_times_the_page_still_shows() -> None:
    states, done = tell(STORY, moments(13))

    for t in (t for t in done if t.kind == "removed"):
        (gone,) = [u for u in states[t.state - 1].updates if u.id == t.update]
        shown = [u.published for u in states[t.state].shown]
        assert min(shown) < gone.published <= max(shown)


def test_an_update_added_and_deleted_in_one_step_was_never_published() -> None:
    words = {"id": "1", "headline": None, "paragraphs": ["A mistake."]}
    edits = [{"do": "add", "update": words}, {"do": "delete", "update": "1"}]

    state, done = advance(opening(STORY, OPENED), edits, OPENED)

    assert done == []
    assert state.updates == opening(STORY, OPENED).updates


@pytest.mark.parametrize("n", [0, 1, 14])
def test_more_or_fewer_states_than_the_story_has_are_refused(n: int) -> None:
    with pytest.raises(ValueError, match=f"n_states is {n}; .* 2 to 13"):
        steps(STORY, n)


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        ({"do": "delete", "update": "99"}, "update 99, which is not on the page"),
        ({"do": "silently", "update": "4100707", "replace": ["never said", "x"]}, "does not say it"),
    ],
)
def test_an_edit_of_what_is_not_there_is_refused(edit: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        advance(opening(STORY, OPENED), [edit], OPENED)
