"""A tombstone: the record that lies where another was taken out. It names it, and says when, by whom and why.

The block is JSON; for a capture with all that the catalog's row of it is made of, but for what its header said.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from .errors import TakenDown
from .face import from_iso, iso
from .model import Capture
from .takedowns import Takedown
from .warc import Record, tombstone_record

_CAPTURE = [field.name for field in fields(Capture) if field.name not in ("filename", "offset", "length", "redacted")]


def tombstone(record: Record, takedown: Takedown, capture: Capture | None) -> Record:
    """In the place of ``record``; the same bytes whenever it is made again."""
    said: dict[str, Any] = {
        "record_id": record.id,
        "type": record.type,
        "date": record.get("WARC-Date"),
        "block_digest": record.get("WARC-Block-Digest"),
        "payload_digest": record.get("WARC-Payload-Digest"),
        "length": len(record.block),
        "takedown": takedown.id,
        "at": iso(takedown.at),
        "actor": takedown.actor,
        "reason": takedown.reason,
    }
    if capture:
        facts = {name: getattr(capture, name) for name in _CAPTURE}
        facts |= {"timestamp": iso(capture.timestamp), "etag": None, "last_modified": None}
        said["capture"] = {name: value for name, value in facts.items() if value is not None}
    kept = {name: value for name, value in said.items() if value is not None}
    return tombstone_record(derived(record.id, takedown), kept, takedown.at, record.id, takedown.id)


def derived(record_id: str, takedown: Takedown) -> str:
    """The id of what comes in a record's place: a redaction that is done again gives the same."""
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{record_id} {takedown.id}')}"


def capture_gone(block: bytes, filename: str, offset: int, length: int) -> Capture | None:
    """The capture whose tombstone this is, lying there; None for that of another record.

    ValueError, KeyError or TypeError: it is no tombstone of ours.
    """
    said = json.loads(block)
    facts = said.get("capture")
    if facts is None:
        return None
    known = {name: facts[name] for name in _CAPTURE if name in facts}
    timestamp: datetime = from_iso(facts["timestamp"])
    place = {"filename": filename, "offset": offset, "length": length}
    return replace(Capture(**{**known, "timestamp": timestamp, **place}), redacted=said["takedown"])


def refusal(block: bytes) -> TakenDown:
    """What to tell whoever asks for the record."""
    said = json.loads(block)
    url = (said.get("capture") or {}).get("url") or said["record_id"]
    return TakenDown(
        f"451: {url} was taken down on {said['at'][:19]}Z by {said['actor']}: {said['reason']}; "
        f"the bytes of {said['record_id']} were taken out of the archive"
    )
