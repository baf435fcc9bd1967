"""The tap on the wire: Scrapy's HTTP/1.1 client, which also keeps every byte that goes out and comes in.

    Agent.request -> pool -> TappedFactory -> TappedProtocol --a Tap per request--> TappedAgent -> handler

Private names of Scrapy and Twisted are used here and nowhere else; ``self_check`` tells whether they still mean
what they meant. If one has gone, importing this module may fail: the handler then goes without.
"""

# Twisted's inner names are untyped.
# mypy: allow-untyped-calls

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from OpenSSL import SSL, crypto
from scrapy.core.downloader.handlers.http11 import (
    _BindAddressAgent,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
    _LenientHTTPClientParser,
    _ScrapyAgent,
)
from twisted.internet.protocol import connectionDone
from twisted.python.failure import Failure
from twisted.web._newclient import BODY

from pipelines.recent import Recent

from .evidence import Tap, Tls
from .failures import HandshakeBroken
from .header_lines import field_of, uncoded
from .tls_end import WatchedTls, in_order, watched

if TYPE_CHECKING:
    from scrapy import Request
    from twisted.web.client import Agent

TAP = "_stoppress_tap"  # how a tap travels: on Twisted's response, or on the exception
HEADER_LIMIT = 64 * 1024  # bytes; browsers take 256 KiB, servers send 8


class Tee:
    """A transport that also keeps what is written to it."""

    __slots__ = ("_kept", "_transport")

    def __init__(self, transport: Any, kept: list[bytes]) -> None:
        self._transport, self._kept = transport, kept

    def write(self, data: bytes) -> None:
        self._kept.append(data)
        self._transport.write(data)

    def writeSequence(self, pieces: list[bytes]) -> None:  # noqa: N802  Twisted's name
        self._kept += pieces
        self._transport.writeSequence(pieces)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class TolerantParser(_LenientHTTPClientParser):
    """Passes over what is no header line, but never over what may say where the message ends."""

    def headerReceived(self, name: bytes, value: bytes) -> None:  # noqa: N802
        if (field := field_of(name)) is not None:
            super().headerReceived(field, value)

    def allHeadersReceived(self) -> None:  # noqa: N802
        headers: Any = self.connHeaders
        if uncoded(headers.getRawHeaders(b"transfer-encoding", ())):
            headers.removeHeader(b"transfer-encoding")
            request: Any = self.request
            request.persistent = False  # not everybody takes it for none: what follows may be of this body
        super().allHeadersReceived()


class TappedProtocol(_LenientHTTP11ClientProtocol):
    """One connection. ``_tap`` is there from the request to the end of its message, and only then."""

    _tap: Tap | None = None
    _spoilt = False  # bytes came that nobody had asked for: no request may follow
    _used = False
    _tls: Tls | None = None
    _secure: WatchedTls | None = None
    _peer: tuple[str, int] | None = None
    transport: Any
    _parser: Any

    def __init__(self, quiescent: Any, limit: int) -> None:
        super().__init__(quiescent)
        self._limit = limit

    @property
    def state(self) -> str:
        """What the pool looks at before it lends the connection."""
        return "SPOILT" if self._spoilt else super().state

    def request(self, request: Any) -> Any:
        if self._peer is None:
            peer = self.transport.getPeer()
            self._peer = (peer.host, peer.port)
            self._secure = watched(self.transport)
        tap = self._tap = Tap(*self._peer, reused=self._used)
        self._used = True
        write = request.writeTo
        request.writeTo = lambda transport: write(Tee(transport, tap.sent))
        answered = super().request(request)
        del request.writeTo  # it has written; the circle of references is open again
        self._parser.__class__ = TolerantParser  # as Scrapy does with Twisted's
        # Twisted's own limit is for one line (16 KiB); ours, for the whole header, comes first.
        self._parser.MAX_LENGTH = 4 * self._limit
        answered.addCallbacks(self._answered, self._failed, callbackArgs=(tap,), errbackArgs=(tap,))
        return answered

    def _answered(self, response: Any, tap: Tap) -> Any:
        tap.tls = self._handshake()
        setattr(response, TAP, tap)
        return response

    def _failed(self, failure: Failure, tap: Tap) -> Failure:
        tap.tls = self._handshake()
        handle = _handle(self.transport)
        if handle is not None and not (handle.get_finished() and handle.get_peer_finished()):
            tap.sent.clear()  # the handshake was never done: nothing has left
            error: Any = failure.value
            error.reasons = [Failure(HandshakeBroken()), *getattr(error, "reasons", ())]
        setattr(failure.value, TAP, tap)
        return failure

    def dataReceived(self, data: bytes) -> None:  # noqa: N802
        tap = self._tap
        if tap is None:
            self._spoilt = True
            self.transport.abortConnection()
            return
        tap.received.append(data)
        tap.size += len(data)
        super().dataReceived(data)
        if not tap.headed:
            self._look_at_header(tap)

    def _look_at_header(self, tap: Tap) -> None:
        parser = self._parser
        if tap.end is not None or (parser is not None and parser.state == BODY):
            tap.headed = True
        elif tap.size > self._limit:
            tap.flooded = True
            self.transport.abortConnection()

    def _finishResponse(self, rest: bytes) -> None:  # noqa: N802
        tap, self._tap = self._tap, None
        if tap is not None:
            tap.end = tap.size - len(rest)
        if self._parser is not None and (rest or self._two_lengths()):
            request: Any = self._currentRequest
            request.persistent = False  # so Twisted closes it
        super()._finishResponse(rest)

    def _two_lengths(self) -> bool:
        # "[A] client [...] ought to handle the message as an error" and must not go on with the connection
        # where both are given. -- RFC 9112 6.3, 6.1
        headers: Any = self._parser.connHeaders
        return all(headers.hasHeader(name) for name in (b"transfer-encoding", b"content-length"))

    def _giveUp(self, reason: Failure) -> None:  # noqa: N802
        tap, self._tap = self._tap, None
        if tap is not None:
            tap.broken = reason.value
            self.transport.abortConnection()  # whoever speaks no HTTP need not understand a goodbye either
        super()._giveUp(reason)

    def connectionLost(self, reason: Failure = connectionDone) -> None:  # noqa: N802
        if self._tap is not None and not in_order(reason, self._secure):
            self._tap.lost = reason.value
        super().connectionLost(reason)
        self._tap = None

    def _handshake(self) -> Tls | None:
        """After the header has come: at the time of the request the handshake may be under way."""
        if self._tls is None and (handle := _handle(self.transport)) is not None and handle.get_cipher_name():
            self._tls = _tls_of(handle)
        return self._tls


