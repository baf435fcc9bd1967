"""What a page said before the two versions in hand: is this update back, is this text back?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache

from ..model import Update, Version
from .absence import absences
from .align import align
from .keys import KeyOf
from .same import form, said


class Past:
    """The earlier versions of a page, oldest first; ``old`` itself may be among them."""

    def __init__(self, history: Sequence[Version], old: Version, key_of: KeyOf | None) -> None:
        self._earlier = [v for v in history if v.at <= old.at and v is not old and v != old]
        self._old = old
        self._key_of = key_of
        self._went = cache(self._how_it_went)

    def last_seen(self, update: Update) -> tuple[Update, datetime, str] | None:
        """The latest earlier state of an update the old version lacks, its time, and what its being here
        means: ``restored`` if it had been removed, ``returned`` if it was out of the window."""
        for k in reversed(range(len(self._earlier))):
            for i, before in enumerate(self._earlier[k].updates):
                if self._same(before, update):
                    how = "restored" if self._went(k).get(i) == "removed" else "returned"
                    return before, self._earlier[k].at, how
        return None

    def said_before(self, field: str, new: str, update: Update | None = None) -> datetime | None:
        """When the page, or the update, last said exactly this in ``field`` before the old version; None: never."""
        for version in reversed(self._earlier):
            if update is None:
                found = getattr(version, field) == new
            else:
                found = any(getattr(u, field) == new and self._same(u, update) for u in version.updates)
            if found:
                return version.at
        return None

    def _same(self, a: Update, b: Update) -> bool:
        left, right = (self._key_of(a), self._key_of(b)) if self._key_of else (None, None)
        if left and right:
            return left == right
        apart = a.published and b.published and a.published != b.published
        return not apart and bool(said(a)) and said(a) == said(b) and form(a.headline or "") == form(b.headline or "")

    def _how_it_went(self, k: int) -> dict[int, str]:
        then = self._earlier[k]
        pairs = align(then.updates, self._old.updates)
        gone = [i for i, j, _, _ in pairs if i is not None and j is None]
        kept = [i for i, j, _, _ in pairs if i is not None and j is not None]
        return absences(then, self._old, gone, kept)
