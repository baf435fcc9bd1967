"""What rules that look at the worthiest page first share."""

from __future__ import annotations

from collections.abc import Callable
from math import inf

import numpy as np
from numpy.typing import NDArray

from crawler.schedule.learning import Seen

from .world import Page

Floats = NDArray[np.float64]


class Queue:
    """Columns, and the best of each free host, best host first."""

    def __init__(self, name: str, pages: list[Page]) -> None:
        count = len(pages)
        self.name, self.pages = name, pages
        self.host = np.array([page.host for page in pages], dtype=np.int64)
        self.there = np.zeros(count, dtype=bool)
        self.last: Floats = np.full(count, -inf)
        self.ended = np.zeros(count, dtype=bool)

    def add(self, page: int, now: float) -> None:
        self.there[page] = True

    def saw(self, page: int, now: float, seen: Seen, *, changed: bool, ended: bool) -> None:
        self.last[page] = now
        self.ended[page] = ended

    def best(self, ready: NDArray[np.int64], worth: Floats, free: Callable[[int], bool], tokens: float) -> list[int]:
        order = ready[np.argsort(-worth, kind="stable")]
        hosts, heads = np.unique(self.host[order], return_index=True)
        chosen: list[int] = []
        for at in np.argsort(heads, kind="stable"):
            if tokens < 1:
                break
            if free(int(hosts[at])):
                chosen.append(int(order[heads[at]]))
                tokens -= 1
        return chosen
