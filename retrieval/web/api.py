"""The JSON API: pages, versions, changes, captures; described by ``/api/openapi.json``."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, get_args

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from pipelines.completeness import Completeness
from pipelines.errors import NotArchived, TakenDown
from pipelines.face import iso, version_to_json
from pipelines.model import Capture, ChangeClass
from pipelines.store.catalog import StoredVersion

from ..archive import Archive
from ..blocked import why_not
from ..cdx.query import BadQuery
from ..lines import page_line, version_line
from ..mementos import second
from ..results import CHANGE_TYPES, change_line
from . import address
from .links import Origins
from .openapi import description

MOST = 1000  # rows of one answer


class Api:
    """The endpoints, for one archive."""

    def __init__(self, archive: Archive, origins: Origins) -> None:
        self._archive, self._origins = archive, origins

    def routes(self) -> list[Route]:
        return [
            Route("/api/openapi.json", lambda _: JSONResponse(description(self._origins.base))),
            Route("/api/pages", self.pages),
            Route("/api/versions", self.versions),
            Route("/api/version", self.version),
            Route("/api/completeness", self.completeness),
            Route("/api/changes", self.changes),
            Route("/api/captures/{record_id}", self.capture),
        ]

    def pages(self, request: Request) -> Response:
        limit, offset = _paging(request)
        found = self._archive.pages()[offset : offset + limit]
        complete = self._archive.completeness_by_page()
        return JSONResponse({"pages": [page_line(page, complete.get(page.urlkey)) for page in found]})

    def completeness(self, request: Request) -> Response:
        """Of one page, or of all that are watched together."""
        url = request.query_params.get("url", "").strip()
        whose = self._archive.page(url) if url else self._archive
        return JSONResponse(whose.completeness().to_json())

    def versions(self, request: Request) -> Response:
        limit, offset = _paging(request)
        page = self._archive.page(_url(request))
        found = page.listed(offset=offset, limit=limit)
        return StreamingResponse(_versions(page.url, found, page.completeness), media_type="application/json")

    def version(self, request: Request) -> Response:
        """One version whole, by its number or a time (``at``)."""
        page = self._archive.page(_url(request))
        stored = page.at(request.query_params.get("at") or None)
        seen = {"first_seen": iso(stored.first_seen), "last_seen": iso(stored.last_seen)}
        about = {"url": page.url, "version": stored.seq, **seen, "record_id": stored.record_id}
        return JSONResponse({**about, "said": version_to_json(stored.version)})

    def changes(self, request: Request) -> Response:
        limit, offset = _paging(request)
        said = request.query_params
        found = self._archive.changes(
            url=said.get("url") or None,
            since=said.get("since") or None,
            until=said.get("until") or None,
            type=_one_of(said, "type", CHANGE_TYPES) or (),
            class_=_one_of(said, "class", get_args(ChangeClass)),
        )
        return JSONResponse({"changes": [change_line(one) for one in islice(found, offset, offset + limit)]})

    def capture(self, request: Request) -> Response:
        """One capture by its record id: where its bytes are, what stands as proof."""
        record_id = request.path_params["record_id"]
        found = self._archive.catalog.capture(record_id)
        if found is None:
            raise NotArchived(f"there is no record {record_id!r:.80} in this archive")
        if found.redacted or self._archive.catalog.blocks().capture(found):
            raise TakenDown(why_not(found, self._archive.catalog))
        return JSONResponse(capture_line(found, self._origins))


def capture_line(capture: Capture, origins: Origins) -> dict[str, Any]:
    return {
        "url": capture.url,
        "urlkey": capture.urlkey,
        "timestamp": iso(capture.timestamp),
        "memento": address.memento(origins.archive, second(capture.timestamp), capture.url, "id_"),
        "record_id": capture.record_id,
        "digest": capture.digest,
        "filename": capture.filename,
        "offset": capture.offset,
        "length": capture.length,
        "kind": capture.kind,
        "role": capture.role,
        "status": capture.status,
        "mime": capture.mime,
        "refers_to": capture.refers_to,
        "fidelity": capture.fidelity,
        "truncated": capture.truncated,
    }


def _url(request: Request) -> str:
    url = request.query_params.get("url", "").strip()
    if not url:
        raise BadQuery("url is missing")
    return url


def _one_of(said: Mapping[str, str], name: str, words: Sequence[str]) -> str | None:
    value = said.get(name) or None
    if value is not None and value not in words:
        raise BadQuery(f"{name} is one of {', '.join(words)}")
    return value


def _versions(url: str, found: Iterator[tuple[StoredVersion, int]],
              complete: Callable[[], Completeness]) -> Iterator[str]:  # fmt: skip
    """``{"url": …, "versions": […], "completeness": …}``, a line for each: the first comes before the last is read, and
    before all changes are, which the estimate takes."""
    yield json.dumps({"url": url})[:-1] + ', "versions": ['
    for number, (stored, changes) in enumerate(found):
        yield (",\n" if number else "\n") + json.dumps(version_line(stored, changes), ensure_ascii=False)
    yield f'\n], "completeness": {json.dumps(complete().to_json())}}}\n'


def _paging(request: Request) -> tuple[int, int]:
    """``limit`` (at most MOST) and ``offset``."""
    return _count(request, "limit", MOST, most=MOST), _count(request, "offset", 0, most=10**9)


def _count(request: Request, name: str, default: int, *, most: int) -> int:
    text = request.query_params.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 12 and int(text) <= most):
        raise BadQuery(f"{name} is a whole number from 0 to {most}")
    return int(text)
