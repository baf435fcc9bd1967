"""Scrapy's settings as the running crawler has them, each by the value that production promises."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from scrapy.crawler import Crawler
from scrapy.settings import Settings

import crawler.settings as production
from crawler.setup import CONFIG
from crawler.spiders.live import LiveSpider
from tests.running import write_config

HELD: dict[str, Any] = {
    "METAREFRESH_ENABLED": False,
    "DUPEFILTER_CLASS": "scrapy.dupefilters.BaseDupeFilter",
    "REDIRECT_ENABLED": False,
    "RETRY_ENABLED": False,
    "HTTPERROR_ALLOW_ALL": True,
    "DOWNLOAD_FAIL_ON_DATALOSS": False,
    "DOWNLOAD_MAXSIZE": 32 * 2**20,
    "DOWNLOAD_WARNSIZE": 8 * 2**20,
    "DOWNLOAD_TIMEOUT": 5.0,  # [crawl] timeout of the test's config
    "TWISTED_DNS_RESOLVER": "crawler.egress.GuardedResolver",
    "DNSCACHE_ENABLED": False,
    "DOWNLOAD_VERIFY_CERTIFICATES": True,
    "HTTPPROXY_ENABLED": False,
    "TELNETCONSOLE_ENABLED": False,
    "REMOTE_CONTROL_ENABLED": False,
    "COOKIES_ENABLED": False,
    "REFERER_ENABLED": False,
    "URLLENGTH_LIMIT": 0,
    "ROBOTSTXT_OBEY": False,  # ours does
    "AUTOTHROTTLE_ENABLED": False,
    "DOWNLOAD_DELAY": 0,
    "DOWNLOAD_DELAY_JITTER": 0,
    "MEMUSAGE_LIMIT_MB": 4096,
    "REACTOR_THREADPOOL_MAXSIZE": 20,
}
SWALLOWING = (
    "redirect.RedirectMiddleware",
    "redirect.MetaRefreshMiddleware",
    "retry.RetryMiddleware",
    "cookies.CookiesMiddleware",
    "httpproxy.HttpProxyMiddleware",
    "httpcompression.HttpCompressionMiddleware",
    "offsite.OffsiteMiddleware",
    "robotstxt.RobotsTxtMiddleware",
    "httpcache.HttpCacheMiddleware",
    "httpauth.HttpAuthMiddleware",
)


@pytest.fixture
def running(tmp_path: Path) -> Crawler:
    """The production crawler, with all its settings applied, the add-on's too."""
    values = {name: getattr(production, name) for name in dir(production) if name.isupper()}
    settings = Settings(values, priority="project")
    settings.set(CONFIG, str(write_config(tmp_path)), priority="cmdline")
    crawler = Crawler(LiveSpider, settings)
    crawler.addons.load_settings(crawler.settings)
    return crawler


@pytest.mark.parametrize("name", HELD)
def test_the_production_setting_holds_in_a_running_crawl(running: Crawler, name: str) -> None:
    assert running.settings[name] == HELD[name]


def test_it_says_who_it_is_and_how_to_reach_its_operator(running: Crawler) -> None:
    assert "mailto:test@example.org" in running.settings["USER_AGENT"]
    assert running.settings["USER_AGENT"].startswith("Stoppress/")


def test_dns_resolver_is_left_alone_for_it_would_win_over_the_guard(running: Crawler) -> None:
    assert running.settings.getpriority("DNS_RESOLVER") in (None, 0)


def test_only_http_has_a_handler_and_it_is_the_tapped_one(running: Crawler) -> None:
    handlers = running.settings.getwithbase("DOWNLOAD_HANDLERS")
    assert {scheme for scheme, handler in handlers.items() if handler} == {"http", "https"}
    assert {handlers["http"], handlers["https"]} == {"crawler.wire.WireHandler"}


@pytest.mark.parametrize("name", SWALLOWING)
def test_no_part_of_scrapy_that_swallows_or_changes_answers_is_on(running: Crawler, name: str) -> None:
    full = f"scrapy.downloadermiddlewares.{name}"
    switch = {"redirect.R": "REDIRECT_ENABLED", "redirect.M": "METAREFRESH_ENABLED", "retry.Retr": "RETRY_ENABLED",
              "cookies.Co": "COOKIES_ENABLED", "httpproxy.": "HTTPPROXY_ENABLED", "httpcache.": "HTTPCACHE_ENABLED",
              "robotstxt.": "ROBOTSTXT_OBEY"}  # fmt: skip
    off = running.settings.getwithbase("DOWNLOADER_MIDDLEWARES").get(full) is None
    asked = switch.get(name[:10])
    assert off or (asked is not None and not running.settings.getbool(asked))
