"""Where hints are brought: hubs of feeds (WebSub), and whoever has the secret of POST /hint.

    request --secret, signature--> rows of the catalog --within seconds--> crawler

Nothing else of this service writes. What is wrong is said to whoever sent it, but for a wrong signature of a hub: "the
subscriber [...] MAY still acknowledge this request with a 2xx response code" (WebSub 7.1), so that nobody can guess.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from pipelines import clock, webhook, websub
from pipelines.config import Config
from pipelines.errors import ConfigError
from pipelines.hints import LARGEST, NoDocument, read
from pipelines.opened import open_catalog
from pipelines.store.catalog import Catalog
from pipelines.store.stored import Hint, Subscription

from .errors import text

log = logging.getLogger(__name__)
OPEN_PREFIX = websub.PATH  # asks for no token: its paths cannot be guessed, its bodies are signed
LONGEST_CHALLENGE = 4096
LONGEST_WAIT = 30.0  # seconds for a body, however little of it comes at once: 10 MiB at 3 Mbit/s


class Receiver:
    """Writes to the catalog. ``secret``: of POST /hint; None: there is none. ``callback``: where hubs reach us."""

    def __init__(self, catalog: Catalog, *, secret: str | None, callback: str = "",
                 now: Callable[[], datetime] = clock.now) -> None:  # fmt: skip
        self._catalog, self._secret, self._now = catalog, secret, now
        self._hubs = bool(callback)
        self.hosts = frozenset({urlsplit(callback).netloc.lower()} - {""})  # names by which only this is reached

    def close(self) -> None:
        self._catalog.close()

    @property
    def paths(self) -> tuple[str, ...]:
        """What asks for a secret of its own."""
        return (*((webhook.PATH,) if self._secret else ()), *((OPEN_PREFIX,) if self._hubs else ()))

    def routes(self) -> list[Route]:
        routes = []
        if self._secret:
            routes.append(Route(webhook.PATH, self.hint, methods=["POST"]))
        if self._hubs:
            routes.append(Route(websub.PATH + "{path:str}", self.verify, methods=["GET"]))
            routes.append(Route(websub.PATH + "{path:str}", self.distributed, methods=["POST"]))
        return routes

    # POST /hint ---------------------------------------------------------------------------------------------

    async def hint(self, request: Request) -> Response:
        headers, secret = request.headers, self._secret or ""
        authorization = headers.get("authorization", "")
        signed = [value for name in ("x-hub-signature-256", "x-hub-signature") for value in headers.getlist(name)]
        if not webhook.may_be_allowed(authorization, signed, secret):
            return _refused()  # strangers' bodies are neither waited for nor held
        body = await _body(request, webhook.LARGEST)
        if isinstance(body, Response):
            return body
        if not webhook.is_allowed(body, authorization, signed, secret):
            return _refused()
        now = self._now()
        try:
            told = webhook.hints_in(body, now)
        except webhook.BadHint as e:
            return text(str(e), 400)
        return JSONResponse(await run_in_threadpool(self._take, told, now), 202)

    def _take(self, told: list[tuple[str, str, datetime]], now: datetime) -> dict[str, object]:
        watched = self._catalog.active_among(key for _, key, _ in told)
        known = [Hint("webhook", key, at, now) for _, key, at in told if key in watched]
        self._catalog.tell_hints(known)
        return {"taken": len(known), "not_watched": [url for url, key, _ in told if key not in watched]}

    # WebSub -------------------------------------------------------------------------------------------------

    async def verify(self, request: Request) -> Response:
        """Verification of intent: only what we have asked for is confirmed (WebSub 5.3)."""
        return await run_in_threadpool(self._verify, request.path_params["path"], dict(request.query_params))

    def _verify(self, path: str, asked: dict[str, str]) -> Response:
        after = websub.agreed(self._catalog.subscription(path), asked, self._now())
        challenge = asked.get("hub.challenge", "")
        if after is None or len(challenge) > LONGEST_CHALLENGE:
            return text("no such subscription was asked for", 404)
        self._catalog.subscription_became(after)
        if after.state == "denied":
            log.warning("%s: its hub refuses to tell of it (%s)", after.source, after.detail or "it says no reason")
            return PlainTextResponse("")
        log.info("%s: its hub tells of it until %s", after.source, after.expires)
        return PlainTextResponse(challenge)

    async def distributed(self, request: Request) -> Response:
        """What is new, as the hub sends it (WebSub 7)."""
        path = request.path_params["path"]
        if await run_in_threadpool(self._wanted, path, self._now()) is None:
            return _gone()  # before its body is read
        body = await _body(request, LARGEST)
        if isinstance(body, Response):
            return body
        signature = request.headers.get("x-hub-signature", "")
        coding = request.headers.get("content-encoding")
        return await run_in_threadpool(self._distributed, path, body, signature, coding)

    def _wanted(self, path: str, now: datetime) -> Subscription | None:
        known = self._catalog.subscription(path)
        return known if websub.takes(known, now) else None

    def _distributed(self, path: str, body: bytes, signature: str, coding: str | None) -> Response:
        now = self._now()
        known = self._wanted(path, now)
        if known is None:  # it may have ended while the body came
            return _gone()
        if not websub.is_signed(body, signature, known.secret):
            log.warning("%s: what came for it is not signed by its hub, it is passed over", known.source)
            return Response(status_code=202)
        try:
            document = read(body, url=known.topic, now=now, coding=coding)
        except NoDocument as e:
            log.warning("%s: what its hub sent cannot be read: %s", known.source, e)
            return Response(status_code=202)
        watched = self._catalog.active_among(entry.urlkey for entry in document.entries)
        told = {(entry.urlkey, entry.at or now) for entry in document.entries if entry.urlkey in watched}
        self._catalog.tell_hints([Hint(known.source, key, at, now) for key, at in sorted(told)])
        return Response(status_code=202)


def _refused() -> Response:
    why = "Authorization: Bearer SECRET, or X-Hub-Signature-256: sha256=HMAC of the body, is needed"
    return text(why, 401, {"WWW-Authenticate": "Bearer"})


def _gone() -> Response:
    return text("there is no such subscription", 410)  # the hub may forget it


async def _body(request: Request, most: int) -> bytes | Response:
    """All of it; or what is said instead, and the rest is not read, if it is too large or comes too slowly."""
    length = request.headers.get("content-length", "")
    if length.isascii() and length.isdigit() and int(length[:18]) > most:
        return _too_large(most)
    try:
        async with asyncio.timeout(LONGEST_WAIT):
            return await _read(request, most)
    except TimeoutError:
        return text(f"the body did not come within {LONGEST_WAIT:g} seconds", 408, {"Connection": "close"})
    except ClientDisconnect:
        return text("the body ended early", 400)  # nobody hears it


async def _read(request: Request, most: int) -> bytes | Response:
    pieces, size = [], 0
    async for piece in request.stream():
        size += len(piece)
        if size > most:
            return _too_large(most)
        pieces.append(piece)
    return b"".join(pieces)


def _too_large(most: int) -> Response:
    return text(f"the body has more than {most} bytes", 413)


def receiver_of(config: Config) -> Receiver | None:
    """As configured; None where nobody may bring anything. ConfigError: the secret cannot be read."""
    serve = config.serve
    if serve.websub_callback is None and serve.hint_secret_file is None:
        return None
    secret = _secret(config.path.parent / serve.hint_secret_file) if serve.hint_secret_file else None
    return Receiver(open_catalog(config), secret=secret, callback=serve.websub_callback or "")


def _secret(path: Path) -> str:
    made = f"write one: python -c 'import secrets; print(secrets.token_urlsafe(32))' > {path}; chmod 600 {path}"
    try:
        mode, secret = path.stat().st_mode, path.read_text().strip()
    except FileNotFoundError as e:
        raise ConfigError(f"{path}, [serve] hint_secret_file: no such file; {made}") from e
    except (OSError, UnicodeDecodeError) as e:
        raise ConfigError(f"{path}, [serve] hint_secret_file, cannot be read: {e}") from e
    if mode & 0o007:
        raise ConfigError(f"{path} holds a secret, and everybody on this machine may read it; chmod 600 {path}")
    if len(secret) < webhook.LEAST_SECRET:
        raise ConfigError(f"{path}: the secret has less than {webhook.LEAST_SECRET} characters; {made}")
    return secret
