"""The main job in half a minute: a newsroom in another process, production code in this one, a summary at the end."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
import tempfile
from collections import Counter
from datetime import UTC, datetime, timedelta
from math import ceil
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pipelines.cli.common import echo_json, say
from pipelines.config import Config, load_config
from pipelines.face import change_to_json, iso
from pipelines.model import Visit
from pipelines.store.catalog import Catalog

from .newsroom import MARKUPS, Newsroom, Score, load_story, score, seconds_for
from .orders import save
from .run import crawl

# What departs from production is only what a page that changes every second on this machine needs.
CONFIG = """\
[archive]
store    = "archive"
catalog  = "sqlite:///archive/catalog.db"
spool    = "spool"

[crawl]
contact  = "mailto:demo@example.org"
per_host = "120/min"
min_gap  = "0s"

[egress]
allow    = ["127.0.0.1/32"]

[[watch]]
url      = "{url}"
schedule = "every 1s"
min      = "1s"
"""

AROUND = 2  # seconds: the first visit comes a little after the start, and the last state is to be seen too


def demo(*, seconds: int, markup: str, folder: Path | None, as_json: bool) -> int:
    """Run it; 0 if everything the newsroom did was caught and nothing was invented, else 1."""
    if markup not in MARKUPS:
        say(f"stoppress: --markup {markup} is not known; one of {', '.join(MARKUPS)}")
        return 2
    if seconds < (least := ceil(seconds_for(load_story())) + AROUND):
        say(f"stoppress: --seconds {seconds} is too short: each state of the newsroom's page is to be seen twice, "
            f"which takes {least}; write --seconds {least} or more")  # fmt: skip
        return 2
    home = (folder or Path(tempfile.mkdtemp(prefix="stoppress-demo-"))).absolute()
    home.mkdir(parents=True, exist_ok=True)
    path = home / "stoppress.toml"
    if path.exists():
        say(f"stoppress: {path} exists already; give --in a new folder")
        return 2
    begun = datetime.now(UTC)
    with Newsroom(markup=markup, seconds=seconds - AROUND) as newsroom:
        path.write_text(CONFIG.format(url=newsroom.url))
        say(f"# {path}\n{path.read_text()}")
        say(f"the newsroom is at {newsroom.url} and edits itself; this ends by itself after {seconds} s\n")
        config = load_config(path)
        save(config, config.watches, "apply")
        crawl(config, limit=timedelta(seconds=seconds), log_level="WARNING", seen=lambda visit: _progress(visit, begun))
        truth, looks = newsroom.truth(), _looks(newsroom)
    figures = {**_figures(config, truth), "states": len(looks), "fewest_looks": min(looks)}
    caught = figures.pop("score")
    if as_json:
        echo_json({**figures, "newsroom": caught.to_json(), "folder": str(home)})
    else:
        print(_for_people(figures, caught, path, config.watches[0].url))
    if not caught.perfect:
        say(f"stoppress: not all that the newsroom did was caught: {caught.summary()}")
    return 0 if caught.perfect and caught.total else 1


def _progress(visit: Visit, begun: datetime) -> None:
    clock = f"{(visit.started - begun).total_seconds():5.1f} s"
    if visit.reading == "version":
        kinds = ", ".join(change.type for change in visit.changes) or "first version"
        say(f"{clock}  {visit.outcome:9} v{visit.version_seq}: {kinds}")
    elif visit.outcome in ("error", "truncated"):
        say(f"{clock}  {visit.outcome}: {visit.detail}")
    elif sys.stderr.isatty():
        say(f"{clock}  {visit.outcome:9} {visit.reading}")


def _looks(newsroom: Newsroom) -> list[int]:
    """How often each state of the page was asked for, by the newsroom's own log."""
    looks = Counter(request["state"] for request in newsroom.requests())
    return [looks[number] for number in range(newsroom.state()["states"])]


def _figures(config: Config, truth: list[dict[str, Any]]) -> dict[str, Any]:
    with Catalog.open(config.archive.catalog) as catalog:
        counts = catalog.counts()
        changes = [
            {**change_to_json(stored.change), "seen_by": iso(stored.change.seen_by)}
            for stored in catalog.changes()
            if stored.change.seen_by
        ]
    return {**counts, "score": score(truth, changes)}


def _for_people(figures: dict[str, Any], caught: Score, path: Path, url: str) -> str:
    def listed(counts: dict[str, int]) -> str:
        return ", ".join(f"{count} {word}" for word, count in sorted(counts.items(), key=lambda p: -p[1])) or "none"

    here = f"{program()} -c {shlex.quote(str(path))}"
    host = urlsplit(url).netloc
    return f"""
visits    {listed(figures["visits"])}
versions  {figures["versions"]} of one page on {host}; its {figures["states"]} states stood for \
{figures["fewest_looks"]} visits or more
changes   {listed(figures["changes"])}
WARC      {figures["warc_files"]} file(s), {figures["warc_bytes"]:,} bytes, {figures["captures"]} captures
caught    {caught.summary()}

Next:
  {here} versions {url}
  {here} diff {url} v1 v2
  {here} show {url}@now"""


def program() -> str:
    """What to type in this folder to reach the program that is running now."""
    started, beside = Path(sys.argv[0]).absolute(), Path(sys.executable).with_name("stoppress")
    script = next((path for path in (started, beside) if path.name == "stoppress" and os.access(path, os.X_OK)), None)
    if script is None:
        return shlex.join([sys.executable, sys.argv[0]])
    found = shutil.which("stoppress")
    if found and Path(found).resolve() == script.resolve():
        return "stoppress"
    here = Path.cwd()
    return shlex.quote(str(script.relative_to(here) if here in script.parents[1:] else script))
