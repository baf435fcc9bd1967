"""What a page said before the two versions in hand: is this update back, is this text back?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property

from ..model import Update, Version
from .absence import absences
from .align import align
from .keys import KeyOf
from .same import form, said, same_moment
from .words import tokens

_TELLING = 40  # characters: a shorter text may be another's, too
_ALIKE = 0.6  # share of words in common of one update before and after an edit


@dataclass(frozen=True, slots=True)
class Earlier:
    """A state of an update that the old version lacks. ``how``: what its being here means, ``restored`` if it had
    been removed, ``returned`` if it was out of the window."""

    update: Update
    version: int  # among the earlier ones
    place: int  # within it
    at: datetime
    how: str


class _Keyed:
    """Where in a version the update with some key may stand."""

    def __init__(self, keys: Sequence[str | None]) -> None:
        self._places: dict[str | None, list[int]] = {}
        for i, key in enumerate(keys):
            self._places.setdefault(key or None, []).append(i)

    def places_of(self, key: str) -> list[int]:
        """Those with this key, and those without any, in their order."""
        with_it, without = self._places.get(key, []), self._places.get(None, [])
        return sorted(with_it + without) if without else with_it


class Past:
    """The earlier versions of a page, oldest first; ``old`` itself may be among them."""

    def __init__(self, history: Sequence[Version], old: Version, key_of: KeyOf | None) -> None:
        self._earlier = [v for v in history if v.at <= old.at and v is not old and v != old]
        self._old = old
        self._key_of = key_of
        self._went = cache(self._how_it_went)
        self._keyed = cache(self._by_key)

    def last_seen(self, update: Update) -> Earlier | None:
        """The latest earlier state of an update the old version lacks: the one that says the same, else one of the
        same minute that says much the same, for it may have been edited while nobody could see it."""
        key = self._key_of(update) if self._key_of else None
        for same in (self._same,) if key else (self._same, self._edited):  # what has a key is told by it alone
            for k in reversed(range(len(self._earlier))):
                updates = self._earlier[k].updates
                for i in self._keyed(k).places_of(key) if key else range(len(updates)):
                    if same(updates[i], update):
                        how = "restored" if self._went(k).get(i) == "removed" else "returned"
                        return Earlier(updates[i], k, i, self._earlier[k].at, how)
        return None

    def is_back(self, update: Update) -> bool:
        """Does it say, word for word, what the last look that had these words showed of an update which the old version
        lacks? Then it is that one, however much it is like another."""
        if len(update.text) < _TELLING or update.text not in self._texts:
            return False
        k, i = self._texts[update.text]
        return self._same(self._earlier[k].updates[i], update) and i in self._went(k)

    @cached_property
    def _texts(self) -> dict[str, tuple[int, int]]:
        """Where each text stood last."""
        return {u.text: (k, i) for k, version in enumerate(self._earlier) for i, u in enumerate(version.updates)}

    def updates_of(self, earlier: Earlier) -> Sequence[Update]:
        """All updates of the version that showed it."""
        return self._earlier[earlier.version].updates

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

    def _edited(self, a: Update, b: Update) -> bool:
        """Without keys: published in the same moment, and most words are the same."""
        keyed = self._key_of and (self._key_of(a) or self._key_of(b))
        if keyed or not same_moment(a, b) or "day" in (a.time_precision, b.time_precision):
            return False
        old, new = Counter(tokens(form(a.text))), Counter(tokens(form(b.text)))
        total = old.total() + new.total()
        return total > 0 and 2 * (old & new).total() >= _ALIKE * total

    def _by_key(self, k: int) -> _Keyed:
        return _Keyed([self._key_of(u) if self._key_of else None for u in self._earlier[k].updates])

    def _how_it_went(self, k: int) -> dict[int, str]:
        """Of the updates of an earlier version those that the old one lacks."""
        then = self._earlier[k]
        pairs = align(then.updates, self._old.updates)
        gone = [i for i, j, _, _ in pairs if i is not None and j is None]
        kept = {i: j for i, j, _, _ in pairs if i is not None and j is not None}
        return absences(then, self._old, gone, kept)
