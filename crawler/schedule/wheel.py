"""Times at which watches are to be looked at again, in whole seconds: a calendar queue.

Putting one in and taking all of a second out cost the same however many there are (Brown 1988: O(1) amortised, where a
heap takes O(log n)); and what is due in one second comes as one array, so that it is computed as one.
"""

from __future__ import annotations

import heapq

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]


class Wheel:
    """Of watches by number. One that is put in anew stays where it was too: only its newest time counts."""

    def __init__(self) -> None:
        self._slots: dict[int, list[Numbers]] = {}
        self._order: list[int] = []
        self._at: NDArray[np.int64] = np.full(16, -1, dtype=np.int64)  # by number: the second that counts

    def put(self, numbers: Numbers, times: NDArray[np.float64]) -> None:
        if not len(numbers):
            return
        self._grow(int(numbers.max()) + 1)
        seconds = np.ceil(times).astype(np.int64)
        self._at[numbers] = seconds
        order = np.argsort(seconds, kind="stable")
        seconds, numbers = seconds[order], numbers[order]
        begins = np.flatnonzero(np.diff(seconds, prepend=seconds[0] - 1))
        for begin, end in zip(begins, [*begins[1:], len(seconds)], strict=True):
            second = int(seconds[begin])
            if second not in self._slots:
                self._slots[second] = []
                heapq.heappush(self._order, second)
            self._slots[second].append(numbers[begin:end])

    def take(self, now: float) -> Numbers:
        """All whose time has come, each once."""
        found: list[Numbers] = []
        while self._order and self._order[0] <= now:
            second = heapq.heappop(self._order)
            found += [some[self._at[some] == second] for some in self._slots.pop(second)]
        if not found:
            return np.empty(0, dtype=np.int64)
        taken = np.unique(np.concatenate(found))
        self._at[taken] = -1
        return taken

    def next_at(self) -> float | None:
        return float(self._order[0]) if self._order else None

    def forget(self, number: int) -> None:
        if number < len(self._at):
            self._at[number] = -1

    def _grow(self, size: int) -> None:
        if size > len(self._at):
            self._at = np.concatenate([self._at, np.full(size, -1, dtype=np.int64)])
