"""Exports read back by zlib, warcio, FastWARC and cdxj-indexer, never by our own code."""

from __future__ import annotations

import json
import subprocess
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastwarc.warc import ArchiveIterator as FastIterator
from warcio.archiveiterator import ArchiveIterator

from tests.other_tools import BIN


@dataclass(frozen=True)
class Seen:
    """A record; ``fields`` of its header by name, in lower case."""

    type: str
    fields: dict[str, str]
    block: bytes
    payload: bytes  # of an HTTP message, without transfer coding

    @property
    def url(self) -> str:
        return self.fields.get("warc-target-uri", "")

    @property
    def id(self) -> str:
        return self.fields["warc-record-id"]


def members(data: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Each gzip member: its offset, its bytes, what it holds."""
    at = 0
    while at < len(data):
        inflater = zlib.decompressobj(wbits=31)
        plain = inflater.decompress(data[at:])
        assert inflater.eof, "the last member is torn"
        length = len(data) - at - len(inflater.unused_data)
        yield at, data[at : at + length], plain
        at += length


def record_id(plain: bytes) -> str:
    line = next(line for line in plain.split(b"\r\n") if line.lower().startswith(b"warc-record-id:"))
    return line.partition(b":")[2].strip().decode()


def by_warcio(path: Path) -> list[Seen]:
    """The payloads undone of chunks only."""
    with path.open("rb") as file, path.open("rb") as raw:
        blocks = [r.raw_stream.read() for r in ArchiveIterator(raw, no_record_parse=True)]
        found = []
        for record, block in zip(ArchiveIterator(file), blocks, strict=True):
            fields = {name.lower(): value for name, value in record.rec_headers.headers}
            coded = record.http_headers and record.http_headers.get_header("Transfer-Encoding")
            body = _unchunked(block) if coded else block.partition(b"\r\n\r\n")[2]
            found.append(Seen(record.rec_type, fields, block, body))
        return found


def _unchunked(block: bytes) -> bytes:
    rest, body = block.partition(b"\r\n\r\n")[2], b""
    while size := int(rest.partition(b"\r\n")[0], 16):
        rest = rest.partition(b"\r\n")[2]
        body, rest = body + rest[:size], rest[size + 2 :]
    return body


def by_fastwarc(path: Path) -> list[tuple[str, str]]:
    """Type and id of each record, every digest checked that it can check."""
    with path.open("rb") as file:
        found = []
        for record in FastIterator(file, parse_http=False):
            assert record.verify_block_digest()
            found.append((record.headers["WARC-Type"], record.headers["WARC-Record-ID"]))
        return found


def by_cdxj_indexer(path: Path) -> list[dict[str, Any]]:
    done = subprocess.run([BIN / "cdxj-indexer", "-s", path], capture_output=True, text=True, check=True)
    return [json.loads(line.split(" ", 2)[2]) for line in done.stdout.splitlines()]


def unresolved(records: list[Seen]) -> list[str]:
    """Revisits whose original nobody finds in these records: by id, by URL and date, with the same digest."""
    by_id = {r.id: r for r in records if r.type == "response"}
    by_date = {(r.url, r.fields["warc-date"]): r for r in records if r.type == "response"}
    wrong = []
    for one in (r for r in records if r.type == "revisit"):
        fields = one.fields
        a = by_id.get(fields["warc-refers-to"])
        b = by_date.get((fields["warc-refers-to-target-uri"], fields["warc-refers-to-date"]))
        if a is None or a is not b or a.fields["warc-payload-digest"] != fields["warc-payload-digest"]:
            wrong.append(one.id)
    return wrong
