"""Which update of the old version is which of the new one.

ids, where the page shows that they can be trusted -> equal text -> the best assignment of the rest
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..model import Update
from .keys import KeyOf, pairs_by_key
from .same import Allowed, pairs_by_text, said, same_moment

Pair = tuple[int | None, int | None, str, float]


def align(old_updates: Sequence[Update], new_updates: Sequence[Update]) -> list[Pair]:
    """``[(i | None, j | None, method, score)]``: old index, new index, how they were found, how sure (0..1).

    Every index of both sides occurs once: pairs and additions in the new order, then what is gone in the
    old order. Methods: ``key`` (an id the page keeps stable), ``exact`` (equal canonical text), ``assigned``
    (the best assignment of the rest), ``unmatched``. Works without ids, times or unique texts.
    """
    by_key, key_of = pairs_by_key(old_updates, new_updates)
    known = _one_to_another(old_updates, new_updates, key_of)
    rebuilt = _or_the_same_moment(old_updates, new_updates, known)
    by_text = pairs_by_text(old_updates, new_updates, by_key, rebuilt)
    assigned = _by_assignment(old_updates, new_updates, {**by_key, **by_text}, known)
    found = {i: (j, "key", 1.0) for i, j in by_key.items()}
    found |= {i: (j, "exact", 1.0) for i, j in by_text.items()}
    found |= {i: (j, "assigned", score) for i, (j, score) in assigned.items()}
    return _listed(found, len(old_updates), len(new_updates))


def _one_to_another(old: Sequence[Update], new: Sequence[Update], key_of: KeyOf | None) -> Allowed:
    """Where a kind of key is trusted, two updates with different ones are two updates, however alike."""
    if key_of is None:
        return lambda i, j: True
    trusted = key_of

    def allowed(i: int, j: int) -> bool:
        a, b = trusted(old[i]), trusted(new[j])
        return a is None or b is None or a == b

    return allowed


def _or_the_same_moment(old: Sequence[Update], new: Sequence[Update], allowed: Allowed) -> Allowed:
    """The same words at the same time under a new id: the page was rebuilt, the update is the same."""
    return lambda i, j: allowed(i, j) or same_moment(old[i], new[j])


def _by_assignment(
    old: Sequence[Update], new: Sequence[Update], matched: Mapping[int, int], allowed: Allowed
) -> dict[int, tuple[int, float]]:
    if len(matched) in (len(old), len(new)):
        return {}
    from .assign import assign  # SciPy: most visits never need it

    def same_time(i: int, j: int) -> bool:
        return same_moment(old[i], new[j])

    return assign([_read(u) for u in old], [_read(u) for u in new], matched, same_time, allowed)


def _read(update: Update) -> str:
    """What likeness is read from. Weights forgive what the normal form takes out, and case folding is quick."""
    return f"{update.headline or ''} {update.text or said(update)}".casefold()


def _listed(found: Mapping[int, tuple[int, str, float]], n_old: int, n_new: int) -> list[Pair]:
    old_of = {j: i for i, (j, _, _) in found.items()}
    pairs: list[Pair] = []
    for j in range(n_new):
        i = old_of.get(j)
        pairs.append((None, j, "unmatched", 0.0) if i is None else (i, *found[i]))
    return pairs + [(i, None, "unmatched", 0.0) for i in range(n_old) if i not in found]
