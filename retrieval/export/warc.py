"""A WARC file of its own: a warcinfo that says what was exported, then the records as they lie in the archive."""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from pipelines.completeness import METHOD
from pipelines.config_tables import PRODUCT
from pipelines.face import iso
from pipelines.gzipping import marked
from pipelines.model import Capture
from pipelines.warc import Record, member, warcinfo

from .choice import Choice
from .estimates import Estimates
from .records import Item

_SPECIFICATION = "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"


class Sink(Protocol):
    """Where bytes go."""

    def write(self, data: bytes, /) -> int: ...


def first_record(choice: Choice, name: str, newest: datetime, estimated: Estimates | None) -> Record:
    """``newest``: when the youngest capture was made. Not the clock's time: the same export gives the same bytes."""
    facts = {
        "software": PRODUCT,
        "format": "WARC File Format 1.1",
        "conformsTo": _SPECIFICATION,
        "description": f"captures of {choice}; revisits come with their originals, those of a 304 without a block",
        "stoppress-export-urls": " ".join(choice.urls),
        "stoppress-export-tags": ", ".join(choice.tags),
        "stoppress-export-since": iso(choice.since) if choice.since else "",
        "stoppress-export-until": iso(choice.until) if choice.until else "",
        "stoppress-export-completeness": f"{estimated.words()}; {METHOD}" if estimated else "",
    }
    record = warcinfo(name, {key: _one_line(value) for key, value in facts.items() if value}, newest)
    told = f"{name} {hashlib.sha256(record.block).hexdigest()} {iso(newest)}"
    id_ = f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, told)}>"
    return Record(tuple((k, id_ if k == "WARC-Record-ID" else v) for k, v in record.fields), record.block)


def write(sink: Sink, first: Record, items: Iterable[Item], filename: str) -> Iterator[Capture]:
    """Each capture with its place in the new file, once it is written there."""
    # A mark like those of the archive's own members (pipelines.gzipping), so that all members of the file have one.
    begin = marked(member(first), hashlib.sha256(first.block).digest()[:6])
    sink.write(begin)
    at = len(begin)
    for item in items:
        sink.write(item.member)
        yield replace(item.capture, filename=filename, offset=at, length=len(item.member))
        at += len(item.member)


def filename_of(target: Path) -> str:
    """The target's name as a field of a record can hold it."""
    return quote(os.fsencode(target.name))


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
