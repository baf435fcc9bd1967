"""Two updates that became one, and one that became two: whose words stand in another update now.

A merge: an old update has no partner, and most of its runs of three words are among those that a changed update
gained. A split is the same seen from the other side.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from ..model import Update
from .words import tokens

HELD = 0.7  # share of its runs that must have come over
_RUN = 3  # words
_LONG = 500_000  # characters; what is longer is no part of an update
_AT_LEAST = 3  # runs; "Goal!" stands in many updates


class Part(NamedTuple):
    whole: int  # place of the update that took it in, or that it was taken out of
    share: float  # of its runs of words
    runner_up: float  # the share that another update holds


class Parts(NamedTuple):
    merged: dict[int, Part]  # by old place; ``whole``: the new place that holds its words now
    split: dict[int, Part]  # by new place; ``whole``: the old place that has lost them


def parts(
    old: Sequence[Update],
    new: Sequence[Update],
    partner: Mapping[int, int],
    gone: Collection[int],
    came: Collection[int],
) -> Parts:
    """Of the places without partner those whose words a changed update has gained or lost; ``partner``: old -> new."""
    if not gone and not came:
        return Parts({}, {})
    changed = [(i, j, _runs(old[i]), _runs(new[j])) for i, j in partner.items() if old[i].text != new[j].text]
    gained = [(j, after - before) for _, j, before, after in changed] if gone else []
    lost = [(i, before - after) for i, _, before, after in changed] if came else []
    return Parts(_held(gained, ((i, old[i]) for i in gone)), _held(lost, ((j, new[j]) for j in came)))


Runs = set[tuple[str, ...]]


def _held(changed: Sequence[tuple[int, Runs]], alone: Iterable[tuple[int, Update]]) -> dict[int, Part]:
    holders: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, runs in changed:
        for run in runs:
            holders[run].append(place)
    found = {}
    for place, update in alone if holders else ():
        runs = _runs(update)
        if len(runs) < _AT_LEAST:
            continue
        hits = Counter(holder for run in runs for holder in holders.get(run, ()))
        best = [(whole, count / len(runs)) for whole, count in hits.most_common(2)]
        if best and best[0][1] >= HELD:
            runner_up = best[1][1] if len(best) > 1 else 0.0
            found[place] = Part(best[0][0], round(best[0][1], 3), round(runner_up, 3))
    return found


def _runs(update: Update) -> Runs:
    if len(update.text) > _LONG:
        return set()
    words = [token for token in tokens(update.text.casefold()) if token[0].isalnum()]
    return set(zip(*(islice(words, k, None) for k in range(_RUN)), strict=False))
