"""The live page between two edits, as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    caption: str
    credit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """One entry of the live page. ``older``: it stands on page 2. ``updated``: as the newsroom admits it."""

    id: str
    published: datetime
    paragraphs: tuple[str, ...]
    headline: str | None = None
    updated: datetime | None = None
    picture: Picture | None = None
    older: bool = False

    @property
    def text(self) -> str:
        return "\n".join(self.paragraphs)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What the page says until the next edit; ``updates`` in page order, newest first."""

    number: int
    at: datetime
    opened: datetime  # when the newsroom began to publish; coverage began with the first update
    headline: str
    updates: tuple[Update, ...]
    ended: datetime | None = None

    @property
    def shown(self) -> tuple[Update, ...]:
        """The updates of page 1."""
        return tuple(u for u in self.updates if not u.older)

    @property
    def behind(self) -> tuple[Update, ...]:
        """The updates of page 2; empty as long as there is none."""
        return tuple(u for u in self.updates if u.older)

    @property
    def coverage_start(self) -> datetime:
        return self.updates[-1].published


def iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
