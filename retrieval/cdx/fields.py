"""A capture as the fields of a CDX row: texts without a space, ``-`` where nothing is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from urllib.parse import quote

from pipelines.cdxj import second14
from pipelines.store.catalog_scans import Line

DEFAULT = ("urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length")
EXTRA = {"resolveRevisits": ("orig.length", "orig.offset", "orig.filename")}
# What is safe in a URL as it stands; all else would break a line or a list of fields.
_SAFE = "!#$%&'()*+,/:;=?@[]~"

Original = Callable[[Line], Line | None]


@lru_cache(10_000)
def _quoted(url: str) -> str:
    return quote(url, safe=_SAFE)


@lru_cache(1_000)
def _word(mime: str | None) -> str | None:
    """A content type that a server has made up may hold anything."""
    return quote(mime, safe="/+.;=-_") if mime else None


_OWN: dict[str, Callable[[Line], str | None]] = {
    "urlkey": lambda c: c.urlkey,
    "timestamp": lambda c: second14(c.micros),
    "original": lambda c: _quoted(c.url),
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
_RESOLVED: dict[str, Callable[[Line], str]] = {
    "orig.length": lambda c: str(c.length),
    "orig.offset": lambda c: str(c.offset),
    "orig.filename": lambda c: c.filename.rpartition("/")[2],
}
OWN = tuple(_OWN)
SHORT = frozenset(DEFAULT) | {"record_id", "refers_to"}  # what a short line holds
KNOWN = (*_OWN, *_RESOLVED)


def field(name: str, line: Line, original: Original = lambda line: None) -> str:
    """``original``: finds what a revisit refers to; only the fields ``orig.*`` ask for it."""
    if name in _RESOLVED:
        found = original(line) if line.kind == "revisit" else None
        return _RESOLVED[name](found) if found else "-"
    return _OWN[name](line) or "-"


def reading(names: Sequence[str], original: Original) -> Callable[[Line], list[str]]:
    """Rows of these fields: what is told of each name is looked up once, not with every line."""
    if set(names) & set(_RESOLVED):
        return lambda line: [field(name, line, original) for name in names]
    tell = [_OWN[name] for name in names]
    return lambda line: [one(line) or "-" for one in tell]
