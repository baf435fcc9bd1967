"""The way out for one page: each request passes here, if the browser said what it is for, and what came is kept.

    Chromium's route: "a fetch of this URL" --wanted--> proxy: the request itself --passed--> the crawler's client

What nobody announced (preconnects, prefetches, beacons, the browser's own errands) has no way out.
"""

from __future__ import annotations

import base64
import secrets
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urldefrag, urlsplit

from scrapy import Request
from scrapy.http import Response

from pipelines.entity import parse
from pipelines.ledger import shows_a_page
from pipelines.model import Exchange, Role

from .feeds import Feeds
from .look import Look

Keep = Callable[[Exchange, Response | None], Any]
Send = Callable[[Request, Keep], Awaitable[Response]]
Record = Callable[[Exchange, Role], Any]
ON_ITS_WAY = 5.0  # seconds in which a request that was announced comes, if the page has not given it up
MOST_HOPS = 5  # as for pages that need no browser
READ = frozenset(
    {"document", "script", "stylesheet", "xhr", "fetch"}
)  # what a page can be read from, as Playwright says
SHOWN = frozenset({"image", "font", "manifest", "texttrack"})  # with requisites = true
FEEDS = frozenset({"xhr", "fetch"})
_HTML = ("text/html", "application/xhtml+xml")
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# Of the connection to the proxy, or set anew by the client behind it (RFC 9110 7.6.1).
_HOP = frozenset(
    {"connection", "content-length", "host", "keep-alive", "proxy-authorization", "proxy-connection", "te", "trailer",
     "transfer-encoding", "upgrade"}
)  # fmt: skip
_CODINGS = ("gzip", "br")  # zstd bodies are shown undecoded by replay tools of today


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one visit: how much its page may ask for, whatever its scripts do."""

    size: int  # bytes of one answer ...
    total: int  # ... and of all together
    requests: int = 200
    body: int = 2**20  # of what is sent


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as the browser made it."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name), None)


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was sent, or no answer came: what the browser is told instead."""

    status: int
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """As it came; ``whole``: False if the connection has to break off behind it."""

    raw: bytes
    whole: bool


@dataclass(slots=True)
class Document:
    """What came where the page itself was asked for; the last one is the page."""

    url: str  # as the browser asked for it
    exchange: Exchange
    answer: Response | Exception

    @property
    def is_shown(self) -> bool:
        """Whether a browser shows it as a page: a whole success in HTML."""
        exchange = self.exchange
        whole = exchange.response is not None and not (exchange.truncated or exchange.error)
        if not whole or not shows_a_page(exchange.status) or exchange.status in (204, 205):
            return False
        kind = _header(exchange, "Content-Type") or "text/html"
        return kind.partition(";")[0].strip().lower() in _HTML


@dataclass(frozen=True, slots=True)
class Stopped:
    """Where the page would have led, and why it may not."""

    url: str
    why: Exception


