"""Pairs of updates that say the same, and the small questions of sameness others ask too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Protocol

from ..extract.canonical import canonical
from ..model import Update


class Allowed(Protocol):
    """May this old and this new place be a pair? And is there any such pair among these?"""

    def __call__(self, i: int, j: int) -> bool: ...
    def any(self, left: Collection[int], right: Collection[int]) -> bool: ...



form = lru_cache(maxsize=8192)(canonical)  # a version is compared twice: with its elder and its successor


def said(update: Update) -> str:
    """What an update says, in normal form; for a bare embed what it shows."""
    return form(update.text) or "\n".join((*update.captions, *update.media))


def same_moment(a: Update, b: Update) -> bool:
    """Both times known and equal. A time known only as an age moves with the clock and proves nothing."""
    return moment(a) is not None and moment(a) == moment(b)


def moment(update: Update) -> datetime | None:
    """When it was published, where that stands still."""
    return None if ticks(update) else update.published


def ticks(update: Update) -> bool:
    return update.time_source == "relative"


def pairs_by_text(
    old: Sequence[Update], new: Sequence[Update], matched: Mapping[int, int], allowed: Allowed
) -> dict[int, int]:
    """Old -> new position of free updates with equal text, likest first: all fields, then less and less."""
    found: dict[int, int] = {}
    taken = set(matched.values())
    free = [i for i in range(len(old)) if i not in matched]
    came = [j for j in range(len(new)) if j not in taken]
    for key_of in (_everything, _text_title_time, _text_title, _text_time, _text):
        if not free or not came or not allowed.any(free, came):
            break
        left = {i: key for i in free if (key := key_of(old[i])) is not None}
        right = {j: key for j in came if (key := key_of(new[j])) is not None}
        pairs = _equal(left, right, {**matched, **found}, oldest_first(new))
        found |= {i: j for i, j in pairs.items() if allowed(i, j)}
        taken = set(found.values())
        free, came = [i for i in free if i not in found], [j for j in came if j not in taken]
    return found


def oldest_first(updates: Sequence[Update]) -> bool:
    """Does the page grow at its end? Unknown counts as no: live pages grow at the top."""
    times = [u.published for u in updates if u.published is not None and not u.pinned]
    return len(times) > 1 and times[0] < times[-1]


def _everything(u: Update) -> Hashable:
    return (u.text, u.headline, u.published, u.updated, u.authors, u.media, u.links, u.captions, u.pinned)


def _text_title_time(u: Update) -> Hashable:
    return (said(u), form(u.headline or ""), u.published) if u.published else None


def _text_title(u: Update) -> Hashable:
    return (said(u), form(u.headline)) if u.headline else None


def _text_time(u: Update) -> Hashable:
    return (said(u), u.published) if u.published and said(u) else None


def _text(u: Update) -> Hashable:
    return said(u) or None


def _equal(
    left: dict[int, Hashable], right: dict[int, Hashable], known: Mapping[int, int], at_end: bool
) -> dict[int, int]:
    """Equal keys paired: unique ones first, then repeats that stand beside a pair, then repeats in order."""
    if not left or not right or set(left.values()).isdisjoint(right.values()):
        return {}
    found = {g[0][0]: g[1][0] for g in _shared(left, right) if len(g[0]) == len(g[1]) == 1}
    taken = set(found.values())
    for i, j in (*known.items(), *found.copy().items()):
        if i - 1 not in left and i + 1 not in left:
            continue
        for step in (-1, 1):
            for a, b in _beside(i, j, step, left, right):
                if a in found or b in taken:
                    break
                found[a] = b
                taken.add(b)
    rest = {i: key for i, key in left.items() if i not in found}
    for olds, news in _shared(rest, {j: key for j, key in right.items() if j not in taken}):
        # What is new came in where the page grows, so the other end decides who is who.
        found |= zip(olds, news, strict=False) if at_end else zip(olds[::-1], news[::-1], strict=False)
    return found


def _shared(left: Mapping[int, Hashable], right: Mapping[int, Hashable]) -> list[tuple[list[int], list[int]]]:
    groups: dict[Hashable, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for side, keys in enumerate((left, right)):
        for place, key in keys.items():
            groups[key][side].append(place)
    return [group for group in groups.values() if group[0] and group[1]]


def _beside(
    i: int, j: int, step: int, left: Mapping[int, Hashable], right: Mapping[int, Hashable]
) -> Iterator[tuple[int, int]]:
    """From a pair outwards, as long as the next two are equal."""
    i, j = i + step, j + step
    while i in left and j in right and left[i] == right[j]:
        yield i, j
        i, j = i + step, j + step
