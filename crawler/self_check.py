"""Does the tap still see the wire? Two exchanges through pool, protocol and agent, over connections in memory.

No socket is opened, so it can be done wherever a crawler starts, before the first request; it takes two milliseconds.
"""

# Twisted's inner names are untyped.
# mypy: allow-untyped-calls

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from scrapy import Request
from scrapy.signalmanager import SignalManager
from twisted.internet.defer import succeed
from twisted.internet.error import ConnectionDone
from twisted.internet.testing import StringTransport
from twisted.protocols.tls import BufferingTLSTransport, TLSMemoryBIOFactory
from twisted.python.failure import Failure
from twisted.web.client import Agent
from twisted.web.iweb import IAgentEndpointFactory
from zope.interface import implementer

from pipelines.model import Exchange

from .evidence import exchange_of
from .tap import FOUNDATIONS

URL = "http://self-check.invalid/?q"
INTERIM = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
ANSWER = (
    b"HTTP/1.1 200 Odd  Reason \r\nx-LOWER: a\r\nX-Fold: b\r\n\tc\r\nx-lower:\xe9\r\nno colon\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n2;x=y\r\nhi\r\n0\r\nX-Trailer: t\r\n\r\n"
)
SURPLUS = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged"


class MismatchError(Exception):
    """What was tapped is not what went over the connection."""


@implementer(IAgentEndpointFactory)
class _Memory:
    """An endpoint, the factory of it, and the one connection it makes."""

    def __init__(self) -> None:
        self.transport = StringTransport()
        self.protocol: Any = None

    def endpointForURI(self, _: Any) -> Any:  # noqa: N802  Twisted's name
        return self

    def connect(self, factory: Any) -> Any:
        self.protocol = factory.buildProtocol(None)
        self.protocol.makeConnection(self.transport)
        return succeed(self.protocol)


def try_out(agent_for: Callable[[Any], Any]) -> None:
    """MismatchError, or whatever a name that has moved brings about, unless all bytes are seen."""
    for owner, names in FOUNDATIONS:
        for name in names:
            getattr(owner, name)
    if TLSMemoryBIOFactory.protocol is not BufferingTLSTransport:
        raise MismatchError("TLS connections are not watched (tls_end.py)")
    whole, results, transport = _exchange(agent_for, INTERIM + ANSWER[:40], ANSWER[40:] + SURPLUS)
    came = (whole.request, whole.interim, whole.response, whole.surplus, whole.truncated)
    if came != (transport.value(), INTERIM, ANSWER, len(SURPLUS), None):
        raise MismatchError(f"{came!r} was seen; the request ended with {results!r}")
    if getattr(results[0], "body", None) != b"hi" or not transport.disconnecting:
        raise MismatchError(f"the request ended with {results!r}")
    cut, results, transport = _exchange(agent_for, ANSWER[:40])
    if (cut.request, cut.received) != (transport.value(), ANSWER[:40]):
        raise MismatchError(f"{cut!r} was seen of a header that broke off; the request ended with {results!r}")


def _exchange(agent_for: Callable[[Any], Any], *pieces: bytes) -> tuple[Exchange, list[Any], StringTransport]:
    """What is kept of these pieces and the connection's end; what the request came to; what was written."""
    memory = _Memory()
    agent = agent_for(SimpleNamespace(signals=SignalManager(), spider=None))
    agent._get_agent = lambda _request, _timeout: _through(memory, agent._pool)
    results: list[Any] = []
    agent.download_request(Request(URL)).addBoth(results.append)
    for piece in pieces:
        memory.protocol.dataReceived(piece)
    memory.protocol.connectionLost(Failure(ConnectionDone()))
    error = results[0].value if isinstance(results[0], Failure) else None
    seen = exchange_of(URL, agent.tap, started=datetime.now(UTC), duration=timedelta(), error=error)
    return seen, results, memory.transport


def _through(memory: _Memory, pool: Any) -> Any:
    from twisted.internet import reactor

    return Agent.usingEndpointFactory(reactor, memory, pool)
