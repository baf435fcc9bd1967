"""An HTTPS server with TLS in its own hands: records can be held back, cut or forged; it says goodbye if told to.

    with tls_serving(context, {"/page": answer}, host="127.0.0.2") as server: ...

``answer(wire)`` does what it likes after the request; then the connection is closed, without close_notify.
"""

from __future__ import annotations

import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

NO_ROBOTS = b"HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
Answer = Callable[["TlsWire"], None]


class TlsWire:
    """One connection."""

    def __init__(self, opened: socket.socket, context: ssl.SSLContext) -> None:
        self.socket = opened
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._in, self._out, server_side=True)

    def shake_hands(self) -> None:
        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                self.socket.sendall(self._out.read())
                self._hear()
            except ssl.SSLError:
                self.socket.sendall(self._out.read())  # the alert
                raise
            else:
                return self.socket.sendall(self._out.read())

    def head(self) -> bytes:
        """Of a request."""
        head = b""
        while b"\r\n\r\n" not in head:
            try:
                head += self._tls.read()
            except ssl.SSLWantReadError:
                self._hear()
        return head

    def records(self, data: bytes) -> bytes:
        """As they would be sent."""
        self._tls.write(data)
        return self._out.read()

    def send(self, data: bytes) -> None:
        self.socket.sendall(self.records(data))

    def say_goodbye(self) -> None:
        with suppress(ssl.SSLWantReadError):
            self._tls.unwrap()
        self.socket.sendall(self._out.read())

    def reset(self) -> None:
        time.sleep(0.1)  # what was sent is read before the reset throws it away
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def stay(self) -> None:
        """Until the client closes, whatever it says."""
        while self.socket.recv(65536):
            pass

    def _hear(self) -> None:
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError("the client went away")
        self._in.write(data)


@dataclass
class RawTlsServer:
    """Each request has a connection of its own."""

    context: ssl.SSLContext
    answers: Mapping[str, Answer]
    host: str = "127.0.0.1"
    port: int = 0
    before: Callable[[socket.socket], None] | None = None  # in the place of the handshake and all that follows
    open: int = 0
    asked: list[str] = field(default_factory=list)

    def url(self, path: str) -> str:
        return f"https://{self.host}:{self.port}{path}"

    def listen(self, door: socket.socket) -> None:
        while True:
            try:
                opened, _ = door.accept()
            except OSError:
                return  # the test is over
            threading.Thread(target=self._serve, args=(opened,), daemon=True).start()

    def _serve(self, opened: socket.socket) -> None:
        self.open += 1
        opened.settimeout(60)
        with suppress(OSError), opened:
            if self.before is None:
                self._answer(TlsWire(opened, self.context))
            else:
                self.before(opened)
        self.open -= 1

    def _answer(self, wire: TlsWire) -> None:
        wire.shake_hands()
        path = wire.head().split(b" ", 2)[1].decode()
        self.asked.append(path)
        if path == "/robots.txt":
            wire.send(NO_ROBOTS)
            wire.say_goodbye()
        else:
            self.answers[path](wire)


@contextmanager
def tls_serving(context: ssl.SSLContext, answers: Mapping[str, Answer], *, host: str = "127.0.0.1",
                before: Callable[[socket.socket], None] | None = None) -> Iterator[RawTlsServer]:  # fmt: skip
    """The server, in threads, until the block ends."""
    with socket.create_server((host, 0)) as door:
        server = RawTlsServer(context, answers, host, door.getsockname()[1], before)
        threading.Thread(target=server.listen, args=(door,), daemon=True).start()
        yield server
        door.shutdown(socket.SHUT_RDWR)
