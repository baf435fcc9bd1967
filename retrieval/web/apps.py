"""The two services as ASGI applications: which path leads where."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

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
    return _guarded(routes, Rules(hosts=hosts, token=token, headers=dict(WALL)))


def _guarded(routes: list[Route], rules: Rules) -> ASGIApp:
    # What is refused is an answer; only of what nobody had thought of the server's log has the traceback.
    handlers: dict[Any, Any] = dict.fromkeys((StoppressError, ValueError, Exception), told)
    return Guard(Starlette(routes=routes, exception_handlers=handlers), rules)


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
