"""What a redaction takes out of versions, changes and readings, and what stays of them. Pure.

That there was a version, when it was seen and how many changes led to it are facts and stay; every word goes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

from .face import version_from_json, version_to_json
from .model import Change, Version, Visit
from .takedowns import Takedown

Json = dict[str, Any]


def blanked(version: Version) -> Version:
    """The version without a word of the page; what it was made by, its times and its state stay."""
    return replace(version, headline=None, standfirst=None, text="", authors=(), updates=(), deleted=(), warnings=())


def blanked_version(document: Json) -> Json:
    """The same for a version's document."""
    return version_to_json(blanked(version_from_json(document)))


def blanked_change(document: Json, taken: Collection[str]) -> Json:
    """A change's document without the text of the sides that were shown by ``taken`` (record ids)."""
    # What is back was said by an earlier version than the one before.
    sides = {"old_proof": "old", "new_proof": "new", "earlier_proof": "old"}
    gone = [side for proof, side in sides.items() if (document.get(proof) or {}).get("record_id") in taken]
    return {**document, **dict.fromkeys(gone), "ops": []} if gone else document


def without_sides(change: Change, taken: Collection[str]) -> Change:
    """The same for a change that is shown: what was taken down has no words, its record stays named."""
    proofs = {"old": (change.old_proof, change.earlier_proof), "new": (change.new_proof,)}
    gone = [side for side, of in proofs.items() if any(proof and proof.record_id in taken for proof in of)]
    if not gone:
        return change
    return replace(change, ops=(), **{side: None for side in ("old", "new") if side in gone})  # type: ignore[arg-type]


def unsaid(visit: Visit, redacting: Iterable[Takedown]) -> Visit:
    """A visit that was read, without what goes by one of these takedowns: its reading, or sides of its changes."""
    for one in redacting:
        if one.covers_page(visit.urlkey) or any(one.covers(capture) for capture in visit.captures):
            return replace(visit, reading="none", version=None, version_seq=None, changes=(), detail="")
        if one.record_id:
            visit = replace(visit, changes=tuple(without_sides(change, {one.record_id}) for change in visit.changes))
    return visit


def blanked_reading(said: Json, taken: Collection[str], takedown: str) -> Json | None:
    """A reading's JSON with all that ``taken`` showed left out; None if nothing in it came from there."""
    changes = said.get("changes", [])
    fresh = [blanked_change(change, taken) for change in changes]
    mine = said["capture"]["record_id"] in taken
    if not mine and fresh == changes:
        return None
    told = {**said, "changes": fresh} if changes else dict(said)
    if mine and said.get("version"):
        told["version"] = blanked_version(said["version"])
        told["redacted"] = takedown
    return told
