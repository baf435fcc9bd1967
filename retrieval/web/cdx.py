"""The CDX server API over HTTP: answers stream, gzipped where the client takes that."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain, islice
from typing import NamedTuple

from isal import isal_zlib
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from ..archive import Archive
from ..cdx import pywb
from ..cdx.answer import Answer, answer, together
from ..cdx.query import Query, query
from .again import Again
from .raw import codings

KEPT = 32 * 2**20  # bytes of answers in memory
LONGEST_KEY = 2_000  # bytes of a query that is kept
_GZIP = 31  # zlib's window bits of 2 ** 15 bytes with a gzip frame


# A query as it is understood, and who begins to answer it.
Find = Callable[[], tuple[Query, Callable[[], tuple[Iterable[str], str]]]]


class Given(NamedTuple):
    """An answer that was given whole."""

    body: bytes
    kind: str
    zipped: bool


class Cdx:
    """``/cdx/search/cdx``, for one archive."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._again = Again[Given](KEPT, lambda given: len(given.body) + LONGEST_KEY)

    async def search(self, request: Request) -> Response:
        def found() -> tuple[Query, Callable[[], tuple[Iterable[str], str]]]:
            asked = query(request.query_params.multi_items())
            return asked, lambda: _told(answer(self._archive.catalog, asked))

        return await self._given(request, found)

    async def for_pywb(self, request: Request) -> Response:
        """``/cdx/pywb``: pywb's ``cdx+`` index; its ``archive_paths`` are ``/warc/``."""

        def found() -> tuple[Query, Callable[[], tuple[Iterable[str], str]]]:
            asked = pywb.asked(request.query_params.multi_items())
            lines = partial(pywb.lines, self._archive.catalog, asked)
            return asked, lambda: (map("".join, together(lines())), pywb.MEDIA_TYPE)

        return await self._given(request, found)

    async def _given(self, request: Request, found: Find) -> Response:
        """A short answer at once, what was answered lately without asking again; a long one streams."""
        generation, key = self._archive.catalog.generation(), _key(request)
        if (again := self._again.get(generation, key)) is not None:
            return _whole(again)
        (asked, told), zipped = found(), _zipped(request)
        if not (self._archive.catalog.near and asked.is_plain):
            return _streamed(*await asyncio.to_thread(_begun, told), zipped)
        # A file of this machine gives the captures of one URL sooner than a thread is woken.
        first, rest, kind = _begun(told)
        if len(first) > 1:
            return _streamed(first, rest, kind, zipped)
        given = Given(b"".join(_encoded(first, zipped)), kind, zipped)
        if len(request.scope["query_string"]) <= LONGEST_KEY:
            self._again.keep(generation, key, given)
        return _whole(given)


def _key(request: Request) -> tuple[str, bytes, bool]:
    zipped = "gzip" in codings(request.headers.get("accept-encoding", ""))
    return request.scope["path"], request.scope["query_string"], zipped


def _told(told: Answer) -> tuple[Iterable[str], str]:
    return told.pieces, told.media_type


def _whole(given: Given) -> Response:
    return Response(given.body, media_type=given.kind, headers=_headers(given.zipped))


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
