"""``stoppress resume``."""

from __future__ import annotations

from typing import Annotated

import typer

from crawler.cli.common import turn
from pipelines.cli.common import AsJson


def run(url: Annotated[str, typer.Argument(help="The page.")], as_json: AsJson = False) -> None:
    """Visit a paused or ended page again, on its old schedule.

    Example:

      stoppress resume https://www.example.org/live/storm
    """
    turn(url, "active", "resume", as_json=as_json)
