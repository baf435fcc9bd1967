"""``stoppress pages``: the pages that are kept."""

from __future__ import annotations

import typer

from pipelines.cli.common import AsJson, echo_json, say
from pipelines.store.catalog import PageSummary

from ..lines import page_line
from .common import opened, safe, table, when


def run(as_json: AsJson = False) -> None:
    """List the pages that are watched or kept, with what there is of each.

    With --json also how much of what each said was captured, as far as that can be estimated; else, last, of all
    that are watched together.

    Examples:

      stoppress pages

      stoppress pages --json
    """
    with opened() as archive:
        pages = archive.pages()
        complete = archive.completeness_by_page() if as_json else {}
        together = archive.completeness() if pages and not as_json else None
    if as_json:
        for page in pages:
            echo_json(page_line(page, complete.get(page.urlkey)))
        return
    table(("last visit", "outcome", "visits", "versions", "changes", "page"), [_row(page) for page in pages])
    if not pages:
        say("nothing is kept yet; next: stoppress watch URL, then stoppress crawl")
        return
    typer.echo(f"the watched pages together: {together}")


def _row(page: PageSummary) -> list[str]:
    counts = [str(n) for n in (page.visits, page.versions, page.changes)]
    name = f"{page.url}  {safe(page.headline, limit=60)}" if page.headline else page.url
    return [when(page.last_seen), page.last_outcome or "-", *counts, name]
