"""Texts that are not equal to any other: who became whom, as one optimal assignment.

    T = S + what time, place, opening words and embeds say; a pair is kept if T and S are both high enough

S is how alike the words are (``likeness``). Time and place lift the share of rewrites found from about a half to
nine tenths; opening words settle which of two halves is the one that was there before.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from .likeness import Likeness, Matrix
from .words import OPENING

_WITHIN_GRAMS = 8  # of words and word pairs; less stands in many a text
_ROUNDS = 3  # matches found in one round are neighbours in the next

Mask = NDArray[np.bool_]


class Partner(NamedTuple):
    place: int  # in the new list
    score: float  # 0..1
    runner_up: float  # the best score that either of the two has with anybody else


Found = dict[int, Partner]  # by place in the old list


@dataclass(frozen=True, slots=True)
class Evidence:
    """What each kind of evidence weighs, and what is enough."""

    same_time: float = 0.20
    other_time: float = -0.15  # both are known, and differ
    claim: float = 0.40  # S from which one with the same time has a claim on its partner ...
    claimed: float = -0.80  # ... against all whose time is another: of two that became one it is the one that stays
    neighbour: float = 0.05  # each of two that is paired with the neighbour
    same_place: float = 0.20  # between the same two pairs
    opening: float = 0.10  # the same first words
    embed: float = 0.10  # a picture, video or post that no other has
    within: float = 0.90  # share of one text's weight that the other holds, to be it and something more
    enough: float = 0.32
    text: float = 0.08  # S alone: time and place prove nothing without any words


EVIDENCE = Evidence()


class Traits(NamedTuple):
    """What is known of a text besides its words."""

    key: str | None  # two different ones: two updates
    time: datetime | None
    opening: Sequence[str]
    embeds: Collection[str]  # that no other text has


class Facts(NamedTuple):
    old: Sequence[Traits]  # by place, of all texts
    new: Sequence[Traits]
    in_order: bool  # do places mean anything here?


def assign(
    old_texts: Sequence[str],
    new_texts: Sequence[str],
    matched: Mapping[int, int],
    facts: Facts,
    weighs: Evidence = EVIDENCE,
) -> Found:
    """Partners of the old texts that are not yet ``matched`` (old -> new).

    Texts are complete: those matched already say which words are common here.
    """
    taken = set(matched.values())
    old_free = [i for i in range(len(old_texts)) if i not in matched]
    new_free = [j for j in range(len(new_texts)) if j not in taken]
    around = [text for i, text in enumerate(old_texts) if i in matched]
    around += [text for j, text in enumerate(new_texts) if j in taken]
    likeness = Likeness([old_texts[i] for i in old_free], [new_texts[j] for j in new_free], around)
    alike = likeness.table()
    # Of two that became one both are in it, whole: not their length but time and place say which one it is.
    alike = np.where(likeness.within(weighs.within, _WITHIN_GRAMS), np.maximum(alike, weighs.within), alike)
    score = _weighed(alike, [facts.old[i] for i in old_free], [facts.new[j] for j in new_free], weighs)
    if not facts.in_order:
        return _best(score, weighs.enough, old_free, new_free)
    score += weighs.same_place * _same_place(old_free, new_free, matched)
    return settle(score, weighs.enough, weighs.neighbour, matched, old_free, new_free)


def _weighed(alike: Matrix, old: Sequence[Traits], new: Sequence[Traits], weighs: Evidence) -> Matrix:
    score = np.where((alike >= weighs.text) & ~_unlike([t.key for t in old], [t.key for t in new]), alike, -1.0)
    asked = score > 0
    same_time = asked & _alike([t.time for t in old], [t.time for t in new])
    other_time = asked & _unlike([t.time for t in old], [t.time for t in new])
    score += asked * (weighs.opening * _same_opening(old, new) + weighs.embed * _same_embed(old, new))
    claims = same_time & (alike >= weighs.claim)
    claimed = np.logical_or(claims.any(axis=0, keepdims=True), claims.any(axis=1, keepdims=True))
    against = np.where(claimed, weighs.claimed, weighs.other_time)
    return np.asarray(score + weighs.same_time * same_time + against * other_time, dtype=np.float64)


def _numbered(*sides: Sequence[Hashable | None]) -> Iterator[NDArray[np.int64]]:
    """A number for each value, 0 for None; a column, and a row."""
    numbers: dict[Hashable, int] = {}
    for side in sides:
        told = [0 if value is None else numbers.setdefault(value, len(numbers) + 1) for value in side]
        yield np.array(told, dtype=np.int64)


def _alike(old: Sequence[Hashable | None], new: Sequence[Hashable | None]) -> Mask:
    """Both known, and equal."""
    a, b = _numbered(old, new)
    return np.asarray((a[:, None] == b[None, :]) & (a != 0)[:, None], dtype=np.bool_)


def _unlike(old: Sequence[Hashable | None], new: Sequence[Hashable | None]) -> Mask:
    """Both known, and not equal."""
    a, b = _numbered(old, new)
    return np.asarray((a[:, None] != b[None, :]) & (a != 0)[:, None] & (b != 0)[None, :], dtype=np.bool_)


def _same_opening(old: Sequence[Traits], new: Sequence[Traits]) -> Mask:
    """As ``words.same_opening``: equal as far as the shorter one goes."""
    found = np.zeros((len(old), len(new)), dtype=np.bool_)
    size_old, size_new = (np.array([len(t.opening) for t in side], dtype=np.int64) for side in (old, new))
    shorter = np.minimum(size_old[:, None], size_new[None, :])
    for size in range(OPENING // 2, OPENING + 1):
        sides = ([tuple(t.opening[:size]) if len(t.opening) >= size else None for t in side] for side in (old, new))
        found |= (shorter == size) & _alike(*sides)
    return found


def _same_embed(old: Sequence[Traits], new: Sequence[Traits]) -> Mask:
    """Do both show a picture, video or post that no other update does?"""
    found = np.zeros((len(old), len(new)), dtype=np.bool_)
    shown = {embed: c for c, traits in enumerate(new) for embed in traits.embeds}
    for r, traits in enumerate(old):
        for embed in traits.embeds:
            if embed in shown:
                found[r, shown[embed]] = True
    return found


def settle(
    score: Matrix,
    enough: float,
    neighbour: float,
    matched: Mapping[int, int],
    old_free: Sequence[int],
    new_free: Sequence[int],
) -> Found:
    """The best assignment of the free rows and columns, with neighbours counted, repeated until it stands."""
    found: Found = {}
    for _ in range(_ROUNDS):
        known = {**matched, **{i: partner.place for i, partner in found.items()}}
        again = _best(score + neighbour * _neighbours(old_free, new_free, known), enough, old_free, new_free)
        if again == found:
            break
        found = again
    return found


def _best(total: Matrix, enough: float, old_free: Sequence[int], new_free: Sequence[int]) -> Found:
    worth = np.where(total >= enough, total, 0.0)  # what would not be kept must not steal a partner
    rows, cols = linear_sum_assignment(worth, maximize=True)
    return {
        old_free[r]: Partner(new_free[c], _score(worth[r, c]), _score(_runner_up(total, r, c)))
        for r, c in zip(rows.tolist(), cols.tolist(), strict=True)
        if worth[r, c] > 0
    }


def _score(value: float) -> float:
    return round(min(max(float(value), 0.0), 1.0), 3)


def _runner_up(total: Matrix, r: int, c: int) -> float:
    """The best of row and column without the pair itself."""
    others = [part.max() for part in (total[r, :c], total[r, c + 1 :], total[:r, c], total[r + 1 :, c]) if part.size]
    return float(max(others, default=0.0))


def _neighbours(old_free: Sequence[int], new_free: Sequence[int], known: Mapping[int, int]) -> Matrix:
    """0, 1 or 2: how many direct neighbours of the pair are matched to each other."""
    column = {j: c for c, j in enumerate(new_free)}
    count = np.zeros((len(old_free), len(new_free)))
    for r, i in enumerate(old_free):
        for step in (-1, 1):
            beside = known.get(i + step)
            if beside is not None and beside - step in column:
                count[r, column[beside - step]] += 1
    return count


def _same_place(old_free: Sequence[int], new_free: Sequence[int], matched: Mapping[int, int]) -> Matrix:
    """1 where both stand between the same two of the pairs that kept their order.

    Not at the ends: there pages grow, and what is new stands where something may have been taken away.
    """
    from .order import out_of_order

    pairs = sorted(matched.items())
    moved = out_of_order([j for _, j in pairs])
    kept = [pair for k, pair in enumerate(pairs) if k not in moved]
    old_gap = np.searchsorted([i for i, _ in kept], old_free)
    new_gap = np.searchsorted([j for _, j in kept], new_free)
    inside = (old_gap > 0) & (old_gap < len(kept))
    return np.asarray((old_gap[:, None] == new_gap[None, :]) & inside[:, None], dtype=np.float64)
