"""What changed between any two versions of a page, compared now from what is stored. Pure but for ``reread``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipelines.comparing import REMEMBERED, proof_of, shown_at
from pipelines.diff import changes, confirm
from pipelines.errors import NotArchived
from pipelines.model import Change, Unreadable, Version
from pipelines.rereading import Reread, not_at_hand
from pipelines.store.catalog import StoredVersion


def between(
    old: StoredVersion, new: StoredVersion, versions: Sequence[StoredVersion], reread: Reread = not_at_hand
) -> list[Change]:
    """``versions``: all of the page. Forward in time the changes are dated by an interval; backward they are not,
    and nothing is restored or reverted: what was there later is no history.

    Versions that different extractors had read are read again by one (``reread``), or the extractors would look like
    edits. NotArchived: that cannot be done.
    """
    later = _second_look(new, versions) if old.seq < new.seq else None
    one, other, *again = _alike([old, new, *([later] if later else [])], reread)
    if new.seq < old.seq:
        return [_proved(change, old, new) for change in changes(one, other)]
    earlier = [v for v in versions if v.seq < old.seq][-REMEMBERED:]
    found = changes(one, other, history=[v.version for v in earlier])
    if again:
        found = confirm(found, one, again[0])
    dated = (replace(_proved(c, old, new), seen_after=old.last_seen, seen_by=new.first_seen) for c in found)
    return [replace(change, earlier_proof=shown_at(change, earlier)) for change in dated]


def _alike(stored: Sequence[StoredVersion], reread: Reread) -> list[Version]:
    """As one extractor reads them all."""
    if len({one.version.extractor for one in stored}) == 1:
        return [one.version for one in stored]
    found: list[Version] = []
    for one, read in zip(stored, reread(stored), strict=True):
        if isinstance(read, Unreadable):
            raise NotArchived(
                f"v{one.seq} was read by {one.version.extractor}, the other version by another one, and it cannot be "
                f"read again: {read.detail}; compare versions of one extractor: stoppress versions --json names it"
            )
        found.append(read)
    return found


def _second_look(new: StoredVersion, versions: Sequence[StoredVersion]) -> StoredVersion | None:
    """What the page said when it was looked at once more: the same, or the version after."""
    if new.last_seen > new.first_seen:
        return new
    return next((v for v in versions if v.seq == new.seq + 1 and not v.redacted), None)


def _proved(change: Change, old: StoredVersion, new: StoredVersion) -> Change:
    return replace(change, old_proof=proof_of(old), new_proof=proof_of(new))
