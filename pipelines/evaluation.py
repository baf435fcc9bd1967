"""Extraction measured against truth files: pure scoring; the command line reads the files.

A truth file is ``<page>.truth.json`` beside the saved page (live-pages 13): ``url``, ``page_timezone`` and
``entries`` with ``id, published, updated, headline, text_start, text_end, text_chars, full``; times UTC or null.
A folder of ``tests/pages`` is a truth, too: ``truth_of`` makes one of what it expects. There ``local`` stands for
``published`` where the page states no zone: what the newsroom's own clock showed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from difflib import SequenceMatcher
from typing import Any
from zoneinfo import ZoneInfo

from .extract import ids
from .extract.canonical import letters
from .model import Update, Version

Entry = Mapping[str, Any]

LONGEST = 2.0  # an update over twice as long as the true one has swallowed another
TOLD = 80  # characters at either end of a text that a truth names
FARTHEST = timedelta(hours=14)  # of any zone from UTC
AFTER_NEWEST = timedelta(minutes=10)  # when a saved page was fetched, where the truth does not say


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Counts of one page, or of several: they add up."""

    truth: int = 0
    found: int = 0
    matched: int = 0
    timed: int = 0  # matched entries whose truth has a time
    utc: int = 0  # of these, right to the minute in UTC
    clocked: int = 0  # matched entries whose truth has a time, or what the newsroom's own clock showed
    local: int = 0  # of these, right in UTC or on that clock
    invented: int = 0  # a time where the truth has none
    dropped: int = 0  # none where the truth has one
    with_created: int = 0
    created: int = 0
    with_id: int = 0  # matched entries whose truth has an id
    ids: int = 0
    with_text: int = 0
    similarity: float = 0.0  # sum over with_text
    ends: int = 0  # first and last words kept
    with_headline: int = 0
    headlines: int = 0
    ordered: int = 0  # matched entries in the longest run that keeps the true order
    fell_back: int = 0
    fragments: int = 0  # updates of which trafilatura was asked alone, as their cut was doubtful
    with_flags: int = 0  # flags that truths name, pinned and key event
    flags: int = 0
    text_letters: int = 0  # of the pages' texts, where their updates were counted against them
    uncovered: int = 0
    extra: int = 0
    stayed: int = 0  # updates that stand unchanged in the next version of their page ...
    kept_key: int = 0  # ... and have their key there, too

    def __add__(self, other: Score) -> Score:
        return Score(**{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(Score)})

    def rates(self) -> dict[str, float | int | None]:
        """What is reported; None where there was nothing to get right."""
        return {
            "truth": self.truth,
            "found": self.found,
            "recall": _share(self.matched, self.truth),
            "precision": _share(self.matched, self.found),
            "time_utc": _share(self.utc, self.timed),
            "time_local": _share(self.local, self.clocked),
            "time_invented": self.invented,
            "time_dropped": self.dropped,
            "created": _share(self.created, self.with_created),
            "ids": _share(self.ids, self.with_id),
            "text": _share(self.similarity, self.with_text),
            "text_ends": _share(self.ends, self.with_text),
            "headlines": _share(self.headlines, self.with_headline),
            "order": _share(self.ordered, self.matched),
            "flags": _share(self.flags, self.with_flags),
            "fragment_calls": _share(self.fragments, self.found),
            "own_serialisation": self.fell_back,
            "uncovered": _share(self.uncovered, self.text_letters),
            "extra": _share(self.extra, self.text_letters),
            "keys_kept": _share(self.kept_key, self.stayed),
        }


