"""What later extractors read in old captures: rows of their own, so that no version and no change is touched."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, exists, func, select, tuple_

from pipelines.face import version_from_json, version_to_json
from pipelines.takedowns import Blocks

from . import rows
from .catalog_redaction import blocks_in
from .database import Database
from .statements import insert_new, listed
from .stored import Chosen, LaterReading, PastReading
from .tables import captures, reextracted, versions, visits

# What comes of a page's own answer that was kept whole; the crawler has read it once.
_READ = ("version", "unchanged", "empty", "not-html", "decode", "extract-failed", "refused")
Place = tuple[str, int]  # file and offset


class ReextractedRows(Database):
    """Readings by later extractors."""

    def to_reextract(self, extractor: str, chosen: Chosen, *, after: Place, limit: int) -> list[PastReading]:
        """Captures that this extractor was not asked about yet, as they lie in the files; those behind ``after``.

        A capture without a visit (another project's spider) or whose visit is not read yet is none of them.
        """
        place = (captures.c.filename, captures.c.offset)

        def act(connection: Connection) -> list[PastReading]:
            query = _asked(connection, extractor, chosen).where(tuple_(*place) > tuple_(*after))
            return [_past(row) for row in connection.execute(query.order_by(*place).limit(limit)).mappings()]

        return self.read(act)

    def count_to_reextract(self, extractor: str, chosen: Chosen) -> int:
        """How many captures ``to_reextract`` would give."""

        def act(connection: Connection) -> int:
            asked = _asked(connection, extractor, chosen).with_only_columns(func.count(captures.c.record_id))
            return int(connection.execute(asked).scalar_one())

        return self.read(act)

    def save_reextracted(self, readings: Sequence[LaterReading]) -> None:
        """Insert; what is there already stays. A document is kept once for all captures in which it is the same.

        What was taken down since it was read is left out.
        """

        def act(connection: Connection) -> None:
            blocks = blocks_in(connection)
            for reading in (one for one in readings if not _taken_down(one, blocks)):
                insert_new(connection, reextracted, [_row(reading, _twin(connection, reading))])

        if readings:
            self.write(act)

    def reextracted(self, urlkey: str, extractor: str) -> list[LaterReading]:
        """Of one page, oldest capture first."""
        query = _of(urlkey, extractor).order_by(reextracted.c.timestamp, reextracted.c.record_id)
        return self.read(lambda c: [_later(row) for row in c.execute(query).mappings()])

    def reextracted_record(self, record_id: str, extractor: str) -> LaterReading | None:
        """What the extractor read in this capture."""
        query = _with_document().where(reextracted.c.record_id == record_id, reextracted.c.extractor == extractor)
        row = self.read(lambda c: c.execute(query).mappings().first())
        return _later(row) if row else None

    def reextracted_at(self, urlkey: str, extractor: str, at: datetime) -> LaterReading | None:
        """The version that it read in the last capture by then; before all of them, in the first."""
        when, time = rows.micros(at), reextracted.c.timestamp
        told = _of(urlkey, extractor).where(reextracted.c.reading == "version").limit(1)
        before = told.where(time <= when).order_by(time.desc(), reextracted.c.record_id.desc())
        first = told.order_by(time, reextracted.c.record_id)

        def act(connection: Connection) -> LaterReading | None:
            row = connection.execute(before).mappings().first() or connection.execute(first).mappings().first()
            return _later(row) if row else None

        return self.read(act)

    def extractors(self) -> list[str]:
        """By name: those that were asked again about anything."""
        return self.read(lambda c: sorted(c.execute(select(reextracted.c.extractor).distinct()).scalars()))

    def extractors_of(self, urlkey: str) -> list[str]:
        """By name: those that were asked again about captures of this page."""
        query = select(reextracted.c.extractor).where(reextracted.c.urlkey == urlkey).distinct()
        return self.read(lambda c: sorted(c.execute(query).scalars()))


def _taken_down(reading: LaterReading, blocks: Blocks) -> bool:
    """Since it was read. What was known then was obeyed: the parts that were taken down are not in it."""
    if blocks.ids() <= reading.obeyed:
        return False
    return blocks.page(reading.urlkey) is not None or blocks.words(reading.record_id) is not None


def _asked(connection: Connection, extractor: str, chosen: Chosen) -> Any:
    known = exists().where(reextracted.c.record_id == captures.c.record_id, reextracted.c.extractor == extractor)
    whole = (captures.c.truncated.is_(None), captures.c.redacted.is_(None))
    page = (captures.c.role == "page", *whole)  # a revisit, too, where an older page or a feed brought something new
    query = (
        select(captures, visits.c.urlkey.label("page"), visits.c.url.label("watched"), visits.c.reading)
        .add_columns(visits.c.detail, _number().label("number"))
        .join(visits, visits.c.id == captures.c.visit_id)
        .where(visits.c.outcome == "archived", visits.c.reading.in_(_READ), *page, ~known)
    )
    if chosen.urlkeys is not None:
        query = query.where(visits.c.urlkey.in_(select(listed(connection, chosen.urlkeys))))
    if chosen.since:
        query = query.where(captures.c.timestamp >= rows.micros(chosen.since))
    if chosen.until:
        query = query.where(captures.c.timestamp <= rows.micros(chosen.until))
    return query


def _number() -> Any:
    """Of the version that the visit made, or found unchanged: the last one first seen by then."""
    shown = select(versions.c.seq).where(versions.c.urlkey == visits.c.urlkey)
    shown = shown.where(versions.c.first_seen <= captures.c.timestamp, visits.c.reading == "unchanged")
    shown = shown.order_by(versions.c.first_seen.desc(), versions.c.seq.desc()).limit(1)
    return func.coalesce(visits.c.version, shown.correlate(visits, captures).scalar_subquery())


def _past(row: Any) -> PastReading:
    told = {name: row[name] for name in ("reading", "detail", "number")}
    return PastReading(capture=rows.capture(row), urlkey=row["page"], url=row["watched"], **told)


def _twin(connection: Connection, reading: LaterReading) -> str | None:
    """The capture of this page whose row has the same content in full."""
    if reading.content_hash is None:
        return None
    mine = (reextracted.c.urlkey == reading.urlkey, reextracted.c.extractor == reading.extractor)
    same = (reextracted.c.content_hash == reading.content_hash, reextracted.c.document.is_not(None))
    return connection.execute(select(reextracted.c.record_id).where(*mine, *same).limit(1)).scalar()


def _row(reading: LaterReading, twin: str | None) -> dict[str, Any]:
    names = ("record_id", "urlkey", "extractor", "reading", "detail", "content_hash")
    told = rows.cleaned({name: getattr(reading, name) for name in names})
    own = None if twin or reading.version is None else rows.document(version_to_json(reading.version))
    return {**told, "timestamp": rows.micros(reading.timestamp), "same_as": twin, "document": own}


def _with_document() -> Any:
    """Rows, each with its own document or that of the row which has it."""
    twin = reextracted.alias("twin")
    theirs = select(twin.c.document).where(
        twin.c.record_id == reextracted.c.same_as, twin.c.extractor == reextracted.c.extractor
    )
    document = func.coalesce(reextracted.c.document, theirs.correlate(reextracted).scalar_subquery())
    names = [column for column in reextracted.c if column.name != "document"]
    return select(*names, document.label("document"))


def _of(urlkey: str, extractor: str) -> Any:
    return _with_document().where(reextracted.c.urlkey == urlkey, reextracted.c.extractor == extractor)


def _later(row: Any) -> LaterReading:
    names = ("record_id", "urlkey", "extractor", "reading", "detail", "content_hash", "same_as")
    document = row["document"]
    return LaterReading(
        **{name: row[name] for name in names},
        timestamp=rows.moment(row["timestamp"]),
        version=version_from_json(json.loads(document)) if document else None,
    )
