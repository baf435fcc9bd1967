"""One request after the other to one service that somebody has named: guarded, slow, and told to wait when it is.

    URL -> addresses -> the guard -> a connection to one of those -> an answer within limits

For programs of others (a CDX server, an archive's captures), not for pages: those are visited by the crawler.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from pipelines.addresses import server
from pipelines.errors import StoppressError

from .egress import Network, allowed

TRIES = 5
WAITS = (5.0, 15.0, 60.0, 300.0)  # seconds before another try, where the service does not say
LONGEST_WAIT = 3600.0  # that a service may ask for; after that somebody has to come back
BUSY = (429, 500, 502, 503, 504)
_PIECE = 2**16
_SLOWEST = 20  # times the timeout that one whole answer may take


class UnansweredError(StoppressError):
    """A service that cannot be asked, or gives no answer that can be used."""


@dataclass(frozen=True, slots=True)
class Reply:
    """``headers`` in their order; ``body`` as it was sent, content coding kept."""

    url: str
    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name), None)


class Asking:
    """``get`` one URL; the next one not before ``gap`` has passed."""

    def __init__(
        self, *, agent: str, timeout: timedelta, gap: timedelta, most: int, exceptions: Sequence[Network] = (),
        told: Callable[[str], None] = lambda _: None, sleep: Callable[[float], None] = time.sleep,
    ) -> None:  # fmt: skip
        """``most``: bytes of a body; ``exceptions``: networks beyond the public internet; ``told``: hears of waits."""
        self._agent, self._timeout, self._gap, self._most = agent, timeout.total_seconds(), gap.total_seconds(), most
        self._exceptions, self._told, self._sleep = tuple(exceptions), told, sleep
        self._last = float("-inf")

    def get(self, url: str) -> Reply:
        """UnansweredError: there is none, also after some tries, or the guard does not let it be asked."""
        for turn in range(TRIES):
            self._sleep(max(0.0, self._last + self._gap - time.monotonic()))
            wait = None
            try:
                reply = self._once(url)
                if reply.status not in BUSY or reply.header("memento-datetime"):  # an archived 503 is a capture
                    return reply
                why, wait = f"it answers {reply.status} {reply.reason}", _asked_to_wait(reply)
            except (OSError, http.client.HTTPException) as e:
                why = str(e) or type(e).__name__
            finally:
                self._last = time.monotonic()
            if turn < TRIES - 1:
                self._wait(url, why, WAITS[turn] if wait is None else wait)
        raise UnansweredError(f"{url}: {why}; try again later, what was taken is kept")

    def _wait(self, url: str, why: str, seconds: float) -> None:
        if seconds > LONGEST_WAIT:
            raise UnansweredError(f"{url}: {why} and asks to wait {seconds:.0f} s; come back then, it goes on")
        self._told(f"{url}: {why}; the next try is in {seconds:g} s")
        self._sleep(seconds)

    def _once(self, url: str) -> Reply:
        try:
            parts = urlsplit(server(url))
        except ValueError as e:
            raise UnansweredError(f"{url}: {e}") from e
        host, secure = parts.hostname or "", parts.scheme == "https"
        port = parts.port or (443 if secure else 80)
        end = time.monotonic() + _SLOWEST * self._timeout
        sock = self._connected(host, port)
        connection = http.client.HTTPConnection(host, port, timeout=self._timeout)
        try:
            connection.sock = ssl.create_default_context().wrap_socket(sock, server_hostname=host) if secure else sock
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.putrequest("GET", target, skip_accept_encoding=True)
            for name, value in (("User-Agent", self._agent), ("Accept", "*/*"), ("Accept-Encoding", "gzip, br, zstd")):
                connection.putheader(name, value)
            connection.putheader("Connection", "close")
            connection.endheaders()
            answer = connection.getresponse()
            body = self._body(answer, url, end)
            return Reply(url, answer.status, answer.reason, tuple(answer.getheaders()), body)
        finally:
            sock.close()
            connection.close()

    def _connected(self, host: str, port: int) -> socket.socket:
        """To an address that the guard has seen, so that none can take its place."""
        found = [info[4][0] for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        fine = [str(address) for address in found if allowed(str(address), self._exceptions)]
        if not fine:
            raise UnansweredError(
                f"{host}: nothing was sent, its address {', '.join(map(str, found))} is not public; "
                "add its network to [egress] allow if it is meant"
            )
        trouble: OSError | None = None
        for address in fine:
            try:
                return socket.create_connection((address, port), self._timeout)
            except OSError as e:
                trouble = e
        assert trouble is not None
        raise trouble

    def _body(self, answer: http.client.HTTPResponse, url: str, end: float) -> bytes:
        pieces, size = [], 0
        while piece := answer.read(_PIECE):
            pieces.append(piece)
            size += len(piece)
            if size > self._most:
                raise UnansweredError(f"{url}: its answer is larger than max_size ({self._most} bytes)")
            if time.monotonic() > end:
                raise TimeoutError("its answer takes too long")
        if answer.length:  # http.client ends in silence where the connection does
            raise http.client.IncompleteRead(b"", answer.length)
        return b"".join(pieces)


def _asked_to_wait(reply: Reply, now: datetime | None = None) -> float | None:
    """RFC 9110 10.2.3: seconds, or a date."""
    text = (reply.header("retry-after") or "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        return max(0.0, (parsedate_to_datetime(text) - (now or datetime.now(UTC))).total_seconds())
    except (ValueError, TypeError):
        return None


def networks(texts: Sequence[str]) -> tuple[Network, ...]:
    """Of ``[egress] allow``."""
    return tuple(ipaddress.ip_network(text) for text in texts)
