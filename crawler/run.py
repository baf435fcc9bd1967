"""One crawl in this process: opens the keeper, runs Scrapy with production settings, closes the keeper."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from scrapy import signals
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.settings import Settings

from pipelines.config import Config
from pipelines.errors import StoppressError
from pipelines.keeper import Keeper
from pipelines.model import Visit

from . import settings as production
from .setup import CONFIG, lend_keeper, open_keeper
from .spiders.live import LiveSpider

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Summary:
    """What came of a crawl, for people."""

    outcomes: Counter[str] = field(default_factory=Counter)
    versions: int = 0
    changes: int = 0
    left: list[str] = field(default_factory=list)

    def add(self, visit: Visit) -> None:
        self.outcomes[visit.outcome or "?"] += 1
        self.versions += visit.reading == "version"
        self.changes += len(visit.changes)

    @property
    def troubled(self) -> bool:
        return bool(self.outcomes["error"] or self.outcomes["truncated"])

    def __str__(self) -> str:
        outcomes = ", ".join(f"{count} {word}" for word, count in sorted(self.outcomes.items())) or "none"
        text = f"visits: {outcomes}; versions: {self.versions}; changes: {self.changes}"
        if self.left:
            text += f"\n{len(self.left)} file(s) wait in the spool for the store: {', '.join(self.left)}"
        return text


def crawl(config: Config, *, once: bool = False, limit: timedelta | None = None, log_level: str = "INFO",
          seen: Callable[[Visit], None] | None = None) -> Summary:  # fmt: skip
    """Run until told to stop, or as ``once`` and ``limit`` say; ``seen`` is told of every finished visit."""
    summary = Summary()
    with open_keeper(config) as keeper:
        _run(keeper, config, log_level, summary, seen, once=once, limit=limit)
    summary.left = keeper.left
    return summary


def _run(keeper: Keeper, config: Config, log_level: str, summary: Summary, seen: Callable[[Visit], None] | None,
         **arguments: Any) -> None:  # fmt: skip
    values = {name: getattr(production, name) for name in dir(production) if name.isupper()}
    settings = Settings(values | {"LOG_LEVEL": log_level}, priority="project")
    if config.path.exists():
        settings.set(CONFIG, str(config.path), priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    if log_level != "DEBUG":  # a line per visit is ours; Scrapy's own talk is for --verbose
        for name in ("scrapy", "twisted", "alembic"):
            logging.getLogger(name).setLevel(logging.WARNING)
    crawler = process.create_crawler("live")
    for borrower in (process, crawler):
        lend_keeper(borrower, keeper)

    def note(item: Any) -> None:
        if isinstance(item, Visit):
            summary.add(item)
            if seen:
                seen(item)

    def fell_through(item: Any) -> None:
        summary.outcomes["error"] += isinstance(item, Visit)  # a stage raised; its log line says what

    crawler.signals.connect(note, signal=signals.item_scraped, weak=False)
    crawler.signals.connect(fell_through, signal=signals.item_error, weak=False)
    crawling = process.crawl(crawler, **arguments)
    process.start()
    if isinstance(crawler.spider, LiveSpider):  # told to stop twice, Scrapy does not wait for what is under way
        crawler.spider.closed("at once")
    _raise_trouble(crawling, crawler)


def _raise_trouble(crawling: asyncio.Task[None], crawler: Crawler) -> None:
    """Scrapy ends in good order also where its spider did not: what went wrong is raised here."""
    error = crawling.exception() if crawling.done() and not crawling.cancelled() else None
    if isinstance(error, StoppressError):
        raise error
    if error:
        log.error("the crawl could not start", exc_info=error)
        raise StoppressError(f"the crawl could not start ({type(error).__name__}: {error}); see the log") from error
    if trouble := getattr(crawler.spider, "trouble", None):
        raise trouble
