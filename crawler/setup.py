"""How a crawl finds its config and its keeper: told by the command line, or opened where Scrapy starts us."""

from __future__ import annotations

import atexit
import logging
import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

from scrapy import signals
from scrapy.utils.defer import maybe_deferred_to_future

from pipelines.catching_up import catch_up
from pipelines.config import Config
from pipelines.keeper import Keeper
from pipelines.spools import open_beside_others, take_in_others

from .guest import STORE, config_of_settings
from .watchlist import load_watchlist

log = logging.getLogger(__name__)
CONFIG = "STOPPRESS_CONFIG"  # a Scrapy setting, and an environment variable: the config file


def config_of(crawler: Any) -> Config:
    """The config that a crawler (or its process) belongs to: its keeper's, else the one its settings name."""
    if has_keeper(crawler):
        return keeper_of(crawler).config
    named = crawler.settings.get(CONFIG) or os.environ.get(CONFIG)
    if crawler.settings.get(STORE):
        return config_of_settings(crawler.settings)
    return load_watchlist(Path(named) if named else None)


def open_keeper(config: Config) -> Keeper:
    """Open for writing and take in what a dead predecessor left; people are told on stderr what that was."""
    keeper = Keeper(config)
    try:
        if keeper.recovered.files or keeper.recovered.abandoned:
            log.warning("%s", keeper.recovered)
            print(f"stoppress: {keeper.recovered}", file=sys.stderr)
        take_in_others(config, config.archive.spool)  # an import that was killed, for one
        with ThreadPoolExecutor(1) as apart:  # it needs an event loop of its own, and Scrapy's may be running here
            late = apart.submit(catch_up, keeper).result()
        if late:
            print(f"stoppress: {late} visit(s) kept by an earlier process were read now", file=sys.stderr)
    except BaseException:
        keeper.close()
        raise
    return keeper


def lend_keeper(crawler: Any, keeper: Keeper) -> None:
    """Give a crawler, or its process, an opened keeper; its owner closes it."""
    crawler.stoppress_keeper = keeper


def keeper_of(crawler: Any) -> Keeper:
    """The keeper that was lent; where none was (``scrapy crawl live``), one that ends with the engine."""
    if not has_keeper(crawler):
        lend_keeper(crawler, _own_keeper(crawler))
    keeper: Keeper = crawler.stoppress_keeper
    return keeper


def has_keeper(crawler: Any) -> bool:
    return hasattr(crawler, "stoppress_keeper")


def _own_keeper(crawler: Any) -> Keeper:
    config, settings = config_of(crawler), crawler.settings
    if settings.get(STORE):
        keeper = open_beside_others(config, crawler.spidercls.name, open_keeper)
        keeper.facts["robots"] = "obey" if settings.getbool("ROBOTSTXT_OBEY") else "ignore"
    else:
        keeper = open_keeper(config)

    at_exit = _closing(keeper)

    async def close() -> None:
        from twisted.internet.threads import deferToThread  # with whichever reactor the project has chosen

        await maybe_deferred_to_future(deferToThread(keeper.close))
        atexit.unregister(at_exit)
        if keeper.left:
            log.warning("%d file(s) wait in the spool for the store: %s", len(keeper.left), ", ".join(keeper.left))
        if trouble := getattr(crawler.spider, "trouble", None):
            print(f"stoppress: {trouble}", file=sys.stderr)
            crawler.spider = None  # a crawler without a spider is what makes Scrapy's command end with 1

    crawler.signals.connect(close, signal=signals.engine_stopped, weak=False)
    atexit.register(at_exit)  # "scrapy shell" never stops its engine, nor does a second Ctrl-C
    return keeper


def _closing(keeper: Keeper) -> Callable[[], None]:
    def close() -> None:
        with suppress(KeyboardInterrupt):  # what is not sealed and sent now is by the next crawl
            keeper.close()

    return close
