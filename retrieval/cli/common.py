"""What the verbs that read an archive share: opening it, and output that is safe and plain outside a terminal."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated

import typer

from pipelines.cli.common import current_config, say
from retrieval.archive import Archive, Page, open_archive
from retrieval.lookup import Moment, MomentError, target

LEAST = 32  # columns for the text at the end of a row; a terminal too narrow for that breaks the lines itself

Url = Annotated[str, typer.Argument(metavar="URL", help="The page, as it was given to stoppress watch.")]
UrlAt = Annotated[
    str,
    typer.Argument(
        metavar="URL[@TIME]",
        help="The page, and the moment: 2026-01-03T10:00Z, 20260103100000, now, -2h or v3 [default: newest].",
    ),
]
By = Annotated[
    str | None,
    typer.Option("--extractor", metavar="NAME", help="As this one read it when stoppress reextract asked it."),
]


@contextmanager
def opened() -> Iterator[Archive]:
    """The archive of this call's config; what cannot be read as a time is wrong use, status 2."""
    try:
        with open_archive(current_config()) as archive:
            yield archive
    except MomentError as e:
        wrong_use(str(e))


def wrong_use(message: str) -> None:
    say(f"stoppress: {message}")
    raise typer.Exit(2)


def asked(archive: Archive, text: str) -> tuple[Page, Moment | None]:
    """``URL@TIME`` -> the page and the moment."""
    wanted = target(text, now=archive.clock())
    return archive.page(wanted.url), wanted.moment


def put(text: str = "") -> None:
    """One line on stdout."""
    sys.stdout.write(text + "\n")


def when(moment: datetime | None) -> str:
    """To the second, in a form that URL@TIME takes back."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else "-"


def safe(text: str | None, *, limit: int | None = None) -> str:
    """Text of a page for a terminal: on one line, nothing in it that a terminal would obey."""
    line = "".join(" " if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp") else c for c in text or "")
    line = " ".join(line.split())
    return line if limit is None or len(line) <= limit else line[: limit - 1] + "…"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A Rich table on a terminal, else aligned columns; nothing at all without rows."""
    if not rows:
        return
    if sys.stdout.isatty():
        sys.stdout.write(_rich(head, rows))
        return
    widths = [max(len(line[at]) for line in [head, *rows]) for at in range(len(head))]
    for line in [[name.upper() for name in head], *rows]:
        put("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _rich(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=None, header_style="bold", pad_edge=False)
    for name in head:
        drawn.add_column(name, overflow="fold", no_wrap=name != head[-1])  # a time stays in one piece
    for row in rows:
        drawn.add_row(*map(Text, row))  # Text: a page's brackets are no markup
    console = Console(file=sys.stdout)
    fixed = sum(max(len(line[at]) for line in [head, *rows]) + 2 for at in range(len(head) - 1))
    console.width = max(console.width, fixed + LEAST)
    with console.capture() as capture:
        console.print(drawn)
    return capture.get()
