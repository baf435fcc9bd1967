"""What every verb shares: the config of this call, JSON lines on stdout, words for people on stderr."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from pipelines.config import Config

AsJson = Annotated[bool, typer.Option("--json", help="JSON lines on stdout, nothing else there.")]
SomePages = Annotated[
    list[str] | None, typer.Argument(metavar="[URL]...", help="Only these pages.", show_default=False)
]
SomeTags = Annotated[
    list[str] | None, typer.Option("--tag", metavar="TAG", help="Only pages whose watch has this tag; repeatable.")
]

_chosen: Path | None = None


def choose_config(path: Path | None) -> None:
    """Called once by the face, with what ``-c`` said."""
    global _chosen
    _chosen = path


def config_path() -> Path | None:
    """``-c FILE``, else ``STOPPRESS_CONFIG``, else None: ``stoppress.toml`` in this folder if it is there."""
    named = os.environ.get("STOPPRESS_CONFIG")
    return _chosen or (Path(named) if named else None)


def current_config() -> Config:
    """The configuration this call is about; ConfigError if it names something unknown or impossible."""
    from pipelines.config import load_config  # not at import: --help must not pay for it

    return load_config(config_path())


def echo_json(value: Any) -> None:
    """One JSON line on stdout, written at once: a reader may follow a long crawl."""
    # Where stdout has not every letter, as JSON escapes them: "backslashreplace" would write \xe9.
    plain = (sys.stdout.encoding or "").lower().replace("-", "") != "utf8"
    sys.stdout.write(json.dumps(value, ensure_ascii=plain, separators=(", ", ": ")) + "\n")
    sys.stdout.flush()


def say(text: str) -> None:
    """One line for people on stderr."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