def _share(part: float, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def fetched_at(truth: Mapping[str, Any]) -> datetime:
    """``at`` of the truth file, else shortly after its newest time."""
    if truth.get("at"):
        return datetime.fromisoformat(truth["at"]).astimezone(UTC)
    times = [datetime.fromisoformat(v) for e in truth["entries"] for k in ("published", "updated") if (v := e.get(k))]
    return max(times, default=datetime.now(UTC)) + AFTER_NEWEST


def truth_of(expected: Mapping[str, Any], *, url: str, at: datetime) -> dict[str, Any] | None:
    """The truth that an ``expected.json`` holds; None if it says nothing about updates."""
    if "updates" not in expected:
        return None
    entries = [{**update, **_words(update.get("text") or "")} for update in expected["updates"]]
    return {"url": url, "at": at.isoformat(), "entries": entries}


def _words(text: str) -> dict[str, Any]:
    flat = " ".join(text.split())
    return {"full": flat, "text_start": flat[:TOLD], "text_end": flat[-TOLD:], "text_chars": len(flat)}


def score(version: Version, truth: Mapping[str, Any]) -> Score:
    """One page against its truth."""
    pairs = match(version.updates, truth["entries"])
    zone = ZoneInfo(truth.get("page_timezone") or "UTC")
    ahead = _ahead(pairs)
    total = Score(truth=len(truth["entries"]), found=len(version.updates), matched=len(pairs))
    for update, entry in pairs:
        total += _one(update, entry, zone, ahead)
    places = [update.position for update, _ in sorted(pairs, key=lambda p: truth["entries"].index(p[1]))]
    return total + _of_page(version) + Score(ordered=_longest_run(places))


def _of_page(version: Version) -> Score:
    """What needs no truth: how the texts were cut, and how much of the page they account for."""
    ways = [dict(update.provenance).get("text", "") for update in version.updates]
    counted = version.uncovered is not None
    return Score(
        fragments=sum("trafilatura" in way or "own serialisation" in way for way in ways),
        text_letters=sum(map(str.isalnum, version.text)) if counted else 0,
        uncovered=version.uncovered or 0,
        extra=version.extra or 0,
    )


def stability(before: Version, after: Version) -> Score:
    """Two versions of a page in turn: do updates that did not change keep their keys?"""
    keys = [_once((letters(u.text), u.key) for u in v.updates) for v in (before, after)]
    both = keys[0].keys() & keys[1].keys()
    return Score(stayed=len(both), kept_key=sum(keys[0][text] == keys[1][text] for text in both))


def _once(named: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Texts that stand on the page only once: of others nobody can say which is which."""
    pairs = [(text, key) for text, key in named if text]
    counts = Counter(text for text, _ in pairs)
    return {text: key for text, key in pairs if counts[text] == 1}


def match(updates: Sequence[Update], entries: Sequence[Entry]) -> list[tuple[Update, Entry]]:
    """One to one: by how the text begins (and not over twice as long); without text by id, else by time."""
    free = list(updates)
    pairs: list[tuple[Update, Entry]] = []
    for accept in (_same_text, _same_place):
        for entry in entries:
            if any(entry is e for _, e in pairs):
                continue
            update = next((u for u in _likely(free, entry) if accept(u, entry)), None)
            if update is not None:
                free.remove(update)
                pairs.append((update, entry))
    return pairs


def _likely(updates: Sequence[Update], entry: Entry) -> Iterator[Update]:
    """Those with the entry's id or time first: some texts repeat."""
    yield from sorted(updates, key=lambda u: not (_same_id(u, entry) or _right(u.published, entry.get("published"))))


def _same_text(update: Update, entry: Entry) -> bool:
    start, said = letters(entry.get("text_start") or ""), letters(update.text)
    return bool(start) and start in said and len(update.text) <= LONGEST * max(entry["text_chars"], 40)


def _same_place(update: Update, entry: Entry) -> bool:
    if entry.get("text_start") and entry["text_chars"] >= 30:
        return False
    return _same_id(update, entry) or (not entry.get("id") and _right(update.published, entry.get("published")))


def _same_id(update: Update, entry: Entry) -> bool:
    return bool(entry.get("id") and update.id) and ids.normal(str(entry["id"])) == ids.normal(update.id or "")


def _right(moment: datetime | None, true: str | None) -> bool:
    """Equal to the minute; two nulls are equal."""
    if moment is None or not true:
        return moment is None and not true
    return _minute(moment) == _minute(datetime.fromisoformat(true))


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _ahead(pairs: Iterable[tuple[Update, Entry]]) -> timedelta:
    """How far the newsroom's clock is ahead of UTC, as the page was read: what most of its times have."""
    read = ((u.published, e.get("local")) for u, e in pairs)
    steps = Counter(_wall(local) - _minute(moment) for moment, local in read if moment and local)
    return max((s for s in steps if abs(s) <= FARTHEST), key=lambda s: (steps[s], -abs(s)), default=timedelta())


def _wall(local: str) -> datetime:
    return _minute(datetime.fromisoformat(local)).replace(tzinfo=UTC)


def _one(update: Update, entry: Entry, zone: ZoneInfo, ahead: timedelta) -> Score:
    true, full = entry.get("published"), letters(entry.get("full") or "")
    utc = bool(true) and _right(update.published, true)
    wall = None if true else entry.get("local")
    on_wall = bool(wall) and update.published is not None and _minute(update.published) + ahead == _wall(str(wall))
    said = letters(update.text)
    start, end = (letters(entry.get(k) or "") for k in ("text_start", "text_end"))
    return Score(
        timed=bool(true),
        utc=utc,
        clocked=bool(true or wall),
        local=on_wall or (bool(true) and (utc or _right_locally(update.published, str(true), zone))),
        invented="published" in entry and not true and update.published is not None,
        dropped=bool(true or wall) and update.published is None,
        with_created=bool(entry.get("created")),
        created=bool(entry.get("created")) and _created(update, entry),
        with_id=bool(entry.get("id")),
        ids=_same_id(update, entry),
        with_text=bool(full),
        similarity=SequenceMatcher(None, said, full, autojunk=False).ratio() if full else 0.0,
        ends=bool(full) and start in said and end in said,
        with_headline=bool(entry.get("headline")),
        headlines=bool(entry.get("headline")) and letters(update.headline or "") == letters(entry["headline"]),
        **_flags(update, entry),
        fell_back="own serialisation" in dict(update.provenance).get("text", ""),
    )


def _created(update: Update, entry: Entry) -> bool:
    """Kept apart, or the same to the minute as the time of publication."""
    return _right(update.created or update.published, entry["created"])


def _flags(update: Update, entry: Entry) -> dict[str, int]:
    told = [(bool(entry[name]), getattr(update, name)) for name in ("pinned", "key_event") if name in entry]
    return {"with_flags": len(told), "flags": sum(true == found for true, found in told)}


def _right_locally(moment: datetime | None, true: str, zone: ZoneInfo) -> bool:
    wall = datetime.fromisoformat(true).astimezone(zone).replace(tzinfo=UTC)
    return moment is not None and _minute(moment) == _minute(wall)


def _longest_run(places: Sequence[int]) -> int:
    """Length of the longest increasing subsequence."""
    best: list[int] = []
    for index, place in enumerate(places):
        best.append(1 + max((best[i] for i in range(index) if places[i] < place), default=0))
    return max(best, default=0)
