"""When a change was made that only some of a page's looks can tell: those that reached it.

A look at the page alone says nothing of what stands on an older page: it neither proves that an update was still there
nor confirms that it is gone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from .diff.reach import part_of
from .model import Change, Proof, Update, Version
from .store.catalog import StoredVersion


def dated_within(
    change: Change, basis: Version, stored: Sequence[StoredVersion], new: Version, proofs: Mapping[str | None, Proof]
) -> Change:
    """Not before the last look that is sure to have reached it, not after this one. ``stored``: oldest first.

    ``proofs``: this look's records by URL, its page's own under None.
    """
    before = stored[-1]
    now, old = _of(new, change.update), _of(basis, change.was or change.update)
    shown = next((one for one in reversed(stored) if _of(one.version, change.was or change.update)), None)
    if change.update is None:
        shown, since = before, before.last_seen
    elif shown is None:  # it is new: on an older page it may have come since the last look at that
        far = part_of(now) and next((one for one in reversed(stored) if one.version.window.parts), None)
        shown, since = (far, far.first_seen) if far else (before, before.last_seen)
    else:
        near = shown is before and not part_of(_of(shown.version, change.was or change.update))
        since = before.last_seen if near else shown.first_seen
    part = part_of(now) or part_of(old)
    if part is None and change.type == "removed" and shown is not before:
        part = shown.version.url  # it stood on the page itself, and had slid to an older one meanwhile
    proof = proofs.get(part_of(now), proofs[None])
    return replace(
        change,
        part=part,
        seen_after=since,
        seen_by=proof.timestamp,
        old_proof=Proof(record_id=shown.record_id, digest=shown.digest, timestamp=shown.first_seen),
        new_proof=proof,
    )


def _of(version: Version | None, key: str | None) -> Update | None:
    return next((u for u in version.updates if u.key == key), None) if version and key else None
