"""The CDX server API over HTTP: answers stream, gzipped where the client takes that."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import NamedTuple

from isal import isal_zlib
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from ..archive import Archive
from ..cdx import pywb
from ..cdx.answer import answer, together
from ..cdx.query import Query, query
from .again import Again
from .raw import codings

KEPT = 32 * 2**20  # bytes of answers in memory
LONGEST_KEY = 2_000  # bytes of a query that is kept
_GZIP = 31  # zlib's window bits of 2 ** 15 bytes with a gzip frame


class Given(NamedTuple):
    """An answer that was given whole."""

    body: bytes
    kind: str


class Cdx:
    """``/cdx/search/cdx``, for one archive."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._again = Again[Given](KEPT, lambda given: len(given.body) + LONGEST_KEY)

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
        zipped = _zipped(request)
        if not (self._archive.catalog.near and asked.is_plain):
            return _streamed(*await asyncio.to_thread(_begun, found), zipped)
        # A file of this machine gives the captures of one URL sooner than a thread is woken.
        generation = self._archive.catalog.generation()
        key = (request.scope["path"], request.scope["query_string"], zipped)
        if (again := self._again.get(generation, key)) is not None:
            return Response(again.body, media_type=again.kind, headers=_headers(zipped))
        first, rest, kind = _begun(found)
        if len(first) > 1:
            return _streamed(first, rest, kind, zipped)
        body = b"".join(_encoded(first, zipped))
        if len(request.scope["query_string"]) <= LONGEST_KEY:
            self._again.keep(generation, key, Given(body, kind))
        return Response(body, media_type=kind, headers=_headers(zipped))


def _begun(found: Callable[[], tuple[Iterable[str], str]]) -> tuple[list[str], Iterator[str], str]:
    """The first pieces, the others, their type. What goes wrong before the first line can still be told."""
    told, media_type = found()
    pieces = iter(told)
    return list(islice(pieces, 2)), pieces, f"{media_type}; charset=utf-8"


def _streamed(first: list[str], rest: Iterator[str], kind: str, zipped: bool) -> Response:
    return StreamingResponse(_encoded(chain(first, rest), zipped), media_type=kind, headers=_headers(zipped))


def _encoded(pieces: Iterable[str], zipped: bool) -> Iterable[bytes]:
    body: Iterable[bytes] = (piece.encode() for piece in pieces)
    return gzipped(body) if zipped else body


def _headers(zipped: bool) -> dict[str, str]:
    return {"Vary": "Accept-Encoding"} | ({"Content-Encoding": "gzip"} if zipped else {})


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
