"""Polls and subscriptions on the wire: by robots.txt, each host's pace and the egress guard like every request."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urljoin

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from crawler.failures import explain
from crawler.hosts import host_of
from crawler.politeness import MOST_HOPS, Parked, Politeness
from crawler.schedule.freshness import fresh_for
from crawler.wire import HINT, REPEAT, ROLE, UNRECORDED, VISIT
from pipelines import clock
from pipelines.errors import WatchlistError
from pipelines.hints import Document, NoDocument, read
from pipelines.store.stored import Subscription
from pipelines.urlkey import normalise, urlkey
from pipelines.websub import form, linked

REDIRECTS = frozenset({301, 302, 303, 307, 308})
GONE = 410
Taken = Callable[[datetime, bool], bool]
Blocked = Callable[[str], object]


class NotHeard(Exception):
    """Why a source could not be read. ``for_long``: it will hardly be there tomorrow; ``later``: nothing was tried."""

    def __init__(self, why: str, *, for_long: bool = False, later: bool = False) -> None:
        super().__init__(why)
        self.for_long, self.later = for_long, later


@dataclass(frozen=True, slots=True)
class Answer:
    """``document``: None where nothing is new (304)."""

    document: Document | None
    fresh: timedelta
    validators: dict[str, str]


class Asking:
    """Of one crawler. ``allowed`` takes a token of the share of the budget, one for each request, also for the
    robots.txt that goes before it. ``blocked``: whether
    a page was taken down, by its urlkey."""

    def __init__(self, crawler: Crawler, allowed: Taken, blocked: Blocked) -> None:
        self._crawler, self._allowed, self._blocked = crawler, allowed, blocked

    async def ask(self, url: str, headers: dict[str, str]) -> Answer:
        """One document, redirects followed. NotHeard says why there is none."""
        for hop in range(MOST_HOPS + 1):
            request = Request(url, headers=dict(headers), meta={VISIT: None, ROLE: HINT}, dont_filter=True)
            response = await self._sent(request, follows=hop > 0)
            target = response.headers.get("Location")
            if response.status not in REDIRECTS or not target:
                return await self._read(response)
            try:
                url = normalise(urljoin(url, target.decode("latin-1")))
            except (WatchlistError, ValueError) as e:
                raise NotHeard("it redirects to what is no address") from e
        raise NotHeard(f"it redirects more than {MOST_HOPS} times")

    async def subscribe(self, subscription: Subscription, callback: str) -> None:
        """Ask the hub; it verifies by itself. NotHeard: it has refused, or could not be reached."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        # The secret in it must not be in the archive.
        request = Request(
            subscription.hub, method="POST", body=form(subscription, callback), headers=headers,
            meta={VISIT: None, ROLE: HINT, UNRECORDED: True, REPEAT: True}, dont_filter=True,
        )  # fmt: skip
        response = await self._sent(request, follows=True)
        if response.status // 100 != 2:
            raise NotHeard(f"the hub {subscription.hub} answered {response.status}")

    async def _sent(self, request: Request, *, follows: bool) -> Response:
        if self._blocked(urlkey(request.url)):
            raise NotHeard(f"{request.url} was taken down", for_long=True)
        if not self._allowed(clock.steady(), follows):
            raise NotHeard("a fifth of the budget is spent", later=True)
        politeness = self._crawler.get_downloader_middleware(Politeness)
        if politeness and politeness.asks_first(request.url):
            self._allowed(clock.steady(), True)
        engine: Any = self._crawler.engine
        try:
            response: Response = await engine.download_async(request)
        except Parked as e:  # that is said of the host already
            raise NotHeard(str(e), later=True) from e
        except IgnoreRequest as e:  # robots.txt
            raise NotHeard(str(e)) from e
        except Exception as e:
            raise NotHeard(explain(e, host_of(request.url))[1]) from e
        return response

    async def _read(self, response: Response) -> Answer:
        headers = [(name.decode("latin-1"), value.decode("latin-1"))
                   for name, values in response.headers.items() for value in values]  # fmt: skip
        fresh = timedelta(seconds=min(fresh_for(headers), 10**7))
        if response.status == 304:
            return Answer(None, fresh, {})
        if response.status != 200:
            raise NotHeard(f"it answered {response.status}", for_long=response.status == GONE)
        if "dataloss" in response.flags:
            raise NotHeard("its answer was cut")
        fields: dict[str, list[str]] = {}
        for name, value in headers:
            fields.setdefault(name.lower(), []).append(value)
        coding = ", ".join(fields.get("content-encoding", [])) or None
        document = await asyncio.to_thread(_document, response.body, response.url, coding, fields.get("link", []))
        return Answer(document, fresh, _validators(fields))


def _document(body: bytes, url: str, coding: str | None, links: list[str]) -> Document:
    try:
        found = read(body, url=url, now=clock.now(), coding=coding)
    except NoDocument as e:
        raise NotHeard(str(e)) from e
    # "if the Link headers exist, they take precedence" -- WebSub 4
    hub, topic = (linked(links, rel, url) or own for rel, own in (("hub", found.hub), ("self", found.topic)))
    return Document(found.kind, found.entries, found.more, hub, topic)


def _validators(fields: dict[str, list[str]]) -> dict[str, str]:
    """Verbatim, as the server gave them."""
    named = (("etag", "If-None-Match"), ("last-modified", "If-Modified-Since"))
    return {header: fields[name][-1] for name, header in named if fields.get(name)}
