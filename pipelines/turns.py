"""In which order versions of a page stand, and which was told from which, from numbers and dates alone. Pure.

Numbers are given in the order of arrival and never change. A crawler's own versions arrive in the order of time. What
was captured elsewhere and is imported later has its place by its date:

    v4 (imported)  v5 (imported)  v1  v2  v6 (imported)  v3

Each is told from the one before it that was known then: v5 from v4, v2 from v1, v3 from v2. v1, before which nothing
was known, is told from v5 once that has come (``begins``). v6 lies between two that had been compared with each other
already, so that its changes are told, too: it has none of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Seen:
    """A version: its number, and when it was seen first."""

    seq: int
    first_seen: datetime
    imported: bool = False
    told_late: int | None = None  # number of the one that it was told from when that had come, later than itself


def in_turn(given: Iterable[Seen]) -> list[Seen]:
    """Oldest first. The crawler's own keep the order of their numbers, also where its clock was set."""
    everything = list(given)
    own = sorted((one for one in everything if not one.imported), key=lambda one: one.seq)
    others = sorted(
        (one for one in everything if one.imported), key=lambda one: (one.first_seen, one.seq), reverse=True
    )
    order: list[Seen] = []
    for one in own:
        while others and others[-1].first_seen < one.first_seen:
            order.append(others.pop())
        order.append(one)
    return order + others[::-1]


def told_from(order: Sequence[Seen]) -> dict[int, int]:
    """By number of a version: that of the one which its changes were told from, where there are such."""
    before = {one.seq: one.told_late for one in order if one.told_late is not None} | _nearest_lower(order)
    after = _nearest_lower(order[::-1])
    place = {one.seq: at for at, one in enumerate(order)}

    def lies_between_two(number: int) -> bool:
        old = before.get(after.get(number, number)) if number in after else None
        return old is not None and place[old] < place[number]

    return {number: old for number, old in before.items() if not lies_between_two(number)}


def _nearest_lower(order: Sequence[Seen]) -> dict[int, int]:
    """By number: the last one before it that has a lower number, that is the last that was known when it came."""
    found: dict[int, int] = {}
    standing: list[int] = []
    for one in order:
        while standing and standing[-1] > one.seq:
            standing.pop()
        if standing:
            found[one.seq] = standing[-1]
        standing.append(one.seq)
    return found


def lies_between(order: Sequence[Seen], before: int) -> bool:
    """Would a version that comes now, right behind the one with this number, lie between two that were compared?"""
    place = [one.seq for one in order].index(before)
    after = next(iter(order[place + 1 :]), None)
    if after is None:
        return False
    return after.told_late is not None or any(one.seq < after.seq for one in order[: place + 1])


def begins(order: Sequence[Seen]) -> list[tuple[int, int]]:
    """Numbers of versions that were told from none, since none had been known before them: each behind that of the
    one which stands before it now."""
    known = _nearest_lower(order)
    untold = (pair for pair in pairwise(order) if pair[1].told_late is None)
    return [(old.seq, new.seq) for old, new in untold if new.seq not in known]
