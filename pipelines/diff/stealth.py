"""Edits that nothing on the page tells of: for each editorial edit or removal, which notice there is. Pure.

    proper     a text that came with it says what was wrong
    technical  a stamp, a tombstone or a later time of update says that something was changed
    none       neither: stealth

A notice counts where it is new: one that stood there before tells of another change.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate

from ..model import Change, Notice, Update, Version
from .around import Around
from .notices import hinting, notice_among
from .sentences import sentences
from .words import narrowed

_ASKED = frozenset({"edited", "retitled", "headline", "standfirst", "removed", "reverted"})
_MOST_LINES = 500  # a page that is another one tells nothing by a notice
_MOST_LETTERS = 1_000_000  # of new lines; the same
_FEW = 8  # lines that are looked for one by one
_LITTLE = 10_000  # letters; in more it is quicker to pass over what stood there before than to look for notices
# Not "added": what is new needs no notice. An update that only grew is an edit like any other.


def judged(found: Sequence[Change], old: Version, new: Version, known: Known) -> list[Change]:
    """The changes, with ``notice``, ``stealth`` and their reasons where they are asked for."""
    if not any(_asked(change) for change in found):
        return list(found)
    page = _Page(old, new, known)
    return [page.judged(change) if _asked(change) else change for change in found]


def _asked(change: Change) -> bool:
    return change.class_ == "editorial" and change.type in _ASKED


@dataclass(frozen=True, slots=True)
class Known:
    """What the comparison has found out already."""

    old: Mapping[str, Update]  # by the names that changes give them
    new: Mapping[str, Update]
    around: Around  # of the new version


class _Page:
    def __init__(self, old: Version, new: Version, known: Known) -> None:
        self._old, self._new, self._known = old, new, known

    def judged(self, change: Change) -> Change:
        if change.type == "removed":
            return self._of_removal(change)
        if change.update is None:
            return self._of_page(change)
        return self._of_update(change)

    def _of_update(self, change: Change) -> Change:
        now = self._known.new.get(change.update or "")
        before = self._known.old.get(change.was or change.update or "")
        if now is None or before is None:
            return change
        was, says, long = narrowed(_said(before), _said(now))
        if long:
            return replace(change, reasons=("too long to be searched for a notice",))
        notice = notice_among(_fresh(was, says))
        if notice == "proper":
            return _with(change, notice, "a notice in the update says what was wrong")
        if notice == "technical":
            return _with(change, notice, "the update has a stamp that says that it was changed")
        if now.updated and (before.updated is None or now.updated > before.updated):
            return _with(change, "technical", "the update shows a later time of change")
        return self._elsewhere(change, "no notice in the update", "its time of change did not move")

    def _of_page(self, change: Change) -> Change:
        if self._new.updates:  # the time of change of a live page moves with each update: it tells nothing
            return self._elsewhere(change)
        before, now = self._old.dateModified, self._new.dateModified
        if self._news == "none" and now and (before is None or now > before):
            return _with(change, "technical", "the page shows a later time of change")
        return self._elsewhere(change, "the page's time of change did not move")

    def _of_removal(self, change: Change) -> Change:
        if change.tombstone:
            return _with(change, "technical", "a tombstone says that an update was taken away")
        return self._elsewhere(change, "no tombstone")

    def _elsewhere(self, change: Change, *why: str) -> Change:
        """A live page often tells of a mistake in an update of its own."""
        if self._news == "proper":
            return _with(change, "proper", "a notice elsewhere on the page, new like the change, says what was wrong")
        if change.update is None and self._news == "technical":
            return _with(change, "technical", "the page has a stamp that says that it was changed")
        return _with(change, "none", *why, "no notice on the page")

    @cached_property
    def _news(self) -> Notice:
        """Of all that the page says now and did not say before; but for notices in updates that it had already,
        which tell of these alone."""
        if self._nothing_told():
            return "none"
        fresh = _fresh(_whole(self._old), _whole(self._new))
        notices = [sentence for sentence in fresh if notice_among([sentence]) != "none"]
        kept = [_said(update) for name, update in self._known.new.items() if name in self._known.old] if notices else []
        return notice_among(notice for notice in notices if not any(notice in said for said in kept))

    def _nothing_told(self) -> bool:
        """A quick look at more than what is new: lines around the updates, the page's fields and the updates that the
        old page has not there. True if none holds a notice; False if one may, or if they are too many to tell."""
        around = self._known.around
        lines = hinting(around.lines) if len(around.text) < _LITTLE else around.lines
        lines = _not_in(self._old.text, lines)
        told = (*lines, self._new.headline or "", self._new.standfirst or "", *map(_said, around.fresh))
        lines = [*dict.fromkeys("\n".join(told).splitlines())]
        if len(lines) > _MOST_LINES or sum(map(len, lines)) > _MOST_LETTERS:
            return False
        return notice_among(s for line in hinting(lines) for s in sentences(line)) == "none"


def _with(change: Change, notice: Notice, *why: str) -> Change:
    return replace(change, notice=notice, stealth=notice == "none", reasons=why)


def _fresh(before: str, now: str) -> Iterable[str]:
    """Sentences that are new and may be notices; whole lines that stood there before are passed over first."""
    old, new = before.splitlines(), now.splitlines()
    held, kept = set(old), set(new)
    left = list(dict.fromkeys(line for line in new if line not in held))[:_MOST_LINES]
    ends = accumulate(map(len, left))
    left = hinting([line for line, end in zip(left, ends, strict=True) if end <= _MOST_LETTERS])
    if not left:
        return []
    changed = "\n".join(line for line in old if line not in kept)
    known = set(sentences(changed))
    return [sentence for line in left for sentence in sentences(line) if sentence not in known]


def _not_in(text: str, lines: Collection[str]) -> list[str]:
    """Those of the lines that the text does not have."""
    if len(lines) > _FEW:
        before = set(text.split("\n"))
        return [line for line in lines if line not in before]
    text = f"\n{text}\n" if lines else ""
    return [line for line in lines if f"\n{line}\n" not in text]


def _said(update: Update) -> str:
    return "\n".join(part for part in (update.headline, update.text) if part)


def _whole(version: Version) -> str:
    """Also what stands around the updates: there is the place of notices about the page."""
    parts = (version.headline, version.standfirst, *map(_said, version.updates), version.text)
    return "\n".join(part for part in parts if part)
