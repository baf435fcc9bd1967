"""WARC files over HTTP, with ranges: the records that an index points to, and whole sealed files.

A file is named as the index names it; where it lies the catalog knows, never the request. While anything is taken down
whose bytes are still in the archive, captures are given one by one: what was read in one of them, and what has changed
since, is told by records that may lie in any later file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from pipelines.errors import NotArchived, ObjectNotFound, TakenDown
from pipelines.model import Capture
from pipelines.store.stored import WarcFile
from pipelines.warc import at_another_time, member

from ..archive import Archive
from ..blocked import why_not
from .errors import text

PIECE = 4 * 2**20  # bytes that are held of a file on its way
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)
_HEADERS = {"Accept-Ranges": "bytes", "Content-Disposition": "attachment"}
MEDIA_TYPE = "application/warc"


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes from ``start`` on, before ``end``."""

    start: int
    end: int


class Warcs:
    """``/warc/NAME``, for one archive."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def file(self, request: Request) -> Response:
        """RFC 9110 14: one range, or all of it; 416 for one behind the end."""
        name = request.path_params["name"]
        asked = request.headers.get("range")
        if asked and (record := self._record(name, asked)):
            return self._member(record, head=request.method == "HEAD")
        file = self._sealed(name)
        etag = f'"{file.sha256}"'
        headers = {**_HEADERS, "ETag": etag, "Cache-Control": "private, max-age=31536000, immutable"}
        if etag in re.split(r"\s*,\s*", request.headers.get("if-none-match", "")):
            return Response(status_code=304, headers=headers)
        if asked and request.headers.get("if-range") in (None, etag) and _RANGE.fullmatch(asked):
            part = part_of(asked, file.size)
            if part is None:
                return text("the range lies behind the end", 416, {"Content-Range": f"bytes */{file.size}"})
            headers["Content-Range"] = f"bytes {part.start}-{part.end - 1}/{file.size}"
            return self._sent(file, part, 206, headers, request)
        return self._sent(file, Part(0, file.size), 200, headers, request)

    def revisit(self, request: Request) -> Response:
        """``/warc/revisit/RECORD_ID``: the page that a revisit stands for, as a record of that time."""
        catalog = self._archive.catalog
        capture = catalog.capture(request.path_params["record_id"])
        original = catalog.capture(capture.refers_to) if capture and capture.refers_to else None
        if capture is None or capture.kind != "revisit":
            raise NotArchived(f"{request.path_params['record_id'][:60]} is no revisit of this archive")
        if original is None:
            raise ObjectNotFound(f"{capture.record_id} revisits {capture.refers_to}, which is not in this archive")
        for one in (capture, original):
            if one.redacted or catalog.blocks().capture(one):
                raise TakenDown(why_not(one, catalog))
        record = at_another_time(self._archive.reader.record(original), capture.record_id, capture.timestamp)
        return Response(member(record), headers=_HEADERS, media_type=MEDIA_TYPE)

    def _record(self, name: str, asked: str) -> Capture | None:
        """The capture whose record is exactly this range, in the store or still in the spool."""
        found = _RANGE.fullmatch(asked)
        if not found or not all(found.groups()):
            return None
        start, end = int(found[1]), int(found[2]) + 1
        file = self._archive.catalog.file(name)
        for filename in {name, file.key if file and file.key else name}:
            for one in self._archive.catalog.captures_between(filename, start, end):
                if (one.offset, one.offset + one.length) == (start, end):
                    return one
        return None

    def _member(self, capture: Capture, *, head: bool) -> Response:
        catalog = self._archive.catalog
        if capture.redacted or catalog.blocks().capture(capture):
            raise TakenDown(why_not(capture, catalog))
        place = f"bytes {capture.offset}-{capture.offset + capture.length - 1}/*"
        headers = {**_HEADERS, "Content-Range": place, "Content-Length": str(capture.length)}
        body = b"" if head else self._archive.reader.member(capture)
        if not head:
            self._archive.reader.taken(capture, body)  # DamagedRecord: bytes that are not those are not given
        return Response(body, 206, headers, media_type=MEDIA_TYPE)

    def _sealed(self, name: str) -> WarcFile:
        file = self._archive.catalog.file(name)
        if file is None or file.state != "stored" or file.key is None:
            raise NotArchived(f"{name} is no sealed file of this archive; the captures in a spool are given one by one")
        if not self._archive.catalog.blocks().all_done():
            raise TakenDown(
                f"451: {name} may hold what was taken down: until its bytes are taken out (stoppress takedown "
                "--redact) captures are given one by one"
            )
        return file

    def _sent(self, file: WarcFile, part: Part, status: int, headers: dict[str, str], request: Request) -> Response:
        headers["Content-Length"] = str(part.end - part.start)
        if request.method == "HEAD":
            return Response(status_code=status, headers=headers, media_type=MEDIA_TYPE)
        return StreamingResponse(self._pieces(file, part), status, headers, media_type=MEDIA_TYPE)

    def _pieces(self, file: WarcFile, part: Part) -> Iterator[bytes]:
        for start in range(part.start, part.end, PIECE):
            yield self._archive.reader.part(file.key or "", start, min(PIECE, part.end - start))


def part_of(asked: str, size: int) -> Part | None:
    """``bytes=5-9``, ``bytes=5-`` or ``bytes=-5`` of a file; None: nothing of it is there (RFC 9110 14.1.2)."""
    found = _RANGE.fullmatch(asked)
    if not found or not any(found.groups()):
        return None
    if not found[1]:
        start, end = max(0, size - int(found[2])), size
    else:
        start, end = int(found[1]), min(size, int(found[2]) + 1) if found[2] else size
    return Part(start, end) if start < end else None
