"""A capture as the fields of a CDX row: texts without a space, ``-`` where nothing is known."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from pipelines.cdxj import timestamp14
from pipelines.model import Capture

DEFAULT = ("urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length")
EXTRA = {"resolveRevisits": ("orig.length", "orig.offset", "orig.filename")}
# What is safe in a URL as it stands; all else would break a line or a list of fields.
_SAFE = "!#$%&'()*+,/:;=?@[]~"

Original = Callable[[Capture], Capture | None]


def _original(capture: Capture) -> str:
    return quote(capture.url, safe=_SAFE)


_OWN: dict[str, Callable[[Capture], str | None]] = {
    "urlkey": lambda c: c.urlkey,
    "timestamp": lambda c: timestamp14(c.timestamp),
    "original": _original,
    "mimetype": lambda c: "warc/revisit" if c.kind == "revisit" else _word(c.mime),
    "statuscode": lambda c: None if c.kind == "revisit" or c.status is None else str(c.status),
    "digest": lambda c: c.digest.rpartition(":")[2],
    "length": lambda c: str(c.length),
    # Beyond the dialect, only where ``fl`` names them.
    "offset": lambda c: str(c.offset),
    "filename": lambda c: c.filename.rpartition("/")[2],
    "record_id": lambda c: c.record_id,
    "role": lambda c: c.role,
    "fidelity": lambda c: c.fidelity,
    "truncated": lambda c: c.truncated,
    "refers_to": lambda c: c.refers_to,
    "visit": lambda c: c.visit_id,
}
_RESOLVED: dict[str, Callable[[Capture], str]] = {
    "orig.length": lambda c: str(c.length),
    "orig.offset": lambda c: str(c.offset),
    "orig.filename": lambda c: c.filename.rpartition("/")[2],
}
OWN = tuple(_OWN)
KNOWN = (*_OWN, *_RESOLVED)


def field(name: str, capture: Capture, original: Original = lambda capture: None) -> str:
    """``original``: finds what a revisit refers to; only the fields ``orig.*`` ask for it."""
    if name in _RESOLVED:
        found = original(capture) if capture.kind == "revisit" else None
        return _RESOLVED[name](found) if found else "-"
    return _OWN[name](capture) or "-"


def _word(mime: str | None) -> str | None:
    """A content type that a server has made up may hold anything."""
    return quote(mime, safe="/+.;=-_") if mime else None
