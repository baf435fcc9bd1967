"""The add-on that turns a Scrapy crawl into a Stoppress crawl: it fills in what the config file says."""

from __future__ import annotations

from typing import Self

from scrapy.crawler import Crawler
from scrapy.settings import BaseSettings

from .setup import config_of


class Stoppress:
    """Settings that the config file decides."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def update_settings(self, settings: BaseSettings) -> None:
        crawl = config_of(self._crawler).crawl
        for name, value in {
            "USER_AGENT": crawl.agent,
            "DOWNLOAD_TIMEOUT": crawl.timeout.total_seconds(),
            "DOWNLOAD_MAXSIZE": crawl.max_size,
        }.items():
            settings.set(name, value, priority="addon")
