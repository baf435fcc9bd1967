"""The score is earned by saying the right thing about the right update, and by nothing else."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crawler.newsroom.score import score
from crawler.newsroom.script import load_story, tell

OPENED = datetime(2026, 3, 1, 14, 5, 30, tzinfo=UTC)
TRUTH = [t.to_json() for t in tell(load_story(), [OPENED + timedelta(seconds=3 * i) for i in range(13)])[1]]
METADATA = {"moved", "retimed", "left_window", "coverage_ended"}
FIELDS = {"edited": "text", "retimed": "published", "moved": "position", "headline": "headline"}


def recorded(entry: dict[str, Any], *, ids: bool = True, **differently: Any) -> dict[str, Any]:
    """A change as a crawler that saw everything would have recorded it."""
    kind = entry["kind"]
    by_text = "text:" + hashlib.sha256(entry["text"].encode()).hexdigest()[:16]
    return {
        "type": kind,
        "class": "metadata" if kind in METADATA else "editorial",
        "update": entry["update"] and (f"id:update-{entry['update']}" if ids else by_text),
        "field": FIELDS.get(kind),
        "old": entry["old"],
        "new": entry["new"],
        "confirmed": True,
        "seen_by": entry["at"],
    } | differently


def first(kind: str) -> dict[str, Any]:
    return next(t for t in TRUTH if t["kind"] == kind)


def other(kind: str) -> dict[str, Any]:
    return [t for t in TRUTH if t["kind"] == kind][1]


@pytest.mark.parametrize("ids", [True, False])
def test_a_full_record_catches_everything_and_invents_nothing(ids: bool) -> None:
    found = score(TRUTH, [recorded(t, ids=ids) for t in reversed(TRUTH)])

    assert found.perfect
    assert found.caught == found.total == len(TRUTH)
    assert "edits 4/4, deletions 2/2" in found.summary()
    assert found.summary().endswith("invented 0")


def test_an_empty_record_catches_nothing() -> None:
    found = score(TRUTH, [])

    assert found.caught == 0
    assert list(found.missed) == TRUTH


@pytest.mark.parametrize("kind", ["added", "edited", "removed", "moved", "retimed", "headline", "left_window"])
@pytest.mark.parametrize("ids", [True, False])
def test_what_is_missing_is_missed_and_named(kind: str, ids: bool) -> None:
    entry = first(kind)

    found = score(TRUTH, [recorded(t, ids=ids) for t in TRUTH if t is not entry])

    assert list(found.missed) == [entry]
    assert not found.invented


@pytest.mark.parametrize("kind", ["added", "edited", "removed", "moved", "retimed", "left_window"])
def test_another_updates_id_does_not_count(kind: str) -> None:
    entry = first(kind)

    found = score([entry], [recorded(entry, update="id:update-4100799")])

    assert list(found.missed) == [entry]
    assert len(found.invented) == 1


@pytest.mark.parametrize("kind", ["added", "edited", "removed", "headline", "left_window"])
@pytest.mark.parametrize("ids", [True, False])
def test_the_right_number_of_changes_with_the_wrong_words_does_not_count(kind: str, ids: bool) -> None:
    entry, wrong = first(kind), other(kind)

    found = score([entry], [recorded(entry, ids=ids, old=wrong["old"], new=wrong["new"])])

    assert found.caught == 0
    assert len(found.invented) == 1


@pytest.mark.parametrize(
    ("true", "told"),
    [("removed", "left_window"), ("left_window", "removed"), ("edited", "added"), ("moved", "retimed")],
)
def test_the_wrong_type_is_a_miss_and_an_invention(true: str, told: str) -> None:
    entry = first(true)
    claim = recorded(entry, type=told, field=FIELDS.get(told))

    found = score([entry], [claim])

    assert found.caught == 0
    assert list(found.invented) == [claim]


def test_an_edit_must_name_the_words_that_changed() -> None:
    entry = first("edited")
    half = entry["new"].replace("Correction", "Notice")

    assert score([entry], [recorded(entry, new=half)]).caught == 0
    assert score([entry], [recorded(entry, new=entry["old"])]).caught == 0
    assert score([entry], [recorded(entry, old=None)]).caught == 0


def test_a_caption_that_sticks_to_both_sides_does_not_hide_an_edit() -> None:
    entry = first("edited")
    old, new = (f"A bench lies upside down. {entry[side]}" for side in ("old", "new"))

    assert score([entry], [recorded(entry, old=old, new=new)]).caught == 1


def test_a_move_and_a_new_time_must_say_from_where_to_where() -> None:
    for kind in ("moved", "retimed"):
        entry = first(kind)
        back = recorded(entry, ids=False, old=entry["new"], new=entry["old"])

        assert score([entry], [back]).caught == 0


def test_one_truth_is_caught_once() -> None:
    for kind in ("added", "edited", "removed", "headline", "moved", "retimed", "coverage_ended"):
        entry = first(kind)

        found = score([entry], [recorded(entry), recorded(entry)])

        assert found.caught == 1
        assert len(found.invented) == 1


def test_one_change_catches_one_truth() -> None:
    for kind in ("added", "edited", "removed", "headline", "moved", "retimed", "coverage_ended"):
        entry = first(kind)

        found = score([entry, entry], [recorded(entry)])

        assert found.caught == len(found.missed) == 1


def test_a_removal_reported_again_when_it_is_confirmed_is_one_removal() -> None:
    entry = first("removed")

    twice = score([entry], [recorded(entry, confirmed=False), recorded(entry)])
    once = score([entry], [recorded(entry, confirmed=False)])

    assert twice.perfect
    assert (twice.unconfirmed, once.unconfirmed) == (0, 1)


def test_nothing_is_seen_before_it_is_done() -> None:
    entry = first("added")
    early = datetime.fromisoformat(entry["at"]) - timedelta(minutes=1)

    found = score([entry], [recorded(entry, seen_by=early.isoformat())])

    assert found.caught == 0
    assert len(found.invented) == 1


def test_a_change_called_cosmetic_or_volatile_catches_nothing_and_claims_nothing() -> None:
    entry = first("edited")

    for class_ in ("cosmetic", "volatile"):
        found = score([entry], [recorded(entry, **{"class": class_})])
        assert (found.caught, len(found.invented)) == (0, 0)


def test_changes_the_newsroom_never_made_are_invented() -> None:
    promo = {"type": "edited", "class": "editorial", "update": None, "field": "text", "old": "a", "new": "b"}
    jump = {
        "type": "moved",
        "class": "metadata",
        "update": "text:ab",
        "field": "position",
        "old": "7",
        "new": "1",
    }
    stamp = {"type": "retimed", "class": "metadata", "update": "id:update-4100706", "field": "updated"}

    found = score(TRUTH, [*(recorded(t) for t in TRUTH), promo, jump, stamp])

    assert list(found.invented) == [promo, jump]
    assert not found.perfect


def test_the_figures_come_out_for_a_machine_too() -> None:
    line = score(TRUTH, [recorded(t) for t in TRUTH]).to_json()

    assert line["kinds"]["removed"] == {"caught": 2, "total": 2}
    assert line["caught"] == line["total"] == len(TRUTH)
    assert line["invented"] == line["unconfirmed"] == 0
