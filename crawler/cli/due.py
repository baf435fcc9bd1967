"""``stoppress due``: what comes next."""

from __future__ import annotations

from datetime import UTC, datetime

from crawler.advice import advice
from crawler.cli.common import watchlist_config
from crawler.outlook import Outlook
from pipelines import units
from pipelines.cli.common import AsJson, echo_json, say
from pipelines.face import iso
from pipelines.opened import open_catalog


def run(as_json: AsJson = False) -> None:
    """What will be visited when, the next one first, by schedules, past visits and what they have taught.

    What holds a host back for a while (its gap, its robots.txt, a back-off) is not in it; why one page is due when it
    is: stoppress schedule explain URL.

    Example:

      stoppress due
    """
    now = datetime.now(UTC)
    config = watchlist_config()
    with open_catalog(config) as catalog:
        outlook = Outlook(config, catalog, now)
    for at, watch in outlook.planned():
        if as_json:
            echo_json({"url": watch.url, "at": iso(at), "schedule": watch.schedule})
        else:
            wait = "now" if at <= now else f"in {units.roughly(at - now)}"
            print(f"{wait:>14}  {watch.schedule:24} {watch.url}")
    if said := advice(config, outlook.standing):
        say(said)
