"""``stoppress evaluate DIR``: truth files beside saved pages -> recall, precision, times, ids, text."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from ..errors import StoppressError
from ..evaluation import Score, fetched_at, score, stability, truth_of
from ..extract import extract
from ..model import Unreadable, Version
from .common import AsJson, echo_json, say

_COLUMNS = (  # noqa: SIM905
    "truth found recall precision time_utc time_local ids text text_ends headlines order flags "
    "fragment_calls uncovered extra keys_kept"
).split()


def run(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder with X.html or X.json beside X.truth.json.")],
    no_profiles: Annotated[bool, typer.Option("--no-profiles", help="Generic readers only.")] = False,
    as_json: AsJson = False,
) -> None:
    """Measure extraction against truth files, per page and in total.

    A folder with page.html, visit.toml and expected.json is measured, too. Pages in folders named "negatives", and
    those that are expected to have no updates, must give none: exits with 1 if one does.

    time_utc are times right to the minute; time_local are those right on the newsroom's own clock, too.

    fragment_calls is the share of updates whose cut was doubtful, so that trafilatura was asked about each alone;
    uncovered and extra are letters of the pages that no update holds, and the reverse, as shares of the pages' text;
    keys_kept is told where a folder holds truths of several versions of one page.

    Example: stoppress evaluate tests/pages
    """
    if not folder.is_dir():
        raise StoppressError(f"{folder} is no folder; name one that holds X.html beside X.truth.json")
    lines = [
        *_truths(folder, no_profiles),
        *_cases(folder, no_profiles),
        *_negatives(folder, no_profiles),
    ]
    if not lines:
        raise StoppressError(f"{folder} holds no *.truth.json, expected.json or folder negatives; nothing to measure")
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
    last: dict[tuple[Path, str], Version] = {}  # the version before, of each page in each folder
    for file, truth in sorted(_read(folder), key=lambda one: (one[0].parent, fetched_at(one[1]), one[0])):
        page = _page_of(file, no_profiles)
        if page is None:
            continue
        kind = "application/json" if page.suffix == ".json" else None
        line, version = _measured(page.stem, page.read_bytes(), truth, no_profiles, kind)
        if version is not None:
            before = last.get((file.parent, truth["url"]))
            line = _with_keys(line, before, version) if before else line
            last[file.parent, truth["url"]] = version
        yield line


def _read(folder: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    for file in folder.rglob("*.truth.json"):
        yield file, json.loads(file.read_text("utf-8"))


def _with_keys(line: dict[str, Any], before: Version, version: Version) -> dict[str, Any]:
    result = line["score"] + stability(before, version)
    return {**line, **result.rates(), "score": result}


def _cases(folder: Path, no_profiles: bool) -> Iterator[dict[str, Any]]:
    for file in sorted(folder.rglob("expected.json")):
        page, visit = file.with_name("page.html"), file.with_name("visit.toml")
        if not (page.is_file() and visit.is_file()):
            say(f"{file.parent.name}: page.html or visit.toml is not there; not measured")
            continue
        made = tomllib.loads(visit.read_text("utf-8"))
        truth = truth_of(json.loads(file.read_text("utf-8")), url=made["url"], at=made["at"])
        if truth is not None:
            yield _measured(file.parent.name, page.read_bytes(), truth, no_profiles, made.get("content_type"))[0]


def _measured(
    name: str, data: bytes, truth: dict[str, Any], no_profiles: bool, content_type: str | None = None
) -> tuple[dict[str, Any], Version | None]:
    profiles = () if no_profiles else None
    version = extract(data, url=truth["url"], at=fetched_at(truth), content_type=content_type, profiles=profiles)
    if isinstance(version, Unreadable):
        return {"page": name, "reading": version.reading, "score": Score(truth=len(truth["entries"]))}, None
    result = score(version, truth)
    said = {"page": name, **result.rates(), "warnings": list(version.warnings), "score": result}
    return (said if truth["entries"] else {**said, "negative": True, "live": version.live}), version


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
