"""What changed between any two versions of a page, compared now from what is stored. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipelines.comparing import REMEMBERED
from pipelines.diff import changes, confirm
from pipelines.model import Change, Proof, Version
from pipelines.store.catalog import StoredVersion


def between(old: StoredVersion, new: StoredVersion, versions: Sequence[StoredVersion]) -> list[Change]:
    """``versions``: all of the page. Forward in time the changes are dated by an interval; backward they are not,
    and nothing is restored or reverted: what was there later is no history."""
    if new.seq < old.seq:
        return [_proved(change, old, new) for change in changes(old.version, new.version)]
    history = [v.version for v in versions if v.seq < old.seq][-REMEMBERED:]
    found = changes(old.version, new.version, history=history)
    later = _second_look(new, versions)
    if later:
        found = confirm(found, old.version, later)
    return [replace(_proved(change, old, new), seen_after=old.last_seen, seen_by=new.first_seen) for change in found]


def _second_look(new: StoredVersion, versions: Sequence[StoredVersion]) -> Version | None:
    """What the page said when it was looked at once more: the same, or the version after."""
    if new.last_seen > new.first_seen:
        return new.version
    return next((v.version for v in versions if v.seq == new.seq + 1 and not v.redacted), None)


def _proved(change: Change, old: StoredVersion, new: StoredVersion) -> Change:
    return replace(change, old_proof=_proof(old), new_proof=_proof(new))


def _proof(stored: StoredVersion) -> Proof:
    return Proof(record_id=stored.record_id, digest=stored.digest, timestamp=stored.first_seen)
