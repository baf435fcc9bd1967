"""How far a look at a page reached: of a page with older pages and feeds each visit reads a part. Pure.

    versions before -> what was known of the page: the newest, and beyond its reach what earlier ones showed
    changes since   -> without those that only say that this look did not reach as far

Where no version ever held an older page or a feed, all of this is as if it were not there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ..extract.merge import merged
from ..model import Change, Update, Version
from .absence import absences
from .align import align
from .keys import pairs_by_key

PART = "part"  # in an update's provenance: the older page or feed that shows it


def reaches_on(versions: Iterable[Version]) -> bool:
    """Whether any of these was read with its older pages or feeds."""
    return any(version.window.parts for version in versions)


def known(versions: Sequence[Version]) -> Version:
    """What was known of the page after these versions, oldest first: the newest, and all updates of the others since
    the last that reached everything which none of them has shown to be gone."""
    since = versions[since_all(versions) :]
    found = since[0]
    for version in since[1:]:
        found = _extended(found, version)
    return found


def since_all(versions: Sequence[Version]) -> int:
    """The place of the last that reached everything; of the newest where none did. What was before it adds nothing."""
    full = [i for i, version in enumerate(versions) if version.window.complete]
    return full[-1] if full else max(0, len(versions) - 1)


def _extended(old: Version, new: Version) -> Version:
    """The newer version with those of the older's updates that lie beyond its reach."""
    pairs = _pairs(old.updates, new.updates)
    gone = [i for i in range(len(old.updates)) if i not in pairs]
    absent = absences(old, new, gone, pairs)
    # Of those that both have the newer reading stands; the older ones are needed for the order alone.
    rest = [
        new.updates[pairs[i]] if i in pairs else update
        for i, update in enumerate(old.updates)
        if i in pairs or (absent.get(i) not in (None, "removed") and update.key not in new.deleted)
    ]
    window = replace(
        new.window, complete=old.window.complete, load_more=False, oldest=old.window.oldest,
        parts=max(old.window.parts, new.window.parts),
    )  # fmt: skip
    return replace(new, updates=merged(new.updates, rest), window=window)


def _pairs(old: Sequence[Update], new: Sequence[Update]) -> dict[int, int]:
    by_key, key_of = pairs_by_key(old, new)
    if key_of is not None:  # there may be a hundred versions to go through
        return by_key
    return {i: j for i, j, _, _ in align(old, new) if i is not None and j is not None}


def told(changes: Iterable[Change], new: Version) -> list[Change]:
    """The changes that are the page's: that this look did not reach an update is none."""
    return [c for c in changes if c.type != "left_window" or not c.confirmed or new.window.complete]


def part_of(update: Update | None) -> str | None:
    return dict(update.provenance).get(PART) if update else None
