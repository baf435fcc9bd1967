"""A history as events in time, for ``make bench-schedule ARGS="--trace FILE"``: what other schedules would have caught.

CSV with ``page,time,kind,entry,rev``: URL; seconds since 1970; entry, edit, deletion or head; the update's number on
its page (-1: headline or standfirst); the how many-th state of it, from 0. An event has the newsroom's own time where
that lies between the two looks that it came between, else the middle of them. What nobody saw is not in it: a schedule
that looks more often than the crawler did is told too little.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from pipelines.errors import NotArchived
from pipelines.model import Update
from pipelines.store.catalog import Catalog, StoredChange, StoredVersion

from .choice import Choice
from .draft import draft
from .estimates import estimates
from .result import TAKEN_DOWN, Exported, Tally

HEAD = ("page", "time", "kind", "entry", "rev")
OF_PAGE = -1
_KINDS = {
    "added": "entry", "restored": "entry", "split": "entry", "edited": "edit", "retitled": "edit", "reverted": "edit",
    "removed": "deletion", "merged": "deletion", "headline": "head", "standfirst": "head",
}  # fmt: skip


class Event(NamedTuple):
    time: float
    kind: str
    entry: int
    rev: int


def events(versions: Sequence[StoredVersion], changes: Iterable[StoredChange]) -> list[Event]:
    """Of one page, in the order of time; versions and changes in that of their numbers."""
    shown = {stored.seq: {update.key: update for update in stored.version.updates} for stored in versions}
    told: list[tuple[float, str, str]] = []
    if versions:
        first = versions[0]
        told += [(_first(update, first.first_seen), "entry", update.key) for update in first.version.updates]
    seen: set[tuple[int, str, str]] = set()
    for stored in changes:
        change, kind = stored.change, _KINDS.get(stored.change.type)
        name = change.update or ""
        if kind is None or change.class_ != "editorial" or (stored.to_seq, kind, name) in seen:
            continue
        if change.seen_after is None or change.seen_by is None:  # not of an archive
            continue
        seen.add((stored.to_seq, kind, name))  # an update that was edited in two ways was edited once
        update = shown.get(stored.to_seq, {}).get(name)
        told.append((_time(change.seen_after, change.seen_by, kind, update), kind, name))
    return list(_numbered(sorted(told)))


def _numbered(told: Iterable[tuple[float, str, str]]) -> Iterator[Event]:
    numbers: dict[str, int] = {}
    states: dict[int, int] = {}
    for time, kind, name in told:
        entry = OF_PAGE if kind == "head" else numbers.setdefault(name, len(numbers))
        states[entry] = states.get(entry, -1) + 1
        yield Event(time, kind, entry, states[entry])


def _first(update: Update, seen: datetime) -> float:
    stated = update.published if update.time_source != "relative" else None
    return min(stated or seen, seen).timestamp()


def _time(seen_after: datetime, seen_by: datetime, kind: str, update: Update | None) -> float:
    after, by = seen_after.timestamp(), seen_by.timestamp()
    stated = None
    if update is not None and update.time_source != "relative":
        stated = {"entry": update.published, "edit": update.updated}.get(kind)
    own = stated.timestamp() if stated else None
    return own if own is not None and after < own <= by else (after + by) / 2


def lines(url: str, found: Iterable[Event]) -> bytes:
    """As CSV, without the head."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for event in found:
        writer.writerow((url, f"{event.time:.3f}", event.kind, event.entry, event.rev))
    return text.getvalue().encode()


def write_trace(catalog: Catalog, choice: Choice, target: Path, *, force: bool) -> Exported:
    """NotArchived: nothing is known to have happened there. Pages that were taken down are left out and counted."""
    tally, blocks = Tally(), catalog.blocks()
    with draft(target, force=force) as file:
        file.write((",".join(HEAD) + "\n").encode())
        for page in catalog.pages():
            if choice.chosen.urlkeys is not None and page.urlkey not in choice.chosen.urlkeys:
                continue
            if blocks.page(page.urlkey):
                tally.leave(TAKEN_DOWN, page.url)
                continue
            versions = [stored for stored in catalog.versions(page.urlkey) if stored.redacted is None]
            found = [one for one in events(versions, catalog.changes(urlkey=page.urlkey)) if _within(one, choice)]
            tally.pages, tally.events = tally.pages + bool(found), tally.events + len(found)
            file.write(lines(page.url, found))
        if not tally.events:
            raise NotArchived(f"nothing is known to have happened on what is asked for ({choice})")
        size, sha256 = file.finish()
    return Exported(target, size, sha256, tally, estimated=estimates(catalog, choice.chosen))


def _within(one: Event, choice: Choice) -> bool:
    since, until = choice.chosen.since, choice.chosen.until
    return (since is None or one.time >= since.timestamp()) and (until is None or one.time <= until.timestamp())
