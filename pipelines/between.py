"""What changed between any two versions of a page, compared from what is stored. Pure.

    two versions -> those that tell what was known then (``needed``) -> each as one extractor reads it -> changes

Of a page with older pages or feeds a version holds what one look reached; it is compared with all that was known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from .diff import changes, confirm
from .diff.reach import known, reaches_on, since_all, told
from .model import Change, Proof, Version
from .reach_dates import dated_within
from .store.stored import StoredVersion

REMEMBERED = 100  # earlier versions that tell what is back from what is new


def needed(old: StoredVersion, new: StoredVersion, versions: Sequence[StoredVersion]) -> list[StoredVersion]:
    """Each version that ``between`` compares, once; all of them have to be read by one extractor."""
    later = _second_look(new, versions) if _place(old, versions) < _place(new, versions) else None
    found = [*_until(old, versions), *_until(new, versions), *([later] if later else [])]
    return list({one.seq: one for one in found}.values())


def between(
    old: StoredVersion, new: StoredVersion, versions: Sequence[StoredVersion], read: Mapping[int, Version]
) -> list[Change]:
    """``versions``: of the page, oldest first; ``read``: what one extractor says of those ``needed``, by number.

    Forward in time the changes are dated by an interval; backward they are not, and nothing is restored or reverted:
    what was there later is no history.
    """
    before, after = (known([read[one.seq] for one in _until(side, versions)]) for side in (old, new))
    reaches = reaches_on((before, after))
    forward = _place(old, versions) < _place(new, versions)
    earlier = [v for v in versions[: _place(old, versions)] if not v.redacted][-REMEMBERED:]
    history = [v.version for v in earlier] if forward else []
    found = changes(before, after, history=history)
    if reaches:
        found = told(found, after)
    if not forward:
        return [replace(change, old_proof=proof_of(old), new_proof=proof_of(new)) for change in found]
    if later := _second_look(new, versions):
        found = confirm(found, before, read[later.seq])
    dated = [_dated(change, old, new) for change in found]
    if reaches:
        shown = [replace(one, version=read.get(one.seq, one.version)) for one in [*earlier, old]]
        dated = [dated_within(change, before, shown, after, {None: proof_of(new)}) for change in found]
    return [replace(change, earlier_proof=shown_at(change, earlier)) for change in dated]


def proof_of(stored: StoredVersion) -> Proof:
    return Proof(record_id=stored.record_id, digest=stored.digest, timestamp=stored.first_seen)


def shown_at(change: Change, earlier: Iterable[StoredVersion]) -> Proof | None:
    """The record that had shown what is back now."""
    if change.earlier is None:
        return None
    return next((proof_of(stored) for stored in earlier if stored.version.at == change.earlier), None)


def _dated(change: Change, old: StoredVersion, new: StoredVersion) -> Change:
    interval = replace(change, seen_after=old.last_seen, seen_by=new.first_seen)
    return replace(interval, old_proof=proof_of(old), new_proof=proof_of(new))


def _until(stored: StoredVersion, versions: Sequence[StoredVersion]) -> list[StoredVersion]:
    """The version; of a page with older pages or feeds also those that tell what lay beyond the reach of that look."""
    until = [v for v in versions[: _place(stored, versions) + 1] if not v.redacted][-REMEMBERED:]
    said = [v.version for v in until]
    return until[since_all(said) :] if until and not stored.redacted and reaches_on(said) else [stored]


def _second_look(new: StoredVersion, versions: Sequence[StoredVersion]) -> StoredVersion | None:
    """What the page said when it was looked at once more: the same, or the version after."""
    if new.last_seen > new.first_seen:
        return new
    return next((v for v in versions[_place(new, versions) + 1 :][:1] if not v.redacted), None)


def _place(stored: StoredVersion, versions: Sequence[StoredVersion]) -> int:
    """Where it stands among them: what was imported has a higher number than what was seen after it."""
    return next(place for place, one in enumerate(versions) if one.seq == stored.seq)
