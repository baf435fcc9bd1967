"""WARC files as another tool writes them: by warcio, plainly."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from tests.rebuild.kept import STORM

HTML = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Made:
    """One answer; ``of``: it is a revisit of this one."""

    payload: bytes
    at: datetime
    url: str = STORM
    status: str = "200 OK"
    mime: str = HTML
    of: Made | None = None


def written(records: Iterable[Made], *, gzip: bool = True) -> bytes:
    file = io.BytesIO()
    writer = WARCWriter(file, gzip=gzip)
    writer.write_record(writer.create_warcinfo_record("other.warc.gz", {"software": "somebody else's"}))
    for made in records:
        writer.write_record(_record(writer, made))
    return file.getvalue()


def _record(writer: WARCWriter, made: Made):  # type: ignore[no-untyped-def]
    date = made.at.strftime("%Y-%m-%dT%H:%M:%SZ")
    http = StatusAndHeaders(made.status, [("Content-Type", made.mime)], protocol="HTTP/1.1")
    if made.of is None:
        record = writer.create_warc_record(
            made.url, "response", payload=io.BytesIO(made.payload), length=len(made.payload), http_headers=http,
            warc_headers_dict={"WARC-Date": date},
        )  # fmt: skip
        record.rec_headers.replace_header("WARC-Payload-Digest", sha1(made.payload))
        return record
    return writer.create_revisit_record(
        made.url, sha1(made.payload), made.of.url, made.of.at.strftime("%Y-%m-%dT%H:%M:%SZ"), http_headers=http,
        warc_headers_dict={"WARC-Date": date},
    )  # fmt: skip


def sha1(data: bytes) -> str:
    return "sha1:" + base64.b32encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()


def warc(path: Path, *records: Made, gzip: bool = True) -> Path:
    path.write_bytes(written(records, gzip=gzip))
    return path
