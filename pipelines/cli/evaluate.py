"""``stoppress evaluate DIR``: truth files beside saved pages -> recall, precision, times, ids, text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from ..errors import StoppressError
from ..evaluation import Score, fetched_at, score
from ..extract import extract
from ..model import Unreadable
from .common import AsJson, echo_json, say

_COLUMNS = "truth found recall precision time_utc time_local ids text text_ends headlines order".split()  # noqa: SIM905


def run(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder with X.html or X.json beside X.truth.json.")],
    no_profiles: Annotated[bool, typer.Option("--no-profiles", help="Generic readers only.")] = False,
    as_json: AsJson = False,
) -> None:
    """Measure extraction against truth files, per page and in total.

    Pages in folders named "negatives" have no truth file and must give no updates. Exits with 1 if one does.

    Example: stoppress evaluate tests/pages
    """
    if not folder.is_dir():
        raise StoppressError(f"{folder} is no folder; name one that holds X.html beside X.truth.json")
    lines = [*_truths(folder, no_profiles), *_negatives(folder, no_profiles)]
    if not lines:
        raise StoppressError(f"{folder} holds no *.truth.json and no folder named negatives; nothing to measure")
    total = sum((line.pop("score") for line in lines), Score())
    for line in [*lines, {"page": "total", **total.rates()}]:
        if as_json:
            echo_json(line)
        else:
            typer.echo(_row(line))
    false_alarms = [line["page"] for line in lines if line.get("negative") and line["found"]]
    if false_alarms:
        say(f"{len(false_alarms)} pages without updates gave some: {', '.join(false_alarms)}")
        raise typer.Exit(1)


def _truths(folder: Path, no_profiles: bool) -> Iterator[dict[str, Any]]:
    for file in sorted(folder.rglob("*.truth.json")):
        page = _page_of(file, no_profiles)
        if page is None:
            continue
        truth = json.loads(file.read_text("utf-8"))
        version = extract(
            page.read_bytes(),
            url=truth["url"],
            at=fetched_at(truth),
            content_type="application/json" if page.suffix == ".json" else None,
            profiles=() if no_profiles else None,
        )
        if isinstance(version, Unreadable):
            yield {"page": page.stem, "reading": version.reading, "score": Score(truth=len(truth["entries"]))}
            continue
        result = score(version, truth)
        yield {"page": page.stem, **result.rates(), "warnings": list(version.warnings), "score": result}


def _page_of(truth: Path, no_profiles: bool) -> Path | None:
    """The page beside a truth file. JSON is read by profiles alone: without them there is nothing to measure."""
    html, document = (truth.with_name(truth.name.removesuffix(".truth.json") + end) for end in (".html", ".json"))
    if html.is_file():
        return html
    if not document.is_file():
        say(f"{html.name}: not there; a truth file needs its page beside it")
    elif no_profiles:
        say(f"{document.name}: JSON is read by profiles alone; not measured")
    else:
        return document
    return None


def _negatives(folder: Path, no_profiles: bool) -> Iterator[dict[str, Any]]:
    for page in sorted(folder.rglob("negatives/*.html")):
        at = datetime.fromtimestamp(page.stat().st_mtime, UTC)
        version = extract(
            page.read_bytes(),
            url=f"https://news.example.org/{page.stem}",
            at=at,
            profiles=() if no_profiles else None,
        )
        found = 0 if isinstance(version, Unreadable) else len(version.updates)
        live = not isinstance(version, Unreadable) and version.live
        result = Score(found=found)
        yield {"page": page.stem, "negative": True, **result.rates(), "live": live, "score": result}


def _row(line: dict[str, Any]) -> str:
    if line.get("negative"):
        return f"{line['page'][:34]:34}  negative: {line['found']} updates, live {line['live']}"
    if "reading" in line:
        return f"{line['page'][:34]:34}  {line['reading']}"
    cells = (f"{name} {'-' if line[name] is None else line[name]}" for name in _COLUMNS)
    return f"{line['page'][:34]:34}  " + "  ".join(cells)
