"""Each hint that was told is read once, in whatever order their rows come to light."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from crawler.hints.inbox import COMES_WITHIN, MOST_MISSING, Inbox
from pipelines.store.stored import Hint

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def row(number: int) -> Hint:
    return Hint("webhook", f"org,example)/{number}", NOW, NOW, number)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=60))
def test_whatever_is_committed_when_each_is_read_once(committed: list[int]) -> None:
    """``committed``: in which turn each number is; what a turn asks for, it is given."""
    inbox, read = Inbox(), list[int]()
    for turn in range(6):
        there = [n for n, when in enumerate(committed, 1) if when <= turn]
        asked = [row(n) for n in there if n > inbox.last or n in inbox.missing]
        read += [one.id for one in inbox.take(asked, NOW)]

    assert sorted(read) == list(range(1, len(committed) + 1))


def test_what_does_not_come_is_not_asked_for_for_ever() -> None:
    inbox = Inbox()
    inbox.take([row(5)], NOW)
    waited_for = inbox.missing
    inbox.take([], NOW + COMES_WITHIN)

    assert (waited_for, inbox.missing, inbox.last) == ([1, 2, 3, 4], [], 5)


def test_a_database_that_was_used_for_years_costs_no_more_than_a_bounded_list() -> None:
    inbox = Inbox()
    for number in (2_000_000_000, 2_000_500_000):
        inbox.take([row(number)], NOW)

    assert len(inbox.missing) == MOST_MISSING
    assert min(inbox.missing) == 2_000_500_000 - MOST_MISSING
