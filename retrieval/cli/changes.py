"""``stoppress changes``: typed changes of all pages, newest last."""

from __future__ import annotations

import difflib
from typing import Annotated, get_args

import typer

from pipelines.cli.common import AsJson, echo_json, say
from pipelines.gaps import observed
from pipelines.model import ChangeClass
from pipelines.store.catalog import StoredChange
from retrieval.archive import Archive
from retrieval.results import CHANGE_TYPES, change_line

from .common import opened, put, when, wrong_use
from .wording import dated, headed


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
    stealth: Annotated[bool, typer.Option("--stealth", help="Only edits that nothing on the page tells of.")] = False,
    unconfirmed: Annotated[
        bool, typer.Option("--unconfirmed", help="Also what one look alone has seen, like a removal.")
    ] = False,
    differ: Annotated[
        str | None, typer.Option("--differ", metavar="NAME", help="As stoppress rediff computed them with this one.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List changes, newest last, each with the time by which it was seen and how long nobody had looked.

    Removals are listed once a second good look has confirmed them. Behind the list stands, on stderr, how often the
    pages were looked at: without that, numbers of two pages cannot be compared.

    Examples:

      stoppress changes --since 2h

      stoppress changes --type removed --type edited --class editorial

      stoppress changes --stealth --since 7d

      stoppress changes --url https://news.example.org/live/storm --since 2026-01-03 --json
    """
    for name in types or ():
        _known(name, CHANGE_TYPES, "--type")
    if class_:
        _known(class_, get_args(ChangeClass), "--class")
    found: list[StoredChange] = []
    with opened() as archive:
        asked = archive.changes(
            url=url, since=since, until=until, type=types or (), class_=class_, stealth=stealth or None,
            unconfirmed=True, differ=differ,
        )  # fmt: skip
        shown, doubted = None, 0
        for stored in asked:
            if not (stored.change.confirmed or unconfirmed):
                doubted += 1
                continue
            found.append(stored)
            if as_json:
                echo_json(change_line(stored))
                continue
            if shown != (shown := (stored.urlkey, stored.to_seq)):
                put(f"{stored.url} v{stored.from_seq} -> v{stored.to_seq}, seen by {when(stored.change.seen_by)}")
            put(f"  {headed(stored.change, full=False)}{dated(stored.change)}")
        if archive.catalog.blocks():
            say("451: changes of what was taken down are not shown; see: stoppress takedown --list")
        if doubted:
            say(f"{doubted} not confirmed yet by a second look: --unconfirmed shows them")
        if found and not as_json:
            say(_summary(found, archive))
    if not found:
        say("no such changes")


def _summary(found: list[StoredChange], archive: Archive) -> str:
    """Counts, and beside them how the pages were watched: both belong together."""
    pages = {stored.urlkey: stored.url for stored in found}
    judged = [stored.change.stealth for stored in found if stored.change.stealth is not None]
    silent = f", {sum(judged)} of {len(judged)} editorial ones in stealth" if judged else ""
    looks = observed(archive.catalog.visits(url) for url in pages.values())
    return f"{len(found)} changes of {len(pages)} page(s){silent}; {looks}"


def _known(name: str, known: tuple[str, ...], option: str) -> None:
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        wrong_use(
            f"{option} {name!r} is unknown; " + (f"did you mean {near[0]}?" if near else "known: " + ", ".join(known))
        )
