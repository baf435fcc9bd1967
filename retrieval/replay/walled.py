"""pywb behind a wall: ``python walled.py NAMES ARGUMENTS...``, run by the Python of pywb's environment, not by ours.

pywb answers to any host name and gives captured header fields on: a name of somebody else that leads to this machine
(DNS rebinding) would make its page one of pywb's origin, and a captured field could open the archive to other sites, or
let one captured page answer for all others. Each server that pywb starts in this process gets the wall, also the one
that it talks to itself by. ``NAMES``: what is answered to beside this machine's own names, as JSON.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Collection, Iterable
from typing import Any

Environ = dict[str, Any]
Fields = list[tuple[str, str]]

LOCAL = ("127.0.0.1", "localhost", "[::1]")
# A capture as it was, or rewritten: /archive/20260103100000mp_/https://...; all else is pywb's own and its banner.
_CAPTURED = re.compile(r"/[^/]+/[0-9]*[a-z]+_/")
# Nothing is asked of the live web, WebSockets included, and nobody else shows these pages in a frame of theirs.
_POLICY = (
    "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; form-action 'self'; frame-ancestors 'self'; "
    "base-uri 'self'"
)
# A captured page may run. (It shares this origin with others and could get round that; pages that break out of frames
# do not try to.)
_SANDBOX = "sandbox allow-scripts allow-same-origin allow-forms"
_OWN: Fields = [
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Referrer-Policy", "same-origin"),  # pywb reads it to find what a page meant by an address
]
# What a captured page said to browsers that would hold for all of this origin, or lead out of it.
_DROPPED = {
    "content-security-policy", "set-cookie", "service-worker-allowed", "clear-site-data", "refresh",
    "link", "reporting-endpoints", "report-to", "nel", "alt-svc", "strict-transport-security",
    *(name.lower() for name, _ in _OWN),
}  # fmt: skip


class Wall:
    """WSGI middleware. ``names``: values of ``Host``, in lower case, that are answered to."""

    def __init__(self, app: Callable[..., Iterable[bytes]], names: Collection[str]) -> None:
        self._app, self._names = app, frozenset(names)

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        refusal = self._refusal(environ)
        if refusal:
            status, line = refusal
            body = f"{line}\n".encode()
            kind = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))]
            start_response(status, [*kind, ("X-Content-Type-Options", "nosniff"), *_OWN])
            return [body]
        if environ.get("HTTP_X_FORWARDED_PROTO", "http") not in ("http", "https"):
            del environ["HTTP_X_FORWARDED_PROTO"]
        path = environ["PATH_INFO"]  # pywb changes it

        def started(status: str, fields: Fields, *more: Any) -> Any:
            return start_response(status, kept(fields, path), *more)

        return self._app(environ, started)

    def _refusal(self, environ: Environ) -> tuple[str, str] | None:
        if not str(environ.get("REQUEST_URI") or environ["PATH_INFO"]).startswith("/"):
            return "400 Bad Request", "what is asked for has to begin with /"
        # Two of them are one value here, with a comma.
        if environ.get("HTTP_HOST", "").lower() not in self._names | _local(str(environ["SERVER_PORT"])):
            line = "replay does not answer to that host name; stoppress replay --name NAME makes it one of its own"
            return "421 Misdirected Request", line
        if "HTTP_SERVICE_WORKER" in environ:
            return "403 Forbidden", "no captured script may answer for other captures"
        return None


def _local(port: str) -> frozenset[str]:
    """This machine's names; a browser leaves 80 out."""
    return frozenset(f"{name}:{port}" for name in LOCAL) | frozenset(LOCAL if port == "80" else ())


def kept(fields: Fields, path: str) -> Fields:
    """The fields of an answer without those that a captured page must not say, and with ours."""
    mine = [
        (name, value)
        for name, value in fields
        if name.lower() not in _DROPPED and not name.lower().startswith("access-control-")
    ]
    if any(name.lower() == "memento-datetime" for name, _ in fields):  # pywb's own links come last
        mine += [(name, value) for name, value in fields if name.lower() == "link"][-1:]
    policy = f"{_SANDBOX}; {_POLICY}" if _CAPTURED.match(path) else _POLICY
    return [*mine, ("Content-Security-Policy", policy), *_OWN]


def main() -> None:
    from pywb.apps.cli import wayback  # type: ignore[import-not-found]  # first: it makes the sockets gevent's

    # The second import needs the first.
    from gevent.pywsgi import WSGIServer  # type: ignore[import-untyped]  # isort: skip

    names, begin = json.loads(sys.argv[1]), WSGIServer.__init__

    def walled(self: Any, listener: Any, application: Any = None, *more: Any, **named: Any) -> None:
        begin(self, listener, Wall(application, names), *more, **named)

    WSGIServer.__init__ = walled
    wayback(sys.argv[2:])


if __name__ == "__main__":
    main()
