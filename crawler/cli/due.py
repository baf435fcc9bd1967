"""``stoppress due``: what comes next."""

from __future__ import annotations

from datetime import UTC, datetime

from crawler.advice import advice
from crawler.agenda import Agenda
from crawler.cli.common import watchlist_config
from pipelines.cli.common import AsJson, echo_json, say
from pipelines.face import iso
from pipelines.opened import open_catalog


def run(as_json: AsJson = False) -> None:
    """What will be visited when, the next one first, by schedules and past visits alone.

    What holds a host back for a while (its gap, its robots.txt, a back-off) is known to the running crawler only.

    Example:

      stoppress due
    """
    now = datetime.now(UTC)
    config = watchlist_config()
    with open_catalog(config) as catalog:
        standing = catalog.watches()
        watches = {row.urlkey: row.watch for row in standing if row.state == "active"}
        histories = catalog.histories(watches.keys())
        refusals = catalog.refusals(watches.keys())
    agenda = Agenda()
    last = {k: h.last_scheduled or h.last_started for k, h in histories.items()}
    agenda.set(watches.values(), last, now, refusals=refusals)
    for at, watch in agenda.planned():
        if as_json:
            echo_json({"url": watch.url, "at": iso(at), "schedule": watch.schedule})
        else:
            wait = "now" if at <= now else f"in {int((at - now).total_seconds())} s"
            print(f"{wait:>12}  {watch.schedule:24} {watch.url}")
    if said := advice(config, standing):
        say(said)
