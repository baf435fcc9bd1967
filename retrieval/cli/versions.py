"""``stoppress versions``: all versions of a page."""

from __future__ import annotations

import typer

from pipelines.cli.common import AsJson, echo_json
from pipelines.face import Json, iso
from pipelines.store.catalog import StoredVersion

from ..later import LaterVersion
from ..lines import version_line
from .common import By, Url, opened, safe, table, when


def run(url: Url, extractor: By = None, as_json: AsJson = False) -> None:
    """List the versions of a page, oldest first: what it said, from when to when it was seen to say it.

    Last, without --json, how much of what the page said since the first look has been captured: an estimate, which
    stoppress pages --json has too.

    With --extractor what that one read in the page's captures, and beside it the version that was on show then.

    Examples:

      stoppress versions https://news.example.org/live/storm

      stoppress versions https://news.example.org/live/storm --json

      stoppress versions https://news.example.org/live/storm --extractor stoppress-extract/3
    """
    if extractor:
        _list_later(url, extractor, as_json)
        return
    with opened() as archive:
        page = archive.page(url)
        if as_json:
            for stored, changes in page.listed():
                echo_json({"url": page.url, **version_line(stored, changes)})
            return
        rows = [_row(stored, changes) for stored, changes in page.listed()]
        told = str(page.completeness())
    table(("version", "first seen", "last seen", "state", "updates", "changes", "headline"), rows)
    typer.echo(told)


def _list_later(url: str, extractor: str, as_json: bool) -> None:
    with opened() as archive:
        page = archive.page(url)
        found = page.versions_by(extractor)
    if as_json:
        for one in found:
            echo_json({"url": page.url, **later_line(one)})
        return
    head = ("was", "first seen", "last seen", "state", "updates", "captures", "headline")
    table(head, [_later_row(one) for one in found])


def later_line(one: LaterVersion) -> Json:
    """A line of ``versions --extractor --json``; ``version`` is the catalog's that was on show at ``first_seen``."""
    return {
        "version": one.seq,
        "first_seen": iso(one.first_seen),
        "last_seen": iso(one.last_seen),
        "headline": one.version.headline,
        "state": one.version.state,
        "updates": len(one.version.updates),
        "captures": one.captures,
        "content_hash": one.content_hash,
        "record_id": one.record_id,
        "extractor": one.extractor,
    }


def _later_row(one: LaterVersion) -> list[str]:
    said = one.version
    figures = [said.state, str(len(said.updates)), str(one.captures), safe(said.headline, limit=80)]
    return [f"v{one.seq}" if one.seq else "-", when(one.first_seen), when(one.last_seen), *figures]


def _row(stored: StoredVersion, changes: int) -> list[str]:
    name = f"v{stored.seq}" + (f" = v{stored.same_as}" if stored.same_as else "")
    said = stored.version
    times = [when(stored.first_seen), when(stored.last_seen)]
    headline = "(451: taken down)" if stored.redacted else safe(said.headline, limit=80)
    return [name, *times, said.state, str(len(said.updates)), str(changes), headline]
