"""Pairs by the newsroom's own ids, where the page shows that they can be trusted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from operator import attrgetter

from ..model import Update
from .same import moment, said, same_moment

KeyOf = Callable[[Update], str | None]

_TRUSTED = 0.5  # share of pairs with the same key that must agree
_FEW = 4  # with fewer such pairs a rewritten update proves nothing against its key
_MANY = 3  # updates on both sides; of fewer the one and its successor may be anything to each other
_REPEATED = 0.1  # share of keys that may occur twice (a pinned copy) before this kind of key is dropped


def pairs_by_key(old: Sequence[Update], new: Sequence[Update]) -> tuple[dict[int, int], KeyOf | None]:
    """Old -> new position by the first kind of key that proves stable, and that kind; kinds never mix.

    No pairs, and a kind: the page has turned over, and updates with different keys are different ones.
    """
    for key_of in (_native_id, _permanent_key):
        left = _places(old, key_of)
        right = _places(new, key_of) if left else {}
        pairs = {i: right[key] for key, i in left.items() if key in right}
        if pairs and _stable(pairs, old, new):
            return pairs, key_of
        if not pairs and _turned_over([old[i] for i in left.values()], [new[j] for j in right.values()]):
            return {}, key_of
    return {}, None


_native_id: KeyOf = attrgetter("id")


def _permanent_key(update: Update) -> str | None:
    """A key that is not itself made of time and text."""
    return None if update.key.startswith("text:") else update.key or None


def _places(updates: Sequence[Update], key_of: KeyOf) -> dict[str, int]:
    """Key -> position of the keys that occur once; none at all if too many repeat."""
    keys = [*map(key_of, updates)]
    unique = {key: i for i, key in enumerate(keys) if key}
    if len(unique) == len(keys):  # as on most pages
        return unique
    places: dict[str, list[int]] = defaultdict(list)
    for i, key in enumerate(keys):
        if key:
            places[key].append(i)
    once = {key: found[0] for key, found in places.items() if len(found) == 1}
    return once if len(places) - len(once) <= _REPEATED * len(places) else {}


def _stable(pairs: dict[int, int], old: Sequence[Update], new: Sequence[Update]) -> bool:
    """Do pairs with the same key mostly say the same? With ids made up on each rendering, or counted from the
    top of the page, they do not: what the old one said now stands under another id, or nowhere."""
    needed = _TRUSTED * len(pairs)
    word_for_word = {i for i, j in pairs.items() if old[i].text and old[i].text == new[j].text}
    if len(word_for_word) >= needed:  # which is cheap to see
        return True
    apart = [i for i, j in pairs.items() if i not in word_for_word and not _agree(old[i], new[j])]
    agreeing = len(pairs) - len(apart)
    if agreeing >= needed or len(pairs) >= _FEW:
        return agreeing >= needed
    said_now = {said(update) for update in new}
    return agreeing + sum(said(old[i]) not in said_now for i in apart) / 2 >= needed


def _turned_over(old: Sequence[Update], new: Sequence[Update]) -> bool:
    """No id has stayed: has all that was there left the page? With ids made up on each rendering some moment would be
    there still, and with the times moved, too (a zone was mended), most of the words. Where neither is, all says that
    these are others, which may read much as those did."""
    if min(len(old), len(new)) < _MANY:
        return False
    then, now = {*map(moment, old)}, {*map(moment, new)}
    if None in then | now or not then.isdisjoint(now):
        return False
    gone, come = {*map(said, old)}, {*map(said, new)}
    return len(gone & come) < _TRUSTED * min(len(gone), len(come))


def _agree(a: Update, b: Update) -> bool:
    return (bool(a.text) and a.text == b.text) or same_moment(a, b) or said(a) == said(b)
