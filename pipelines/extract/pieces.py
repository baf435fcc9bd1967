"""What is found while an update is cleaned, apart from its text."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Parts:
    """Collected while the copy is cleaned."""

    headline: str | None = None
    authors: list[str] = field(default_factory=list)
    captions: list[str] = field(default_factory=list)
    media: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)  # of lines that were taken out
    pinned: bool = False
    key_event: bool = False
