"""HTTP/1.1 as uvicorn's quicker parser reads it, with a bound for what comes before a request is whole."""

from __future__ import annotations

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST = 64 * 1024  # bytes of a request line and header
_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Bounded(HttpToolsProtocol):
    """The parser itself would take a header without an end, all of it in memory."""

    _begun = 0  # bytes of a request whose header is not whole

    def data_received(self, data: bytes) -> None:
        self._begun += len(data)
        super().data_received(data)
        if self._begun > MOST and not self.transport.is_closing():
            self.transport.write(_TOO_LARGE)
            self.transport.close()

    def on_headers_complete(self) -> None:
        self._begun = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._begun = 0
        super().on_body(body)
