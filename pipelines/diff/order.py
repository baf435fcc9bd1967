"""Which of the matched updates moved: the smallest set that explains the new order."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import compress, count
from operator import gt


def out_of_order(positions: Sequence[int]) -> set[int]:
    """Indices outside one longest increasing subsequence of ``positions`` (distinct numbers).

    Taking these out leaves the rest in order, and no smaller set does. O(n log n), patience sorting.
    """
    falls = [*compress(count(), map(gt, positions, positions[1:]))]
    if not falls:
        return set()
    # What rises up to the first fall and is smaller than all behind it is in every such run, and so at the other end:
    # that is most of a page.
    first, last = falls[0] + 1, falls[-1] + 1
    start = bisect_left(positions, min(positions[first:]), 0, first)
    end = bisect_left(positions, max(positions[:last]), last)
    tails: list[int] = []  # index that ends the best run of each length
    tail_values: list[int] = []
    before: dict[int, int | None] = {}
    for i in range(start, end):
        value = positions[i]
        if not tails or value > tail_values[-1]:  # as mostly
            before[i] = tails[-1] if tails else None
            tails.append(i)
            tail_values.append(value)
            continue
        length = bisect_left(tail_values, value)
        before[i] = tails[length - 1] if length else None
        tails[length], tail_values[length] = i, value
    kept: set[int] = set()
    at = tails[-1] if tails else None
    while at is not None:
        kept.add(at)
        at = before[at]
    return set(range(start, end)) - kept
