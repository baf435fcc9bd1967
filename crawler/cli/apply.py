"""``stoppress apply``: the watches of a config file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from crawler.cli.common import watchlist_config
from crawler.orders import save
from crawler.watchlist import load_watchlist
from pipelines.cli.common import AsJson, config_path, echo_json, say


def run(
    file: Annotated[Path, typer.Argument(help="The config file with [[watch]] tables.")],
    as_json: AsJson = False,
) -> None:
    """Take over all watches of a config file, or none of them.

    The archive is that of -c FILE where it is given, else that of the file itself. Pages that are watched but
    not in the file stay watched: pause them by name.

    Example:

      stoppress apply stoppress.toml
    """
    listed = load_watchlist(file)
    config = watchlist_config() if config_path() else listed
    saved = save(config, listed.watches, "apply")
    counts = {"added": len(saved.added), "changed": len(saved.changed), "unchanged": len(saved.unchanged)}
    if as_json:
        echo_json(counts)
    else:
        say(", ".join(f"{count} {word}" for word, count in counts.items()) + "; next: stoppress crawl")
    if not listed.watches:
        say(f"{file} has no [[watch]] table")
