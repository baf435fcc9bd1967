"""What the newsroom did to the page, one entry for each thing, read off the states before and after.

By the newsroom's own ids, so it is what happened and not what was planned: an update added and deleted within
one step was never published and leaves no entry.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from .state import State, Update, iso

KINDS = ("added", "edited", "removed", "moved", "retimed", "headline", "left_window", "coverage_ended")


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """One thing the newsroom did. ``old`` and ``new`` are texts, ISO times or positions, by ``kind``."""

    at: datetime
    state: int  # the number of the state that shows it
    kind: str  # one of KINDS
    update: str | None = None
    text: str = ""  # the update's text, to know it by where a page carries no ids
    headline: str | None = None  # the update's own headline
    silent: bool = False  # an edit without a notice, a removal without a word
    old: str | None = None
    new: str | None = None

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "at": iso(self.at)}


def truth(old: State, new: State, *, moved: set[str]) -> list[Truth]:
    """What happened between two states, by the newsroom's own ids; a move is one because it was declared."""
    before, after = {u.id: u for u in old.shown}, {u.id: u for u in new.shown}
    entries: list[Truth] = []
    for u in new.shown:
        if u.id in before:
            entries += _kept(before[u.id], u, new)
        else:
            entries.append(_entry("added", u, new, new=u.text))
    for u in old.shown:
        if u.id not in after:
            left = any(u.id == other.id for other in new.behind)
            entries.append(_entry("left_window" if left else "removed", u, new, silent=not left, old=u.text))
    entries += [
        _entry("moved", after[i], new, old=_place(old, i), new=_place(new, i))
        for i in sorted(moved & before.keys() & after.keys())
    ]
    return entries + _of_the_page(old, new)


def _kept(old: Update, new: Update, state: State) -> list[Truth]:
    entries = []
    if old.text != new.text:
        silent = new.updated == old.updated
        entries.append(_entry("edited", new, state, silent=silent, old=old.text, new=new.text))
    if old.published != new.published:
        entries.append(_entry("retimed", new, state, old=iso(old.published), new=iso(new.published)))
    return entries


def _of_the_page(old: State, new: State) -> list[Truth]:
    entries = []
    if old.headline != new.headline:
        entries.append(Truth(at=new.at, state=new.number, kind="headline", old=old.headline, new=new.headline))
    if new.ended and not old.ended:
        entries.append(Truth(at=new.at, state=new.number, kind="coverage_ended", new=iso(new.ended)))
    return entries


def _entry(kind: str, update: Update, state: State, **more: Any) -> Truth:
    return Truth(
        at=state.at,
        state=state.number,
        kind=kind,
        update=update.id,
        text=update.text,
        headline=update.headline,
        **more,
    )


def _place(state: State, update_id: str) -> str:
    return str([u.id for u in state.shown].index(update_id))
