"""What visits teach: events that readers were told of, with their ages."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crawler.schedule.learning import NOTHING, Seen
from crawler.schedule.seen import seen
from pipelines.model import Change, Update, Version, Visit

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def ago(minutes: float) -> datetime:
    return AT - timedelta(minutes=minutes)


def update(key: str, published: float | None = None, updated: float | None = None, **more: Any) -> Update:
    return Update(text=key, key=key, published=None if published is None else ago(published),
                  updated=None if updated is None else ago(updated), **more)  # fmt: skip


def change(type_: str, key: str | None = None, class_: str = "editorial") -> Change:
    return Change(type=type_, class_=class_, update=key)  # type: ignore[arg-type]


def visit(*changes: Change, updates: tuple[Update, ...] = (), seq: int = 2) -> Visit:
    version = Version(url="https://a.example/", at=AT, updates=updates)
    return Visit(id="1", url="https://a.example/", urlkey="example,a)/", started=AT, outcome="archived",
                 reading="version", version=version, version_seq=seq, changes=changes)  # fmt: skip


def test_a_new_update_is_as_old_as_it_says_and_an_edit_as_its_own_time_says() -> None:
    told = seen(visit(change("added", "a"), change("edited", "b"),
                      updates=(update("a", 3), update("b", 90, updated=5), update("c", 200))))  # fmt: skip

    assert told == Seen(new=(180.0,), edited=(300.0,))


@pytest.mark.parametrize(
    "one",
    [update("a"), update("a", 3, time_source="relative"), update("a", 700, time_precision="day")],
    ids=["none", "ticking", "only a day"],
)
def test_an_update_without_a_time_that_can_be_used_came_at_any_time(one: Update) -> None:
    assert seen(visit(change("added", "a"), updates=(one,))) == Seen(new=(None,))


def test_an_edit_that_moved_no_time_came_at_any_time() -> None:
    assert seen(visit(change("edited", "a"), updates=(update("a", 3, updated=3),))) == Seen(edited=(None,))


def test_an_update_that_changed_in_two_ways_changed_once() -> None:
    told = seen(visit(change("edited", "a"), change("retitled", "a"), updates=(update("a", 9, updated=2),)))

    assert told == Seen(edited=(120.0,))


@pytest.mark.parametrize("type_", ["left_window", "returned", "moved", "retimed", "pinned", "links", "byline"])
def test_what_tells_readers_nothing_new_is_no_event(type_: str) -> None:
    told = seen(visit(change(type_, "a"), updates=(update("a", 9),)))

    assert told is not None
    assert told.events == 0


@pytest.mark.parametrize("class_", ["cosmetic", "metadata", "volatile"])
def test_typography_and_boxes_are_no_events(class_: str) -> None:
    told = seen(visit(change("edited", "a", class_), change("headline", None, class_), updates=(update("a", 9),)))

    assert told is not None
    assert told.events == 0


def test_removals_and_headlines_came_at_any_time() -> None:
    told = seen(visit(change("removed", "gone"), change("headline"), updates=(update("a", 9),)))

    assert told == Seen(edited=(None,), heads=1)


def test_a_page_without_updates_has_changed_or_not() -> None:
    assert seen(visit(change("headline"))) == Seen(changed=True)
    assert seen(visit(change("links", class_="metadata"))) == Seen(changed=False)


def test_the_first_look_sees_a_backlog() -> None:
    told = seen(visit(updates=tuple(update(str(n), n * 10) for n in range(1, 41)), seq=1))

    assert told is not None
    assert told.new == tuple(600.0 * n for n in range(1, 41))


def test_unchanged_pages_are_looks_and_failures_are_none() -> None:
    page = visit()

    assert seen(replace(page, reading="unchanged", version=None)) == NOTHING
    assert seen(replace(page, outcome="revisit", reading="unchanged", version=None)) == NOTHING
    for failed in (
        replace(page, outcome="error", reading="none"),
        replace(page, outcome="truncated", reading="none"),
        replace(page, reading="refused", version=None),
        replace(page, reading="empty", version=None),
        replace(page, reading=None, version=None),
    ):
        assert seen(failed) is None
