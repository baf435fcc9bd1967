"""The two services as ASGI applications: which path leads where."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection
from dataclasses import replace
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from pipelines.errors import StoppressError

from ..archive import Archive
from ..cdx.pywb import REVISITS
from .api import Api
from .cdx import Cdx
from .diffs import Diffs
from .errors import told
from .guard import Guard, Rules
from .hints import Receiver
from .links import Origins
from .memento import Memento
from .metrics import Metrics
from .raw import WALL
from .records import KEPT
from .warcs import Warcs

Give = Callable[[Request], Awaitable[Response]]
log = logging.getLogger(__name__)
# Nothing of a captured page is ever shown here but as text; should something slip through, it can do nothing.
APPLICATION_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def application(archive: Archive, origins: Origins, *, hosts: Collection[str], token: str | None,
                metrics: Metrics, receiver: Receiver | None = None) -> ASGIApp:  # fmt: skip
    """CDX, WARC files, TimeMaps, diffs, the JSON API, figures for monitoring; and where hints are brought."""
    cdx, memento, api = Cdx(archive), Memento(archive, origins), Api(archive, origins)
    routes = [
        Route("/cdx/search/cdx", cdx.search),
        Route("/cdx", cdx.search),
        Route("/cdx/pywb", cdx.for_pywb),
        *_warcs(archive),
        Route("/web/timemap/{form:str}/{url:path}", memento.timemap),
        Route("/diff/{side:str}/{rest:path}", Diffs(archive).around),
        *api.routes(),
        Route("/metrics", metrics.answer),
        *(receiver.routes() if receiver else ()),
        *_health(archive),
    ]
    most: dict[str, Give] = {"/cdx/search/cdx": cdx.search, "/cdx": cdx.search}
    service = Straight(most.get, _routed(routes))
    rules = Rules(hosts=hosts, token=token, headers=APPLICATION_HEADERS)
    if receiver:
        rules = replace(rules, own_secret=receiver.paths, own_hosts=receiver.hosts)
    return Guard(service, rules)


def feed(archive: Archive, *, hosts: Collection[str]) -> ASGIApp:
    """What pywb on this machine reads: index and records. No token, so for loopback alone."""
    routes = [Route("/cdx/pywb", Cdx(archive).for_pywb), *_warcs(archive)]
    return _guarded(routes, Rules(hosts=hosts, headers=APPLICATION_HEADERS))


def captured(archive: Archive, origins: Origins, *, hosts: Collection[str], token: str | None,
             memory: int = KEPT) -> ASGIApp:  # fmt: skip
    """Captured bytes, as they are: nothing else is on this origin, so that a page finds nothing there to read.

    ``memory``: bytes of records that are held because they were given lately.
    """
    memento = Memento(archive, origins, memory)
    routes = [
        Route("/web/timemap/{form:str}/{url:path}", memento.timemap),
        Route("/web/{url:path}", memento.web),
        *_health(archive),
    ]

    def find(path: str) -> Give | None:
        return memento.web if path.startswith("/web/") and not path.startswith("/web/timemap/") else None

    return Guard(Straight(find, _routed(routes)), Rules(hosts=hosts, token=token, headers=dict(WALL)))


class Straight:
    """In front of the routes, whose way is as long as that to an answer: what is asked for most goes straight there.

    All else, and what is no GET, is theirs. ``find``: who gives what lies at a path, None if the routes do.
    """

    def __init__(self, find: Callable[[str], Give | None], routes: ASGIApp) -> None:
        self._find, self._routes = find, routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope.get("path", "")
        give = self._find(path) if scope["type"] == "http" and scope["method"] == "GET" else None
        if give is None:
            await self._routes(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            answer = await give(request)
        except Exception as e:
            answer = told(request, e)
            if answer.status_code == 500:  # what nobody had thought of
                log.exception("%s could not be answered", path)
        await answer(scope, receive, send)


def _guarded(routes: list[Route], rules: Rules) -> ASGIApp:
    return Guard(_routed(routes), rules)


def _routed(routes: list[Route]) -> ASGIApp:
    # What is refused is an answer; only of what nobody had thought of the server's log has the traceback.
    handlers: dict[Any, Any] = dict.fromkeys((StoppressError, ValueError, Exception), told)
    return Starlette(routes=routes, exception_handlers=handlers)


def _warcs(archive: Archive) -> list[Route]:
    warcs = Warcs(archive)
    return [Route(f"/warc/{REVISITS}/{{record_id:str}}", warcs.revisit), Route("/warc/{name:str}", warcs.file)]


def _health(archive: Archive) -> list[Route]:
    def alive(_: Request) -> Response:
        return PlainTextResponse("ok\n")

    def ready(_: Request) -> Response:
        archive.catalog.takedowns()  # CatalogError: 503
        return PlainTextResponse("ok\n")

    return [Route("/healthz", alive), Route("/readyz", ready)]
