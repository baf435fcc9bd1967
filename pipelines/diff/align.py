"""Which update of the old version is which of the new one.

ids, where the page shows that they can be trusted -> equal text -> the best assignment of the rest
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from ..model import Update
from .keys import KeyOf, pairs_by_key
from .order import out_of_order
from .same import moment, pairs_by_text, said, same_moment
from .words import opening

if TYPE_CHECKING:
    from .assign import Found, Traits

Pair = tuple[int | None, int | None, str, float]

_KEPT_ORDER = 0.7  # share of the known pairs that stand in the same order, for places to mean anything
_CELLS = 4_000_000  # pairs of updates without partner; 2,000 against 2,000
_READ = 200_000  # characters of an update that likeness is read from
_FEW = 3  # pairs; fewer say nothing about order


class How(NamedTuple):
    """How the partner of an old update was found."""

    method: str  # key, exact, assigned
    score: float
    runner_up: float | None = None  # the best score with another partner; None where nothing was compared


_KEY, _EXACT = How("key", 1.0), How("exact", 1.0)


def align(old_updates: Sequence[Update], new_updates: Sequence[Update]) -> list[Pair]:
    """``[(i | None, j | None, method, score)]``: old index, new index, how they were found, how sure (0..1).

    Every index of both sides occurs once: pairs and additions in the new order, then what is gone in the
    old order. Methods: ``key`` (an id the page keeps stable), ``exact`` (equal canonical text), ``assigned``
    (the best assignment of the rest), ``unmatched``. Works without ids, times or unique texts.
    """
    found = matches(old_updates, new_updates)
    old_of = {j: (i, *found.how[i][:2]) for i, j in found.partner.items()}
    pairs: list[Pair] = []
    for j in range(len(new_updates)):
        i, method, score = old_of.get(j, (None, "unmatched", 0.0))
        pairs.append((i, j, method, score))
    return pairs + [(i, None, "unmatched", 0.0) for i in range(len(old_updates)) if i not in found.partner]


class Matches(NamedTuple):
    partner: dict[int, int]  # old place -> new place
    how: dict[int, How]  # by old place
    coarse: bool  # of so many without partner not every pair was looked at


def matches(old: Sequence[Update], new: Sequence[Update]) -> Matches:
    """The same by old index, with what else it could have been."""
    by_key, key_of = pairs_by_key(old, new)
    known = _OneToAnother(old, new, key_of)
    rebuilt = _OrTheSameMoment(old, new, known)
    by_text = pairs_by_text(old, new, by_key, rebuilt)
    sure = by_key | by_text
    rest, coarse = _by_assignment(old, new, sure, known)
    how = dict.fromkeys(by_key, _KEY) | dict.fromkeys(by_text, _EXACT)
    how |= {i: How("assigned", p.score, p.runner_up) for i, p in rest.items()}
    return Matches(sure | {i: p.place for i, p in rest.items()}, how, coarse)


class _OneToAnother:
    """Where a kind of key is trusted, two updates with different ones are two updates, however alike."""

    def __init__(self, old: Sequence[Update], new: Sequence[Update], key_of: KeyOf | None) -> None:
        self.key_of, self.old, self.new = key_of, old, new

    def __call__(self, i: int, j: int) -> bool:
        if self.key_of is None:
            return True
        a, b = self.key_of(self.old[i]), self.key_of(self.new[j])
        return a is None or b is None or a == b

    def any(self, left: Collection[int], right: Collection[int]) -> bool:
        """With trusted ids on both sides there is mostly nothing left to ask."""
        if not left or not right:
            return False
        if self.key_of is None:
            return True
        olds, news = {self.key_of(self.old[i]) for i in left}, {self.key_of(self.new[j]) for j in right}
        return None in olds or None in news or not olds.isdisjoint(news)


class _OrTheSameMoment:
    """The same words at the same time under a new id: the page was rebuilt, the update is the same."""

    def __init__(self, old: Sequence[Update], new: Sequence[Update], allowed: _OneToAnother) -> None:
        self.old, self.new, self.allowed = old, new, allowed

    def __call__(self, i: int, j: int) -> bool:
        return self.allowed(i, j) or same_moment(self.old[i], self.new[j])

    def any(self, left: Collection[int], right: Collection[int]) -> bool:
        if self.allowed.any(left, right):
            return True
        then = {self.old[i].published for i in left} - {None}
        return not then.isdisjoint(self.new[j].published for j in right)


def _by_assignment(
    old: Sequence[Update], new: Sequence[Update], matched: Mapping[int, int], allowed: _OneToAnother
) -> tuple[Found, bool]:
    """Partners of the others, and whether not every pair was looked at."""
    taken = set(matched.values())
    left = [i for i in range(len(old)) if i not in matched]
    right = [j for j in range(len(new)) if j not in taken]
    if not allowed.any(left, right):
        return {}, False
    from .assign import Facts, assign  # SciPy: most visits never need it
    from .blocks import assign_coarsely

    facts = Facts(_traits(old, allowed.key_of), _traits(new, allowed.key_of), _keeps_order(matched))
    coarse = len(left) * len(right) > _CELLS
    found = (assign_coarsely if coarse else assign)([_read(u) for u in old], [_read(u) for u in new], matched, facts)
    return found, coarse


def _traits(updates: Sequence[Update], key_of: KeyOf | None) -> list[Traits]:
    from .assign import Traits

    embeds = _only_embeds(updates)
    keys = map(key_of, updates) if key_of else [None] * len(updates)
    times = [*map(moment, updates)]
    return [
        Traits(key, time, opening(u.text), shown)
        for key, time, u, shown in zip(keys, times, updates, embeds, strict=True)
    ]


def _keeps_order(matched: Mapping[int, int]) -> bool:
    """A live page is a stream: what stands between two updates stays there. A front page is arranged anew."""
    places = [j for _, j in sorted(matched.items())]
    return len(places) < _FEW or len(out_of_order(places)) <= (1 - _KEPT_ORDER) * len(places)


def _only_embeds(updates: Sequence[Update]) -> list[set[str]]:
    shown: dict[str, int] = {}
    for update in updates:
        for address in set(update.media):
            shown[address] = shown.get(address, 0) + 1
    return [{address for address in update.media if shown[address] == 1} for update in updates]


def _read(update: Update) -> str:
    """What likeness is read from. Weights forgive what the normal form takes out, and case folding is quick."""
    text = update.text or said(update)
    if len(text) > _READ:
        text = f"{text[: _READ // 2]} {text[-_READ // 2 :]}"
    return f"{update.headline or ''} {text}".casefold()
