"""How much of what the newsroom did was recorded: its own log held against the recorded changes.

    truth, changes -> pairs (same kind, same update, same words) -> caught, missed, invented

Nothing is matched by counting: a change catches a truth only if it names its type and either its update (by id,
or by text where the page carries no ids) and what became of it. Each catches at most one of the other.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from typing import Any

Entry = Mapping[str, Any]

_ALIKE = 0.8  # share of words in common, in order, that makes two texts the same update
# A request begun before an edit may be answered after it; WARC-Date is when it began.
_IN_FLIGHT = timedelta(seconds=5)

_NAMES = {
    "added": "additions",
    "edited": "edits",
    "removed": "deletions",
    "moved": "moves",
    "retimed": "new times",
    "headline": "headlines",
    "left_window": "left the window",
    "coverage_ended": "end of coverage",
}


@dataclass(frozen=True, slots=True)
class Tally:
    caught: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """``missed`` are entries of the log without a change, ``invented`` changes without an entry.

    ``unconfirmed`` counts deletions that were found but stand as not confirmed by a second look.
    """

    kinds: Mapping[str, Tally]
    missed: tuple[Entry, ...] = ()
    invented: tuple[Entry, ...] = ()
    unconfirmed: int = 0

    @property
    def caught(self) -> int:
        return sum(t.caught for t in self.kinds.values())

    @property
    def total(self) -> int:
        return sum(t.total for t in self.kinds.values())

    @property
    def perfect(self) -> bool:
        return not self.missed and not self.invented

    def summary(self) -> str:
        """``additions 5/5, edits 4/4, deletions 2/2, ...; invented 0``"""
        kinds = [f"{_NAMES[kind]} {t.caught}/{t.total}" for kind, t in self.kinds.items()]
        return f"{', '.join(kinds) or 'nothing was done'}; invented {len(self.invented)}"

    def to_json(self) -> dict[str, Any]:
        kinds = {kind: {"caught": t.caught, "total": t.total} for kind, t in self.kinds.items()}
        return {
            "caught": self.caught,
            "total": self.total,
            "kinds": kinds,
            "invented": len(self.invented),
            "unconfirmed": self.unconfirmed,
        }


def score(truth: Sequence[Entry], changes: Sequence[Entry]) -> Score:
    """Match the newsroom's log (``Newsroom.truth()``) with recorded changes.

    ``changes``: as ``compare --json`` prints them, with ``seen_by`` (ISO) where known. A change given twice,
    first unconfirmed and then confirmed, is one change. Counted as invented: what is left over of editorial
    class, and moves, new times, leavings and ends of coverage that never were.
    """
    changes = _once(changes)
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for t, entry in enumerate(truth):
        fitting = (c for c, change in enumerate(changes) if c not in taken and _catches(change, entry))
        found = next(fitting, None)
        if found is not None:
            pairs[t] = found
            taken.add(found)
    left = [c for i, c in enumerate(changes) if i not in taken]
    return Score(
        kinds=_tallies(truth, pairs),
        missed=tuple(e for t, e in enumerate(truth) if t not in pairs),
        invented=tuple(c for c in left if _is_claim(c)),
        unconfirmed=sum(not changes[c].get("confirmed", True) for c in pairs.values()),
    )


def _tallies(truth: Sequence[Entry], pairs: Mapping[int, int]) -> dict[str, Tally]:
    totals = Counter(e["kind"] for e in truth)
    caught = Counter(truth[t]["kind"] for t in pairs)
    return {kind: Tally(caught[kind], totals[kind]) for kind in _NAMES if totals[kind]}


def _once(changes: Sequence[Entry]) -> list[Entry]:
    """Without the first of two reports of one removal: not confirmed, then confirmed."""
    confirmed = {_what(c) for c in changes if c.get("confirmed", True)}
    return [c for c in changes if c.get("confirmed", True) or _what(c) not in confirmed]


def _what(change: Entry) -> tuple[Any, ...]:
    return tuple(change.get(k) for k in ("type", "update", "field", "old", "new"))


def _is_claim(change: Entry) -> bool:
    """Does the change say that the newsroom did something? A stamp 'updated' only comes with an edit."""
    if change["type"] == "retimed" and change.get("field") in ("updated", "datePublished"):
        return False
    return change["class"] == "editorial" or (change["class"] == "metadata" and change["type"] in _NAMES)


def _catches(change: Entry, entry: Entry) -> bool:
    kind = entry["kind"]
    if change["type"] != kind or change["class"] in ("cosmetic", "volatile") or not _in_time(change, entry):
        return False
    return _SAYS[kind](change, entry)


def _in_time(change: Entry, entry: Entry) -> bool:
    """Nothing can be seen before it was done."""
    seen_by = change.get("seen_by")
    return seen_by is None or _moment(seen_by) + _IN_FLIGHT >= _moment(entry["at"])


def _says_added(change: Entry, entry: Entry) -> bool:
    return _same_update(change, entry, change.get("new"), entry["new"])


def _says_gone(change: Entry, entry: Entry) -> bool:
    return _same_update(change, entry, change.get("old"), entry["old"])


def _says_edited(change: Entry, entry: Entry) -> bool:
    """The same update, and exactly the words that went and came."""
    if not (change.get("old") and change.get("new")):
        return False
    same = _same_update(change, entry, change["old"], entry["old"])
    return same and _swapped(change["old"], change["new"]) == _swapped(entry["old"], entry["new"])


def _says_moved(change: Entry, entry: Entry) -> bool:
    """By the update's id; without one, by the places it left and took."""
    if (by_id := _same_id(change, entry)) is not None:
        return by_id
    return (str(change.get("old")), str(change.get("new"))) == (entry["old"], entry["new"])


def _says_retimed(change: Entry, entry: Entry) -> bool:
    """The same times to the minute, which is what newsrooms print, of the same update."""
    if change.get("field") not in (None, "published") or _same_id(change, entry) is False:
        return False
    return all(_minute(change.get(side)) == _minute(entry[side]) for side in ("old", "new"))


def _says_headline(change: Entry, entry: Entry) -> bool:
    return all(_words(change.get(side)) == _words(entry[side]) for side in ("old", "new"))


def _says_ended(change: Entry, entry: Entry) -> bool:
    return True  # a page's coverage ends once; a second claim finds this entry taken


_SAYS = {
    "added": _says_added,
    "edited": _says_edited,
    "removed": _says_gone,
    "left_window": _says_gone,
    "moved": _says_moved,
    "retimed": _says_retimed,
    "headline": _says_headline,
    "coverage_ended": _says_ended,
}


def _same_update(change: Entry, entry: Entry, said: str | None, true: str) -> bool:
    """The ids agree, where there are any, and so do the texts, with or without the update's headline."""
    if _same_id(change, entry) is False:
        return False
    texts = [true, f"{entry.get('headline') or ''} {true}"]
    return any(SequenceMatcher(None, _words(said), _words(t), autojunk=False).ratio() >= _ALIKE for t in texts)


def _same_id(change: Entry, entry: Entry) -> bool | None:
    """None if the change's key is no id of the newsroom's but made of the update's text."""
    key = change.get("update") or ""
    if not key.startswith("id:"):
        return None
    return entry["update"] in re.findall(r"\d+", key)


def _swapped(old: str, new: str) -> tuple[Counter[str], Counter[str]]:
    before, after = Counter(_words(old)), Counter(_words(new))
    return before - after, after - before


def _words(text: str | None) -> list[str]:
    return re.findall(r"\w+", (text or "").casefold())


def _minute(text: str | None) -> datetime | None:
    return _moment(text).replace(second=0, microsecond=0) if text else None


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
