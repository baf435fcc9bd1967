"""Which of the matched updates moved: the smallest set that explains the new order."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence


def out_of_order(positions: Sequence[int]) -> set[int]:
    """Indices outside one longest increasing subsequence of ``positions`` (distinct numbers).

    Taking these out leaves the rest in order, and no smaller set does. O(n log n), patience sorting.
    """
    tails: list[int] = []  # index that ends the best run of each length
    tail_values: list[int] = []
    before: list[int | None] = []
    for i, value in enumerate(positions):
        in_order = not tail_values or value > tail_values[-1]  # as most are
        length = len(tails) if in_order else bisect_left(tail_values, value)
        before.append(tails[length - 1] if length else None)
        tails[length : length + 1] = [i]
        tail_values[length : length + 1] = [value]
    kept: set[int] = set()
    last = tails[-1] if tails else None
    while last is not None:
        kept.add(last)
        last = before[last]
    return set(range(len(positions))) - kept
