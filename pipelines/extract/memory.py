"""What one reader of pages keeps from earlier visits, so that it need not be worked out again.

Kept is what follows from its key alone: the same update in the same markup gives the same text on any page at any time.
So a reader with a memory says what one without says, only sooner; a memory may be emptied at any moment.
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar, cast

from lxml import etree

from .source import Node

T = TypeVar("T")
LIMIT = 64 * 2**20  # bytes; a page of 100 updates takes about half of one
ENTRY = 300  # bytes that an entry takes besides what it holds


class Memory:
    """Values by the digest of all that they follow from; what was not used for longest goes first."""

    def __init__(self, limit: int = LIMIT) -> None:
        self.limit = limit
        self.size = 0
        self._held: OrderedDict[bytes, tuple[Any, int]] = OrderedDict()

    def get(self, key: bytes) -> Any:
        """None if it is not known."""
        entry = self._held.get(key)
        if entry is None:
            return None
        self._held.move_to_end(key)
        return entry[0]

    def keep(self, key: bytes, value: Any) -> None:
        size = ENTRY + _size(value)
        if size > self.limit // 4:
            return
        self.forget(key)
        self._held[key] = value, size
        self.size += size
        while self.size > self.limit:
            self.size -= self._held.popitem(last=False)[1][1]

    def forget(self, key: bytes) -> None:
        self.size -= self._held.pop(key, (None, 0))[1]

    def once(self, key: bytes, work: Callable[[], T]) -> T:
        known = self.get(key)
        if known is None:
            known = work()
            self.keep(key, known)
        return cast("T", known)


def digest(kind: str, parts: Iterable[bytes | str | None]) -> bytes:
    """Of parts in their order; none runs into the next."""
    whole = hashlib.blake2b(kind.encode(), digest_size=20)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        whole.update(b"-" if data is None else b"%d:" % len(data) + data)
    return whole.digest()


def source_of(node: Node, *, tail: bool = False) -> bytes:
    """All of an element: two that give the same bytes are alike."""
    return etree.tostring(node, encoding="utf-8", with_tail=tail)


# Attributes that differ from visit to visit and of which no reader of text asks anything: addresses and their tokens,
# and the data of scripts but what has a say in what is text.
_ELSEWHERE = re.compile(
    rb" (?:href|srcset|sizes|nonce|integrity|value|content|datetime|data-(?!lp-|component|preloaded|src)[\w.:-]*)"
    rb'="[^"]*"'
    rb"(?=[^<>]*>)"
)


def story_of(root: Node) -> bytes:
    """All of a page that its text follows from."""
    return _ELSEWHERE.sub(b"", source_of(root))


def _size(value: Any) -> int:
    if isinstance(value, tuple | list):
        return 60 + sum(map(_size, value))
    if is_dataclass(value):
        return 200 + sum(_size(getattr(value, f.name)) for f in fields(value))
    return sys.getsizeof(value)
