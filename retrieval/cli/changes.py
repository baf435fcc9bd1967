"""``stoppress changes``: typed changes of all pages, newest last."""

from __future__ import annotations

import difflib
from typing import Annotated, get_args

import typer

from pipelines.cli.common import AsJson, echo_json, say
from pipelines.model import ChangeClass
from retrieval.results import CHANGE_TYPES, change_line

from .common import opened, put, when, wrong_use
from .wording import headed


def run(
    url: Annotated[str | None, typer.Option("--url", metavar="URL", help="Only of this page.")] = None,
    since: Annotated[str | None, typer.Option("--since", metavar="TIME", help="2h, 2026-01-03, now.")] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="TIME", help="The same, for the end.")] = None,
    types: Annotated[
        list[str] | None, typer.Option("--type", metavar="TYPE", help="added, removed, edited, ...; repeatable.")
    ] = None,
    class_: Annotated[
        str | None, typer.Option("--class", metavar="CLASS", help="editorial, cosmetic, metadata, volatile.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List recorded changes, newest last, each with the time by which it was seen.

    Examples:

      stoppress changes --since 2h

      stoppress changes --type removed --type edited --class editorial

      stoppress changes --url https://news.example.org/live/storm --since 2026-01-03 --json
    """
    for name in types or ():
        _known(name, CHANGE_TYPES, "--type")
    if class_:
        _known(class_, get_args(ChangeClass), "--class")
    found = 0
    with opened() as archive:
        shown = None
        for stored in archive.changes(url=url, since=since, until=until, type=types or (), class_=class_):
            found += 1
            if as_json:
                echo_json(change_line(stored))
                continue
            if shown != (shown := (stored.urlkey, stored.to_seq)):
                put(f"{stored.url} v{stored.from_seq} -> v{stored.to_seq}, seen by {when(stored.change.seen_by)}")
            put("  " + headed(stored.change, full=False))
        if archive.catalog.blocks():
            say("451: changes of what was taken down are not shown; see: stoppress takedown --list")
    if not found:
        say("no such changes")


def _known(name: str, known: tuple[str, ...], option: str) -> None:
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        wrong_use(
            f"{option} {name!r} is unknown; " + (f"did you mean {near[0]}?" if near else "known: " + ", ".join(known))
        )
