"""A dict that forgets: what was set longest ago goes first. For what is nice to know, where keys never end."""

from __future__ import annotations

from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")
LIMIT = 2**17  # more pages than one crawler watches


class Recent(dict[K, V]):
    """At most ``LIMIT`` entries. Redirects with tokens in their targets give a new URL with every visit."""

    def __setitem__(self, key: K, value: V) -> None:
        self.pop(key, None)
        super().__setitem__(key, value)
        if len(self) > LIMIT:
            del self[next(iter(self))]
