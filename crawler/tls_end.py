"""How a TLS connection ends: never waited for without end, and an end told from a break.

Over TLS to close is to ask the other end to close too (close_notify), and Twisted reads on until it does. And all ends
without that come from Twisted as one ConnectionLost, whatever had become of the connection below.
"""

# Twisted's inner names are untyped.
# mypy: allow-untyped-calls

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.internet.protocol import connectionDone
from twisted.protocols.tls import BufferingTLSTransport
from twisted.python.failure import Failure

GOODBYE = 1.0  # seconds for the other end to close too; as long as Scrapy gives its pool when a crawl ends


@dataclass(slots=True)
class Records:
    """Where in the sequence of TLS records a connection is: each is five bytes, the last two a length, and so many."""

    _head: bytes = b""
    _left: int = 0

    def take(self, data: bytes) -> None:
        at = 0
        while at < len(data):
            if self._left:
                passed = min(self._left, len(data) - at)
                self._left -= passed
            else:
                passed = min(5 - len(self._head), len(data) - at)
                self._head += data[at : at + passed]
                if len(self._head) == 5:
                    self._left, self._head = int.from_bytes(self._head[3:]), b""
            at += passed

    @property
    def between(self) -> bool:
        return not self._left and not self._head


class WatchedTls(BufferingTLSTransport):
    """What a transport of Twisted's becomes by ``watched``."""

    _records: Records
    _waiting: Any = None  # the timer of a goodbye
    closed = False  # the other end hung up in good order, if without close_notify

    def dataReceived(self, data: bytes) -> None:  # noqa: N802  Twisted's name
        self._records.take(data)
        super().dataReceived(data)

    def loseConnection(self) -> None:  # noqa: N802
        from twisted.internet import reactor

        super().loseConnection()
        if self.connected and self._waiting is None:
            timers: Any = reactor
            self._waiting = timers.callLater(GOODBYE, self.abortConnection)

    def connectionLost(self, reason: Failure = connectionDone) -> None:  # noqa: N802
        if self._waiting is not None and self._waiting.active():
            self._waiting.cancel()
        self.closed = bool(reason.check(ConnectionDone)) and self._records.between
        super().connectionLost(reason)


def watched(transport: Any) -> WatchedTls | None:
    """The TLS of a connection over which no TLS has come yet; None where there is none."""
    # Behind a proxy that tunnels, TLS lies on the other side of the transport.
    for one in (transport, getattr(transport, "protocol", None)):
        if type(one) is BufferingTLSTransport:
            # Scrapy does so with Twisted's parser: what makes the object is out of reach.
            one.__class__ = WatchedTls
            one._records = Records()  # type: ignore[attr-defined]
            return one  # type: ignore[return-value]
    return None


def in_order(reason: Failure, tls: WatchedTls | None) -> bool:
    """Did the other end mean to end here?"""
    if reason.check(ConnectionDone):
        return True
    # "A response that has neither chunked transfer coding nor Content-Length is complete only if a valid closure alert
    # has been received." -- RFC 9112 9.8. Many servers never send one: those are believed that close the connection
    # below between two records. Whoever cuts it in another place, resets it or forges a record is not.
    return tls is not None and tls.closed and bool(reason.check(ConnectionLost))
