"""From a record to when it was published, of all the times that stand in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice

from .distrust import EPOCH_BESIDE, MINUTES
from .found import Found
from .marks import Kind, Mark, Survey
from .rows import Row
from .source import Node
from .talk import DEEPEST, answer_buttons, comments
from .times import Read, shown

WALLED = 3  # records with two times that contradict each other, before one of them is doubted ...
SURE = 0.8  # ... and the share in which they do so in the same way
MOST_AWAY = 28  # half-hours that a zone is from UTC


def found_in(row: Row) -> Found:
    row = _without_comments(row)
    begun = _best(row, "created")
    published = _best(row, "published") or begun
    updated = _best(row, "updated") or _second(row, published)
    taken = published.read.raw if published and published.printed else None
    printed = taken or next((m.read.raw for m in row.marks if m.printed and m.kind == "published"), None)
    return Found(
        carrier="records",
        nodes=(row.node,),
        published=_with_age(_with_day(published, row), row) if published else None,
        updated=updated.read if updated else None,
        created=begun.read if begun and begun is not published else None,
        shown=printed,
        distrust=(*row.distrust, *([MINUTES] if published and _misprinted(published, row) else [])),
        marks=tuple(m.node for m in row.marks if m.printed),
    )


def timed(found: Sequence[Found], seen: Survey, unlike: set[datetime]) -> list[Found]:
    """Times as the page shows them, for updates that another carrier found but dated wrongly (``unlike``)."""
    holders = {f.nodes[0] for f in found}
    held: dict[Node, list[Mark]] = defaultdict(list)
    for mark in seen.marks:
        holder = next((n for n in (mark.node, *mark.node.iterancestors()) if n in holders), None)
        if holder is not None and mark.read.moment not in unlike:
            held[holder].append(mark)
    rows = [found_in(Row(f.nodes[0], tuple(held[f.nodes[0]]))) for f in found]
    return [
        replace(f, published=r.published, updated=r.updated, shown=r.shown, distrust=(*f.distrust, *r.distrust))
        for f, r in zip(found, rows, strict=True)
    ]


def by_epochs(rows: list[Row]) -> list[Row]:
    """Where a stated UTC and an exact time beside it lie a whole number of half-hours apart, the same in (nearly) all
    records, the first is the newsroom's wall time: the other is taken."""
    beside = {r.node: _exact(r) for r in rows}
    gaps = [gap for pair in beside.values() if pair and (gap := _half_hours(*pair))]
    usual = max(set(gaps), key=gaps.count, default=0)
    if len(gaps) < WALLED or gaps.count(usual) < SURE * sum(1 for pair in beside.values() if pair):
        return rows
    return [_taken(r, *pair) if (pair := beside[r.node]) and _half_hours(*pair) == usual else r for r in rows]


def _exact(row: Row) -> tuple[Mark, Mark] | None:
    """The time of the time element, marked as UTC, and an epoch in the record."""
    exact = (m for m in row.marks if m.read.moment and m.read.moment.tzinfo and not m.printed)
    stated = [m for m in exact if m.kind != "updated"]
    wall = next((m for m in stated if m.on_time and not m.read.raw.isdigit() and not _away(m)), None)
    epoch = next((m for m in stated if m.read.raw.isdigit()), None)
    return (wall, epoch) if wall and epoch else None


def _away(mark: Mark) -> bool:
    return mark.read.moment is not None and bool(mark.read.moment.utcoffset())


def _half_hours(wall: Mark, epoch: Mark) -> int:
    """How many lie between the two; 0 if it is no whole number."""
    assert wall.read.moment
    assert epoch.read.moment
    minutes = round((wall.read.moment - epoch.read.moment).total_seconds() / 60)
    half_hours = round(minutes / 30)
    return half_hours if abs(minutes - 30 * half_hours) <= 1 and abs(half_hours) <= MOST_AWAY else 0


