"""``stoppress reextract``: today's extractor over old captures, side by side with the old results."""

from __future__ import annotations

import sys
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.beside import RESULTS, Beside
from pipelines.errors import StoppressError
from pipelines.extract import EXTRACTOR
from pipelines.face import change_to_json, iso
from pipelines.opened import opened
from pipelines.reextracting import Page, Progress, Reextract, Unreached
from pipelines.store.warcs import WarcReader

from .choosing import chosen_ones
from .common import AsJson, SomePages, SomeTags, current_config, echo_json, say

if TYPE_CHECKING:
    from pipelines.store.catalog import PastReading


def run(
    urls: SomePages = None,
    tags: SomeTags = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="TIME", help="Only captures from then on: 2d, 2026-01-03.")
    ] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="TIME", help="The same, for the end.")] = None,
    as_json: AsJson = False,
) -> None:
    """Read old captures again with today's extractor, and say where it reads something else.

    Nothing that was read before is changed: the new readings are kept beside it, by capture and extractor, and
    stoppress show and stoppress versions give them with --extractor. Captures that could not be read (extract-failed)
    are asked again, too. What this extractor has read already is passed over, so that a run that was broken off goes
    on where it was; a crawler may be running. A capture is equal, different, gained (it can be read now), lost (it no
    longer can), otherwise (not readable for another reason), failed (the extraction broke down) or unreached (its
    record cannot be had). Ends with 1 if any failed, was lost or unreached. With --json a line per capture, one per
    page and one about the run come on stdout.

    Examples:

      stoppress reextract

      stoppress reextract https://news.example.org/live/storm --since 2026-01-03

      stoppress reextract --tag bbc --json
    """
    config, now = current_config(), datetime.now(UTC)
    with opened(config) as (catalog, store):
        catalog.refuse_unfinished()
        chosen = chosen_ones(catalog, urls or [], tags or [], since, until, now)
        reader = WarcReader(store, config.archive.spool)
        again = Reextract(catalog, reader, chosen, workers=config.extract.workers)
        done = again.progress
        clear = (lambda: sys.stderr.write("\r\x1b[K")) if sys.stderr.isatty() else lambda: None

        def told(found: Beside | Unreached) -> None:
            clear()
            _tell(found, as_json)
            if sys.stderr.isatty():
                _show(done)

        try:
            again.run(told)
        except (KeyboardInterrupt, StoppressError):
            clear()
            say(f"stoppress: {done.captures} of {done.of_captures} captures were read; run it again and it goes on")
            raise
        clear()
    _sum_up(done, as_json)
    if done.unreached or done.results["failed"] or done.results["lost"]:
        raise typer.Exit(1)


def _tell(found: Beside | Unreached, as_json: bool) -> None:
    if as_json:
        echo_json(_line(found))
        return
    what = _name(found.past)
    if isinstance(found, Unreached):
        typer.echo(f"{what}: unreached: {found.why}")
    elif found.result == "different":
        typer.echo(f"{what}: different: {_differences(found)}")
    elif found.result != "equal":
        read = found.now.reading + (f": {found.now.detail}" if found.now.detail else "")
        typer.echo(f"{what}: {found.result}: was {found.past.reading}, is {read}")


def _name(past: PastReading) -> str:
    number = f" v{past.number}" if past.number else ""
    return f"{past.url} {iso(past.capture.timestamp)}{number}"


def _differences(found: Beside) -> str:
    told = ", ".join(f"{count} {type_}" for type_, count in Counter(c.type for c in found.changes).items())
    return f"{', '.join(found.fields)}" + (f" ({told})" if told else "")


def _line(found: Beside | Unreached) -> dict[str, Any]:
    past = found.past
    about = {
        "url": past.url, "timestamp": iso(past.capture.timestamp), "record_id": past.capture.record_id,
        "version": past.number, "was": past.reading,
    }  # fmt: skip
    if isinstance(found, Unreached):
        return {**about, "result": "unreached", "detail": found.why}
    return {
        **about, "was_by": found.extractor, "reading": found.now.reading, "extractor": found.now.extractor,
        "result": found.result, "detail": found.now.detail, "fields": list(found.fields),
        "changes": [change_to_json(change) for change in found.changes],
    }  # fmt: skip


def _sum_up(done: Progress, as_json: bool) -> None:
    for page in sorted(done.pages.values(), key=lambda page: page.url):
        if as_json:
            echo_json({"page": page.url, **_counts(page.results), "changes": dict(page.changes)})
        else:
            typer.echo(_said(page))
    if as_json:
        facts = {"captures": done.captures, "pages": len(done.pages), **_counts(done.results)}
        echo_json({"reextract": EXTRACTOR, **facts, "unreached": done.unreached})
    if not done.captures:
        say(f"nothing to read: no such captures, or {EXTRACTOR} has read them all")
        return
    counts = {**_counts(done.results), "unreached": done.unreached}
    told = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    say(f"{EXTRACTOR} read {done.captures} captures of {len(done.pages)} pages: {told}")


def _said(page: Page) -> str:
    told = ", ".join(f"{count} {name}" for name, count in page.results.items())
    changed = ", ".join(f"{count} {name}" for name, count in page.changes.items())
    return f"{page.url}: {told}" + (f" ({changed})" if changed else "")


def _counts(results: Counter[str]) -> dict[str, int]:
    return {name: results[name] for name in RESULTS}


def _show(done: Progress) -> None:
    """One line on the terminal that is written over."""
    different = done.results["different"]
    sys.stderr.write(f"\r\x1b[K{done.captures} of {done.of_captures} captures, {different} different")
    sys.stderr.flush()
