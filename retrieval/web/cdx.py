"""The CDX server API over HTTP: answers stream, gzipped where the client takes that."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice

from isal import isal_zlib
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from ..archive import Archive
from ..cdx import pywb
from ..cdx.answer import answer, together
from ..cdx.query import Query, query
from .raw import codings

_GZIP = 31  # zlib's window bits of 2 ** 15 bytes with a gzip frame


class Cdx:
    """``/cdx/search/cdx``, for one archive."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    async def search(self, request: Request) -> Response:
        asked = query(request.query_params.multi_items())

        def found() -> tuple[Iterable[str], str]:
            told = answer(self._archive.catalog, asked)
            return told.pieces, told.media_type

        return await self._given(request, asked, found)

    async def for_pywb(self, request: Request) -> Response:
        """``/cdx/pywb``: pywb's ``cdx+`` index; its ``archive_paths`` are ``/warc/``."""
        asked = pywb.asked(request.query_params.multi_items())

        def found() -> tuple[Iterable[str], str]:
            return map("".join, together(pywb.lines(self._archive.catalog, asked))), pywb.MEDIA_TYPE

        return await self._given(request, asked, found)

    async def _given(self, request: Request, asked: Query, found: Callable[[], tuple[Iterable[str], str]]) -> Response:
        """A short answer at once; a long one streams."""

        def begun() -> tuple[list[str], Iterator[str], str]:
            # What goes wrong before the first line can still be told with its own status.
            told, media_type = found()
            pieces = iter(told)
            return list(islice(pieces, 2)), pieces, media_type

        # A file of this machine gives the captures of one URL sooner than a thread is woken.
        at_once = self._archive.near and asked.is_plain
        first, rest, media_type = begun() if at_once else await asyncio.to_thread(begun)
        kind, headers, zipped = f"{media_type}; charset=utf-8", {"Vary": "Accept-Encoding"}, _zipped(request)
        if zipped:
            headers["Content-Encoding"] = "gzip"
        body: Iterable[bytes] = (piece.encode() for piece in chain(first, rest))
        body = gzipped(body) if zipped else body
        if len(first) < 2:  # all of it
            return Response(b"".join(body), media_type=kind, headers=headers)
        return StreamingResponse(body, media_type=kind, headers=headers)


def _zipped(request: Request) -> bool:
    if request.query_params.get("gzip", "").lower() == "false":
        return False
    return "gzip" in codings(request.headers.get("accept-encoding", ""))


def gzipped(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Each piece goes out at once: the first line must not wait for the last."""
    deflater = isal_zlib.compressobj(1, wbits=_GZIP)
    for piece in pieces:
        yield deflater.compress(piece) + deflater.flush(isal_zlib.Z_SYNC_FLUSH)
    yield deflater.flush()
