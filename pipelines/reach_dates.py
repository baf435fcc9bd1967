"""When a change was made that only some of a page's looks can tell: those that reached it.

A look at the page alone says nothing of what stands on an older page: it neither proves that an update was still there
nor confirms that it is gone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .diff.reach import part_of
from .model import Change, Proof, Update, Version, Visit
from .store.catalog import StoredVersion


def dated_within(change: Change, basis: Version, stored: Sequence[StoredVersion], visit: Visit) -> Change:
    """Not before the last look that is sure to have reached it, not after this one. ``stored``: oldest first."""
    before, page = stored[-1], visit.captures[0]
    new = _of(visit.version, change.update)
    old = _of(basis, change.update)
    shown = next((one for one in reversed(stored) if _of(one.version, change.update)), None)
    if change.update is None:
        shown, since = before, before.last_seen
    elif shown is None:  # it is new: on an older page it may have come since the last look at that
        far = part_of(new) and next((one for one in reversed(stored) if one.version.window.parts), None)
        shown, since = (far, far.first_seen) if far else (before, before.last_seen)
    else:
        near = shown is before and not part_of(_of(shown.version, change.update))
        since = before.last_seen if near else shown.first_seen
    part = part_of(new) or part_of(old)
    if part is None and change.type == "removed" and shown is not before:
        part = shown.version.url  # it stood on the page itself, and had slid to an older one meanwhile
    capture = next((c for c in visit.captures if c.url == part_of(new)), page)
    return replace(
        change,
        part=part,
        seen_after=since,
        seen_by=capture.timestamp,
        old_proof=Proof(record_id=shown.record_id, digest=shown.digest, timestamp=shown.first_seen),
        new_proof=Proof(record_id=capture.record_id, digest=capture.digest, timestamp=capture.timestamp),
    )


def _of(version: Version | None, key: str | None) -> Update | None:
    return next((u for u in version.updates if u.key == key), None) if version and key else None
