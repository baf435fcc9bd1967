"""In which order versions stand, and which was told from which."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipelines.turns import Seen, begins, in_turn, lies_between, told_from

T0 = datetime(2026, 1, 3, 10, tzinfo=UTC)


def seen(*days: int, imported: tuple[int, ...] = ()) -> list[Seen]:
    """Version n+1 was seen first on day ``days[n]``; ``imported``: their numbers."""
    return [Seen(n, T0 + timedelta(days=day), n in imported) for n, day in enumerate(days, start=1)]


@pytest.mark.parametrize(
    ("versions", "order", "told"),
    [
        (seen(), [], {}),
        (seen(1, 2, 3), [1, 2, 3], {2: 1, 3: 2}),
        # a crawler's own keep the order of their numbers, whatever its clock said
        (seen(1, 30, 2, 3), [1, 2, 3, 4], {2: 1, 3: 2, 4: 3}),
        # imported, all before the first: v1 came without changes, and keeps that
        (seen(10, 11, 1, 2, imported=(3, 4)), [3, 4, 1, 2], {2: 1, 4: 3}),
        # between two that were compared; the crawler goes on from its own
        (seen(1, 9, 5, 6, 10, imported=(3, 4)), [1, 3, 4, 2, 5], {2: 1, 5: 2}),
        # after all of the crawler's: told from its last, and it goes on from there
        (seen(1, 5, 9, imported=(2,)), [1, 2, 3], {2: 1, 3: 2}),
        # two imports of one page, the second between the captures of the first
        (seen(1, 5, 3, imported=(1, 2, 3)), [1, 3, 2], {2: 1}),
        # the same second
        (seen(1, 1, imported=(2,)), [1, 2], {2: 1}),
    ],
)
def test_places_go_by_date_and_changes_by_what_was_known(
    versions: list[Seen], order: list[int], told: dict[int, int]
) -> None:
    found = in_turn(versions)

    assert [one.seq for one in found] == order
    assert told_from(found) == told


def test_what_lies_between_two_compared_ones() -> None:
    order = in_turn(seen(10, 11, 1, 2, imported=(3, 4)))  # 3 4 1 2

    assert [lies_between(order, before) for before in (3, 4, 1, 2)] == [True, False, True, False]


def test_the_first_one_is_told_from_what_has_come_before_it_since() -> None:
    order = in_turn(seen(10, 11, 1, 2, imported=(3, 4)))  # 3 4 1 2
    told = [replace(one, told_late=4) if one.seq == 1 else one for one in order]

    assert (begins(order), begins(told)) == ([(4, 1)], [])
    assert told_from(told) == {2: 1, 4: 3, 1: 4}
    assert [lies_between(told, before) for before in (3, 4, 1, 2)] == [True, True, True, False]
    later = [*told[:2], Seen(5, T0 + timedelta(days=3), imported=True), *told[2:]]
    assert told_from(later) == {2: 1, 4: 3, 1: 4}
