"""The name that pywb takes its server by, for the standard library's."""

from __future__ import annotations

import socketserver
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler
from wsgiref.simple_server import WSGIServer as Simple


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  its own name
        """Nothing."""


class WSGIServer(socketserver.ThreadingMixIn, Simple):
    daemon_threads = True

    def __init__(self, listener: tuple[str, int], application: Any = None) -> None:
        super().__init__(listener, _Quiet)
        self.set_app(application)
