"""What a carrier hands over: an update as it saw it, before the carriers are reconciled."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from .source import Node
from .times import Read

Carrier = str  # "json-ld", "microdata", "records", "headings", or a profile's: "profile:NAME"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One candidate. DOM carriers give ``nodes`` (their text is cut later), JSON-LD gives ``text``."""

    carrier: Carrier
    nodes: tuple[Node, ...] = ()
    id: str | None = None
    url: str | None = None
    text: str = ""
    headline: str | None = None
    authors: tuple[str, ...] = ()
    published: Read | None = None
    updated: Read | None = None
    created: Read | None = None  # stated beside ``published``
    shown: str | None = None  # the time as printed beside it
    day: date | None = None  # of a day heading above it
    skip: int = 0  # characters of a node's text taken by the clock ...
    skip_at: int = 0  # ... where they begin ...
    skip_in: int = 0  # ... and which of ``nodes`` that is
    ended: bool = False  # its time stands below its text, as that of a letter does
    pinned: bool = False
    key_event: bool = False
    distrust: tuple[str, ...] = ()  # rules of distrust.py that took something away
    marks: tuple[Node, ...] = field(default=())  # elements that hold its times: no part of its text
    body: tuple[Node, ...] = ()  # the part of ``nodes`` that holds its text, where a profile knows it
    notes: tuple[tuple[str, str], ...] = ()  # what another carrier filled in or said otherwise, by field


@dataclass(frozen=True, slots=True)
class Group:
    """The updates one carrier saw, in document order, and how much speaks for them."""

    carrier: Carrier
    found: tuple[Found, ...]
    score: float = 0.0