@dataclass(slots=True)
class Passage:
    """``look``: the visit. ``seconds``: how long the page may take, waiting for hosts' turns not counted."""

    look: Look
    send: Send
    record: Record
    limits: Limits
    seconds: float
    user: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    password: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    documents: list[Document] = field(default_factory=list)
    stopped: Stopped | None = None  # where the page may not lead
    blocked: list[str] = field(default_factory=list)  # what the egress guard held back
    refused: int = 0  # requests that were let through by nobody
    sent: int = 0
    received: int = 0  # bytes
    passing: int = 0  # requests under way
    active: float = field(default_factory=time.monotonic)  # when one of them began or ended last
    deadline: float = 0.0
    feeds: Feeds = field(init=False)
    _expected: dict[str, deque[tuple[str, float]]] = field(default_factory=lambda: defaultdict(deque))
    _led: deque[str] = field(default_factory=deque)  # kinds of the requests that were answered by "look there"
    _hops: int = 0
    _held: float | None = None  # since when

    def __post_init__(self) -> None:
        self.feeds = Feeds(self.look.visit.url)
        self.begin()

    def begin(self) -> None:
        """From now on its time runs."""
        self.deadline = time.monotonic() + self.seconds

    @property
    def remaining(self) -> float:
        """Seconds; they do not run while a host's turn is waited for."""
        return self.deadline - (time.monotonic() if self._held is None else self._held)

    @property
    def authorization(self) -> str:
        return "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode()

    @property
    def page(self) -> Document | None:
        """The last document, unless it only leads to another."""
        last = self.documents[-1] if self.documents else None
        return last if last and not leads_on(last.exchange) else None

    # asked by the browser's route -------------------------------------------------------------------------

    def wanted(self, url: str, kind: str, *, main: bool) -> bool:
        """Whether this may be asked for; if so it is expected. ``main``: it is for the page, not for a frame in it."""
        url = urldefrag(url).url
        if urlsplit(url).scheme not in ("http", "https"):
            return False
        if kind == "document" and not self._may_navigate(url, main=main):
            return False
        if kind not in READ and not (self.look.watch.requisites and kind in SHOWN):
            return False
        self._expected[url].append((kind, time.monotonic()))
        return True

    @property
    def busy(self) -> bool:
        """Whether something is under way, or announced and on its way here: a busy machine takes seconds for that."""
        since = time.monotonic() - ON_ITS_WAY
        return self.passing > 0 or any(at > since for waiting in self._expected.values() for _, at in waiting)

    def _may_navigate(self, url: str, *, main: bool) -> bool:
        """Frames are not read, so they are not loaded; and a page that reloads itself has been seen already."""
        return main and not any(url == seen.url for seen in self.documents)

    # asked by the proxy -----------------------------------------------------------------------------------

    async def passed(self, asked: Asked) -> Answer | Refused:
        """The request sent, or the reason why not."""
        self.passing, self.active = self.passing + 1, time.monotonic()
        try:
            return await self._passed(asked)
        finally:
            self.passing, self.active = self.passing - 1, time.monotonic()

    async def _passed(self, asked: Asked) -> Answer | Refused:
        kind = self._kind(asked)
        if kind is None:
            return self._refuse(403, "nobody announced this request")
        if kind == "document":
            return await self._led_on(asked) or told(await self._sent(asked, kind))
        if self.look.forbids(asked.url):
            return self._refuse(403, "robots.txt of that host forbids it")
        return await (self._fed(asked, kind) if kind in FEEDS else self._drawn(asked, kind))

    async def _fed(self, asked: Asked, kind: str) -> Answer | Refused:
        self.feeds.asked(asked.url)
        await self.look.second(asked.url)
        came = await self._sent(asked, kind)
        short = "timeout" if self.remaining <= 0 else "too-large"
        self.feeds.ended(asked.url, came if isinstance(came, Exchange) else None, short)
        return told(came)

    async def _drawn(self, asked: Asked, kind: str) -> Answer | Refused:
        """What a page is made of, and is not read from itself."""
        if self.look.watch.requisites:
            await self.look.second(asked.url)
        return told(await self._sent(asked, kind))

    def _kind(self, asked: Asked) -> str | None:
        if asked.header("upgrade"):
            return None
        plain = "http" + asked.url.removeprefix("https")  # browsers know hosts that are to be asked over TLS only
        for url in (asked.url, plain):
            if expected := self._expected.get(url):
                return expected.popleft()[0]
        return self._led.popleft() if self._led else None  # browsers do not announce where a redirect leads

    async def _led_on(self, asked: Asked) -> Refused | None:
        """The page itself leads elsewhere: that host is asked for its consent and its turn, as for any hop."""
        if not self.documents and asked.url == self.look.visit.url:
            return None
        self._hops += 1
        last = self.documents[-1] if self.documents else None
        try:
            if last and asked.url == last.url:
                raise TooManyHops(f"{last.url} redirects to itself")
            if self._hops > MOST_HOPS:
                raise TooManyHops(f"{self.look.visit.url} leads on more than {MOST_HOPS} times, last to {asked.url}")
            await self._waiting(self.look.follow(asked.url))
        except Exception as e:  # noqa: BLE001 - whatever it is, the visit ends with it
            self.stopped = Stopped(asked.url, e)
            return self._refuse(403, "the page may not lead there")
        return None

    async def _waiting(self, turn: Awaitable[None]) -> None:
        self._held = time.monotonic()
        try:
            await turn
        finally:
            self.deadline += time.monotonic() - self._held
            self._held = None

    async def _sent(self, asked: Asked, kind: str) -> Exchange | Refused:
        if self.sent >= self.limits.requests or self.received >= self.limits.total or self.remaining <= 0:
            return self._refuse(429, "the page has asked for as much as one visit may")
        kept: list[Exchange] = []
        self.sent += 1
        answer: Response | Exception
        try:
            answer = await self.send(self._request(asked), lambda exchange, _: kept.append(exchange))
        except Exception as e:  # noqa: BLE001 - what it means is in the exchange; the page is told 502
            answer = e
        if not kept:
            return self._refuse(502, type(answer).__name__)
        exchange = kept[0]
        self.received += len(exchange.response or exchange.received)
        if exchange.error == "blocked":
            self.blocked.append(asked.url)
        if leads_on(exchange):
            self._led.append(kind)
        if exchange.status in (429, 503):
            asks, date = (_header(exchange, name) for name in ("Retry-After", "Date"))
            self.look.refused(asked.url, exchange.status, asks, date)
        self._keep(asked.url, exchange, answer, kind)
        return exchange

    def _keep(self, url: str, exchange: Exchange, answer: Response | Exception, kind: str) -> None:
        """The page's own documents are judged at the end of the visit; the rest is what it is."""
        if kind == "document":
            self.documents.append(Document(url, exchange, answer))
        elif exchange.request and (kind in FEEDS or self.look.watch.requisites):
            # Not "feed": what a feed of that role says is read beside the page, and here the page shows it itself.
            self.record(exchange, "requisite")

    def _request(self, asked: Asked) -> Request:
        headers: dict[str, list[str]] = defaultdict(list)
        for name, value in asked.headers:
            low = name.lower()
            if low == "accept-encoding":
                value = ", ".join(coding for coding in _CODINGS if coding in value.replace(",", " ").split())
            # The browser gives the proxy's password to whoever asks for one.
            if low not in _HOP and not (low == "authorization" and value == self.authorization):
                headers[name].append(value)
        return Request(
            asked.url,
            method=asked.method,
            headers=headers,
            body=asked.body,
            dont_filter=True,
            meta={
                "download_timeout": max(self.remaining, 0.1),
                "download_maxsize": max(min(self.limits.size, self.limits.total - self.received), 1),
            },
        )

    def _refuse(self, status: int, text: str) -> Refused:
        self.refused += 1
        return Refused(status, text)


def told(came: Exchange | Refused) -> Answer | Refused:
    """What the browser is told of it."""
    if isinstance(came, Refused):
        return came
    if came.response is None:
        return Refused(403 if came.error == "blocked" else 502, came.detail)
    return Answer(came.response, whole=came.truncated is None)


class TooManyHops(Exception):
    """The page leads on and on."""


def leads_on(exchange: Exchange) -> bool:
    """A redirect that says where to (RFC 9110 15.4)."""
    return exchange.status in _REDIRECTS and bool(_header(exchange, "Location"))


def _header(exchange: Exchange, name: str) -> str | None:
    try:
        return parse(exchange.response or b"").header(name)
    except ValueError:
        return None
