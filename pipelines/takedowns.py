"""Takedowns: what may not be shown, since when, and why. Pure.

order in STORE/control -> Takedown -> Blocks: does one of them stand before this page, this capture?
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from .errors import TakenDown
from .face import from_iso, iso

Scope = Literal["page", "prefix", "capture"]
SCOPES = ("page", "prefix", "capture")


class Recorded(Protocol):
    """A capture, or its row."""

    @property
    def record_id(self) -> str: ...
    @property
    def urlkey(self) -> str: ...
    @property
    def refers_to(self) -> str | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Takedown:
    """One order to show something no longer."""

    id: str
    scope: Scope
    url: str
    urlkey: str  # the page; what the keys of all pages start with; the page of the capture
    at: datetime
    actor: str
    reason: str
    redact: datetime | None = None  # since when its bytes shall go, too
    record_id: str | None = None  # of the capture: with it, all that refer to it ...
    timestamp: datetime | None = None  # ... when it was made ...
    digest: str | None = None  # ... and of its payload: with it, all of the page that have the same
    lifted: datetime | None = None  # no longer in force since
    done: datetime | None = None  # when the last of its bytes had gone

    def covers_page(self, urlkey: str) -> bool:
        """Whether all of this page is taken down."""
        if self.scope == "prefix":
            return urlkey == self.above or urlkey.startswith(self.beginnings)
        return self.scope == "page" and urlkey == self.urlkey

    @property
    def above(self) -> str | None:
        """The page at the very URL of a prefix that ends with a slash, as ``…/live/``: its key has none."""
        return self.urlkey[:-1] if self.urlkey.endswith("/") else None

    @property
    def beginnings(self) -> tuple[str, ...]:
        """Of the keys that a prefix covers beside ``above``; that page may have a query, too."""
        return (self.urlkey,) if self.above is None else (self.urlkey, f"{self.above}?")

    def covers(self, capture: Recorded) -> bool:
        """Whether this capture is; a revisit shows what its original shows."""
        if self.scope == "capture":
            return self.record_id in (capture.record_id, capture.refers_to)
        return self.covers_page(capture.urlkey)

    def __str__(self) -> str:
        said = f"451: {self.url} was taken down on {self.at:%Y-%m-%dT%H:%M:%SZ} by {self.actor}: {self.reason}"
        if self.scope == "capture" and self.timestamp:
            said = said.replace(self.url, f"{self.url}@{iso(self.timestamp)}", 1)
        return said + ("; its bytes were taken out of the archive" if self.done else "")


class Blocks:
    """All takedowns in force; the one that is asked for first is the oldest.

    ``elsewhere``: captures of whole pages that are known by their record ids only. ``read_with``: captures that may be
    shown, but not what was read in them together with an older page or a feed that may not.
    """

    def __init__(
        self, takedowns: Iterable[Takedown], elsewhere: Mapping[str, Takedown] | None = None,
        read_with: Mapping[str, Takedown] | None = None,
    ) -> None:  # fmt: skip
        self._elsewhere, self._read_with = elsewhere or {}, read_with or {}
        self._all = sorted((one for one in takedowns if one.lifted is None), key=lambda one: one.at)

    def __bool__(self) -> bool:
        return bool(self._all)

    def ids(self) -> frozenset[str]:
        """Of the takedowns in force."""
        return frozenset(one.id for one in self._all)

    def page(self, urlkey: str) -> Takedown | None:
        """What stands before all of a page."""
        return next((one for one in self._all if one.covers_page(urlkey)), None)

    def record(self, record_id: str | None) -> Takedown | None:
        """What stands before one capture, by its record id; whole pages are asked for by their keys."""
        if record_id is None:
            return None
        captures = (one for one in self._all if one.scope == "capture")
        return next((one for one in captures if one.record_id == record_id), self._elsewhere.get(record_id))

    def words(self, record_id: str | None) -> Takedown | None:
        """What stands before all that was read in one capture."""
        return self.record(record_id) or self._read_with.get(record_id or "")

    def all_done(self) -> bool:
        """Whether the bytes of all that was taken down have gone: nothing of it lies in any file."""
        return all(one.done for one in self._all)

    def capture(self, capture: Recorded) -> Takedown | None:
        """What stands before a capture: itself, its original, or its page."""
        found = next((one for one in self._all if one.covers(capture)), None)
        return found or self.record(capture.record_id) or self.record(capture.refers_to)

    def single(self) -> bool:
        """Whether captures stand alone: not all that is taken down is known by its page."""
        return bool(self._elsewhere) or any(one.scope == "capture" for one in self._all)

    def gone(self) -> set[str]:
        """Record ids of single captures whose bytes go: nothing may be a revisit of them any more."""
        return {one.record_id for one in self._all if one.redact and one.record_id}

    def refuse_page(self, urlkey: str) -> None:
        """TakenDown if a page may not be shown."""
        if one := self.page(urlkey):
            raise TakenDown(str(one))


def order_of(takedown: Takedown) -> dict[str, Any]:
    """Its order as ``control/`` keeps it; ``at`` and ``actor`` are written by whoever writes orders."""
    said = {
        "verb": "takedown",
        "id": takedown.id,
        "scope": takedown.scope,
        "url": takedown.url,
        "urlkey": takedown.urlkey,
        "record_id": takedown.record_id,
        "timestamp": iso(takedown.timestamp) if takedown.timestamp else None,
        "digest": takedown.digest,
        "reason": takedown.reason,
        "redact": takedown.redact is not None or None,
    }
    return {name: value for name, value in said.items() if value is not None}


def from_order(order: Mapping[str, Any], at: datetime) -> Takedown:
    """The inverse. ValueError, KeyError or TypeError: it is no such order."""
    if order["scope"] not in SCOPES:
        raise ValueError(f"a takedown has no scope {order['scope']!r}")
    if order["scope"] == "capture" and not order["record_id"]:
        raise ValueError("a capture is taken down by its record id")
    return Takedown(
        id=order["id"],
        scope=order["scope"],
        url=order["url"],
        urlkey=order["urlkey"],
        at=at,
        actor=order["actor"],
        reason=order["reason"],
        redact=at if order.get("redact") else None,
        record_id=order.get("record_id"),
        timestamp=from_iso(order["timestamp"]) if order.get("timestamp") else None,
        digest=order.get("digest"),
    )
