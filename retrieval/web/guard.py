"""Who is let in, and what every answer carries: one wall in front of all routes, shut unless it is opened.

A token is asked for unless the service listens on loopback alone; it comes in a header, never in an address.
"""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .errors import text

OPEN_PATHS = frozenset({"/healthz", "/readyz"})
REMEMBERED = 10_000  # clients whose rate is known; the one not seen for longest is forgotten


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """``hosts``: the names that the service answers to, a page on another one may have led a browser here.
    ``token``: None where nobody but this machine can come. ``own_secret``: paths that ask for another secret
    themselves, one that ends with "/" with all below it; ``own_hosts``: names under which only those are there.
    ``rate``: requests a second of one client."""

    hosts: Collection[str]
    token: str | None = None
    headers: Mapping[str, str]
    own_secret: tuple[str, ...] = ()
    own_hosts: Collection[str] = ()
    rate: float = 50.0
    burst: float = 500.0


class Guard:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, rules: Rules, clock: Callable[[], float] = time.monotonic) -> None:
        self._app, self._rules = app, rules
        self._headers = [(name.lower().encode(), value.encode()) for name, value in rules.headers.items()]
        self._rates = Rates(rules.rate, rules.burst, clock)
        # Their own, so that strangers leave to a client with the token what is its, behind one address or proxy.
        self._strangers = Rates(rules.rate, rules.burst, clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message.setdefault("headers", [])
                if headers[: len(self._headers)] != self._headers:
                    there = {name for name, _ in headers}
                    missing = [field for field in self._headers if field[0] not in there]
                    message["headers"] = [*headers, *missing]  # theirs may be in memory, for others too
            await send(message)

        refusal = self._refusal(scope)
        await (refusal or self._app)(scope, receive, sent)

    def _refusal(self, scope: Scope) -> ASGIApp | None:
        if scope["path"] in OPEN_PATHS:
            return None
        headers = Headers(scope=scope)
        names = headers.getlist("host")
        asks_itself = self._asks_itself(scope["path"])
        hosts = (*self._rules.hosts, *self._rules.own_hosts) if asks_itself else self._rules.hosts
        if len(names) != 1 or names[0].lower() not in hosts:
            return text("this service does not answer to that host name; [serve] base_url says its own", 421)
        is_known = self._rules.token is not None and self._is_known(headers.get("authorization", ""))
        if asks_itself and not is_known:  # on loopback, too: a proxy lets strangers come here
            return self._too_often(self._strangers, scope)
        if self._rules.token is None:
            return None
        if not is_known:
            return text("a token is needed: Authorization: Bearer TOKEN", 401, {"WWW-Authenticate": "Bearer"})
        return self._too_often(self._rates, scope)

    def _asks_itself(self, path: str) -> bool:
        return any(path.startswith(own) if own.endswith("/") else path == own for own in self._rules.own_secret)

    def _too_often(self, rates: Rates, scope: Scope) -> ASGIApp | None:
        wait = rates.wait((scope.get("client") or ("?", 0))[0])
        return text("too many requests", 429, {"Retry-After": str(int(wait) + 1)}) if wait > 0 else None

    def _is_known(self, authorization: str) -> bool:
        kind, _, token = authorization.partition(" ")
        expected = (self._rules.token or "").encode()
        return kind.lower() == "bearer" and secrets.compare_digest(token.strip().encode(), expected)


class Rates:
    """A token bucket for each client."""

    def __init__(self, rate: float, burst: float, clock: Callable[[], float]) -> None:
        self._rate, self._burst, self._clock = rate, burst, clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, client: str) -> float:
        """Takes a token; seconds until there is one if there is none."""
        now = self._clock()
        left, at = self._left.pop(client, (self._burst, now))
        left = min(left + (now - at) * self._rate, self._burst)
        taken = left >= 1
        self._left[client] = (left - 1 if taken else left, now)
        if len(self._left) > REMEMBERED:
            self._left.popitem(last=False)
        return 0.0 if taken else (1 - left) / self._rate
