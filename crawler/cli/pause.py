"""``stoppress pause``."""

from __future__ import annotations

from typing import Annotated

import typer

from crawler.cli.common import turn
from pipelines.cli.common import AsJson


def run(url: Annotated[str, typer.Argument(help="The page.")], as_json: AsJson = False) -> None:
    """Stop visiting a page; its history stays, and so does its watch.

    Example:

      stoppress pause https://www.example.org/live/storm
    """
    turn(url, "paused", "pause", as_json=as_json)
