"""``stoppress compact``: many small files of a day -> few large ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Annotated

import typer

from pipelines.administering import opened_by_admin
from pipelines.compaction import plan
from pipelines.errors import ConfigError, DamagedRecord
from pipelines.scratch import scratch
from pipelines.store.catalog import WarcFile
from pipelines.store.compacting import merge
from pipelines.store.merged import begun, doubled
from pipelines.store.objects import ObjectStore
from pipelines.store.spool import NAME
from pipelines.units import duration
from pipelines.units import size as byte_size

from .common import AsJson, current_config, echo_json, say


def run(
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without, only what would be done is shown.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be done (the default).")] = False,
    older_than: Annotated[str, typer.Option("--older-than", metavar="TIME", help="Only files stored so long.")] = "24h",
    size: Annotated[str, typer.Option("--size", metavar="SIZE", help="The most that a merged file has.")] = "512MiB",
    as_json: AsJson = False,
) -> None:
    """Merge the small files of each day into large ones. What is larger than half of --size is left alone.

    Records are copied unchanged, in their order; the new file's first record names the files that it replaces. Its
    bytes and its index are read back before the catalog points to them. The old files stay until stoppress gc. A
    damaged file is named, and its group left as it is. A crawler may be running. Broken off, run it again: what it
    had begun is ended first, whatever --older-than and --size say.

    Examples:

      stoppress compact

      stoppress compact --older-than 7d --size 1GiB --yes
    """
    if yes and dry_run:
        raise ConfigError("--yes and --dry-run: leave one of them out")
    try:
        age, most = duration(older_than), byte_size(size)
    except ValueError as e:
        raise ConfigError(f"--older-than {older_than}, --size {size}: {e}") from e
    merged: list[int] = []
    failed = 0
    with opened_by_admin(current_config(), "compact") as (catalog, store):
        ours = [file for file in catalog.files("stored") if NAME.fullmatch(file.name)]  # others' have no time in it
        groups = list(_groups(ours, store, lambda left: plan(left, now=datetime.now(UTC), older_than=age, size=most)))
        with scratch("compact") as folder:
            for group in groups:
                try:
                    made = merge(group, catalog, store, folder) if yes else None
                except DamagedRecord as e:
                    say(f"stoppress: {group[0].name} and {len(group) - 1} more are not merged: {e}")
                    failed += 1
                    continue
                merged.append(len(group))
                _tell(group, made, as_json)
    does = "were" if yes else "would be"
    say(f"{sum(merged)} file(s) {does} merged into {len(merged)}" + ("" if yes else "; add --yes"))
    if failed:
        raise typer.Exit(1)


def _groups(
    files: list[WarcFile], store: ObjectStore, planned: Callable[[list[WarcFile]], list[list[WarcFile]]]
) -> Iterator[list[WarcFile]]:
    """What was begun and not ended, what is planned for the others, and what has to be written anew by itself."""
    first = begun(files, store)
    taken = {file.name for group in first for file in group}
    then = planned([file for file in files if file.name not in taken])
    taken |= {file.name for group in then for file in group}
    yield from first
    yield from then
    yield from ([file] for file in doubled([file for file in files if file.name not in taken], store))


def _tell(group: list[WarcFile], made: WarcFile | None, as_json: bool) -> None:
    names = [file.name for file in group]
    size = made.size if made else sum(file.size for file in group)
    if as_json:
        echo_json({"replaces": names, "size": size, "new": made.name if made else None})
    else:
        typer.echo(f"{made.name if made else '(new)'}: {size} bytes, of {len(names)}: {names[0]} ... {names[-1]}")
