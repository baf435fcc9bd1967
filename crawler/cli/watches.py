"""``stoppress watches``: the standing orders."""

from __future__ import annotations

from crawler.advice import advice
from crawler.cli.common import watchlist_config
from pipelines.cli.common import AsJson, echo_json, say
from pipelines.control import watch_to_json
from pipelines.opened import open_catalog


def run(as_json: AsJson = False) -> None:
    """List the watches, with their state.

    Example:

      stoppress watches --json
    """
    config = watchlist_config()
    with open_catalog(config) as catalog:
        rows = catalog.watches()
    for row in rows:
        if as_json:
            echo_json({**watch_to_json(row.watch), "state": row.state, "reason": row.reason})
        else:
            reason = f"  ({row.reason})" if row.reason else ""
            print(f"{row.state:8} {row.watch.schedule:24} {row.watch.url}{reason}")
    if said := advice(config, rows):
        say(said)
