"""How alike rewritten texts are: by IDF-weighted words and word pairs, or characters in unspaced scripts.

    S = half Dice + half containment, over multisets of grams

Dice alone punishes a text that only grew; containment alone likes very short ones.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import chain, count, pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from .words import UNSPACED

Matrix = NDArray[np.float64]
Numbers = NDArray[np.int64]
Gram = str | tuple[str, str]

_RUN = re.compile(rf"[^\W{UNSPACED}]+|[{UNSPACED}]+")
_UNSPACED = re.compile(f"[{UNSPACED}]")


def grams(text: str) -> list[Gram]:
    """Words and word pairs; of unspaced runs, characters by twos and threes. Repeats are kept."""
    if not _UNSPACED.search(text):
        words = _RUN.findall(text)
        return [*words, *pairwise(words)]
    found: list[Gram] = []
    last = ""
    for run in _RUN.findall(text):
        if _UNSPACED.match(run):
            found += _characters(run)
            last = ""
            continue
        found.append(run)
        if last:
            found.append((last, run))
        last = run
    return found


def _characters(run: str) -> list[str]:
    if len(run) == 1:
        return [run]
    return [run[i : i + n] for n in (2, 3) for i in range(len(run) - n + 1)]


class Likeness:
    """Two lists of texts, weighed once. ``around`` are more texts of the same page: what they say too is common.

    ``ln(1 + N / df)`` weighs a gram. The k-th repeat of a gram in a text counts as a gram of its own, so that
    a product of two 0/1 matrices gives the weight of what two multisets share.
    """

    def __init__(self, old: Sequence[str], new: Sequence[str], around: Sequence[str] = ()) -> None:
        self.n_old, self.n_new = len(old), len(new)
        texts = [grams(text) for text in (*old, *new)]
        number: dict[Gram, int] = defaultdict(count().__next__)
        each = np.array([*map(number.__getitem__, chain.from_iterable(texts))], dtype=np.int64)
        row = np.repeat(np.arange(len(texts)), [*map(len, texts)])
        order = np.lexsort((each, row))
        each, row = each[order], row[order]
        repeat = _repeats(each, row)
        df = np.bincount(each[repeat == 0], minlength=len(number))
        for gram, times in _said_in(around, number).items():
            df[number[gram]] += times
        column, gram_of = _columns(each, repeat, len(number))
        self._idf = np.log1p((len(texts) + len(around)) / df[gram_of])
        starts = np.searchsorted(row, np.arange(len(texts) + 1))
        self._old = _ones(column, starts[: len(old) + 1], len(gram_of))
        self._new = _ones(column, starts[len(old) :], len(gram_of))
        self._old_weight, self._new_weight = self._old @ self._idf, self._new @ self._idf

    def table(self, old: Sequence[int] | None = None, new: Sequence[int] | None = None) -> Matrix:
        """S of these old with these new texts (or of all), 0..1; 0 for a text without words."""
        rows, columns = list(range(self.n_old) if old is None else old), list(range(self.n_new) if new is None else new)
        shared = self._all_shared if old is None and new is None else self._shared(rows, columns)
        a, b = self._old_weight[rows, None], self._new_weight[None, columns]
        with np.errstate(divide="ignore", invalid="ignore"):
            score = shared / (a + b) + 0.5 * shared / np.minimum(a, b)
        return np.asarray(np.nan_to_num(score, nan=0.0, posinf=0.0))

    def within(self, share: float, at_least: int) -> NDArray[np.bool_]:
        """Does either text of a pair hold this share of the other's weight? No text of fewer grams is looked for."""
        shared = self._all_shared
        a, b = self._old_weight[:, None], self._new_weight[None, :]
        long = (self._old.sum(axis=1) >= at_least)[:, None], (self._new.sum(axis=1) >= at_least)[None, :]
        of_old, of_new = (shared >= share * a) & long[0], (shared >= share * b) & long[1]
        return np.asarray(of_old | of_new, dtype=np.bool_)

    def held(self, i: int, j: int) -> tuple[float, float]:
        """Share of the old text's weight that the new one holds, and the reverse."""
        shared = float(self._shared([i], [j])[0, 0])
        return shared / (float(self._old_weight[i]) or 1.0), shared / (float(self._new_weight[j]) or 1.0)

    def _shared(self, old: Sequence[int], new: Sequence[int]) -> Matrix:
        left = self._old[list(old)].multiply(self._idf).tocsr()
        return np.asarray((left @ self._new[list(new)].T).toarray(), dtype=np.float64)

    @cached_property
    def _all_shared(self) -> Matrix:
        return self._shared(range(self.n_old), range(self.n_new))


def _repeats(each: Numbers, row: Numbers) -> Numbers:
    """How often each gram stood in its row before; both are sorted by row, then gram."""
    begins = np.ones(len(each), dtype=np.bool_)
    begins[1:] = (each[1:] != each[:-1]) | (row[1:] != row[:-1])
    place = np.arange(len(each))
    return place - np.maximum.accumulate(np.where(begins, place, 0))


def _said_in(around: Sequence[str], number: Mapping[Gram, int]) -> Counter[Gram]:
    """In how many of these texts each gram stands. Most of them are there twice: a page before, and the page after."""
    found: Counter[Gram] = Counter()
    for text, times in Counter(around).items():
        for gram in number.keys() & grams(text):
            found[gram] += times
    return found


def _columns(each: Numbers, repeat: Numbers, size: int) -> tuple[Numbers, Numbers]:
    """The column of each, and the gram of each column: a gram has its own, its repeats have more."""
    again = repeat > 0
    more, column = np.unique(repeat[again] * size + each[again], return_inverse=True)
    found = each.copy()
    found[again] = size + column
    return found, np.concatenate([np.arange(size), more % max(size, 1)])


def _ones(column: Numbers, starts: Numbers, width: int) -> sparse.csr_array:
    held = column[starts[0] : starts[-1]]
    return sparse.csr_array((np.ones(len(held)), held, starts - starts[0]), shape=(len(starts) - 1, width))
