"""What was known of a page of which each visit reads a part, and what a visit's changes then are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from pipelines.diff import changes
from pipelines.diff.reach import known, reaches_on, told
from pipelines.extract.merge import rekeyed
from pipelines.model import Update, Version, Window
from tests.rest import pages


def version(numbers: Sequence[int], *, full: bool, at: int = 0, deleted: tuple[str, ...] = ()) -> Version:
    """``full``: with its older pages, down to the last."""
    updates = rekeyed([Update(text=pages.text(n), id=f"{50000 + n}", published=pages.moment(n)) for n in numbers])
    window = Window(pages=3, complete=full, parts=2 if full else 0)
    return Version(
        url="https://www.estuary.example/live/storm", at=pages.AT + timedelta(minutes=at), headline="Storm", live=True,
        state="live", window=window, updates=updates, deleted=deleted,
    )  # fmt: skip


def numbers(found: Version) -> list[int]:
    return [int(u.id or 0) - 50000 for u in found.updates]


def said(*versions: Version) -> list[tuple[str, str, bool]]:
    *before, new = versions
    found = told(changes(known(before), new, history=before), new)
    return [(c.type, (c.update or "").removeprefix("id:500"), c.confirmed) for c in found]


SWEEP = version(range(9, 0, -1), full=True)


def test_a_look_at_the_page_alone_takes_nothing_away_and_adds_what_is_new() -> None:
    page = version([11, 10, 9, 8], full=False, at=5)

    assert numbers(known([SWEEP, page])) == list(range(11, 0, -1))
    assert said(SWEEP, page) == [("added", "11", True), ("added", "10", True)]
    assert said(SWEEP, page, version(range(11, 0, -1), full=True, at=9)) == []


def test_what_is_gone_from_the_part_that_was_read_is_removed() -> None:
    page = version([11, 9, 8], full=False, at=5)

    assert said(SWEEP, version([11, 10, 9, 8], full=False, at=3), page) == [("removed", "10", False)]
    assert 10 not in numbers(known([SWEEP, version([11, 10, 9, 8], full=False, at=3), page]))


def test_what_is_gone_from_an_older_page_is_removed_by_the_next_sweep_and_not_again() -> None:
    page = version([11, 10, 9, 8], full=False, at=5)
    sweep = version([11, 10, 9, 8, 7, 6, 5, 4, 3, 1], full=True, at=9)

    assert said(SWEEP, page, sweep) == [("removed", "02", False)]
    assert said(SWEEP, page, sweep, version([12, 11, 10, 9], full=False, at=12)) == [("added", "12", True)]


def test_an_order_that_was_changed_once_is_changed_once() -> None:
    moved = version([9, 6, 8, 7], full=False, at=5)

    assert [c[0] for c in said(SWEEP, moved)] == ["moved"]
    assert said(SWEEP, moved, version([10, 9, 6, 8, 7], full=False, at=9)) == [("added", "10", True)]


def test_what_the_page_says_is_deleted_is_removed_at_once_wherever_it_stood() -> None:
    page = version([10, 9, 8], full=False, at=5, deleted=("id:50002",))

    assert said(SWEEP, page) == [("added", "10", True), ("removed", "02", True)]
    assert 2 not in numbers(known([SWEEP, page]))


def test_a_page_that_never_was_read_further_is_compared_as_ever() -> None:
    versions = [replace(version(r, full=False), window=Window(pages=3, complete=False)) for r in ([3, 2, 1], [4, 3, 2])]

    assert not reaches_on(versions)
    assert [c.type for c in changes(*versions)] == ["added", "left_window"]
