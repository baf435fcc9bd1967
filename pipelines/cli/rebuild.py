"""``stoppress rebuild``: the catalog again, from the store alone."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from pipelines.errors import StoppressError, StoreError
from pipelines.opened import opened
from pipelines.rebuilding import Progress, Rebuild
from pipelines.store.indexing import Indexed
from pipelines.store.spool import SpoolLock

from .common import AsJson, current_config, echo_json, say


def run(
    replace: Annotated[bool, typer.Option("--replace", help="Delete all rows that the catalog has first.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make the catalog again from the store alone: watches, visits, captures, versions, changes.

    Only captures whose reading was lost are extracted and compared again. Stop all crawlers first; compact, gc and
    takedown --redact are refused meanwhile, and it is beside them. The catalog must be empty; one whose rebuild was
    broken off goes on where it was. A damaged file is named and what is whole in it is taken; then the command ends
    with 1. What still lies in a spool comes in when its crawler starts. With --json a line per file and one about the
    run come on stdout.

    Examples:

      stoppress rebuild

      stoppress rebuild --replace       # the old catalog is wrong: all of it is made again
    """
    config = current_config()
    with _no_crawler(config.archive.spool), opened(config) as (catalog, store), catalog.held_by("rebuild"):
        rebuild = Rebuild(catalog, store, workers=config.extract.workers)
        show = _shown if sys.stderr.isatty() else lambda progress, file: None
        try:
            rebuild.begin(replace=replace)
        except StoreError as e:
            raise StoreError(f"{config.archive.store}: {e}") from e
        try:
            for found in rebuild.run(show):
                _tell(found, as_json)
        except (KeyboardInterrupt, StoppressError):
            say("stoppress: the rebuild is not finished; run it again and it goes on")
            raise
        finally:
            if sys.stderr.isatty():
                sys.stderr.write("\r\x1b[K")
    _sum_up(rebuild.progress, as_json)
    if rebuild.progress.problems:
        raise typer.Exit(1)


@contextmanager
def _no_crawler(spool: Path) -> Iterator[None]:
    """SpoolLocked while a crawler of this machine is at work."""
    if not spool.is_dir():
        yield
        return
    with SpoolLock(spool):
        yield


def _tell(found: Indexed, as_json: bool) -> None:
    if as_json:
        echo_json(
            {
                "file": found.key, "result": "damaged" if found.damages else "ok", "size": found.size,
                "captures": found.captures, "visits": found.visits, "readings": found.readings,
                "damages": [{"offset": damage.offset, "detail": damage.why} for damage in found.damages],
            }
        )  # fmt: skip
        return
    for damage in found.damages:
        typer.echo(f"{found.key}: at byte {damage.offset}: {damage.why}")


def _sum_up(done: Progress, as_json: bool) -> None:
    facts = {
        "files": done.files, "captures": done.captures, "visits": done.visits, "readings": done.readings,
        "read_again": done.read_again, "orders": done.orders, "went_on": done.went_on,
        "problems": [{"about": about, "detail": detail} for about, detail in done.problems],
    }  # fmt: skip
    if as_json:
        echo_json({"rebuild": "damaged" if done.problems else "ok", **facts})
    for about, detail in done.problems:
        say(f"stoppress: {about}: {detail}")
    went_on = " (an earlier run had told the rest)" if done.went_on else ""
    say(
        f"{done.files} files told of {done.captures} captures, {done.visits} visits and {done.readings} readings"
        f"{went_on}; {done.read_again} captures were read again, {done.orders} orders given again, "
        f"{len(done.problems)} problems"
    )


def _shown(done: Progress, file: Indexed | None) -> None:
    """One line on the terminal that is written over."""
    where = f"{done.files} of {done.of_files} files" if file else f"{done.read_again} captures read again"
    captures = done.captures + (file.captures if file else 0)
    sys.stderr.write(f"\r\x1b[K{where}, {captures} captures")
    sys.stderr.flush()
