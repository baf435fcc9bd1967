"""Absence is not deletion: could the other version have shown this update at all?

A gone update is ``removed`` only if the new version could have shown it. It has ``left_window`` if the page
shows a part of the stream and the update lies outside it; and, not confirmed, if the new version is suspect:
it lost more than half of the updates at once, as consent walls, error pages and redesigns do, or much more of its text
than before is in no update.

``removed`` comes out not confirmed: one look without it is one look. ``confirm`` settles that with the next.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache, cached_property
from itertools import pairwise
from typing import AnyStr

from ..extract.completeness import covered
from ..model import Update, Version
from .around import Around
from .same import form, oldest_first, ticks

COVERED = 0.8  # share of a page's text that its updates, headline and lead account for ...
LESS = 0.2  # ... by how much less than before
SUSPECT = 0.5  # share of the old updates that may go at once
_NEWEST_N = 3  # a page that shows "the newest N" without saying so shows at least this many
_RUN = 4  # words
_AMPLE = 8  # letters of the page for each that none of its updates accounts for: enough to see that most are
_FEW = 8  # updates that are looked for: with more, an index of the page's words pays
_LETTERS = 4 * 10**9  # of pages looked through for what is gone: seconds
_ASCII = bytes(range(0x80))
_LOWER = bytes(ord(" ") if b == ord("\n") else b + 32 if ord("A") <= b <= ord("Z") else b for b in range(256))
_NO_LETTERS = bytes(b for b in range(256) if b >= len(_ASCII) or not chr(b).isalnum())
_TELLING = 40  # characters: a shorter text may stand elsewhere on the page by chance


def absences(old: Version, new: Version, gone: Collection[int], kept: Mapping[int, int]) -> dict[int, str]:
    """Gone position -> ``removed``, ``left_window`` or, where the new version is suspect, ``suspect``.

    ``kept``: the partners of the other old positions. Updates the page still says are left out.
    """
    return looked_for(old, new, gone, kept)[0]


def looked_for(
    old: Version, new: Version, gone: Collection[int], kept: Mapping[int, int], around: Around | None = None
) -> tuple[dict[int, str], set[int]]:
    """The same, and the positions that were looked for no further: the page is too long for so many.

    ``around``: of the new version.
    """
    if not gone:
        return {}, set()
    view, page = View(new, old, kept), _Page(new, around or Around(new, _fresh(old, new, kept)), len(gone))
    said = {i for i in gone if not new.updates and page.says(old.updates[i])}
    gone = [i for i in gone if i not in said]
    inside = {i for i in gone if view.could_show(i)}
    if len(inside) > SUSPECT * len(old.updates) or understood_less(old, new):
        return {i: "suspect" if i in inside else "left_window" for i in gone}, page.given_up(gone)
    found = {i: _kind(page, old.updates[i], i in inside) for i in gone}
    return found, page.given_up(gone)


def _fresh(old: Version, new: Version, kept: Mapping[int, int]) -> list[Update]:
    same = {j for i, j in kept.items() if old.updates[i].text == new.updates[j].text}
    return [update for j, update in enumerate(new.updates) if j not in same]


def understood_less(old: Version, new: Version) -> bool:
    """Much less of the new page's text is in its updates than was of the old one's: what lacks may be in the rest.

    Not by the share alone: of some pages whose updates are all read the updates are half of the text.
    """
    if _surely_covered(new):
        return False
    share = covered(new)
    return share < COVERED and covered(old) - share > LESS


def _surely_covered(version: Version) -> bool:
    """Seen without counting all letters of the page: those of its beginning that are ASCII are enough."""
    missed = version.uncovered
    if not missed:
        return True
    beginning = version.text[: _AMPLE * missed].encode("utf-8", "surrogatepass")
    return len(beginning.translate(None, _NO_LETTERS)) > missed / (1 - COVERED) + 1


def _kind(page: _Page, update: Update, inside: bool) -> str:
    if not inside:
        return "left_window"
    return "suspect" if page.says(update) else "removed"


def was_said(version: Version, update: Update) -> bool:
    """Did a version without updates already hold this one in its text?"""
    return not version.updates and bool(form(update.text)) and form(update.text) in form(version.text)


class _Page:
    """A page as text, in which updates are looked for that none of its own updates says."""

    def __init__(self, version: Version, around: Around, asked: int) -> None:
        self.version, self._around = version, around
        self._index = asked > _FEW
        self._left = _LETTERS

    def says(self, update: Update) -> bool:
        """The text is on the page, but in no update: our reading differs, not the page.

        When too much has been looked through already: yes, for nothing is removed that nobody looked for.
        """
        text = form(update.text)
        if len(text) < _TELLING:
            return False
        if self._left <= 0:
            return True
        if not self._has_words_of(text) or not self._holds(text, self._form):
            return False
        return not self._holds(text, self._updates)

    def given_up(self, places: Collection[int]) -> set[int]:
        return set(places) if self._left <= 0 else set()

    def _holds(self, text: AnyStr, page: AnyStr) -> bool:
        self._left -= len(page)
        return text in page

    def _has_words_of(self, text: str) -> bool:
        """A quick look, as the normal form of a whole page takes long: if of the runs of words that any way of typing
        leaves as they are not one stands in what is new or around the updates, none says this. What ticks would
        interrupt a few of them, not all."""
        words = text.split()
        all_runs = (words[k : k + _RUN] for k in range(0, len(words) - _RUN + 1, _RUN))
        runs = [run for run in all_runs if all(map(_is_plain, run))]
        if not runs:
            return True
        return any(self._holds(" ".join(run).encode(), self._plain) for run in runs if self._may_hold(run))

    def _may_hold(self, run: Sequence[str]) -> bool:
        """The words in the middle of a run stand side by side on the page, if it does."""
        return not self._index or (run[1].encode(), run[2].encode()) in self._side_by_side

    @cached_property
    def _plain(self) -> bytes:
        """Casefolded, for runs of ASCII words. That is quicker in bytes, where no other letter becomes ASCII by it."""
        text = "\n".join([self._around.text, *(update.text for update in self._around.fresh)])
        data = text.encode("utf-8", "surrogatepass")
        others = data.translate(None, _ASCII)
        if any(letter in others for letter in _become_ascii()):
            data = text.casefold().encode("utf-8", "surrogatepass")
        return data.translate(_LOWER)

    @cached_property
    def _side_by_side(self) -> set[tuple[bytes, bytes]]:
        return set(pairwise(self._plain.split(b" ")))

    @cached_property
    def _form(self) -> str:
        return form(self.version.text)

    @cached_property
    def _updates(self) -> str:
        return "\0".join([form(update.text) for update in self.version.updates])  # no form holds this sign


def _is_plain(word: str) -> bool:
    return word.isascii() and word.rstrip(".,;:!?").isalnum()


class View:
    """What ``version`` shows of the stream of which ``other`` shows a part, too; ``kept``: the updates that both have,
    place in ``other`` -> place in ``version``."""

    def __init__(self, version: Version, other: Version, kept: Mapping[int, int]) -> None:
        self.version, self.other = version, other
        self.all, self._kept = _shows_all(version), kept

    def could_show(self, i: int) -> bool:
        """Could ``version`` have shown update ``i`` of ``other``?

        By its time against the times shown; where either is unknown, by what is shown above and below it. The end
        where a page grows is always shown on its first page.
        """
        update, times = self.other.updates[i], self.times
        if self.all and not self._rolled_off(i):
            return True
        if update.published is not None and times is not None and not ticks(update):
            oldest, newest = times
            not_older = self.always_before or update.published > oldest
            return not_older and (self.always_after or update.published < newest)
        first, last = self.ends
        older, newer = (first < i, last > i) if self.grows_down else (last > i, first < i)
        return (self.always_before or older) and (self.always_after or newer)

    @cached_property
    def times(self) -> tuple[datetime, datetime] | None:
        return _range(self.version)

    @cached_property
    def grows_down(self) -> bool:
        return oldest_first(self.version.updates)

    @property
    def always_after(self) -> bool:
        return _open_ends(self.version, self.grows_down)[0]

    @property
    def always_before(self) -> bool:
        return _open_ends(self.version, self.grows_down)[1]

    @cached_property
    def ends(self) -> tuple[int, int]:
        """The first and the last of those that both have; one that is pinned has no place in the stream."""
        both = [k for k in self._kept if not self.other.updates[k].pinned]
        return min(both, default=len(self.other.updates)), max(both, default=-1)

    def _rolled_off(self, i: int) -> bool:
        """A page that shows the same number of updates as before shows the newest N: older ones fall off its end."""
        shown, update = len(self.version.updates), self.other.updates[i]
        if shown != len(self.other.updates) or shown < _NEWEST_N or self.version.window.parts:
            return False
        oldest = self.times[0] if self.times else None
        if oldest and update.published and update.published != oldest:
            return update.published < oldest
        # By its place: behind all that both have, where this one shows nothing.
        last = self.ends[1]
        return not self.grows_down and 0 <= last < i and self._kept[last] == shown - 1


def _shows_all(version: Version) -> bool:
    window = version.window
    one = (window.pages or 1) == 1 or window.parts > 0  # of several pages all were read
    return window.complete and not window.load_more and window.page == 1 and one


def _open_ends(version: Version, grows_down: bool) -> tuple[bool, bool]:
    """Is everything newer always shown, is everything older? Of several pages the first shows one end."""
    window = version.window
    first = window.page == 1
    last = window.page > 1 and window.pages == window.page and not window.load_more
    return (last, first) if grows_down else (first, last)


def _range(version: Version) -> tuple[datetime, datetime] | None:
    """Oldest and newest time shown; a pinned update is shown whatever its time."""
    times = [u.published for u in version.updates if u.published is not None and not u.pinned]
    if times:
        return min(times), max(times)
    window = version.window
    return (window.oldest, window.newest) if window.oldest and window.newest else None


@cache
def _become_ascii() -> tuple[bytes, ...]:
    """The letters beyond ASCII that casefolding makes an ASCII letter of."""
    further = map(chr, range(0x80, 0x10000))
    return tuple(letter.encode() for letter in further if re.search("[a-z]", letter.casefold()))
