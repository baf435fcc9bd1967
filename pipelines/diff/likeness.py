"""How alike rewritten texts are: by IDF-weighted words and word pairs, or characters in unspaced scripts.

    S = half Dice + half containment, over multisets of grams

Dice alone punishes a text that only grew; containment alone likes very short ones.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from .words import UNSPACED

Matrix = NDArray[np.float64]
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
        texts = [Counter(grams(text)) for text in (*old, *new)]
        df = Counter(gram for text in texts for gram in text)
        for text in around:
            df.update(df.keys() & grams(text))
        self._columns: dict[Gram | tuple[Gram, int], int] = {}  # a gram; its second, third, ... in one text
        self._gram_of: list[Gram] = []  # by column
        ones = [self._ones(text) for text in texts]
        n = len(texts) + len(around)
        self._df = np.array([df[gram] for gram in self._gram_of])
        self._idf = np.log1p(n / np.maximum(self._df, 1))
        self._old, self._new = self._matrix(ones[: len(old)]), self._matrix(ones[len(old) :])
        self._old_weight, self._new_weight = self._old @ self._idf, self._new @ self._idf

    def _ones(self, text: Counter[Gram]) -> list[int]:
        found = []
        for gram, count in text.items():
            found.append(self._column(gram, gram))
            found += [self._column((gram, k), gram) for k in range(1, count)]  # few repeat
        return found

    def _column(self, what: Gram | tuple[Gram, int], gram: Gram) -> int:
        column = self._columns.setdefault(what, len(self._columns))
        if column == len(self._gram_of):
            self._gram_of.append(gram)
        return column

    def _matrix(self, ones: Sequence[Sequence[int]]) -> sparse.csr_array:
        starts = np.cumsum([0, *map(len, ones)])
        columns = np.array([c for row in ones for c in row], dtype=np.int64)
        return sparse.csr_array((np.ones(len(columns)), columns, starts), shape=(len(ones), len(self._columns)))

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
        return shared / (self._old_weight[i] or 1.0), shared / (self._new_weight[j] or 1.0)

    def _shared(self, old: Sequence[int], new: Sequence[int]) -> Matrix:
        left = self._old[list(old)].multiply(self._idf).tocsr()
        return np.asarray((left @ self._new[list(new)].T).toarray(), dtype=np.float64)

    @cached_property
    def _all_shared(self) -> Matrix:
        return self._shared(range(self.n_old), range(self.n_new))
