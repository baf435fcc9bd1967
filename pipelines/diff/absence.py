"""Absence is not deletion: could the other version have shown this update at all?

A gone update is ``removed`` only if the new version could have shown it. It has ``left_window`` if the page
shows a part of the stream and the update lies outside it; and, not confirmed, if the new version is suspect:
it lost more than half of the updates at once, as consent walls, error pages and redesigns do, or much more of its text
than before is in no update.

``removed`` comes out not confirmed: one look without it is one look. ``confirm`` settles that with the next.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from ..extract.completeness import covered
from ..model import Update, Version
from .same import form, oldest_first, ticks

COVERED = 0.8  # share of a page's text that its updates, headline and lead account for ...
LESS = 0.2  # ... by how much less than before
SUSPECT = 0.5  # share of the old updates that may go at once
_NEWEST_N = 10  # a page that shows "the newest N" without saying so shows at least this many
_RUN = 4  # words
_TELLING = 40  # characters: a shorter text may stand elsewhere on the page by chance


def absences(old: Version, new: Version, gone: Collection[int], kept: Collection[int]) -> dict[int, str]:
    """Gone position -> ``removed``, ``left_window`` or, where the new version is suspect, ``suspect``.

    ``kept`` are the old positions that have a partner. Updates the page still says are left out.
    """
    said = {i for i in gone if not new.updates and _page_says(new, old.updates[i])}
    gone = [i for i in gone if i not in said]
    inside = {i for i in gone if could_show(new, old, i, kept)}
    if len(inside) > SUSPECT * len(old.updates) or understood_less(old, new):
        return {i: "suspect" if i in inside else "left_window" for i in gone}
    return {i: _kind(new, old.updates[i], i in inside) for i in gone}


def understood_less(old: Version, new: Version) -> bool:
    """Much less of the new page's text is in its updates than was of the old one's: what lacks may be in the rest.

    Not by the share alone: of some pages whose updates are all read the updates are half of the text.
    """
    share = covered(new)
    return share < COVERED and covered(old) - share > LESS


def _kind(new: Version, update: Update, inside: bool) -> str:
    if not inside:
        return "left_window"
    return "suspect" if _page_says(new, update) else "removed"


def was_said(version: Version, update: Update) -> bool:
    """Did a version without updates already hold this one in its text?"""
    return not version.updates and bool(form(update.text)) and form(update.text) in form(version.text)


def _page_says(version: Version, update: Update) -> bool:
    """The text is on the page, but in no update: our reading differs, not the page."""
    text = form(update.text)
    if len(text) < _TELLING or not _has_its_words(version, text) or text not in form(version.text):
        return False
    return not any(text in form(u.text) for u in version.updates)


def _has_its_words(version: Version, text: str) -> bool:
    """A quick look, as the normal form of a whole page takes long: if of the runs of words that any way of typing
    leaves as they are not one is there, it does not say this. What ticks would interrupt a few of them, not all."""
    page, words = version.text.casefold().replace("\n", " "), text.split()
    all_runs = (words[k : k + _RUN] for k in range(0, len(words) - _RUN + 1, _RUN))
    runs = [" ".join(run) for run in all_runs if all(map(_is_plain, run))]
    return not runs or any(run in page for run in runs)


def _is_plain(word: str) -> bool:
    return word.isascii() and word.rstrip(".,;:!?").isalnum()


def could_show(version: Version, other: Version, i: int, kept: Collection[int]) -> bool:
    """Could ``version`` have shown update ``i`` of ``other``, of which it shows those at ``kept``?

    By its time against the times shown; where either is unknown, by what is shown above and below it. The end
    where a page grows is always shown on its first page.
    """
    if _shows_all(version) and not _rolled_off(version, other, other.updates[i]):
        return True
    grows_down = oldest_first(version.updates)
    always_after, always_before = _open_ends(version, grows_down)
    update, times = other.updates[i], _range(version)
    if update.published is not None and times is not None and not ticks(update):
        oldest, newest = times
        return (always_before or update.published > oldest) and (always_after or update.published < newest)
    above = any(k < i and not other.updates[k].pinned for k in kept)
    below = any(k > i and not other.updates[k].pinned for k in kept)
    older, newer = (above, below) if grows_down else (below, above)
    return (always_before or older) and (always_after or newer)


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


def _rolled_off(version: Version, other: Version, update: Update) -> bool:
    """A page that always shows the same number of updates shows the newest N: older ones fall off its end."""
    if len(version.updates) != len(other.updates) or len(version.updates) < _NEWEST_N or version.window.parts:
        return False
    times = _range(version)
    return times is not None and update.published is not None and update.published < times[0]
