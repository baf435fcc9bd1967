"""``stoppress watches``: the standing orders."""

from __future__ import annotations

from dataclasses import replace

from crawler.advice import advice
from crawler.cli.common import watchlist_config
from crawler.schedule import REFUSED_AFTER
from pipelines.cli.common import AsJson, echo_json, say
from pipelines.control import watch_to_json
from pipelines.opened import open_catalog
from pipelines.store.catalog import StandingWatch


def run(as_json: AsJson = False) -> None:
    """List the watches, with their state.

    Example:

      stoppress watches --json
    """
    config = watchlist_config()
    with open_catalog(config) as catalog:
        rows = catalog.watches()
        refusals = catalog.refusals([row.urlkey for row in rows if row.state == "active"])
    for row in (_with_refusals(row, refusals.get(row.urlkey, 0)) for row in rows):
        if as_json:
            echo_json({**watch_to_json(row.watch), "state": row.state, "reason": row.reason})
        else:
            reason = f"  ({row.reason})" if row.reason else ""
            print(f"{row.state:8} {row.watch.schedule:24} {row.watch.url}{reason}")
    if said := advice(config, rows):
        say(said)


def _with_refusals(row: StandingWatch, refusals: int) -> StandingWatch:
    """A page that does not let us in is still watched: once an hour."""
    if refusals < REFUSED_AFTER:
        return row
    return replace(row, state="refused", reason=f"{refusals} visits in a row; asked for once an hour")
