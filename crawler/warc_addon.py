"""The add-on for everybody's spiders: every exchange of any Scrapy project, byte for byte, into WARC files.

    ADDONS = {"stoppress.WarcAddon": 500}
    STOPPRESS_STORE = "archive"              # or "s3://bucket/prefix"

Nothing else of the project is touched: its robots.txt, cookies, retries, redirects, cache, pipelines and feeds work
as they did. A response reaches the spider when it is on disk; what comes from the HTTP cache is not kept again.
"""

from __future__ import annotations

from typing import Self

from scrapy.crawler import Crawler
from scrapy.exceptions import UsageError
from scrapy.settings import BaseSettings

from .guest import STORE
from .setup import keeper_of

HANDLER = "crawler.wire.WireHandler"
SCHEMES = ("http", "https")


class WarcAddon:
    """Puts the wire capture in the place of Scrapy's own handler for http and https, and opens the archive.

    Whatever is wrong ends the crawl before its first request. UsageError: no STOPPRESS_STORE, no reactor, or the
    project has a handler of its own, whose bytes nobody could see; StoppressError: the archive cannot be opened.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def update_settings(self, settings: BaseSettings) -> None:
        if not settings.get(STORE):
            raise UsageError(f'stoppress.WarcAddon needs to know where to: set {STORE} = "archive", or "s3://bucket/x"')
        if not settings.getbool("TWISTED_REACTOR_ENABLED", True):
            raise UsageError(
                "stoppress.WarcAddon keeps what Scrapy's HTTP client on Twisted sends and receives; with "
                "TWISTED_REACTOR_ENABLED = False there is none. Take one of the two out"
            )
        handlers = settings["DOWNLOAD_HANDLERS"]
        for scheme in SCHEMES:
            if (own := handlers.get(scheme)) not in (None, HANDLER):
                raise UsageError(
                    f"stoppress.WarcAddon keeps what Scrapy's own HTTP client sends and receives; DOWNLOAD_HANDLERS "
                    f"gives {scheme} to {own}, of which nothing would be archived. Take one of the two out"
                )
            handlers[scheme] = HANDLER
        keeper_of(self._crawler)
