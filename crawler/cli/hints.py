"""``stoppress hints``: who tells of pages, and what that was worth."""

from __future__ import annotations

from datetime import datetime

from crawler.cli.common import watchlist_config
from crawler.hints.worth import Worth
from pipelines.cli.common import AsJson, echo_json, say
from pipelines.config_tables import HintTable
from pipelines.face import Json, iso
from pipelines.opened import open_catalog
from pipelines.store.stored import HintSource, Subscription
from pipelines.units import spell


def run(as_json: AsJson = False) -> None:
    """List the sources of hints: when each was asked, what it told of, and how often that was true.

    recall is the share of what looks found on its pages that it had told of, counted carefully while little is known;
    precision the share of its hints that were followed by something new. A source below 0.2 is listened to no longer.

    Example:

      stoppress hints
    """
    config = watchlist_config()
    with open_catalog(config) as catalog:
        known = {one.source: one for one in catalog.hint_sources()}
        pages = {name: len(keys) for name, keys in catalog.hint_pages().items()}
        leases = {one.source: one for one in catalog.subscriptions()}
    tables: dict[str, HintTable] = {table.url: table for table in config.hint}
    for name in (*tables, *(name for name in known if name not in tables)):
        source = known.get(name, HintSource(source=name))
        if as_json:
            echo_json(_json(source, pages.get(name, 0), leases.get(name)))
        else:
            print(name)
            print(f"  {_polled(source, tables.get(name))}")
            print(f"  {worth_words(source)}; {pages.get(name, 0)} watched page(s)")
            if lease := leases.get(name):
                print(f"  {_lease(lease)}")
    if not tables and not known:
        say('nobody tells of pages; next: a [[hint]] table with the url of a feed, or stoppress hint URL')


def worth_words(source: HintSource) -> str:
    """What is known of a source, for people."""
    worth = Worth(source.events, source.told, source.looks, source.found, source.demoted)
    if source.events:
        recall = f"told of {source.told:.3g} of {source.events:.3g} events (recall {worth.recall:.2f}, carefully)"
    else:
        recall = "nothing has happened yet by which to judge it"
    right = f", precision {worth.precision:.2f}" if worth.precision is not None else ""
    return recall + right + (", listened to no longer" if source.demoted else "")


def recall_of(source: HintSource) -> float:
    return Worth(source.events, source.told).recall


def _polled(source: HintSource, table: HintTable | None) -> str:
    if table is None:
        return "not in the config" if "://" in source.source else "tells by itself"
    last = f"last asked {_at(source.polled)}" if source.polled else "never read"
    trouble = f"; failed {source.failures} time(s): {source.detail}" if source.failures else ""
    return f"every {spell(table.every)}, {last}{trouble}"


def _lease(lease: Subscription) -> str:
    until = f" until {_at(lease.expires)}" if lease.state == "active" and lease.expires else ""
    return f"WebSub: {lease.state}{until}, {lease.hub}{f' ({lease.detail})' if lease.detail else ''}"


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def _json(source: HintSource, pages: int, lease: Subscription | None) -> Json:
    worth = Worth(source.events, source.told, source.looks, source.found, source.demoted)
    hub = None if lease is None else {
        "hub": lease.hub, "topic": lease.topic, "state": lease.state,
        "expires": iso(lease.expires) if lease.expires else None, "detail": lease.detail,
    }  # fmt: skip
    return {
        "source": source.source, "polled": iso(source.polled) if source.polled else None, "failures": source.failures,
        "detail": source.detail, "recall": worth.recall, "precision": worth.precision, "events": source.events,
        "told": source.told, "looks": source.looks, "found": source.found, "demoted": source.demoted, "pages": pages,
        "websub": hub,
    }  # fmt: skip
