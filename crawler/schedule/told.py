"""Hints: what is known to have happened on pages since their last looks. Asked about many pages at once."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .habits import LOSSES
from .pool import NEVER, Floats, Numbers
from .worth import Losses, risk


class _Table(NamedTuple):
    """All hints as arrays; those of one page are in the order in which they came."""

    pages: Numbers  # ascending, each once
    of: Numbers  # of each hint: the place of its page in ``pages``
    times: Floats


class Told:
    """By number of the page; a look answers all of one."""

    def __init__(self) -> None:
        self._times: dict[int, list[float]] = {}
        self._table: _Table | None = None  # made when it is asked for, and kept until a hint comes or goes

    def __bool__(self) -> bool:
        return bool(self._times)

    def add(self, number: int, at: float) -> None:
        self._times.setdefault(number, []).append(at)
        self._table = None

    def forget(self, number: int) -> None:
        if self._times.pop(number, None) is not None:
            self._table = None

    def moved(self, by: float) -> None:
        """The clock was set."""
        self._times = {number: [at + by for at in times] for number, times in self._times.items()}
        self._table = None

    def of(self, numbers: Numbers) -> NDArray[np.bool_]:
        """Whether anything is told of each."""
        return self._places(numbers)[1]

    def newest(self, numbers: Numbers) -> Floats:
        """When the last of what is told of each happened; NEVER: nothing is."""
        table = self._as_table()
        newest = np.full(len(table.pages), NEVER)
        np.maximum.at(newest, table.of, table.times)
        return self._spread(newest, numbers, NEVER)

    def risk(self, numbers: Numbers, now: float | Floats,
             losses: Callable[[Numbers], Losses] = lambda pages: LOSSES) -> Floats:  # fmt: skip
        """Of all that is told of each, together, at one moment or one for each. ``losses``: how soon what these pages
        say is overwritten."""
        table = self._as_table()
        times = np.zeros(len(table.pages))
        places, told = self._places(numbers)
        times[places[told]] = np.broadcast_to(now, len(numbers))[told]
        each = risk(np.maximum(times[table.of] - table.times, 0.0), losses(table.pages[table.of]))
        sums = np.bincount(table.of, each, minlength=len(table.pages)).astype(np.float64)
        return self._spread(sums, numbers, 0.0)

    def _spread(self, values: Floats, numbers: Numbers, otherwise: float) -> Floats:
        places, told = self._places(numbers)
        spread = np.full(len(numbers), otherwise)
        spread[told] = values[places[told]]
        return spread

    def _places(self, numbers: Numbers) -> tuple[Numbers, NDArray[np.bool_]]:
        """(where in ``pages``, whether it is there) of each, in whatever order they come."""
        pages = self._as_table().pages
        if not len(pages):
            return np.zeros(len(numbers), dtype=np.int64), np.zeros(len(numbers), dtype=bool)
        places = np.minimum(np.searchsorted(pages, numbers), len(pages) - 1)
        return places, pages[places] == numbers

    def _as_table(self) -> _Table:
        if self._table is None:
            numbers = np.fromiter(self._times, dtype=np.int64)
            counts = np.fromiter(map(len, self._times.values()), dtype=np.int64)
            pages, places = np.unique(numbers, return_inverse=True)
            times = np.fromiter(chain.from_iterable(self._times.values()), dtype=np.float64)
            self._table = _Table(pages, np.repeat(places, counts), times)
        return self._table
