"""``stoppress doctor``: will the next crawl work, and did the last ones?

In ``crawler/``, for the wire and the guard are looked at too; what keeps is looked at by ``pipelines/checkup``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing

import typer

from crawler.checkup import Trial, apart, browser_checks, crawler_checks, watch_checks
from crawler.cli.common import watchlist_config
from pipelines import clock
from pipelines.checkup import (
    Check,
    Now,
    catalog_checks,
    config_checks,
    fixity_check,
    machine_checks,
    spool_checks,
    store_checks,
    stray_checks,
    tried,
    version_checks,
)
from pipelines.cli.common import AsJson, echo_json, say
from pipelines.config import Config
from pipelines.opened import open_catalog
from pipelines.scratch import ended_by_sigterm
from pipelines.store.opening import open_store


def run(as_json: AsJson = False) -> None:
    """Look at config, store, clocks, catalog, spool, guard, wire capture, browser, versions, watches and verify runs.

    A line for each thing: ok, warning or failed, and what to do. Nothing is changed, no page is asked for; the store is
    written to as by a crawler's start, a folder is made where one that is missing would be, and nothing of that stays.
    A crawler may be running. Ends with 1 if anything failed. With --json a line per check.

    Examples:

      stoppress doctor

      stoppress doctor --json | grep -v '"ok"'
    """
    config = watchlist_config()
    states: Counter[str] = Counter()
    with ended_by_sigterm(), apart(config) as trial:  # the longest of them
        for check in checks(config, trial):
            states[check.state] += 1
            _tell(check, as_json=as_json)
    say(f"{states['ok']} ok, {states['warning']} warning(s), {states['failed']} failed")
    if states["failed"]:
        raise typer.Exit(1)


def _tell(check: Check, *, as_json: bool) -> None:
    if as_json:
        echo_json(check.to_json())
        return
    typer.echo(f"{check.state:8} {check.name:9} {check.detail}")
    if check.next:
        typer.echo(f"{'':18} -> {check.next}")


def checks(config: Config, trial: Trial, now: Now = clock.machine) -> Iterator[Check]:
    """All of them, as they come; none keeps another from being made."""
    yield from tried("config", lambda: config_checks(config))
    yield from tried("versions", version_checks)
    yield from tried("machine", machine_checks)
    store = list(tried("store", lambda: _of_store(config, now)))
    yield from store
    catalog = list(tried("catalog", lambda: catalog_checks(config, now)))
    yield from catalog
    if not any(check.name in ("store", "catalog") and check.state == "failed" for check in (*store, *catalog)):
        yield from tried("catalog", lambda: _of_both(config))
    yield from tried("spool", lambda: spool_checks(config, now))
    yield from tried("egress", lambda: crawler_checks(config, trial))
    readable = any(check.name == "catalog" and check.state == "ok" for check in catalog)
    yield from tried("browser", lambda: _of_browser(config, readable))
    if readable:
        yield from tried("watches", lambda: _of_watches(config, now))


def _of_store(config: Config, now: Now) -> Iterator[Check]:
    opened = open_store(config.archive.store, endpoint_url=config.s3.endpoint_url, region=config.s3.region)
    with closing(opened) as store:
        yield from store_checks(config, store, now)
        yield from fixity_check(store, now)


def _of_both(config: Config) -> Iterator[Check]:
    opened = open_store(config.archive.store, endpoint_url=config.s3.endpoint_url, region=config.s3.region)
    with closing(opened) as store:
        yield from stray_checks(config, store)


def _of_browser(config: Config, readable: bool) -> Iterator[Check]:
    if not readable:
        yield from browser_checks(config, None)
        return
    with open_catalog(config, read_only=True) as catalog:
        yield from browser_checks(config, catalog)


def _of_watches(config: Config, now: Now) -> Iterator[Check]:
    with open_catalog(config, read_only=True) as catalog:
        yield from watch_checks(config, catalog, now())  # before the reading: what is looked at meanwhile is not silent