def _handle(transport: Any) -> SSL.Connection | None:
    try:
        handle = transport.getHandle()
    except AttributeError:  # a closed socket has none
        return None
    return handle if isinstance(handle, SSL.Connection) else None


def _tls_of(handle: SSL.Connection) -> Tls:
    name, _, version = handle.get_protocol_version_name().partition("v")  # TLSv1.3, TLSv1
    chain = handle.get_peer_cert_chain() or []
    made = [hashlib.sha256(crypto.dump_certificate(crypto.FILETYPE_ASN1, one)).hexdigest() for one in chain]
    certificates = tuple("sha256:" + digest for digest in made)
    return Tls(f"{name.lower()}/{version if '.' in version else version + '.0'}", handle.get_cipher_name() or "",
               certificates)  # fmt: skip


class TappedFactory(_LenientHTTP11ClientFactory):
    """Builds tapped connections for the pool."""

    def __init__(self, quiescent: Any, metadata: Any, *, limit: int) -> None:
        super().__init__(quiescent, metadata)
        self._limit = limit

    def buildProtocol(self, addr: Any) -> TappedProtocol:  # noqa: N802
        return TappedProtocol(self._quiescentCallback, self._limit)


Agents = Recent[float, "Agent"]  # by connect timeout


class TappedAgent(_ScrapyAgent):
    """Lives for one request; ``tap`` is None until its bytes were on a connection.

    ``agents``: Twisted's own, which keep nothing of a request and so need not be made for each.
    """

    tap: Tap | None = None

    def __init__(self, *, agents: Agents, **scrapys: Any) -> None:
        super().__init__(**scrapys)
        self._agents = agents

    def _get_agent(self, request: Request, timeout: float) -> Agent:
        if request.meta.get("proxy") or request.meta.get("bindaddress"):
            return super()._get_agent(request, timeout)
        if (agent := self._agents.get(timeout)) is None:
            agent = self._agents[timeout] = _with_memory(super()._get_agent(request, timeout))
        return agent

    def _cb_bodyready(self, txresponse: Any, request: Any) -> Any:
        self.tap = getattr(txresponse, TAP, None)
        return super()._cb_bodyready(txresponse, request)

    def _cb_timeout(self, result: Any, *rest: Any) -> Any:
        # The one way out that every outcome takes; on a time-out Scrapy raises anew, and the tagged one is gone.
        if self.tap is None and isinstance(result, Failure):
            self.tap = getattr(result.value, TAP, None)
        return super()._cb_timeout(result, *rest)


def _with_memory(agent: Any) -> Agent:
    """To see how a host is reached its name is put through IDNA, each time, though the connection is there."""
    make, known = agent._getEndpoint, Recent[tuple[bytes, bytes, int], Any]()

    def endpoint(uri: Any) -> Any:
        name = (uri.scheme, uri.host, uri.port)
        if (found := known.get(name)) is None:
            found = known[name] = make(uri)
        return found

    agent._getEndpoint = endpoint
    return agent  # type: ignore[no-any-return]


# What the classes above build on, all of it, and none of it public.
FOUNDATIONS = (
    (_LenientHTTP11ClientProtocol, ("_finishResponse", "_giveUp", "_parser", "_currentRequest", "state")),
    (_LenientHTTPClientParser, ("headerReceived", "allHeadersReceived")),
    (_ScrapyAgent, ("_cb_bodyready", "_cb_timeout", "_get_agent")),
    (_BindAddressAgent, ("_getEndpoint",)),
)
