"""``stoppress pages``: the pages that are kept."""

from __future__ import annotations

from pipelines.cli.common import AsJson, echo_json, say
from pipelines.face import Json, iso
from pipelines.store.catalog import PageSummary

from .common import opened, safe, table, when


def run(as_json: AsJson = False) -> None:
    """List the pages that are watched or kept, with what there is of each.

    Examples:

      stoppress pages

      stoppress pages --json
    """
    with opened() as archive:
        pages = archive.pages()
    if as_json:
        for page in pages:
            echo_json(line(page))
        return
    table(("last visit", "outcome", "visits", "versions", "changes", "page"), [_row(page) for page in pages])
    if not pages:
        say("nothing is kept yet; next: stoppress watch URL, then stoppress crawl")


def line(page: PageSummary) -> Json:
    """A line of ``pages --json``."""
    return {
        "url": page.url,
        "state": page.state,
        "headline": page.headline,
        "visits": page.visits,
        "captures": page.captures,
        "versions": page.versions,
        "changes": page.changes,
        "first_seen": page.first_seen and iso(page.first_seen),
        "last_seen": page.last_seen and iso(page.last_seen),
        "last_outcome": page.last_outcome,
    }


def _row(page: PageSummary) -> list[str]:
    counts = [str(n) for n in (page.visits, page.versions, page.changes)]
    name = f"{page.url}  {safe(page.headline, limit=60)}" if page.headline else page.url
    return [when(page.last_seen), page.last_outcome or "-", *counts, name]
