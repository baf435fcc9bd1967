"""Two versions of a page -> typed changes:

align updates -> came, went, moved, and what each pair changed -> the page's own fields -> the past
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from itertools import compress
from operator import ne
from typing import Any

from ..model import Change, ChangeClass, Update, Version
from . import zoned
from .absence import View, looked_for, was_said
from .align import How, matches
from .around import Around
from .fields import compared, page_changes, update_changes
from .keys import pairs_by_key
from .order import out_of_order
from .parts import Part, parts
from .past import Past
from .same import form
from .stealth import Known, judged
from .telling import told
from .words import narrowed

_WORDED = {"edited", "retitled", "headline", "standfirst", "reverted"}
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
    found = [*comparison.of_page(), *map(comparison.flagged, (*comparison.of_updates(), *comparison.of_gone()))]
    return judged(found, old_version, new_version, comparison.known())


def confirm(found: Iterable[Change], old_version: Version, later: Version) -> list[Change]:
    """The changes found since ``old_version``, with each removal confirmed that a later look repeats.

    ``later``: what the page says at the second look; it may be the version of the first look, seen again.
    """
    again = {c.update for c in changes(old_version, later) if c.type == "removed"}
    return [replace(c, confirmed=True) if c.type == "removed" and c.update in again else c for c in found]


class _Comparison:
    def __init__(self, old: Version, new: Version, history: Sequence[Version]) -> None:
        self.shift = zoned.offset(old, new)
        self.old, self.new = zoned.moved(old, self.shift) if self.shift else old, new
        self.elapsed = new.at - old.at
        self.lang = new.lang or old.lang
        old = self.old
        self.partner, self.how, self.coarse = matches(old.updates, new.updates)
        history = [zoned.in_step(version, new) for version in history] if self.shift else history
        self.past = Past(history, old, pairs_by_key(old.updates, new.updates)[1]) if history else None
        self._part_from_what_is_back()
        self.old_of = {j: i for i, j in self.partner.items()}
        gone = [i for i in range(len(old.updates)) if i not in self.partner]
        self.came = [j for j in range(len(new.updates)) if j not in self.old_of]
        self.touched = self._touched()
        self.around = Around(new, [new.updates[j] for j in (*self.came, *(self.partner[i] for i in self.touched))])
        touched = {i: self.partner[i] for i in self.partner if i in self.touched}
        self.merged, self.split = parts(old.updates, new.updates, touched, gone, self.came)
        self.gone = [i for i in gone if i not in self.merged]
        self.old_names, self.new_names = names(old.updates), names(new.updates)

    def flagged(self, change: Change) -> Change:
        """Where not all pairs were looked at, what rests on them is coarse: new, gone, or assigned to each other."""
        sure = not self.coarse or change.match_method in ("key", "exact")
        return change if sure or change.coarse else replace(change, coarse=True)

    def _part_from_what_is_back(self) -> None:
        """One that was assigned to what is an earlier update is gone, and that one is back."""
        assigned = [i for i, how in self.how.items() if how.method == "assigned"] if self.past else []
        for i in assigned:
            if self.past and self.past.is_back(self.new.updates[self.partner[i]]):
                del self.partner[i], self.how[i]

    def _touched(self) -> set[int]:
        """Old places of pairs that differ in any field: mostly few. Nothing else is asked of the others."""
        if self.shift:
            return set(self.partner)
        old, new = self.old.updates, self.new.updates
        before = map(compared, map(old.__getitem__, self.partner))
        after = map(compared, map(new.__getitem__, self.partner.values()))
        return set(compress(self.partner, map(ne, before, after)))

    @cached_property
    def old_view(self) -> View:
        return View(self.old, self.new, self.old_of)

    def known(self) -> Known:
        return Known(
            dict(zip(self.old_names, self.old.updates, strict=True)),
            dict(zip(self.new_names, self.new.updates, strict=True)),
            self.around,
        )

    def of_page(self) -> Iterator[Change]:
        began = self.old.datePublished or self.old.coverageStartTime
        age = (self.new.at - began).total_seconds() if began else None
        for change in page_changes(self.old, self.new, self.elapsed):
            yield self._told(self._or_reverted(replace(change, age_s=age), None))

    def of_updates(self) -> Iterator[Change]:
        moved = self._moved()
        for j in sorted({*self.came, *(self.partner[i] for i in self.touched | moved)}):
            i, update = self.old_of.get(j), self.new.updates[j]
            was = self.old_names[i] if i is not None and self.old_names[i] != self.new_names[j] else None
            age = age_of(update if i is None else self.old.updates[i], self.new.at)
            match = {} if i is None else _told_of(self.how[i])
            for change in self._came(j) if i is None else self._of_pair(i, j, moved):
                known = replace(change, update=self.new_names[j], was=change.was or was, age_s=age, **match)
                yield self._told(self._or_reverted(known, update))

    def of_gone(self) -> Iterator[Change]:
        for i, part in sorted(self.merged.items()):
            age = age_of(self.old.updates[i], self.new.at)
            merged = Change(
                type="merged", class_="editorial", update=self.old_names[i], old=self.old.updates[i].text, age_s=age
            )
            yield _by_its_words(merged, part, self.new_names[part.whole])
        marked = {i for i in self.gone if self.old.updates[i].key in self.new.deleted}
        absent, given_up = looked_for(self.old, self.new, self.gone, self.partner, self.around)
        found = absent | dict.fromkeys(marked, "removed")
        for i, how in sorted(found.items()):
            removed = how == "removed"
            yield Change(
                type="removed" if removed else "left_window",
                class_="editorial" if removed else "metadata",
                update=self.old_names[i],
                old=self.old.updates[i].text,
                confirmed=how == "left_window" or i in marked,
                tombstone=i in marked,  # the page says itself that it is deleted
                coarse=i in given_up,
                age_s=age_of(self.old.updates[i], self.new.at),
            )

    def _of_pair(self, i: int, j: int, moved: set[int]) -> Iterator[Change]:
        changed = update_changes(self.old.updates[i], self.new.updates[j], self.elapsed)
        if self.shift:
            yield from zoned.moves(self.old.updates[i], self.new.updates[j], self.shift)
            told = (zoned.told_from(change, self.shift) for change in changed)
            changed = (change for change in told if change.old != change.new)
        yield from changed
        if i in moved:
            yield Change(type="moved", class_="metadata", field="position", old=str(i), new=str(j))

    def _moved(self) -> set[int]:
        """Old positions of pairs outside the longest run in order. What is pinned did not move."""
        pinned, now_pinned = ({k for k, u in enumerate(v.updates) if u.pinned} for v in (self.old, self.new))
        pairs = sorted(self.partner.items())
        if pinned or now_pinned:
            pairs = [(i, j) for i, j in pairs if i not in pinned and j not in now_pinned]
        return {pairs[k][0] for k in out_of_order([j for _, j in pairs])}

    def _came(self, j: int) -> Iterator[Change]:
        update = self.new.updates[j]
        if was_said(self.old, update):
            return
        if j in self.split:
            part = self.split[j]
            whole = self.new_names[self.partner[part.whole]]
            yield _by_its_words(Change(type="split", class_="editorial", new=update.text), part, whole)
        elif self.past and (found := self.past.last_seen(update)):
            before, then = found.update, found.at
            class_: ChangeClass = "editorial" if found.how == "restored" else "metadata"
            name = names(self.past.updates_of(found))[found.place]
            was = name if name != self.new_names[j] else None
            yield Change(type=found.how, class_=class_, old=before.text, new=update.text, was=was, earlier=then)
            for change in update_changes(before, update, self.new.at - then):
                yield replace(change, was=was, earlier=then)
        elif self.old_view.could_show(j):
            yield Change(type="added", class_="editorial", new=update.text)
        else:
            # Older than what the old version showed: it came into view, nobody wrote it in between.
            yield Change(type="returned", class_="metadata", new=update.text)

    def _or_reverted(self, change: Change, update: Update | None) -> Change:
        if self.past is None or change.type not in _REVERTS or change.class_ != "editorial" or not change.new:
            return change
        back = self.past.said_before(change.field or "", change.new, update)
        return replace(change, type="reverted", earlier=back) if back else change

    def _told(self, change: Change) -> Change:
        """With what a reader would check: do numbers, quotes, names differ?"""
        if change.class_ != "editorial" or change.type not in _WORDED:
            return change
        was, now, long = narrowed(change.old or "", change.new or "")
        if long:
            return change
        found = told(was, now, self.lang)
        return replace(change, numbers_changed=found.numbers, quotes_changed=found.quotes, names_changed=found.names)


def age_of(update: Update, at: datetime) -> float | None:
    """Seconds since it was published; None where that is not known to the minute."""
    if update.published is None or update.time_precision == "day":
        return None
    return (at - update.published).total_seconds()


def _told_of(how: How) -> dict[str, Any]:
    return {"match_method": how.method, "match_score": how.score, "runner_up_score": how.runner_up}


def _by_its_words(change: Change, part: Part, whole: str) -> Change:
    """A part is known by the share of its words that stand, or stood, in the whole."""
    return replace(change, other=whole, match_method="merge", match_score=part.share, runner_up_score=part.runner_up)


def names(updates: Sequence[Update]) -> list[str]:
    """A name for each update, unique on the page: its key, else its id, else a hash of its text."""
    keys = [update.key for update in updates]
    if all(keys) and len(set(keys)) == len(keys):
        return keys
    seen: Counter[str] = Counter()
    found = []
    for update in updates:
        name = update.key or (f"id:{update.id}" if update.id else f"text:{_short_hash(form(update.text))}")
        seen[name] += 1
        found.append(name if seen[name] == 1 else f"{name}#{seen[name]}")
    return found


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
