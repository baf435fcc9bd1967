"""A settled reading as a record of its own: what a visit's page said and how it had changed, kept beside the bytes.

The catalog's rows of versions and changes can be made of these alone, with no extractor and no differ: a newer one
shall not tell another history.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .change_ids import change_ids
from .derivations import DIFFER
from .extract import EXTRACTOR
from .face import change_from_json, change_to_json, from_iso, iso, version_from_json, version_to_json
from .model import Change, Proof, Reading, Version, Visit
from .warc import Record, reading_record


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What reading and comparing gave for one visit: all that the catalog's rows of it are made of."""

    visit_id: str
    url: str  # as watched
    urlkey: str
    reading: Reading
    detail: str
    shown_by: Proof  # the capture that was read
    extractor: str
    differ: str
    number: int | None = None  # of the version, within its page
    content_hash: str | None = None
    version: Version | None = None
    changes: tuple[Change, ...] = ()
    confirms: tuple[str, ...] = ()  # ids of earlier changes that this reading has shown again
    redacted: str | None = None  # the takedown that took its words
    reread: str | None = None  # the version before was read again for the comparison; this had read it first
    told_from: int | None = None  # number of the version that the changes were told from, if it is not the one before


def settled(visit: Visit, confirms: tuple[str, ...] = (), reread: str | None = None) -> Settled | None:
    """Of a visit that was compared. None where the outcome alone says it: there is nothing to keep."""
    if visit.outcome != "archived" or visit.reading is None or not visit.captures:
        return None
    from .extract.canonical import content_hash  # who only looks something up has no use for its tables

    page = visit.captures[0]
    return Settled(
        visit_id=visit.id,
        url=visit.url,
        urlkey=visit.urlkey,
        reading=visit.reading,
        detail=visit.detail,
        shown_by=Proof(record_id=page.record_id, digest=page.digest, timestamp=page.timestamp),
        extractor=visit.version.extractor if visit.version else EXTRACTOR,
        differ=DIFFER,
        number=visit.version_seq if visit.version else None,
        content_hash=content_hash(visit.version) if visit.version else None,
        version=visit.version,
        changes=visit.changes,
        confirms=confirms,
        reread=reread,
        told_from=visit.told_from if visit.version_seq != (visit.told_from or 0) + 1 else None,
    )


def as_record(what: Settled, at: datetime) -> Record:
    """The reading record; ``at``: when it was read."""
    version = version_to_json(what.version) if what.version else None
    said = {
        "visit": what.visit_id,
        "url": what.url,
        "urlkey": what.urlkey,
        "reading": what.reading,
        "detail": what.detail,
        "capture": _proof(what.shown_by),
        "extractor": what.extractor,
        "differ": what.differ,
        "number": what.number,
        "content_hash": what.content_hash,
        "version": version,
        "changes": list(_changes(what)),
        "confirms": list(what.confirms),
        "redacted": what.redacted,
        "reread": what.reread,
    }
    kept = {name: value for name, value in said.items() if value not in (None, [], "")}
    return reading_record(what.visit_id, kept, at, what.shown_by.record_id)


def from_block(block: bytes) -> Settled:
    """The inverse, from the block of the record. ValueError, KeyError or TypeError: it is not one of ours."""
    said: dict[str, Any] = json.loads(block)
    capture, version = said["capture"], said.get("version")
    from_ = next((change["from"] for change in said.get("changes", ())), None)
    proof = Proof(record_id=capture["record_id"], digest=capture["digest"], timestamp=from_iso(capture["timestamp"]))
    return Settled(
        visit_id=said["visit"],
        url=said["url"],
        urlkey=said["urlkey"],
        reading=said["reading"],
        detail=said.get("detail", ""),
        shown_by=proof,
        extractor=said["extractor"],
        differ=said["differ"],
        number=said.get("number"),
        content_hash=said.get("content_hash"),
        version=version_from_json(version) if version else None,
        changes=tuple(change_from_json(change) for change in said.get("changes", ())),
        confirms=tuple(said.get("confirms", ())),
        redacted=said.get("redacted"),
        reread=said.get("reread"),
        told_from=None if from_ == (said.get("number") or 0) - 1 else from_,
    )


def _changes(what: Settled) -> Iterator[dict[str, Any]]:
    """Each with its id, by which a later reading confirms it, and the numbers of the versions it lies between."""
    number = what.number or 0
    from_ = number - 1 if what.told_from is None else what.told_from
    ids = change_ids(what.changes, urlkey=what.urlkey, from_seq=from_, to_seq=number, differ=what.differ)
    for id_, change in zip(ids, what.changes, strict=True):
        yield {"id": id_, "from": from_, "to": number, **change_to_json(change)}


def _proof(proof: Proof) -> dict[str, str]:
    return {"record_id": proof.record_id, "digest": proof.digest, "timestamp": iso(proof.timestamp)}
