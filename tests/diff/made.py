"""Versions for the tests of comparison, made in a line each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pipelines.model import Change, Update, Version, Window

NOON = datetime(2026, 1, 3, 12, tzinfo=UTC)

STORIES = (
    "Fire crews reached the harbour shortly after dawn. 14 people were injured, police said.",
    "The minister of transport will speak about the closed bridge this afternoon.",
    "Trains between the old town and the airport are running again, with delays of an hour.",
    "A school in the northern district has been opened for families who had to leave.",
    "Power is back in most streets along the river, the utility company announced.",
    "The mayor thanked volunteers who had carried sandbags through the night.",
    "Meteorologists expect the storm to turn east before it reaches the coast.",
    "Shops on the market square stay shut until engineers have checked the roof.",
)


def updates(*texts: str, **fields: Any) -> tuple[Update, ...]:
    return tuple(Update(text=text, position=i, **fields) for i, text in enumerate(texts))


def page(said: Sequence[Update] | Sequence[str] = (), *, minutes: float = 0, **fields: Any) -> Version:
    """A version ``minutes`` after noon."""
    made = tuple(u if isinstance(u, Update) else Update(text=u) for u in said)
    at = NOON + timedelta(minutes=minutes)
    return Version(url="https://news.example.org/live", at=at, updates=made, **fields)


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def stream(n: int, *, newest: int = 0, **fields: Any) -> tuple[Update, ...]:
    """``n`` updates no two of which share a word, newest first, five minutes apart up to ``newest``."""
    first = newest // 5
    return tuple(Update(text=_report(first - i), published=at(newest - 5 * i), **fields) for i in range(n))


def _report(number: int) -> str:
    return " ".join(f"{word}{number + 1000}" for word in ("harbour", "minister", "train", "school", "river"))


def partial(**fields: Any) -> Window:
    return replace(Window(complete=False, load_more=True), **fields)


def types(found: Iterable[Change]) -> list[str]:
    return [c.type for c in found]


def editorial(found: Iterable[Change]) -> list[Change]:
    return [c for c in found if c.class_ == "editorial"]
