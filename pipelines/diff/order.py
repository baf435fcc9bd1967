"""Which of the matched updates moved: the smallest set that explains the new order."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate


def out_of_order(positions: Sequence[int]) -> set[int]:
    """Indices outside one longest increasing subsequence of ``positions`` (distinct numbers).

    Taking these out leaves the rest in order, and no smaller set does. O(n log n), patience sorting.
    """
    # What has only smaller ones before it and only greater ones behind it is in every such run: that is most of a page.
    greatest = accumulate(positions, max)
    least = [*accumulate(reversed(positions), min)][::-1]
    loose = [i for i, (p, g, s) in enumerate(zip(positions, greatest, least, strict=True)) if not g == p == s]
    tails: list[int] = []  # index that ends the best run of each length
    tail_values: list[int] = []
    before: dict[int, int | None] = {}
    for i in loose:
        value = positions[i]
        length = bisect_left(tail_values, value)
        before[i] = tails[length - 1] if length else None
        tails[length : length + 1] = [i]
        tail_values[length : length + 1] = [value]
    kept: set[int] = set()
    last = tails[-1] if tails else None
    while last is not None:
        kept.add(last)
        last = before[last]
    return set(loose) - kept
