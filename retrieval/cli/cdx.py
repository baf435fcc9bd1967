"""``stoppress cdx``: the index, in the dialect of the Wayback Machine's CDX server."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from pipelines.cli.common import AsJson, echo_json
from retrieval.cdx.answer import answer, captures, originals
from retrieval.cdx.fields import OWN, reading
from retrieval.cdx.query import BadQuery, query

from .common import opened, wrong_use


def run(
    url: Annotated[str, typer.Argument(metavar="URL", help="A page; example.org/* and *.example.org for many.")],
    since: Annotated[str | None, typer.Option("--from", metavar="DIGITS", help="1 to 14 of YYYYMMDDhhmmss.")] = None,
    until: Annotated[str | None, typer.Option("--to", metavar="DIGITS", help="The same; the end counts.")] = None,
    match: Annotated[str | None, typer.Option("--match-type", help="exact, prefix, host, domain.")] = None,
    fields: Annotated[str | None, typer.Option("--fl", metavar="A,B", help="Fields of a row.")] = None,
    filters: Annotated[list[str] | None, typer.Option("--filter", metavar="[!]FIELD:REGEX")] = None,
    collapse: Annotated[list[str] | None, typer.Option("--collapse", metavar="FIELD[:N]")] = None,
    limit: Annotated[int | None, typer.Option("--limit", metavar="N", help="The first N; -N: the last.")] = None,
    as_json: AsJson = False,
) -> None:
    """List captures, a row each: urlkey timestamp original mimetype statuscode digest length.

    The options are the parameters of the CDX server API, which stoppress serve answers too.

    Examples:

      stoppress cdx https://news.example.org/live/storm

      stoppress cdx 'news.example.org/*' --from 2026 --filter statuscode:200 --collapse digest

      stoppress cdx '*.example.org' --limit -10 --json
    """
    said = {"url": url, "from": since, "to": until, "matchType": match, "fl": fields, "limit": limit}
    given = [(name, str(value)) for name, value in said.items() if value is not None]
    given += [("filter", one) for one in filters or ()] + [("collapse", one) for one in collapse or ()]
    if as_json and not fields:
        given.append(("fl", ",".join(OWN)))
    try:
        asked = query(given)
        with opened() as archive:
            if not as_json:
                sys.stdout.writelines(answer(archive.catalog, asked).pieces)
                return
            read = reading(asked.fields, originals(archive.catalog))
            for line in captures(archive.catalog, asked):
                echo_json(dict(zip(asked.fields, read(line), strict=True)))
    except BadQuery as e:
        wrong_use(str(e))