def _taken(row: Row, wall: Mark, epoch: Mark) -> Row:
    right = replace(epoch, kind="published", on_time=True)
    marks = tuple(right if m is wall else m for m in row.marks if m is not epoch)
    return Row(row.node, marks, (EPOCH_BESIDE,))


def _misprinted(stated: Mark, row: Row) -> bool:
    """The clock printed in the same element has the hour of the stated time and other minutes."""
    moment = stated.read.moment
    clocks = [m.read.clock for m in row.marks if m.node is stated.node and m.printed and m.read.clock]
    return moment is not None and any(c.hour == moment.hour and abs(c.minute - moment.minute) > 1 for c in clocks)


def _best(row: Row, kind: Kind) -> Mark | None:
    marks = [m for m in row.marks if m.kind == kind and not _quoted(m.node, row.node)]
    return min(marks, key=_rank, default=None)  # the first in the document among equals


def _without_comments(row: Row) -> Row:
    """Without the times of what readers say within a record."""
    if len(row.marks) < 2:
        return row
    parts, _ = comments(row.node, [m.node for m in row.marks], answer_buttons(row.node))
    if not parts:
        return row
    theirs = set(parts)
    kept = [m for m in row.marks if theirs.isdisjoint(islice(m.node.iterancestors(), DEEPEST))]
    return replace(row, marks=tuple(kept))


def _with_day(clock: Mark, row: Row) -> Read:
    """A clock alone with the day that is printed in the element beside it, or stated by the record itself."""
    read = clock.read
    if read.clock is None or read.day is not None or not clock.printed:
        return read
    beside = (m.read.day for m in row.marks if m.printed and m.read.clock is None and _adjoin(m.node, clock.node))
    own = (m.read for m in row.marks if m.node is row.node and m.read.precision == "day")
    stated = (read.moment.date() for read in own if read.moment)
    return replace(read, day=next((day for day in (*beside, *stated) if day is not None), None))


def _adjoin(one: Node, other: Node) -> bool:
    return other in (one.getnext(), one.getprevious(), one.getparent()) or one is other.getparent()


def _with_age(read: Read, row: Row) -> Read:
    """A clock alone with the age printed elsewhere in the record."""
    if read.clock is None or read.day is not None or read.age is not None:
        return read
    ages = (m.read.age for m in row.marks if m.kind == "published" and m.read.precision != "day")
    return replace(read, age=next((a for a in ages if a is not None), None))


def _rank(mark: Mark) -> int:
    """A stated time on the time element, any stated time, a wall time, a printed one, an age."""
    read = mark.read
    if read.moment is not None and read.moment.tzinfo is not None:
        return 0 if mark.on_time else 1
    if read.moment is not None and not mark.printed:
        return 2 if read.precision != "day" else 4
    if read.minute is not None:
        return 6
    dated = read.moment is not None and read.precision != "day"
    return 3 if read.clock is not None or dated else 5 if read.age is not None else 4


def _second(row: Row, first: Mark | None) -> Mark | None:
    """A second stated time, later than the first and of the same make, is when it was updated."""
    if first is None or first.read.moment is None:
        return None
    for mark in row.marks:
        moment = mark.read.moment
        alike = mark.node.tag == first.node.tag and mark.printed == first.printed and mark.node is not first.node
        if alike and moment and moment.tzinfo and first.read.moment.tzinfo and moment > first.read.moment:
            return replace(mark, kind="updated")
    return None


def _leads_on(box: Node) -> bool:
    """Links to something else than what its record is, with more to say than when that was."""
    if next(box.iter("a"), None) is None:
        return False
    return any(text.strip() and shown(text) is None for text in box.itertext())


def _quoted(node: Node, record: Node) -> bool:
    """The date of an embedded post, or of a story that a box beside the text leads to, is not the update's."""
    for ancestor in node.iterancestors():
        if ancestor is record:
            return False
        if ancestor.tag in ("blockquote", "figure", "video", "iframe"):
            return True
        if ancestor.tag == "aside" and _leads_on(ancestor):
            return True
    return False
