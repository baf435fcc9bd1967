"""The CDX server API over HTTP: answers stream, gzipped where the client takes that."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from itertools import chain, islice

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from ..archive import Archive
from ..cdx import pywb
from ..cdx.answer import answer, together
from ..cdx.query import query
from .raw import codings


class Cdx:
    """``/cdx/search/cdx``, for one archive."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def search(self, request: Request) -> Response:
        asked = query(request.query_params.multi_items())
        found = answer(self._archive.catalog, asked)
        return _streamed(request, found.pieces, found.media_type)

    def for_pywb(self, request: Request) -> Response:
        """``/cdx/pywb``: pywb's ``cdx+`` index; its ``archive_paths`` are ``/warc/``."""
        found = pywb.lines(self._archive.catalog, pywb.asked(request.query_params.multi_items()))
        return _streamed(request, map("".join, together(found)), pywb.MEDIA_TYPE)


def _streamed(request: Request, found: Iterable[str], media_type: str) -> Response:
    pieces = iter(found)
    # What goes wrong before the first line can still be told with its own status.
    begun = list(islice(pieces, 1))
    body: Iterable[bytes] = (piece.encode() for piece in chain(begun, pieces))
    headers = {"Vary": "Accept-Encoding"}
    if _zipped(request):
        body, headers = gzipped(body), headers | {"Content-Encoding": "gzip"}
    return StreamingResponse(body, media_type=f"{media_type}; charset=utf-8", headers=headers)


def _zipped(request: Request) -> bool:
    if request.query_params.get("gzip", "").lower() == "false":
        return False
    return "gzip" in codings(request.headers.get("accept-encoding", ""))


def gzipped(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Each piece goes out at once: the first line must not wait for the last."""
    deflater = zlib.compressobj(6, wbits=16 + zlib.MAX_WBITS)
    for piece in pieces:
        yield deflater.compress(piece) + deflater.flush(zlib.Z_SYNC_FLUSH)
    yield deflater.flush()
