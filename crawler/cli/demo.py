"""``stoppress demo``: the main job on a local newsroom that edits itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.common import AsJson


def run(
    seconds: Annotated[
        int, typer.Option(help="How long it takes; the edits are spread over it.", min=1, max=3600)
    ] = 30,
    markup: Annotated[
        str, typer.Option(help="How the newsroom writes its page: json-ld, microdata, dom, headings.")
    ] = "json-ld",
    folder: Annotated[
        Path | None, typer.Option("--in", help="Where the archive goes [default: a new folder in the temporary one].")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Watch a local newsroom that edits itself: visits, WARC, versions and changes, in half a minute.

    It uses production code on the embedded default (directory store, SQLite) and ends by itself. The newsroom
    leaves each state of its page standing for two visits or more: fewer than 30 seconds are refused, in more
    it edits more slowly.

    Examples:

      stoppress demo

      stoppress demo --seconds 60 --markup microdata

      stoppress demo --json
    """
    from crawler.demo import demo

    raise typer.Exit(demo(seconds=seconds, markup=markup, folder=folder, as_json=as_json))
