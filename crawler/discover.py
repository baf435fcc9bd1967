"""Searching a site for live pages: what announces pages is read, and the likeliest pages are looked at themselves.

    URL -> documents (robots.txt's sitemaps, feeds, the page's links) -> leads, ranked -> pages, read -> Found

Nothing of it is kept. The rules are those of every visit: robots.txt, the host's pace, the egress guard.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.settings import Settings

from pipelines import clock
from pipelines.config import Config
from pipelines.discovery import Announced, Lead, announced, ranked
from pipelines.errors import StoppressError
from pipelines.model import Unreadable, Version
from pipelines.workers import Workers

from . import settings as production
from .egress import self_test
from .failures import explain
from .hosts import host_of
from .politeness import MOST_HOPS, Politeness
from .setup import CONFIG

log = logging.getLogger(__name__)
MOST_DOCUMENTS = 25  # sitemaps, feeds and pages of links that one search reads
NO_REQUESTS: tuple[Any, ...] = ()
HTTP = "scrapy.core.downloader.handlers.http11.HTTP11DownloadHandler"
WITHOUT_ARCHIVE = {
    "ITEM_PIPELINES": {},
    "DOWNLOAD_HANDLERS": production.DOWNLOAD_HANDLERS | {"http": HTTP, "https": HTTP},
    "DOWNLOADER_MIDDLEWARES": production.DOWNLOADER_MIDDLEWARES
    | {
        "crawler.conditional.Conditional": None,
        "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": 590,  # Scrapy's own place
    },
    "REDIRECT_ENABLED": True,  # each hop passes robots.txt, pace and guard like any request
    "REDIRECT_MAX_TIMES": MOST_HOPS,
}


@dataclass(frozen=True, slots=True)
class Found:
    """A page that was looked at: the lead to it, where it lies, and what it said (None: it could not be had)."""

    lead: Lead
    url: str
    version: Version | None
    why: str = ""  # it is no live page, or could not be had

    @property
    def live(self) -> bool:
        return self.version is not None and self.version.live


@dataclass(slots=True)
class Search:
    """What came of it, for people."""

    documents: int = 0
    leads: int = 0
    found: list[Found] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    whole: bool = False  # it was not told to stop before its end


Told = Callable[[str], None]


def discover(config: Config, starts: Iterable[str], *, most: int, seen: Callable[[Found], None], told: Told,
             log_level: str = "WARNING") -> Search:  # fmt: skip
    """Search from the given pages, sitemaps or feeds; at most ``most`` pages are looked at.

    ``seen`` is told of each page that was, ``told`` of each step. StoppressError: the search could not be made.
    """
    values = {name: getattr(production, name) for name in dir(production) if name.isupper()}
    settings = Settings(values | WITHOUT_ARCHIVE | {"LOG_LEVEL": log_level}, priority="project")
    if config.path.exists():
        settings.set(CONFIG, str(config.path), priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    # That no Referer is sent on redirects is as it should be.
    logging.getLogger("scrapy.downloadermiddlewares.redirect").setLevel(logging.ERROR)
    crawler = process.create_crawler(Discover)
    search = Search()
    process.crawl(crawler, config=config, starts=list(starts), most=most, search=search, seen=seen, told=told)
    process.start()
    trouble = getattr(crawler.spider, "trouble", None)
    if trouble:
        raise trouble
    return search


class Discover(Spider):
    """One search; it asks by itself and in order, so that callbacks have nothing to do."""

    name = "discover"

    def __init__(self, *, config: Config, starts: list[str], most: int, search: Search,
                 seen: Callable[[Found], None], told: Told) -> None:  # fmt: skip
        super().__init__()
        self.config, self.starts, self.most, self.search = config, starts, most, search
        self.seen, self.told = seen, told
        self.trouble: StoppressError | None = None
        self._bodies: dict[str, Response] = {}  # of documents that may be live pages themselves

    async def start(self) -> AsyncIterator[Any]:
        from twisted.internet import reactor  # not before Scrapy has installed its own

        try:
            await self_test(reactor, self.crawler.settings, self.config.egress.allow)
            leads = await self._read_documents()
            self.search.leads = len(leads)
            await self._look_at(ranked(leads, clock.now())[: self.most])
            self.search.whole = True
        except StoppressError as e:
            self.trouble = e
        except Exception as e:
            log.exception("the search has stopped")
            self.trouble = StoppressError(f"the search ended early ({type(e).__name__}: {e}); start it again")
        for request in NO_REQUESTS:  # what makes this a generator, as Scrapy wants it
            yield request

    # what announces pages -----------------------------------------------------------------------------------

    async def _read_documents(self) -> list[Lead]:
        leads: list[Lead] = []
        waiting, known = deque(self.starts), set(self.starts)
        while waiting and self.search.documents < MOST_DOCUMENTS:
            url = waiting.popleft()
            self.told(f"reading {url}")
            response = await self._get(url)
            if response is None:
                continue
            self.search.documents += 1
            found = _announced(response)
            if isinstance(found, Unreadable):
                self.search.troubles.append(f"{url}: it is neither a page, a sitemap nor a feed ({found.detail})")
                continue
            leads += found.leads
            more = list(found.more)
            if url in self.starts and found.page:
                leads.append(Lead(url=response.url, how="start", via=url))
                self._bodies[response.url] = response
                more += self._politeness().sitemaps(response.url)
            waiting += [one for one in more if one not in known]
            known |= set(more)
        if waiting:
            self.search.troubles.append(f"{len(waiting)} more sitemaps and feeds were not read; name one of them")
        return leads

    def _politeness(self) -> Politeness:
        found = self.crawler.get_downloader_middleware(Politeness)
        assert found is not None
        return found

    # the pages themselves -----------------------------------------------------------------------------------

    async def _look_at(self, leads: list[Lead]) -> None:
        self._workers = Workers(self.config.extract.workers)
        try:
            await asyncio.gather(*map(self._one, leads))
        finally:
            await asyncio.to_thread(self._workers.close)

    async def _one(self, lead: Lead) -> None:
        response = self._bodies.get(lead.url) or await self._get(lead.url)
        if response is None:
            found = Found(lead, lead.url, None, "it could not be had")
        else:
            found = await self._read(lead, response)
        self.search.found.append(found)
        self.seen(found)

    async def _read(self, lead: Lead, response: Response) -> Found:
        kind = response.headers.get("Content-Type") or b"text/html"
        block = b"HTTP/1.1 200 OK\r\nContent-Type: " + kind + b"\r\n\r\n" + response.body
        version = await self._workers.read(block, response.url, clock.now())
        if isinstance(version, Unreadable):
            return Found(lead, response.url, None, f"it cannot be read ({version.reading}: {version.detail})")
        return Found(lead, response.url, version, "" if version.live else "it has no timestamped updates")

    async def _get(self, url: str) -> Response | None:
        """The answer, redirects followed; None, and noted, where there is no good one."""
        engine = self.crawler.engine
        assert engine is not None
        try:
            response = await engine.download_async(Request(url, dont_filter=True))
        except IgnoreRequest as e:
            self.search.troubles.append(f"{url}: {e}")
            return None
        except Exception as e:  # noqa: BLE001 - one address that does not answer ends no search
            _, text = explain(e, host_of(url))
            self.search.troubles.append(f"{url}: {text}")
            return None
        if response.status != 200:
            self.search.troubles.append(f"{url} answered {response.status}")
            return None
        return response


def _announced(response: Response) -> Announced | Unreadable:
    kind = (response.headers.get("Content-Type") or b"").decode("latin-1")
    return announced(response.body, url=response.url, at=clock.now(), content_type=kind or None)
