"""What changed between any two versions of a page, compared now from what is stored. Pure but for ``reread``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipelines.comparing import REMEMBERED, proof_of, shown_at
from pipelines.diff import changes, confirm
from pipelines.diff.reach import known, reaches_on, since_all, told
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
    past = {one.seq: _until(one, versions) for one in (old, new)}
    alike = _alike([*past[old.seq], *past[new.seq], *([later] if later else [])], reread)
    before, after = (known([alike[one.seq] for one in past[side.seq]]) for side in (old, new))
    if new.seq < old.seq:
        return [_proved(change, old, new) for change in _told(changes(before, after), before, after)]
    earlier = [v for v in versions if v.seq < old.seq and not v.redacted][-REMEMBERED:]
    found = _told(changes(before, after, history=[v.version for v in earlier]), before, after)
    if later:
        found = confirm(found, before, alike[later.seq])
    dated = (replace(_proved(c, old, new), seen_after=old.last_seen, seen_by=new.first_seen) for c in found)
    return [replace(change, earlier_proof=shown_at(change, earlier)) for change in dated]

def _until(stored: StoredVersion, versions: Sequence[StoredVersion]) -> list[StoredVersion]:
    """The version; of a page with older pages or feeds also those that tell what lay beyond the reach of that look."""
    until = [v for v in versions if v.seq <= stored.seq and not v.redacted][-REMEMBERED:]
    said = [v.version for v in until]
    return until[since_all(said) :] if until and not stored.redacted and reaches_on(said) else [stored]


def _told(found: list[Change], before: Version, after: Version) -> list[Change]:
    return told(found, after) if reaches_on((before, after)) else found


def _alike(stored: Sequence[StoredVersion], reread: Reread) -> dict[int, Version]:
    """As one extractor reads them all, by number."""
    if len({one.version.extractor for one in stored}) == 1:
        return {one.seq: one.version for one in stored}
    once = list({one.seq: one for one in stored}.values())
    found: dict[int, Version] = {}
    for one, read in zip(once, reread(once), strict=True):
        if isinstance(read, Unreadable):
            raise NotArchived(
                f"v{one.seq} was read by {one.version.extractor}, the other version by another one, and it cannot be "
                f"read again: {read.detail}; compare versions of one extractor: stoppress versions --json names it"
            )
        found[one.seq] = read
    return found


def _second_look(new: StoredVersion, versions: Sequence[StoredVersion]) -> StoredVersion | None:
    """What the page said when it was looked at once more: the same, or the version after."""
    if new.last_seen > new.first_seen:
        return new
    return next((v for v in versions if v.seq == new.seq + 1 and not v.redacted), None)


def _proved(change: Change, old: StoredVersion, new: StoredVersion) -> Change:
    return replace(change, old_proof=proof_of(old), new_proof=proof_of(new))
