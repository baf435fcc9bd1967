"""What a page says of itself, beside its updates: its dates, its language, whether it is a live page at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Self

from . import jsonld, microdata, page
from .jsonld import Structured
from .source import Node
from .times import Read

_MODIFIED = ("article:modified_time", "og:updated_time", "datemodified", "last-modified")
_PUBLISHED = ("article:published_time", "datepublished", "date", "dc.date", "pubdate", "publishdate")


@dataclass(frozen=True, slots=True)
class Head:
    """Its times are as they are written: whether they have a zone is for the place to say."""

    meta: page.Meta
    structured: Structured
    lang: str | None
    modified: Read | None
    published: Read | None
    span: tuple[Read | None, Read | None]  # of the coverage
    live: bool  # it states that it is one
    announced: bool  # address or titles say so
    printed: bool = False  # its times are those that stand in the page; the head says none
    marked: bool = False  # ... and one of them is marked as the time of its post

    @classmethod
    def of(cls, root: Node, url: str) -> Self:
        meta, structured = page.Meta.of(root), jsonld.read(root)
        stated = structured.page.get
        return cls(
            meta=meta,
            structured=structured,
            lang=page.language(root, meta),
            modified=jsonld.moment(stated("dateModified")) or meta.moment(*_MODIFIED),
            published=jsonld.moment(stated("datePublished")) or meta.moment(*_PUBLISHED),
            span=(
                jsonld.moment(stated("coverageStartTime")) or meta.moment("coveragestarttime"),
                jsonld.moment(stated("coverageEndTime")) or meta.moment("coverageendtime"),
            ),
            live=structured.live or microdata.is_live(root),
            announced=page.looks_live(root, meta, url),
        )


def utc(read: Read | None, zone: tzinfo) -> datetime | None:
    """A time that is written without a zone is one of ``zone``."""
    if read is None or read.moment is None:
        return None
    aware = read.moment if read.moment.tzinfo else read.moment.replace(tzinfo=zone)
    return aware.astimezone(UTC)
