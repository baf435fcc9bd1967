"""What was answered lately, for as long as nothing has been written to the catalog since."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import NamedTuple

KEPT = 32 * 2**20  # bytes


class Given(NamedTuple):
    body: bytes
    kind: str


class Again:
    """Of one thread. ``generation``: another one means that something may have changed; None: it cannot be told."""

    def __init__(self, most: int = KEPT) -> None:
        self._most, self._size = most, 0
        self._generation: int | None = None
        self._given: OrderedDict[Hashable, Given] = OrderedDict()

    def get(self, generation: int | None, key: Hashable) -> Given | None:
        if generation is None or generation != self._generation:
            self._given.clear()
            self._size, self._generation = 0, generation
        if (found := self._given.get(key)) is not None:
            self._given.move_to_end(key)
        return found

    def keep(self, generation: int | None, key: Hashable, given: Given) -> None:
        """``generation``: as it was told before the answer was made."""
        if generation is None or generation != self._generation or key in self._given:
            return
        self._given[key] = given
        self._size += len(given.body)
        while self._size > self._most:
            self._size -= len(self._given.popitem(last=False)[1].body)
