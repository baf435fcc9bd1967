"""``stoppress extract FILE``: one saved page -> Version as JSON, no archive needed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from ..errors import ConfigError, StoppressError
from ..extract import extract
from ..face import from_iso, version_line
from ..model import Unreadable
from .common import AsJson, echo_json, say


def run(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A saved HTML page.")],
    url: Annotated[str, typer.Option("--url", metavar="U", help="The page's address when it was saved.")],
    at: Annotated[
        str | None,
        typer.Option("--at", metavar="T", help="When it was fetched, ISO with zone [default: the file's time]."),
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Add where each field comes from.")] = False,
    parts: Annotated[
        list[str] | None,
        typer.Option("--part", metavar="FILE=U", help="An older page or a feed's answer, and its address; repeatable."),
    ] = None,
    no_profiles: Annotated[bool, typer.Option("--no-profiles", help="Generic readers only.")] = False,
    as_json: AsJson = False,
) -> None:
    """Read one saved page: headline, lead, text and timestamped updates, as JSON (one line with --json).

    Ages such as "4 min ago" are read against --at. With --part one version comes of all of them, in the order in
    which they are given. Exits with 1 if the page cannot be read.

    Examples:

      stoppress extract page.html --url https://news.example.org/live --at 2026-01-03T10:00:00Z

      stoppress extract page.html --url https://news.example.org/live --part '2.html=https://news.example.org/live?page=2'
    """
    data, moment = _bytes(file), _moment(at, file)
    further = [_part(text) for text in parts or []]
    version = extract(data, url=url, at=moment, profiles=() if no_profiles else None, parts=further)
    if isinstance(version, Unreadable):
        say(f"{file}: {version.reading}: {version.detail}")
        raise typer.Exit(1)
    line = version_line(version, explain=explain)
    if as_json:
        echo_json(line)
    else:
        typer.echo(json.dumps(line, ensure_ascii=False, indent=2))


def _part(text: str) -> tuple[str, bytes]:
    file, _, address = text.partition("=")
    if not file or not address:
        raise ConfigError(f"--part {text!r} names no file with its address; write --part '2.html=https://…?page=2'")
    return address, _bytes(Path(file))


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as e:
        raise StoppressError(f"{file} cannot be read: {e.strerror}; name a saved HTML page") from e


def _moment(text: str | None, file: Path) -> datetime:
    if text is None:
        return datetime.fromtimestamp(file.stat().st_mtime, UTC)
    try:
        return from_iso(text)
    except ValueError as e:
        raise ConfigError(f"--at {text!r} is no time with a zone; write 2026-01-03T10:00:00Z") from e
