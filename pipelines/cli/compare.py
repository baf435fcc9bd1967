"""``stoppress compare OLD NEW``: two saved pages -> changes."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from ..diff import changes
from ..diff.render import lines
from ..errors import StoppressError
from ..extract import extract
from ..face import change_to_json, from_iso
from ..model import Unreadable, Version
from .common import AsJson, echo_json, say

Moment = typer.Option(metavar="TIME", help="When it was fetched, 2026-01-03T10:00Z [default: the file's own time].")


def run(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="The page as saved first.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="The page as saved later.")],
    url: Annotated[str, typer.Option("--url", metavar="U", help="Where both were fetched from.")],
    old_at: Annotated[str | None, Moment] = None,
    new_at: Annotated[str | None, Moment] = None,
    as_json: AsJson = False,
) -> None:
    """Show what changed between two saved copies of a page. No archive is needed.

    Removals are "not confirmed": one look without an update is one look.

    Examples:

      stoppress compare monday.html tuesday.html --url https://news.example.org/live/storm

      stoppress compare a.html b.html --url https://news.example.org/live --json | jq -r .type
    """
    found = changes(_version(old, url, old_at), _version(new, url, new_at))
    if as_json:
        for change in found:
            echo_json(change_to_json(change))
        return
    for line in lines(found):
        typer.echo(line)
    if not found:
        say("no changes")


def _version(file: Path, url: str, at: str | None) -> Version:
    try:
        html = file.read_bytes()
        moment = _moment(at) if at else datetime.fromtimestamp(file.stat().st_mtime, UTC)
    except OSError as e:
        raise StoppressError(f"{file}: {e.strerror}; name two saved pages") from e
    said = extract(html, url=url, at=moment)
    if isinstance(said, Unreadable):
        raise StoppressError(f"{file}: {said.reading}: {said.detail}; save the page again and compare that")
    return said


def _moment(text: str) -> datetime:
    try:
        return from_iso(text)
    except ValueError as e:
        raise typer.BadParameter(f"{text!r} is no time; write it as 2026-01-03T10:00Z") from e
