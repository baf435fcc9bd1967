"""``stoppress crawl``: visit what is due."""

from __future__ import annotations

from typing import Annotated

import typer

from crawler.advice import advice
from crawler.cli.common import watchlist_config
from pipelines.cli.common import AsJson, echo_json, say
from pipelines.config import Config
from pipelines.errors import ConfigError
from pipelines.opened import open_catalog
from pipelines.units import duration


def run(
    once: Annotated[bool, typer.Option("--once", help="Every active watch once, then end.")] = False,
    for_: Annotated[str | None, typer.Option("--for", metavar="DURATION", help='End after this time: "10m".')] = None,
    verbose: Annotated[bool, typer.Option("--verbose", help="More of Scrapy's own log.")] = False,
    as_json: AsJson = False,
) -> None:
    """Visit what is due, until Ctrl-C or SIGTERM: visits under way are finished and kept.

    With --json one line per visit on stdout. Ends with 1 if --once met an error or a truncated answer. With nothing
    to visit, --once says so and ends with 0: pages end, and a job that is left alone shall not fail for that.

    Examples:

      stoppress crawl

      stoppress crawl --once

      stoppress crawl --for 10m --json
    """
    try:
        limit = duration(for_) if for_ else None
    except ValueError as e:
        raise ConfigError(f"--for: {e}") from e
    config = watchlist_config()
    _advise(config)
    from crawler.run import crawl  # not before: Scrapy takes its time
    from pipelines.face import visit_to_json

    summary = crawl(
        config,
        once=once,
        limit=limit,
        log_level="DEBUG" if verbose else "INFO",
        seen=(lambda visit: echo_json(visit_to_json(visit))) if as_json else None,
    )
    say(str(summary))
    if once and summary.troubled:
        raise typer.Exit(1)


def _advise(config: Config) -> None:
    with open_catalog(config) as catalog:
        said = advice(config, catalog.watches())
    if said:
        say(f"stoppress: {said}")
