"""``stoppress import``: captures that others made, from their WARC and WACZ files or from a CDX server.

In ``crawler/``, for a CDX server is asked under the rules of every request.
"""

from __future__ import annotations

import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from crawler.cdx_rows import Elsewhere
from pipelines.cli.common import AsJson, current_config, echo_json, say
from pipelines.config import Config
from pipelines.errors import ConfigError, StoppressError
from pipelines.face import iso
from pipelines.importing.files import Refusal, check
from pipelines.importing.run import Asked, Import, importing
from pipelines.importing.taking import Tally
from pipelines.scratch import ended_by_sigterm

_EVERY = 0.2  # seconds between two signs of life on a terminal ...
_SELDOM = 30.0  # ... and elsewhere, in a log for one


def run(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FILE]...", help="WARC and WACZ files, or a CDX server.", show_default=False),
    ] = None,
    urls: Annotated[
        list[str] | None, typer.Option("--url", metavar="URL", help="Only captures of this page; repeatable.")
    ] = None,
    prefixes: Annotated[
        list[str] | None, typer.Option("--prefix", metavar="URL", help="And of pages below it; repeatable.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Of every page in the files.")] = False,
    cdx: Annotated[
        str | None, typer.Option("--cdx", metavar="ADDRESS", help="Ask this CDX server for captures of the pages.")
    ] = None,
    captures: Annotated[
        str,
        typer.Option(
            "--captures", metavar="ADDRESS", help="Where they are, with {timestamp} and {url} [default: /web/ there]."
        ),
    ] = "",
    since: Annotated[
        str | None, typer.Option("--from", metavar="DIGITS", help="With --cdx, as it has it: 2026.")
    ] = None,
    until: Annotated[str | None, typer.Option("--to", metavar="DIGITS", help="The same, for the end.")] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="With --cdx: take so many at most.")] = None,
    as_json: AsJson = False,
) -> None:
    """Take in captures that others made: of the pages that are watched, or of those that are named.

    Answers are kept byte for byte under their own dates, marked as imported, and read like a crawler's: they get
    versions and changes at their place in time. Give all files of a page at once: what comes later between two
    versions that were compared with each other already has no changes of its own. What is there is passed over, so
    the same file may be given again, and an import that was broken off goes on. A crawler may be running. What is
    refused (damaged, wrong digest, no answer of a page) is named with file, offset and reason, the rest goes on, and
    the command ends with 1. With --json a line for each refusal, one for each capture of which there is something to
    note (why it is no version, or has no changes), and one about the run come on stdout.

    Examples:

      stoppress import crawl-2026-01.warc.gz browsertrix.wacz

      stoppress import --url https://news.example.org/live/storm *.warc.gz

      stoppress import --cdx https://web.archive.org/cdx/search/cdx --url https://news.example.org/live --from 2025
    """
    servers = [name for name in names or () if name.startswith(("http://", "https://"))]
    files = [Path(name) for name in names or () if name not in servers]
    if len(servers) + (cdx is not None) > 1:
        raise ConfigError("one CDX server is asked at a time; name one")
    cdx = cdx or next(iter(servers), None)
    where = Elsewhere(cdx=cdx, captures=captures, since=since, until=until, most=limit) if cdx else None
    _refuse_wrong_use(files, where, [captures, since, until, limit], prefixes or everything)
    check(files)
    told = _Told(as_json)
    config = current_config()
    asked = Asked(urls=urls or (), prefixes=prefixes or (), everything=everything)
    with told, ended_by_sigterm(), importing(config, asked, told) as one:
        if not (one.pages.named or one.pages.prefixes or everything):
            raise ConfigError("no page is watched; name pages with --url or --prefix, or take --all")
        try:
            if where:
                _fetch(one, config, where, told)
            one.files(files)
            one.read()
        except (KeyboardInterrupt, SystemExit, StoppressError):
            told.clear()
            say(f"stoppress: {one.tally.taken} captures were taken; run it again and it goes on")
            raise
    told.sum_up(one)
    if one.tally.refused:
        raise typer.Exit(1)


