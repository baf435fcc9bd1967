"""``stoppress rediff``: all changes computed again from stored versions, side by side with the recorded ones."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from pipelines.derivations import DIFFER
from pipelines.diff.render import heading
from pipelines.errors import ConfigError, StoppressError
from pipelines.extract import EXTRACTOR
from pipelines.face import change_to_json
from pipelines.opened import opened
from pipelines.rediffing import RESULTS, Compared, Progress, Rediff
from pipelines.rereading import Rereading, here
from pipelines.store.catalog import Catalog
from pipelines.store.warcs import WarcReader

from .choosing import chosen_ones
from .common import AsJson, SomePages, SomeTags, current_config, echo_json, say


def run(
    urls: SomePages = None,
    tags: SomeTags = None,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="TIME", help="Only versions seen from then on: 2d, 2026-01-03."),
    ] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="TIME", help="The same, for the end.")] = None,
    extractor: Annotated[
        str | None,
        typer.Option("--extractor", metavar="NAME", help="Compare what this one read (stoppress reextract)."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Compute all changes again with today's differ, and say where it finds something else.

    No recorded change is touched: the results are kept beside them, by versions, differ and extractor, and stoppress
    changes gives them with --differ. Neighbouring versions are compared as they were read; where two extractors had
    read them, both are read again by today's. What is settled is passed over, so that a run that was broken off goes
    on where it was; a crawler may be running. A pair is equal, different, or blind (a side cannot be read by one and
    the same extractor; asked again by the next run). Ends with 1 if any was blind. With --json a line per pair, with
    the changes that are gone and those that have come, and one about the run come on stdout.

    Examples:

      stoppress rediff

      stoppress rediff https://news.example.org/live/storm --since 2026-01-03

      stoppress rediff --extractor stoppress-extract/3 --json
    """
    config, now = current_config(), datetime.now(UTC)
    with opened(config) as (catalog, store):
        catalog.refuse_unfinished()
        chosen = chosen_ones(catalog, urls or [], tags or [], since, until, now)
        basis = _basis(catalog, extractor)
        rereading = Rereading(catalog, WarcReader(store, config.archive.spool), here)
        again = Rediff(catalog, chosen, rereading, basis=basis)
        done = again.progress
        clear = (lambda: sys.stderr.write("\r\x1b[K")) if sys.stderr.isatty() else lambda: None

        def told(found: Compared) -> None:
            clear()
            _tell(found, as_json)
            if sys.stderr.isatty():
                sys.stderr.write(f"{done.pairs} of {done.of_pairs} pairs, {done.results['different']} different")
                sys.stderr.flush()

        try:
            again.run(told)
        except (KeyboardInterrupt, StoppressError):
            clear()
            say(f"stoppress: {done.pairs} of {done.of_pairs} pairs were compared; run it again and it goes on")
            raise
        clear()
    _sum_up(done, as_json)
    if done.results["blind"]:
        raise typer.Exit(1)


def _basis(catalog: Catalog, extractor: str | None) -> str:
    """ConfigError: nobody of that name has read anything."""
    if extractor is None:
        return ""
    known = catalog.extractors()
    if extractor not in {*known, EXTRACTOR}:
        there = f"there is {', '.join(known)}" if known else "no other has read anything again"
        raise ConfigError(f"--extractor {extractor!r} has read nothing; {there}; next: stoppress reextract")
    return extractor


def _tell(found: Compared, as_json: bool) -> None:
    now = found.now
    if as_json:
        echo_json(_line(found))
        return
    pair = f"{found.url} v{now.from_seq} -> v{now.to_seq}"
    if now.result == "blind":
        typer.echo(f"{pair}: blind: {found.detail}")
    elif now.result == "different":
        typer.echo(f"{pair}: {len(found.gone)} gone, {len(found.come)} come, {len(now.changes)} now")
        for what, changes in (("gone", found.gone), ("come", found.come)):
            for change in changes:
                typer.echo(f"  {what}  {heading(change)}")


def _line(found: Compared) -> dict[str, Any]:
    now = found.now
    return {
        "url": found.url, "from": now.from_seq, "to": now.to_seq, "differ": now.differ, "extractor": now.extractor,
        "result": now.result, "detail": found.detail, "recorded": len(found.old), "now": len(now.changes),
        "gone": [change_to_json(change) for change in found.gone],
        "come": [change_to_json(change) for change in found.come],
    }  # fmt: skip


def _sum_up(done: Progress, as_json: bool) -> None:
    counts = {name: done.results[name] for name in RESULTS}
    if as_json:
        echo_json({"rediff": DIFFER, "pairs": done.pairs, "pages": len(done.pages), **counts})
    if not done.pairs:
        say(f"nothing to compare: no such versions, or {DIFFER} has compared them all")
        return
    told = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    say(f"{DIFFER} compared {done.pairs} pairs of versions of {len(done.pages)} pages: {told}")
