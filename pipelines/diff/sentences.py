"""Which sentence became which: exact ones first, then the best assignment, then joins and splits.

    S' = 0.7 S + 0.3 character ratio, + 0.05 per neighbour paired with the neighbour; kept from 0.35

No model: grams weighted by how rare they are in these two texts.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..extract.words import words_of
from .order import out_of_order
from .words import SequenceMatcher

if TYPE_CHECKING:
    from .likeness import Likeness

SentencePair = tuple[int | None, int | None, str, float]
Links = dict[tuple[int, int], float]


@dataclass(frozen=True, slots=True)
class Weights:
    """The numbers of the method, as published for hand-linked drafts; none was changed here."""

    grams: float = 0.7
    characters: float = 0.3
    neighbour: float = 0.05
    enough: float = 0.35
    held: float = 0.6  # share of a left-over sentence's weight that a neighbour's partner must hold to have taken it in


WEIGHTS = Weights()

_ABBREVIATIONS = words_of(
    "dr mr mrs ms prof st sr jr gen col sgt capt lt gov sen rep rev hon no nos vs etc inc ltd co corp approx "
    "dept est fig jan feb mar apr jun jul aug sep sept oct nov dec a.m p.m e.g i.e u.s u.k u.n bzw ca z.b d.h "
    "u.a nr abs hr fr mme mlle av art sig dott ing sra núm pág ul tzw np dhr mw"
)
# Once in a run of signs, never back: a page may hold a megabyte of dots.
_END = re.compile(r"(?<![.!?…؟۔।॥])[.!?…؟۔।॥]++[\"'”’»)\]]*+(?=\s)|[。！？]+[」』”]?")
_NEXT = re.compile(r"\S")
_WORD = 60  # characters; no abbreviation is as long
_LAST_WORD = re.compile(r"([^\s(\"'“‘«]+)\Z")


def sentences(text: str) -> list[str]:
    """The sentences of a text, in order, stripped. Lines are boundaries; "Dr. Okoro", "3. Mai" are not."""
    found: list[str] = []
    for line in text.splitlines():
        found += _of_line(line.strip())
    return found


def _of_line(line: str) -> list[str]:
    found, start = [], 0
    for end in _END.finditer(line):
        after = _NEXT.search(line, end.end())
        before = line[max(start, end.start() - _WORD) : end.start()]
        if _ends(before, end[0], after[0] if after else ""):
            found.append(line[start : end.end()].strip())
            start = end.end()
    return [s for s in (*found, line[start:].strip()) if s]


def _ends(before: str, sign: str, after: str) -> bool:
    """Is this sign the end of a sentence, given what stands on both sides of it?"""
    if sign != "." or not after:
        return True
    if after[0].islower():
        return False
    last = _LAST_WORD.search(before)
    word = last[1].casefold() if last else ""
    if word in _ABBREVIATIONS:
        return False
    return not (word.isdigit() and len(word) <= 2) and not (len(word) == 1 and word.isalpha())


def align_sentences(old_text: str, new_text: str) -> list[SentencePair]:
    """``[(i | None, j | None, action, score)]`` over ``sentences(old_text)`` and ``sentences(new_text)``.

    Actions: ``same`` (equal), ``edit``, ``move`` (equal, elsewhere), ``add``, ``delete``. A sentence that was
    split or joined stands in several pairs. In the new order, then what was deleted.
    """
    old, new = sentences(old_text), sentences(new_text)
    return _listed(old, new, link_sentences(old, new))


def link_sentences(old: Sequence[str], new: Sequence[str], weights: Weights = WEIGHTS) -> Links:
    """Which of these sentences became which: ``{(i, j): score}``; one may be linked to several."""
    exact = _exact(old, new)
    links = dict.fromkeys(exact.items(), 1.0)
    if len(exact) < max(len(old), len(new)) and old and new:
        from .likeness import Likeness  # SciPy: equal texts never need it

        likeness = Likeness([s.casefold() for s in old], [s.casefold() for s in new])
        links |= _assigned(old, new, exact, likeness, weights)
        links |= _joined(links, likeness, weights)
    return links


def _exact(old: Sequence[str], new: Sequence[str]) -> dict[int, int]:
    """Equal sentences in order; then equal ones that moved."""
    blocks = SequenceMatcher(None, old, new, False).get_matching_blocks()
    found = {a + k: b + k for a, b, size in blocks for k in range(size)}
    taken = set(found.values())
    free: dict[str, list[int]] = defaultdict(list)
    for j, sentence in enumerate(new):
        if j not in taken:
            free[sentence].append(j)
    for i, sentence in enumerate(old):
        if i not in found and free[sentence]:
            found[i] = free[sentence].pop(0)
    return found


def _assigned(
    old: Sequence[str], new: Sequence[str], exact: dict[int, int], likeness: Likeness, weights: Weights
) -> Links:
    from .assign import settle

    taken = set(exact.values())
    old_free = [i for i in range(len(old)) if i not in exact]
    new_free = [j for j in range(len(new)) if j not in taken]
    if not old_free or not new_free:
        return {}
    alike = likeness.table(old_free, new_free)
    score = weights.grams * alike
    for r, c in zip(*alike.nonzero(), strict=True):
        ratio = SequenceMatcher(None, old[old_free[r]], new[new_free[c]], False).ratio()
        score[r, c] += weights.characters * ratio
    edges = {-1: -1, len(old): len(new)}  # first to first and last to last are neighbours, too
    found = settle(score, weights.enough, weights.neighbour, {**exact, **edges}, old_free, new_free)
    return {(i, partner.place): partner.score for i, partner in found.items()}


def _joined(links: Links, likeness: Likeness, weights: Weights) -> Links:
    """Left-over sentences that the partner of a neighbour holds: two became one, or one became two."""
    new_of, old_of = dict(links.keys()), {j: i for i, j in links}
    found: Links = {}
    for i in set(range(likeness.n_old)) - new_of.keys():
        held = {(i, new_of[k]): likeness.held(i, new_of[k])[0] for k in (i - 1, i + 1) if k in new_of}
        found |= _best_held(held, weights.held)
    for j in set(range(likeness.n_new)) - old_of.keys():
        held = {(old_of[k], j): likeness.held(old_of[k], j)[1] for k in (j - 1, j + 1) if k in old_of}
        found |= _best_held(held, weights.held)
    return found


def _best_held(held: Links, enough: float) -> Links:
    link = max(held, key=held.__getitem__, default=None)
    return {link: held[link]} if link is not None and held[link] >= enough else {}


def _listed(old: Sequence[str], new: Sequence[str], links: Links) -> list[SentencePair]:
    moved = _moved(old, new, links)
    pairs: list[SentencePair] = []
    for i, j in sorted(links, key=lambda link: link[::-1]):
        equal = old[i] == new[j]
        action = "move" if (i, j) in moved else "same" if equal else "edit"
        pairs.append((i, j, action, round(min(links[i, j], 1.0), 3)))
    reached = {j for _, j in links}
    pairs += [(None, j, "add", 0.0) for j in range(len(new)) if j not in reached]
    pairs.sort(key=lambda pair: pair[1] or 0)
    left = {i for i, _ in links}
    return pairs + [(i, None, "delete", 0.0) for i in range(len(old)) if i not in left]


def _moved(old: Sequence[str], new: Sequence[str], links: Links) -> set[tuple[int, int]]:
    """Equal sentences outside the longest run in order."""
    equal = sorted(link for link in links if old[link[0]] == new[link[1]])
    return {equal[k] for k in out_of_order([j for _, j in equal])}
