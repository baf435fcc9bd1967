"""Two versions of a page -> typed changes:

align updates -> came, went, moved, and what each pair changed -> the page's own fields -> the past
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ..model import Change, ChangeClass, Update, Version
from .absence import absences, could_show, was_said
from .align import Pair, align
from .fields import page_changes, update_changes
from .keys import pairs_by_key
from .order import out_of_order
from .past import Past
from .same import form
from .stealth import Names, told

DIFFER = "stoppress-diff/2"  # in every row: a change of rules must never look like a change of the page

_REVERTS = {"edited", "retitled", "headline", "standfirst"}


def changes(old_version: Version, new_version: Version, history: Iterable[Version] = ()) -> list[Change]:
    """What changed on the page: its fields first, then the updates in the new order, then those gone.

    ``history``: earlier versions of the page, oldest first; tells what is back (``restored``, ``returned``,
    ``reverted``) from what is new. ``update`` is the key in the new version, for what is gone in the old.
    ``ops`` are offsets into ``tokens(old)`` and ``tokens(new)``. ``removed`` is not ``confirmed`` unless the page
    marks the update as taken away: see ``confirm``. An unconfirmed ``left_window`` says that the new version lost too
    much to be believed.
    The same two versions always give the same list; a version compared with itself gives none.
    """
    comparison = _Comparison(old_version, new_version, tuple(history))
    found = [*comparison.of_page(), *comparison.of_updates(), *comparison.of_gone()]
    return told(found, old_version, new_version, comparison.names())


def confirm(found: Iterable[Change], old_version: Version, later: Version) -> list[Change]:
    """The changes found since ``old_version``, with each removal confirmed that a later look repeats.

    ``later``: what the page says at the second look; it may be the version of the first look, seen again.
    """
    again = {c.update for c in changes(old_version, later) if c.type == "removed"}
    return [replace(c, confirmed=True) if c.type == "removed" and c.update in again else c for c in found]


@dataclass(frozen=True, slots=True)
class _Pairing:
    """What alignment says, the ways the comparison asks for it."""

    pairs: Sequence[Pair]

    @property
    def both(self) -> list[tuple[int, int, str, float]]:
        return [(i, j, m, s) for i, j, m, s in self.pairs if i is not None and j is not None]

    @property
    def came(self) -> list[int]:
        return [j for i, j, _, _ in self.pairs if i is None and j is not None]

    @property
    def gone(self) -> list[int]:
        return [i for i, j, _, _ in self.pairs if j is None and i is not None]


class _Comparison:
    def __init__(self, old: Version, new: Version, history: Sequence[Version]) -> None:
        self.old, self.new = old, new
        self.elapsed = new.at - old.at
        self.pairing = _Pairing(align(old.updates, new.updates))
        self.past = Past(history, old, pairs_by_key(old.updates, new.updates)[1]) if history else None
        self.old_names, self.new_names = names(old.updates), names(new.updates)

    def names(self) -> Names:
        return Names(
            dict(zip(self.old_names, self.old.updates, strict=True)),
            dict(zip(self.new_names, self.new.updates, strict=True)),
        )

    def of_page(self) -> Iterator[Change]:
        began = self.old.datePublished or self.old.coverageStartTime
        age = (self.new.at - began).total_seconds() if began else None
        for change in page_changes(self.old, self.new, self.elapsed):
            yield self._or_reverted(replace(change, age_s=age), None)

    def of_updates(self) -> Iterator[Change]:
        moved = self._moved()
        pair_of = {j: (i, method, score) for i, j, method, score in self.pairing.both}
        kept_new = [j for j in pair_of if not self.new.updates[j].pinned]
        for j, update in enumerate(self.new.updates):
            name = self.new_names[j]
            if j not in pair_of:
                age = age_of(update, self.new.at)
                yield from (replace(c, update=name, age_s=age) for c in self._came(j, kept_new))
                continue
            i, method, score = pair_of[j]
            was = self.old_names[i] if self.old_names[i] != name else None
            age = age_of(self.old.updates[i], self.new.at)
            for change in self._of_pair(i, j, moved):
                known = replace(change, update=name, match_method=method, match_score=score)
                yield self._or_reverted(replace(known, was=was, age_s=age), update)

    def of_gone(self) -> Iterator[Change]:
        kept = [i for i, _, _, _ in self.pairing.both]
        for i, how in sorted(absences(self.old, self.new, self.pairing.gone, kept).items()):
            marked = self._is_marked(i)
            removed = how == "removed" or marked
            yield Change(
                type="removed" if removed else "left_window",
                class_="editorial" if removed else "metadata",
                update=self.old_names[i],
                old=self.old.updates[i].text,
                confirmed=how == "left_window" or marked,
                tombstone=marked,
                age_s=age_of(self.old.updates[i], self.new.at),
            )

    def _is_marked(self, i: int) -> bool:
        """The page itself says that this update was taken away."""
        update = self.old.updates[i]
        return bool(update.id and update.id in self.new.tombstones)

    def _of_pair(self, i: int, j: int, moved: set[int]) -> Iterator[Change]:
        yield from update_changes(self.old.updates[i], self.new.updates[j], self.elapsed)
        if i in moved:
            yield Change(type="moved", class_="metadata", field="position", old=str(i), new=str(j))

    def _moved(self) -> set[int]:
        """Old positions of pairs outside the longest run in order. What is pinned did not move."""
        old, new = self.old.updates, self.new.updates
        order = sorted((i, j) for i, j, _, _ in self.pairing.both if not (old[i].pinned or new[j].pinned))
        return {order[k][0] for k in out_of_order([j for _, j in order])}

    def _came(self, j: int, kept: Sequence[int]) -> Iterator[Change]:
        update = self.new.updates[j]
        if was_said(self.old, update):
            return
        if self.past and (found := self.past.last_seen(update)):
            before, then = found.update, found.at
            class_: ChangeClass = "editorial" if found.how == "restored" else "metadata"
            name = names(self.past.updates_of(found))[found.place]
            was = name if name != self.new_names[j] else None
            yield Change(type=found.how, class_=class_, old=before.text, new=update.text, was=was, earlier=then)
            for change in update_changes(before, update, self.new.at - then):
                yield replace(change, was=was, earlier=then)
        elif could_show(self.old, self.new, j, kept):
            yield Change(type="added", class_="editorial", new=update.text)
        else:
            # Older than what the old version showed: it came into view, nobody wrote it in between.
            yield Change(type="returned", class_="metadata", new=update.text)

    def _or_reverted(self, change: Change, update: Update | None) -> Change:
        if self.past is None or change.type not in _REVERTS or change.class_ != "editorial" or not change.new:
            return change
        back = self.past.said_before(change.field or "", change.new, update)
        return replace(change, type="reverted", earlier=back) if back else change


def age_of(update: Update, at: datetime) -> float | None:
    """Seconds since it was published; None where that is not known to the minute."""
    if update.published is None or update.time_precision == "day":
        return None
    return (at - update.published).total_seconds()


def names(updates: Sequence[Update]) -> list[str]:
    """A name for each update, unique on the page: its key, else its id, else a hash of its text."""
    seen: Counter[str] = Counter()
    found = []
    for update in updates:
        name = update.key or (f"id:{update.id}" if update.id else f"text:{_short_hash(form(update.text))}")
        seen[name] += 1
        found.append(name if seen[name] == 1 else f"{name}#{seen[name]}")
    return found


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
