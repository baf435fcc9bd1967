"""What changed between any two versions of a page, compared now from what is stored. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipelines.comparing import REMEMBERED
from pipelines.diff import changes, confirm
from pipelines.diff.reach import known, reaches_on, told
from pipelines.model import Change, Proof, Version
from pipelines.store.catalog import StoredVersion


def between(old: StoredVersion, new: StoredVersion, versions: Sequence[StoredVersion]) -> list[Change]:
    """``versions``: all of the page. Forward in time the changes are dated by an interval; backward they are not,
    and nothing is restored or reverted: what was there later is no history."""
    before, after = _as_known(old, versions), _as_known(new, versions)
    if new.seq < old.seq:
        return [_proved(change, old, new) for change in _told(changes(before, after), before, after)]
    history = [v.version for v in versions if v.seq < old.seq][-REMEMBERED:]
    found = _told(changes(before, after, history=history), before, after)
    later = _second_look(new, versions)
    if later:
        found = confirm(found, before, later)
    return [replace(_proved(change, old, new), seen_after=old.last_seen, seen_by=new.first_seen) for change in found]


def _as_known(stored: StoredVersion, versions: Sequence[StoredVersion]) -> Version:
    """The version; of a page with older pages or feeds with what was known beyond the reach of that look."""
    until = [v.version for v in versions if v.seq <= stored.seq and not v.redacted][-REMEMBERED:]
    return known(until) if until and not stored.redacted and reaches_on(until) else stored.version


def _told(found: list[Change], before: Version, after: Version) -> list[Change]:
    return told(found, after) if reaches_on((before, after)) else found


def _second_look(new: StoredVersion, versions: Sequence[StoredVersion]) -> Version | None:
    """What the page said when it was looked at once more: the same, or the version after."""
    if new.last_seen > new.first_seen:
        return new.version
    return next((v.version for v in versions if v.seq == new.seq + 1 and not v.redacted), None)


def _proved(change: Change, old: StoredVersion, new: StoredVersion) -> Change:
    return replace(change, old_proof=_proof(old), new_proof=_proof(new))


def _proof(stored: StoredVersion) -> Proof:
    return Proof(record_id=stored.record_id, digest=stored.digest, timestamp=stored.first_seen)
