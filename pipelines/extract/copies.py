"""An update that a page shows twice: pinned on top, and where it belongs."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime
from itertools import permutations

from ..model import Update
from .canonical import canonical

MOST_COPIES = 8  # of one update; more are a page that says one thing over and over


def without_copies(updates: list[Update]) -> list[Update]:
    """A pinned copy is the same update: the later place, which is the original's, is kept and marked."""
    # most differ in id or time already: their texts need not be compared
    seen = Counter(u.id or str(u.published) for u in updates)
    names = [
        _identity(update, index) if seen[update.id or str(update.published)] > 1 else ("", str(index))
        for index, update in enumerate(updates)
    ]
    names = _as_originals(updates, names)
    last = {name: index for index, name in enumerate(names)}
    repeated = {name for name, n in Counter(names).items() if n > 1}
    dated = {name: update for name, update in zip(names, updates, strict=True) if name in repeated and update.published}
    return [
        replace(update if update.published else dated.get(name, update), pinned=True) if name in repeated else update
        for index, (name, update) in enumerate(zip(names, updates, strict=True))
        if last[name] == index
    ]


def _as_originals(updates: list[Update], names: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """A copy that lacks its original's id, or has another ending of it, is known by time and text."""
    alike: dict[tuple[datetime, str | None, str], list[int]] = {}
    for i, u in enumerate(updates):
        if u.published and u.text:
            alike.setdefault((u.published, u.headline, u.text), []).append(i)
    names = list(names)
    for places in alike.values():
        for copy, original in permutations(places, 2) if 1 < len(places) <= MOST_COPIES else ():
            if _is_copy(updates[copy].id, updates[original].id):
                names[copy] = names[original]
    return names


def _is_copy(id_: str | None, original: str | None) -> bool:
    return bool(original) and (not id_ or (id_ != original and id_.startswith(str(original))))


def _identity(update: Update, index: int) -> tuple[str, str]:
    text = canonical(update.text)
    if update.id:
        return update.id, text
    return (str(update.published), text) if text else ("", str(index))
