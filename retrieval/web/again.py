"""What was answered lately, for as long as nothing has been written to the catalog since."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Again(Generic[T]):
    """Of one thread. ``generation``: another one means that something may have changed; None: it cannot be told.

    ``most``: of it all, as ``size`` says of each.
    """

    def __init__(self, most: int, size: Callable[[T], int]) -> None:
        self._most, self._size_of, self._size = most, size, 0
        self._generation: int | None = None
        self._given: OrderedDict[Hashable, T] = OrderedDict()

    def get(self, generation: int | None, key: Hashable) -> T | None:
        if generation is None or generation != self._generation:
            self._given.clear()
            self._size, self._generation = 0, generation
        if (found := self._given.get(key)) is not None:
            self._given.move_to_end(key)
        return found

    def keep(self, generation: int | None, key: Hashable, given: T) -> None:
        """``generation``: as it was told before the answer was made."""
        if generation is None or generation != self._generation or key in self._given:
            return
        self._given[key] = given
        self._size += self._size_of(given)
        while self._size > self._most:
            self._size -= self._size_of(self._given.popitem(last=False)[1])
