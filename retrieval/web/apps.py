"""The two services as ASGI applications: which path leads where."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection
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
from .links import Origins
from .memento import Memento
from .raw import WALL
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


def application(archive: Archive, origins: Origins, *, hosts: Collection[str], token: str | None) -> ASGIApp:
    """CDX, WARC files, TimeMaps, diffs and the JSON API."""
    cdx, memento, api = Cdx(archive), Memento(archive, origins), Api(archive, origins)
    routes = [
        Route("/cdx/search/cdx", cdx.search),
        Route("/cdx", cdx.search),
        Route("/cdx/pywb", cdx.for_pywb),
        *_warcs(archive),
        Route("/web/timemap/{form:str}/{url:path}", memento.timemap),
        Route("/diff/{side:str}/{rest:path}", Diffs(archive).around),
        *api.routes(),
        *_health(archive),
    ]
    return _guarded(routes, Rules(hosts=hosts, token=token, headers=APPLICATION_HEADERS))


def feed(archive: Archive, *, hosts: Collection[str]) -> ASGIApp:
    """What pywb on this machine reads: index and records. No token, so for loopback alone."""
    routes = [Route("/cdx/pywb", Cdx(archive).for_pywb), *_warcs(archive)]
    return _guarded(routes, Rules(hosts=hosts, headers=APPLICATION_HEADERS))


def captured(archive: Archive, origins: Origins, *, hosts: Collection[str], token: str | None) -> ASGIApp:
    """Captured bytes, as they are: nothing else is on this origin, so that a page finds nothing there to read."""
    memento = Memento(archive, origins)
    routes = [
        Route("/web/timemap/{form:str}/{url:path}", memento.timemap),
        Route("/web/{url:path}", memento.web),
        *_health(archive),
    ]
    service = Straight("/web/", memento.web, _routed(routes), but="/web/timemap/")
    return Guard(service, Rules(hosts=hosts, token=token, headers=dict(WALL)))


class Straight:
    """In front of the routes, whose way is as long as that to a capture: GETs below ``prefix`` go straight there.

    All else is theirs.
    """

    def __init__(self, prefix: str, give: Give, routes: ASGIApp, *, but: str) -> None:
        self._prefix, self._give, self._routes, self._but = prefix, give, routes, but

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope.get("path", "")
        mine = path.startswith(self._prefix) and not path.startswith(self._but)
        if scope["type"] != "http" or scope["method"] != "GET" or not mine:
            await self._routes(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            answer = await self._give(request)
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
