"""``stoppress gc``: delete what nothing points to any more."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from pipelines.administering import opened_by_admin
from pipelines.errors import ConfigError
from pipelines.store.collecting import Collector, Found
from pipelines.units import duration

from .common import AsJson, current_config, echo_json, say

REPLACED, ORPHANS = "1h", "7d"


def run(
    yes: Annotated[bool, typer.Option("--yes", help="Delete; without, only what would go is shown.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would go (the default).")] = False,
    grace: Annotated[
        str,
        typer.Option(
            "--grace", metavar="TIME", show_default=False,
            help="What was replaced more recently stays, and orphans that are younger [default: 1h, for orphans 7d].",
        ),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Delete files that compact has replaced, objects that the catalog does not know, and uploads that were never
    ended. Needs an administrator's credentials.

    What compact has replaced stays for an hour: a reader may have asked the catalog just before, or work with a dump of
    it. A file goes only when each of its records, with its digest, was found in a file that the catalog points to: both
    are read for that. What holds a record that no other file has stays and is named; then the command ends with 1.
    What others have put into the store stays, too.

    Examples:

      stoppress gc

      stoppress gc --grace 30d --yes

      stoppress gc --grace 0s --yes     # nobody reads now: at once
    """
    if yes and dry_run:
        raise ConfigError("--yes and --dry-run: leave one of them out")
    try:
        replaced, orphans = duration(grace or REPLACED), duration(grace or ORPHANS)
    except ValueError as e:
        raise ConfigError(f"--grace {grace}: {e}") from e
    count = size = failures = 0
    with opened_by_admin(current_config(), "gc") as (catalog, store):
        now = datetime.now(UTC)
        collector = Collector(catalog, store, limit=now - orphans, replaced=now - replaced)
        for found in collector.run():
            if yes and not found.keep:
                collector.delete(found)
            count += not found.keep
            size += 0 if found.keep else found.size
            failures += found.failure
            _tell(found, yes, as_json)
    say(f"{count} object(s) with {size} bytes {'were' if yes else 'would be'} deleted" + ("" if yes else "; add --yes"))
    if failures:
        raise typer.Exit(1)


def _tell(found: Found, yes: bool, as_json: bool) -> None:
    if as_json:
        deleted = yes and not found.keep
        echo_json({"key": found.key, "size": found.size, "why": found.why, "kept": found.keep, "deleted": deleted})
    else:
        typer.echo(f"{found.key}: {found.why}" + (f"; stays: {found.keep}" if found.keep else ""))
