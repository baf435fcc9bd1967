"""Memento over HTTP, RFC 7089: TimeGate, mementos as they were stored, TimeMaps."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import NamedTuple
from urllib.parse import urljoin

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from pipelines.errors import NotArchived, ObjectNotFound, TakenDown, WatchlistError
from pipelines.model import Capture
from pipelines.store.catalog_mementos import Around, Beside
from pipelines.store.warcs import StoredResponse
from pipelines.urlkey import urlkey

from ..archive import Archive
from ..blocked import why_not
from ..cdx.times import filled
from ..mementos import Mementos, second
from . import address, raw
from .again import Again
from .links import (
    LINK_FORMAT,
    Origins,
    Part,
    http_date,
    json_map,
    link_format,
    memento_links,
    timegate_links,
)
from .records import KEPT, Records

HEADS = 20_000  # of answers lately given, about 2 kB each
LONGEST_KEY = 2_000  # letters of an address that is kept
CODINGS = {"gzip", "x-gzip", "deflate", "br", "zstd"}  # that a stored page may have
Key = tuple[str, bytes, frozenset[str]]
PER_MAP = 1_000  # mementos of one TimeMap; a longer history is told in several, and the first line comes soon


class Stored(Response):
    """An answer whose header is complete as it is given."""

    def __init__(self, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
        self.status_code, self.body, self.background, self.raw_headers = status, body, None, headers


class Head(NamedTuple):
    """All of an answer but its body, which is that of a record."""

    status: int
    headers: list[tuple[bytes, bytes]]
    capture: Capture
    original: Capture | None


class Memento:
    """The endpoints; made for one archive and the two origins it is served from."""

    def __init__(self, archive: Archive, origins: Origins, memory: int = KEPT) -> None:
        self._archive, self._origins = archive, origins
        self._records = Records(archive.reader, size=memory)
        self._heads = Again[Head](HEADS, lambda head: 1)
        self._takedowns = 0

    async def web(self, request: Request) -> Response:
        """``/web/…``: the TimeGate of a URL, or one of its mementos."""
        taken = raw.codings(request.headers.get("accept-encoding", "")) & CODINGS
        key = (address.behind(request, "/web/"), request.scope["query_string"], taken)
        generation = self._archive.catalog.generation()
        if (head := self._heads.get(generation, key)) is not None:
            return Stored(head.status, head.headers, await self._records.body(head.capture, head.original))
        return await self._made(request, generation, key)

    async def _made(self, request: Request, generation: Hashable, key: Key) -> Response:
        wanted = address.asked(address.behind(request, "/web/"), request.scope["query_string"].decode("latin-1"))
        if (moment := wanted.moment) is not None and len(wanted.digits) == 14:
            page = urlkey(wanted.url)
            found = await self._beside(page, moment)
            if found is not None and self._nothing_new_is_down(found.takedowns):
                return await self._exact(found, wanted.mode, request, generation, key)
        return await self._records.apart(lambda: self._looked_for(wanted, request))

    async def _exact(self, found: Beside, mode: str, request: Request, generation: Hashable, key: Key) -> Response:
        """A memento of exactly this second, where nothing stands in its way; its head is kept."""
        capture = found.capture
        stored = await self._records.response(capture, found.original)

        def make() -> Stored:
            return self._memento(capture, stored, found.around, mode, request)

        if raw.is_to_be_decoded(stored, key[2]):  # to hundred times its size
            return await self._records.apart(make)
        made = make()
        if made.body is stored.body and len(key[0]) + len(key[1]) <= LONGEST_KEY:
            self._heads.keep(generation, key, Head(made.status_code, made.raw_headers, capture, found.original))
        return made

    async def _beside(self, page: str, moment: datetime) -> Beside | None:
        """A file of this machine answers sooner than a thread is woken."""
        catalog = self._archive.catalog
        if catalog.near:
            return catalog.beside(page, moment)
        return await self._records.apart(lambda: catalog.beside(page, moment))

    def _nothing_new_is_down(self, takedowns: int) -> bool:
        """Whether nothing was ever taken down: else all that could be is looked at, and nothing stays in memory."""
        if takedowns != self._takedowns:
            self._takedowns = takedowns
            self._records.forget()
        return takedowns == 0

    def _looked_for(self, wanted: address.Asked, request: Request) -> Response:
        """Whatever was asked for, with all that may stand in its way."""
        found = Mementos(self._archive.catalog, urlkey(wanted.url), wanted.url)
        if wanted.moment is None:
            return self._timegate(found, wanted.url, request.headers.get("accept-datetime"))
        exactly = len(wanted.digits) == 14
        capture = found.exact(wanted.moment) if exactly else None
        if capture is None:
            if exactly:
                found.refuse(wanted.moment)
            return self._elsewhere(found.nearest(wanted.moment), wanted.mode)
        return self._memento(capture, self._stored(capture), found.around(capture), wanted.mode, request)

    def _timegate(self, found: Mementos, url: str, wanted: str | None) -> Response:
        # "If [Accept-Datetime] is not conformant [...] the TimeGate MUST return 400" -- RFC 7089 4.5.3
        capture = found.nearest(_accepted(wanted) if wanted is not None else None)
        return _redirect(
            address.memento(self._origins.archive, capture.timestamp, capture.url),
            {"Vary": "accept-datetime", "Link": timegate_links(self._origins, capture.url)},
        )

    def _elsewhere(self, nearest: Capture, mode: str) -> Response:
        """Another second than that of a capture: a redirect of ours, which is no memento."""
        there = address.memento(self._origins.archive, nearest.timestamp, nearest.url, mode)
        return _redirect(there, {"Link": timegate_links(self._origins, nearest.url)})

    def _memento(self, capture: Capture, stored: StoredResponse, around: Around, mode: str,
                 request: Request) -> Stored:  # fmt: skip
        headers, body = raw.given(stored, raw.codings(request.headers.get("accept-encoding", "")))
        if 300 <= stored.status < 400 and (target := stored.header("Location")):
            headers += self._led_to(capture, target, mode)
        if stored.status not in raw.BODILESS:
            headers.append(("Content-Length", str(len(body))))
        headers += [
            ("Memento-Datetime", http_date(capture.timestamp)),
            ("Link", memento_links(self._origins, capture, around, mode)),
        ]
        fields = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        return Stored(stored.status if 200 <= stored.status <= 599 else 200, fields, body)

    def _stored(self, capture: Capture) -> StoredResponse:
        """Bytes and header of a capture, a revisit's from its original. ObjectNotFound names both."""
        original = self._archive.catalog.capture(capture.refers_to) if capture.refers_to else None
        if original and original.redacted:
            raise TakenDown(why_not(original, self._archive.catalog))
        if capture.kind == "revisit" and original is None:
            raise ObjectNotFound(f"{capture.record_id} revisits {capture.refers_to}, which is not in this archive")
        return self._archive.reader.response(capture, original)

    def _led_to(self, capture: Capture, target: str, mode: str) -> raw.Headers:
        try:
            url = address.target(urljoin(capture.url, target).partition("#")[0], "")
        except (WatchlistError, ValueError):  # a page may lead anywhere: only web addresses are followed
            return []
        return [("Location", address.memento(self._origins.archive, capture.timestamp, url, mode))]

    def timemap(self, request: Request) -> Response:
        """``/web/timemap/{link,json}/URL``; ``?`` belongs to the URL, so the page of a long map is in the path."""
        form = request.path_params["form"]
        rest = address.behind(request, f"/web/timemap/{form}/")
        start, url = _page_of(rest, request.url.query)
        found = Mementos(self._archive.catalog, urlkey(url), url)
        rows = list(islice(found.all(since=start), PER_MAP + 1))
        if not rows:
            raise NotArchived(f"{url} is not in this archive" + (f" from {start} on" if start else ""))
        following = rows[PER_MAP] if len(rows) > PER_MAP else None
        part = Part(url, rows[:PER_MAP], begins=start is None, following=following)
        if form == "json":
            return StreamingResponse(json_map(self._origins, part), media_type="application/json")
        return StreamingResponse(link_format(self._origins, part), media_type=LINK_FORMAT)


def _accepted(text: str) -> datetime:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError) as e:
        raise ValueError(f"Accept-Datetime {text[:60]!r} is no date as in Sat, 03 Jan 2026 10:00:00 GMT") from e
    return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)


def _redirect(location: str, headers: dict[str, str]) -> Response:
    return Response(status_code=302, headers={"Location": location, **headers})


def _page_of(rest: str, query: str) -> tuple[datetime | None, str]:
    stamp, slash, behind = rest.partition("/")
    if slash and len(stamp) == 14 and stamp.isascii() and stamp.isdigit():
        return second(filled(stamp)), address.target(behind, query)
    return None, address.target(rest, query)
