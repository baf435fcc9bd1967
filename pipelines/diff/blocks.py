"""Too many updates for a table of all pairs: only pairs that share rare words are looked at, the likest first.

What it costs is bounded by the number of words and by ``_PAIRS``, in time and in memory. Coarser than ``assign``:
place and neighbours are not asked, and a pair is final once it is taken.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from itertools import islice
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from .assign import EVIDENCE, Evidence, Facts, Found, Partner
from .likeness import Gram, grams

_FEW = 50  # texts; what more of them say makes no two of them alike
_PAIRS = 20_000_000  # that share a word, counted once for each
_GRAMS = 2_000  # of one text

Numbers = NDArray[np.int64]


def assign_coarsely(
    old_texts: Sequence[str],
    new_texts: Sequence[str],
    matched: Mapping[int, int],
    facts: Facts,
    weighs: Evidence = EVIDENCE,
) -> Found:
    """Partners of the old texts that are not yet ``matched`` (old -> new), as ``assign`` gives them."""
    taken = set(matched.values())
    old = np.array([i for i in range(len(old_texts)) if i not in matched], dtype=np.int64)
    new = np.array([j for j in range(len(new_texts)) if j not in taken], dtype=np.int64)
    rows, columns, alike = _alike([old_texts[i] for i in old], [new_texts[j] for j in new])
    i, j = old[rows], new[columns]
    same_time, other_time = _told([t.time for t in facts.old], [t.time for t in facts.new], i, j)
    _, other_key = _told([t.key for t in facts.old], [t.key for t in facts.new], i, j)
    total = alike + weighs.same_time * same_time + weighs.other_time * other_time
    good = (alike >= weighs.text) & (total >= weighs.enough) & ~other_key
    return _likest_first(i[good], j[good], total[good])


def _alike(old: Sequence[str], new: Sequence[str]) -> tuple[Numbers, Numbers, NDArray[np.float64]]:
    """Rows, columns and S of the pairs that share rare grams; what they share of common ones is not counted."""
    sides = [[_hashed(text) for text in side] for side in (old, new)]
    lengths = [np.array([len(text) for text in side], dtype=np.int64) for side in sides]
    every = np.concatenate([np.zeros(0, np.uint32), *sides[0], *sides[1]])
    grams_, column = np.unique(every, return_inverse=True)
    places = np.split(column.astype(np.int64), [int(lengths[0].sum())])
    df_old, df_new = (np.bincount(place, minlength=len(grams_)) for place in places)
    idf = np.log1p((len(old) + len(new)) / np.maximum(df_old + df_new, 1))
    rare = _affordable(df_old, df_new)
    matrices, weights = [], []
    for place, length in zip(places, lengths, strict=True):
        row = np.repeat(np.arange(len(length)), length)
        weights.append(np.bincount(row, idf[place], minlength=len(length)))
        kept = rare[place]
        shape = (len(length), len(grams_))
        matrices.append(sparse.csr_array((np.ones(int(kept.sum())), (row[kept], place[kept])), shape=shape))
    shared = sparse.coo_array(matrices[0].multiply(idf).tocsr() @ matrices[1].T)
    a, b = weights[0][shared.row], weights[1][shared.col]
    score = shared.data / (a + b) + 0.5 * shared.data / np.minimum(a, b)
    return shared.row.astype(np.int64), shared.col.astype(np.int64), score


def _hashed(text: str) -> NDArray[np.uint32]:
    """Each gram once; the same number in every process."""
    found = {crc32(_spelled(gram).encode("utf-8", "surrogatepass")) for gram in islice(grams(text), _GRAMS)}
    return np.array(sorted(found), dtype=np.uint32)


def _spelled(gram: Gram) -> str:
    return gram if isinstance(gram, str) else "\0".join(gram)


def _affordable(df_old: Numbers, df_new: Numbers) -> NDArray[np.bool_]:
    """Grams of few texts, the rarest first, as long as the pairs of texts that share one are not too many."""
    pairs = df_old * df_new
    order = np.argsort(pairs, kind="stable")
    within = np.zeros(len(pairs), dtype=np.bool_)
    within[order[np.cumsum(pairs[order]) <= _PAIRS]] = True
    return within & (pairs > 0) & (df_old + df_new <= _FEW)


def _told(
    old: Sequence[Hashable | None], new: Sequence[Hashable | None], i: Numbers, j: Numbers
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Of these pairs those with both known: equal, and not."""
    numbers: dict[Hashable | None, int] = {None: 0}
    a, b = (np.array([numbers.setdefault(v, len(numbers)) for v in side], dtype=np.int64) for side in (old, new))
    known = (a[i] > 0) & (b[j] > 0)
    return known & (a[i] == b[j]), known & (a[i] != b[j])


def _likest_first(i: Numbers, j: Numbers, total: NDArray[np.float64]) -> Found:
    order = np.lexsort((j, i, -total))
    found: dict[int, tuple[int, float]] = {}
    taken: set[int] = set()
    best_old: dict[int, list[float]] = {}
    best_new: dict[int, list[float]] = {}
    for a, b, score in zip(i[order].tolist(), j[order].tolist(), total[order].tolist(), strict=True):
        for best, place in ((best_old, a), (best_new, b)):
            if len(seen := best.setdefault(place, [])) < 2:  # itself, and the runner-up
                seen.append(score)
        if a not in found and b not in taken:
            found[a] = (b, score)
            taken.add(b)
    return {
        a: Partner(b, _round(score), _round(max(_other(best_old[a], score), _other(best_new[b], score))))
        for a, (b, score) in sorted(found.items())
    }


def _other(best: list[float], own: float) -> float:
    """The best of another pair, of the two best of all."""
    if best[0] != own:
        return best[0]
    return best[1] if len(best) > 1 else 0.0


def _round(value: float) -> float:
    return round(min(max(value, 0.0), 1.0), 3)
