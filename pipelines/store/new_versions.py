"""Versions as they come in: numbered, and known again where the page has said the same before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, func, insert, select

from pipelines.derivations import DIFFER
from pipelines.face import version_to_json
from pipelines.model import Visit

from . import rows
from .statements import insert_new, listed_pairs
from .tables import changes, versions

Content = tuple[str, str]  # a page, and the hash of what it said


def add_versions(connection: Connection, read: Sequence[Visit]) -> dict[str, int]:
    """Save them with their changes, in this order; the number of each by its visit.

    It is the page's next, or the one that the visit comes with (``version_seq``).
    """
    contents = [_content(visit) for visit in read]
    last, first = _known(connection, contents)
    numbers: dict[str, int] = {}
    new: list[dict[str, Any]] = []
    told: list[dict[str, Any]] = []
    for visit, content in zip(read, contents, strict=True):
        page, hashed = content
        before = visit.version_seq - 1 if visit.version_seq else last.get(page, 0)
        number = numbers[visit.id] = before + 1
        twin = first.get(content, number)
        new.append(_row(visit, number, hashed, twin if twin < number else None))
        told += _changes(visit, before if visit.told_from is None else visit.told_from, number)
        last[page] = max(number, last.get(page, 0))
        first[content] = min(number, twin)
    if new:
        connection.execute(insert(versions), new)
    insert_new(connection, changes, told)
    return numbers


def _content(visit: Visit) -> Content:
    from pipelines.extract.canonical import content_hash  # who only looks something up has no use for its tables

    assert visit.version is not None  # whoever saves has looked
    return visit.urlkey, content_hash(visit.version)


def _known(connection: Connection, contents: Sequence[Content]) -> tuple[dict[str, int], dict[Content, int]]:
    """The last number of each page, and the first under which it said this."""
    if not contents:
        return {}, {}
    page, hashed = listed_pairs(connection, contents)
    mine = versions.c.urlkey == page
    number = select(func.max(versions.c.seq)).where(mine).scalar_subquery()
    twin = select(func.min(versions.c.seq)).where(mine, versions.c.content_hash == hashed).scalar_subquery()
    found = connection.execute(select(page, hashed, number, twin)).all()
    return {row[0]: row[2] for row in found if row[2]}, {(row[0], row[1]): row[3] for row in found if row[3]}


def _row(visit: Visit, number: int, hashed: str, same_as: int | None) -> dict[str, Any]:
    version, capture = visit.version, visit.captures[0]
    assert version is not None
    when = rows.micros(capture.timestamp)
    row: dict[str, Any] = rows.cleaned({
        "urlkey": visit.urlkey,
        "seq": number,
        "visit_id": visit.id,
        "first_seen": when,
        "last_seen": when,
        "record_id": capture.record_id,
        "digest": capture.digest,
        "content_hash": hashed,
        "same_as": same_as,
        "state": version.state,
        "headline": version.headline,
        "document": rows.document(version_to_json(version)),
        "differ": DIFFER,
    })  # fmt: skip
    return row


def _changes(visit: Visit, from_: int, number: int) -> Iterable[dict[str, Any]]:
    assert visit.version is not None
    facts = {"urlkey": visit.urlkey, "url": rows.clean(visit.url), "from_seq": from_, "to_seq": number}
    rules = {"differ": DIFFER, "extractor": visit.version.extractor}
    return rows.change_rows(visit.changes, seen_by=visit.captures[0].timestamp, **facts, **rules)
