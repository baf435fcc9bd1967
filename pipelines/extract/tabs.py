"""Days that stand on tabs: of a page that keeps each day of its coverage in a part of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from .dom import said
from .found import Found
from .source import Node
from .times import SHOWN_MOST, shown

_TARGETS = ("href", "data-target", "data-bs-target", "aria-controls")
FEWEST = 2  # tabs


def dated(found: Sequence[Found], body: Node) -> list[Found]:
    """Clocks without a day get that of the tab which opens the part that they stand in."""
    bare = [f for f in found if f.day is None and f.published and f.published.clock and f.published.day is None]
    days = _days(body) if bare else {}
    if len(days) < FEWEST:
        return list(found)
    return [replace(f, day=_day(f, days)) if f in bare else f for f in found]


def _day(found: Found, days: dict[str, date]) -> date | None:
    around = (days.get(holder.get("id") or "") for holder in found.nodes[0].iterancestors())
    return next((day for day in around if day), None)


def _days(body: Node) -> dict[str, date]:
    """By the id of the part that a control opens."""
    found: dict[str, date] = {}
    for control in body.iter("a", "button", "li"):
        ids = {value.removeprefix("#") for name in _TARGETS if (value := control.get(name) or "") and " " not in value}
        text = said(control) if ids else ""
        read = shown(text) if 0 < len(text) <= SHOWN_MOST else None
        if read is not None and read.day and not read.clock:
            found.update(dict.fromkeys(ids, read.day))
    return found
