"""``stoppress hint``: tell the crawler that something happened on a page."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from crawler.adaptive import is_adaptive
from crawler.cli.common import watchlist_config
from pipelines import moments
from pipelines.cli.common import AsJson, echo_json, say
from pipelines.errors import WatchlistError
from pipelines.face import iso
from pipelines.opened import open_catalog
from pipelines.store.stored import Hint
from pipelines.urlkey import normalise, urlkey


def run(
    url: Annotated[str, typer.Argument(help="A page that is watched.")],
    time: Annotated[
        str | None, typer.Option("--time", metavar="TIME", help="When it happened: ISO, or -5m [default: now].")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say that something happened on a page: a running crawler visits it as soon as its schedule and its host allow.

    For pages with the adaptive schedule; others keep to their times. A page that was looked at since then is not
    visited for it. Newsrooms send the same to POST /hint of stoppress serve.

    Examples:

      stoppress hint https://www.example.org/live/storm

      stoppress hint https://www.example.org/live/storm --time 2026-11-03T18:00Z
    """
    url, now = normalise(url), datetime.now(UTC)
    at = now if time is None else moments.moment(time, now=now)
    if isinstance(at, int):
        raise typer.BadParameter(f"--time {time}: that is a version, not a time")
    if at < moments.OLDEST:
        raise typer.BadParameter(f"--time {time}: that is before {moments.OLDEST:%Y-%m-%d}, and no page is as old")
    with open_catalog(watchlist_config()) as catalog:
        row = catalog.watch(urlkey(url))
        if row is None:
            raise WatchlistError(f"{url} is not watched; next: stoppress watch {url}")
        catalog.tell_hints([Hint("command", row.urlkey, min(at, now), now)])
    if as_json:
        echo_json({"url": row.watch.url, "time": iso(min(at, now))})
        return
    why = "" if is_adaptive(row.watch) else f"; its schedule is {row.watch.schedule!r}, which heeds no hints"
    say(f"told: something happened on {row.watch.url}{why}")
