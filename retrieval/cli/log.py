"""``stoppress log``: all visits of a page and what came of them."""

from __future__ import annotations

from typing import Annotated

import typer

from pipelines.cli.common import AsJson, echo_json, say
from pipelines.face import visit_to_json
from pipelines.ledger import detail_of
from pipelines.model import Visit

from .common import Url, opened, safe, table, when

HEAD = ("started", "why", "scheduled", "previous", "outcome", "status", "reading", "bytes", "detail")
CAUSES = {"down": "no crawler ran", "host": "waiting for its host", "running": "the visit before was not over",
          "refused": "the page refuses us", "failed": "the looks before it failed"}


def run(
    url: Url,
    limit: Annotated[int | None, typer.Option("-n", "--limit", min=1, help="Only the newest N visits.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the visits of a page, newest last: each ended in exactly one outcome, or is still running.

    Why it was made, when it was due, and when the visit before it that brought the page began are told of each.

    Examples:

      stoppress log https://news.example.org/live/storm

      stoppress log -n 20 https://news.example.org/live/storm --json
    """
    with opened() as archive:
        page = archive.page(url)
        visits, takedown = page.log(limit), page.takedown()
    if as_json:
        for visit in visits:
            echo_json(visit_to_json(visit))
        return
    if takedown:
        say(str(takedown))
    table(HEAD, [_row(visit) for visit in visits])


def _row(visit: Visit) -> list[str]:
    outcome = "/".join(word for word in (visit.outcome or "running", visit.reason) if word)
    said = f"v{visit.version_seq}" if visit.version_seq else visit.reading or "-"
    size = str(sum(capture.length for capture in visit.captures))
    due, before = when(visit.scheduled), when(visit.previous)
    status, told = str(visit.status or "-"), safe(_detail(visit), limit=100)
    return [when(visit.started), visit.why, due, before, outcome, status, said, size, told]


def _detail(visit: Visit) -> str:
    """With the turns before it that brought no visit."""
    causes = ", ".join(f"{count} {CAUSES.get(cause, cause)}" for cause, count in visit.skipped)
    skipped = sum(count for _, count in visit.skipped)
    said = f"{skipped} turn(s) before it brought no visit ({causes})" if skipped else ""
    return "; ".join(filter(None, (said, detail_of(visit))))
