"""Standing orders: what watch, apply, pause and resume have in common."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from crawler.watchlist import check
from pipelines.config import Config
from pipelines.control import watch_to_json, write_orders
from pipelines.errors import NotArchived
from pipelines.model import Watch
from pipelines.opened import opened
from pipelines.store.catalog import Saved
from pipelines.urlkey import normalise, urlkey


def save(config: Config, watches: Iterable[Watch], verb: str) -> Saved:
    """Check all, then keep all: in the store first, in the catalog second."""
    taken, now = check(watches, config.crawl.browser), datetime.now(UTC)
    with opened(config) as (catalog, store):
        write_orders(store, ({"verb": verb, "watch": watch_to_json(watch)} for watch in taken), now)
        return catalog.save_watches(taken, now=now)


def set_state(config: Config, url: str, state: str, verb: str) -> None:
    """Pause or resume one page, in the store first; NotArchived if it is not watched."""
    url, now = normalise(url), datetime.now(UTC)
    with opened(config) as (catalog, store):
        if catalog.watch(urlkey(url)) is None:
            raise NotArchived(f"{url} is not watched; see: stoppress watches")
        write_orders(store, [{"verb": verb, "url": url}], now)
        catalog.set_watch_state(url, state, reason=f"{verb} by hand", now=now)
