"""CDXJ: the index of one WARC file, a line per capture, sorted bytewise so that tools can merge such files."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from .entity import Message, head
from .model import Capture
from .urlkey import urlkey
from .warc import Placed

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NO_HEAD = Message(0, "", (), b"")  # of a revisit without a block, as others write them


@lru_cache(10_000)
def timestamp14(moment: datetime) -> str:
    """``20260103100000``: how CDX and Memento write a second of UTC."""
    return moment.astimezone(UTC).strftime("%Y%m%d%H%M%S")


def second14(micros: int) -> str:
    """The same of whole microseconds since 1970; an index of thousands of lines is written with it."""
    days, seconds = divmod(micros // 1_000_000, 86_400)
    return _date(days) + _clock(seconds)


@lru_cache(10_000)
def _date(days: int) -> str:
    return f"{_EPOCH + timedelta(days=days):%Y%m%d}"


@lru_cache(86_400)
def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}{seconds // 60 % 60:02d}{seconds % 60:02d}"


def capture_of(placed: Placed, filename: str) -> Capture | None:
    """The capture that a response or revisit record of an http(s) URL is; None for every other record."""
    record = placed.record
    if record.type not in ("response", "revisit"):
        return None
    said = {name.lower(): value for name, value in reversed(record.fields)}  # of several the first counts
    url = said.get("warc-target-uri", "")
    if not url.startswith(("http://", "https://")):
        return None
    message = head(record.block) if record.block or record.type == "response" else _NO_HEAD
    refers_to = said.get("warc-refers-to")
    return Capture(
        urlkey=urlkey(url),
        timestamp=_moment(said.get("warc-date", "")),
        url=url,
        record_id=said.get("warc-record-id", "").strip("<>"),
        digest=said.get("warc-payload-digest", ""),
        filename=filename,
        offset=placed.offset,
        length=placed.length,
        kind="revisit" if record.type == "revisit" else "response",
        role=said.get("stoppress-role") or "page",  # type: ignore[arg-type]
        mime=(message.header("Content-Type") or "").partition(";")[0].strip().lower() or None,
        status=message.status or None,
        refers_to=refers_to.strip("<>") if refers_to else None,
        etag=message.header("ETag"),
        last_modified=message.header("Last-Modified"),
        fidelity=said.get("stoppress-fidelity") or "reconstructed",  # type: ignore[arg-type]
        truncated=said.get("warc-truncated"),
        visit_id=said.get("stoppress-visit"),
    )


def _moment(date: str) -> datetime:
    """ValueError: it is none, or has no zone, which is no WARC-Date and would be read as any hour of the day."""
    moment = datetime.fromisoformat(date)
    if moment.tzinfo is None:
        raise ValueError(f"WARC-Date {date!r} has no time zone")
    return moment


def index(captures: Iterable[Capture]) -> bytes:
    """Captures -> a gzipped CDXJ file, the same bytes for the same captures. What was redacted is not listed."""
    lines = sorted(line(capture) for capture in captures if not capture.redacted)
    return gzip.compress("".join(lines).encode(), mtime=0)


def line(capture: Capture) -> str:
    """Its line in the index of the file that it lies in."""
    facts = {
        "url": capture.url,
        "mime": "warc/revisit" if capture.kind == "revisit" else capture.mime or "unk",
        "status": str(capture.status or "-"),
        "digest": capture.digest,
        "length": str(capture.length),
        "offset": str(capture.offset),
        "filename": capture.filename.rpartition("/")[2],
        "record_id": capture.record_id,
        "role": capture.role,
        "fidelity": capture.fidelity,
        "visit": capture.visit_id,
        "refers_to": capture.refers_to,
        "truncated": capture.truncated,
        "etag": capture.etag,
        "last_modified": capture.last_modified,
        "date": capture.timestamp.astimezone(UTC).isoformat(),
    }
    kept = {name: value for name, value in facts.items() if value is not None}
    return f"{capture.urlkey} {timestamp14(capture.timestamp)} {json.dumps(kept, ensure_ascii=False)}\n"
