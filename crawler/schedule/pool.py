"""What the adaptive schedule knows of each watch, as columns: deciding about all of them is a few array operations."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import DTypeLike, NDArray

from pipelines.lifetimes import USUAL

from .habits import FADES
from .learning import Begun, Learnt

NEVER, ALWAYS = -np.inf, np.inf
Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]
FIRST = Learnt()  # of a page that nothing is known of

COLUMNS = {  # with what a new watch has; seconds, of the clock that ``Scheduler`` is told
    "last": NEVER,  # start of the last good look
    "hold": NEVER,  # no look before: it is too soon after the last one, which may have failed
    "failed": NEVER,  # start of the newest of the looks in a row that brought nothing ...
    "failures": 0.0,  # ... and how many those are
    "fresh": NEVER,  # until then its own caches would give what we have
    "begins": NEVER,
    "known": NEVER,  # since when its watch is known as it is: before, no look was due
    "ready": ALWAYS,  # since when a look was found to be due; ALWAYS: it is not
    "ended": ALWAYS,  # when its coverage did
    "weight": 1.0,
    "least": 60.0,
    "most": 3600.0,
    "after": 86400.0,  # the most between two looks, once coverage has ended
    "rate": FIRST.rate,  # ``Learnt``: the mean, in updates per second ...
    "steady": 0.0,  # ... and what it lets expect (``worth.Expected``)
    "heard": NEVER,  # when a source of hints was last asked about it ...
    "hush": 0.0,  # ... and how much its silence tells: 0 nothing, 1 everything
    "window": ALWAYS,  # updates that its first page shows
}
TABLES: dict[str, tuple[DTypeLike, tuple[float, ...]]] = {  # of several numbers each
    "likely": (np.float32, FIRST.likely),  # ``Learnt``: how likely each rate is ...
    "begun": (np.float64, FIRST.begun),  # ... and what goes on there
    "fading": (np.float64, (0.0,) * len(FADES)),
    "shares": (np.float32, USUAL),  # of what its newsroom publishes: overwritten, by kind (``pipelines.lifetimes``)
}


class Pool:
    """Rows by number; the number of a watch that is taken away is given to a later one."""

    last: Floats
    hold: Floats
    failed: Floats
    failures: Floats
    fresh: Floats
    begins: Floats
    known: Floats
    ready: Floats
    ended: Floats
    weight: Floats
    least: Floats
    most: Floats
    after: Floats
    rate: Floats
    steady: Floats
    heard: Floats
    hush: Floats
    window: Floats
    likely: NDArray[np.float32]
    begun: Floats
    fading: Floats
    shares: NDArray[np.float32]

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self.keys: list[str] = []
        self.hosts: dict[str, int] = {}
        self.host_names: list[str] = []
        self._spare: list[int] = []
        self._size = 0
        self.host: NDArray[np.int32] = np.zeros(0, dtype=np.int32)
        self.idle: NDArray[np.bool_] = np.zeros(0, dtype=bool)  # there, and not being looked at
        for name in COLUMNS:
            setattr(self, name, np.zeros(0))
        for name, (kind, row) in TABLES.items():
            setattr(self, name, np.zeros((0, len(row)), dtype=kind))

    def __len__(self) -> int:
        return len(self.numbers)

    def add(self, key: str, host: str) -> int:
        if key in self.numbers:
            raise ValueError(f"{key} is in the schedule already")
        if self._spare:
            number = self._spare.pop()
            self.keys[number] = key
        else:
            number = len(self.keys)
            self.keys.append(key)
            self._make_room(number + 1)
        for name, value in COLUMNS.items():
            getattr(self, name)[number] = value
        for name, (_, row) in TABLES.items():
            getattr(self, name)[number] = row
        self.numbers[key] = number
        self.host[number] = self.host_number(host)
        self.idle[number] = True
        return number

    def remove(self, key: str) -> int:
        number = self.numbers.pop(key)
        self.idle[number] = False
        self.keys[number] = ""
        self._spare.append(number)
        return number

    def host_number(self, name: str) -> int:
        number = self.hosts.setdefault(name, len(self.host_names))
        if number == len(self.host_names):
            self.host_names.append(name)
        return number

    def learnt(self, number: int) -> Learnt:
        return Learnt(tuple(self.likely[number].tolist()), self.begun_at(number))

    def begun_at(self, number: int) -> Begun:
        return Begun._make(self.begun[number].tolist())

    def learn(self, number: int, learnt: Learnt) -> None:
        self.likely[number], self.rate[number], self.begun[number] = learnt.likely, learnt.rate, learnt.begun

    def there(self) -> Numbers:
        """All that are not being looked at."""
        return np.flatnonzero(self.idle[: len(self.keys)])

    def shift(self, names: Iterable[str], by: float) -> None:
        """The clock was set: what was noted by it moves along."""
        for name in names:
            getattr(self, name)[:] += by

    def _make_room(self, wanted: int) -> None:
        if wanted <= self._size:
            return
        self._size = max(2 * self._size, wanted, 64)
        for name in (*COLUMNS, *TABLES, "host", "idle"):
            old = getattr(self, name)
            new = np.zeros((self._size, *old.shape[1:]), dtype=old.dtype)
            new[: len(old)] = old
            setattr(self, name, new)