def _refuse_wrong_use(files: list[Path], where: Elsewhere | None, of_cdx: list[Any], many: object) -> None:
    if not files and not where:
        raise ConfigError("name at least one WARC or WACZ file, or a CDX server with --cdx")
    if not where and any(of_cdx):
        raise ConfigError("--captures, --from, --to and --limit belong to --cdx ADDRESS; add it, or leave them out")
    if where and many:
        raise ConfigError("a CDX server is asked page by page; name pages with --url, without --prefix and --all")
    if where and where.captures and not all(name in where.captures for name in ("{timestamp}", "{url}")):
        raise ConfigError("--captures has no {timestamp} or no {url}; write http://host/web/{timestamp}id_/{url}")
    for name, text in (("--from", where and where.since), ("--to", where and where.until)):
        if text and not (text.isascii() and text.isdigit() and len(text) <= 14):
            raise ConfigError(f"{name} {text!r}: write 1 to 14 digits, as CDX servers have times: 2026, 20260103")


def _fetch(one: Import, config: Config, where: Elsewhere, told: _Told) -> None:
    from crawler.asking import Asking, networks  # the guard brings Twisted along; files need neither
    from crawler.captures_elsewhere import fetch

    crawl = config.crawl
    asking = Asking(
        agent=crawl.agent, timeout=crawl.timeout, gap=crawl.min_gap, most=crawl.max_size,
        exceptions=networks(config.egress.allow), told=told.waits,
    )  # fmt: skip
    for url in one.pages.named.values():
        fetch(one, asking, where, url)
    one.taking.flush()


class _Told:
    """Refusals on stdout as they come, what is passed over and how far it is on stderr."""

    def __init__(self, as_json: bool) -> None:
        self._json = as_json
        self._shown = time.monotonic()
        self._terminal = sys.stderr.isatty()

    def refused(self, what: Refusal) -> None:
        self.clear()
        if self._json:
            echo_json({"file": what.file, "offset": what.offset, "refused": what.why})
        else:
            typer.echo(f"{what.file}, offset {what.offset}: refused: {what.why}")

    def noted(self, url: str, at: datetime, what: str) -> None:
        self.clear()
        if self._json:
            echo_json({"url": url, "timestamp": iso(at), "noted": what})
        say(f"{url} at {iso(at)}: {what}")

    def waits(self, why: str) -> None:
        self.clear()
        say(why)

    def step(self, tally: Tally) -> None:
        now = time.monotonic()
        if now - self._shown < (_EVERY if self._terminal else _SELDOM):
            return
        self._shown = now
        read = tally.readings.total()
        told = f"{tally.records} records, {tally.taken} taken" + (f", {read} read" if read else "")
        if self._terminal:
            sys.stderr.write(f"\r\x1b[K{told}")
            sys.stderr.flush()
        else:
            say(told)

    def clear(self) -> None:
        if self._terminal:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def sum_up(self, one: Import) -> None:
        tally, left = one.tally, one.keeper.left
        self.clear()
        if self._json:
            echo_json({**summary(tally), "left": left})
        span = f", from {iso(tally.first)} to {iso(tally.last)}" if tally.first and tally.last else ""
        say(
            f"{tally.records} records: {tally.taken} captures taken ({tally.size} bytes){span}; "
            f"{tally.readings['version']} versions, {tally.changes} changes; {tally.refused} refused"
        )
        for why, count in sorted(tally.passed.items()):
            say(f"passed over, {why}: {count}")
        if left:
            say(f"{len(left)} file(s) wait in the spool for the store: {', '.join(left)}")

    def __enter__(self) -> _Told:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()


def summary(tally: Tally) -> dict[str, Any]:
    """The last line of ``--json``."""
    return {
        "import": "refused" if tally.refused else "ok",
        "records": tally.records,
        "taken": tally.taken,
        "revisits": tally.revisits,
        "size": tally.size,
        "refused": tally.refused,
        "passed": dict(sorted(tally.passed.items())),
        "first": iso(tally.first) if tally.first else None,
        "last": iso(tally.last) if tally.last else None,
        "readings": dict(sorted(tally.readings.items())),
        "changes": tally.changes,
    }
