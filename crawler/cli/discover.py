"""``stoppress discover``: live pages of a site, found and confirmed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from crawler.cli.common import watchlist_config
from crawler.cli.watch import checked
from crawler.orders import save
from crawler.watchlist import check
from pipelines.cli.common import AsJson, echo_json, say
from pipelines.config import Config
from pipelines.face import iso
from pipelines.model import Watch
from pipelines.opened import open_catalog
from pipelines.urlkey import normalise, urlkey

HOW = {"news-sitemap": "a news sitemap", "sitemap": "a sitemap", "feed": "a feed", "link": "a link"}


def run(
    urls: Annotated[list[str], typer.Argument(metavar="URL...", help="A front or section page, a sitemap or a feed.")],
    limit: Annotated[int, typer.Option(min=1, max=200, help="Pages that are looked at.")] = 10,
    add: Annotated[bool, typer.Option("--add", help="Watch the live ones from now on.")] = False,
    every: Annotated[str | None, typer.Option(help="With --add: how often.")] = None,
    until: Annotated[str | None, typer.Option(help="With --add: as for stoppress watch.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="With --add: a label; may be given several times.")] = None,
    as_json: AsJson = False,
) -> None:
    """Search a site for live pages: in the sitemaps that its robots.txt names, its feeds and its links.

    The likeliest pages are looked at, and those with timestamped updates are live pages. Nothing is kept of it.
    robots.txt and the host's pace hold as for every visit, so that a search takes minutes: [crawl] per_host.
    Ends with 1 if none of the addresses given could be read.

    Examples:

      stoppress discover https://www.example.org/

      stoppress discover https://www.example.org/sitemap-news.xml --limit 30 --add --every 2m --tag storm
    """
    if not add and (every or until or tag):
        raise typer.BadParameter("--every, --until and --tag go with --add")
    config = watchlist_config()
    starts = [normalise(url if "://" in url else f"https://{url}") for url in urls]
    order = {"schedule": f"every {every}" if every else None, "until": until, "tags": tag or None}
    check([checked({"url": starts[0], **order}, config)])  # what is wrong with them is told at once
    watched = _watched(config)
    from crawler.discover import Found, discover  # not before: Scrapy takes its time

    def seen(found: Found) -> None:
        if as_json:
            echo_json(_line(found, watched))
        elif found.live:
            _show(found, watched)

    search = discover(config, starts, most=limit, seen=seen, told=say if sys.stderr.isatty() else _quietly)
    for trouble in search.troubles:
        say(f"stoppress: {trouble}")
    live = [found for found in search.found if found.live]
    new = {urlkey(found.url): found.url for found in live if urlkey(found.url) not in watched}
    if add and new:
        _add([checked({"url": url, **order}, config) for url in new.values()], config)
    if not search.whole:
        say("stoppress: stopped before its end; what was found so far is above, nothing was added")
        raise typer.Exit(130)
    if not search.documents:
        say("stoppress: none of the addresses could be read, so nothing was searched")
        raise typer.Exit(1)
    said = f"{search.documents} document(s) read, {len(search.found)} of {search.leads} leads looked at"
    new_ones = f"{len(new)} of them {'are watched from now on' if add else 'not watched yet'}"
    say(f"{said}: {len(live)} live page(s), {new_ones}")
    if new and not add:
        say("next: the same with --add, or stoppress watch URL")


def _quietly(_: str) -> None:
    """Steps are for who sits in front of it."""


def _watched(config: Config) -> set[str]:
    path = config.archive.catalog.removeprefix("sqlite:///")
    if path != config.archive.catalog and not Path(path).exists():  # there is none yet, and a search makes none
        return set()
    with open_catalog(config, read_only=True) as catalog:
        return {standing.urlkey for standing in catalog.watches()}


def _add(watches: list[Watch], config: Config) -> None:
    save(config, watches, "watch")


def _line(found: Any, watched: set[str]) -> dict[str, Any]:
    lead, version = found.lead, found.version
    published = [update.published for update in version.updates if update.published] if version else []
    return {
        "url": found.url, "live": found.live, "why": found.why, "watched": urlkey(found.url) in watched,
        "headline": version.headline if version else None, "updates": len(version.updates) if version else 0,
        "newest": iso(max(published)) if published else None, "state": version.state if version else None,
        "how": lead.how, "via": lead.via, "hinted": lead.hinted,
    }  # fmt: skip


def _show(found: Any, watched: set[str]) -> None:
    line = _line(found, watched)
    newest = f", newest {line['newest']}" if line["newest"] else ""
    state = "" if line["state"] == "unknown" else f", {line['state']}"
    mark = " (watched)" if line["watched"] else ""
    typer.echo(f"{found.url}{mark}")
    what = f"{plain(line['headline'])}: {line['updates']} updates{newest}{state}"
    typer.echo(f"    {what}; found by {HOW[line['how']]}: {line['via']}" if line["how"] != "start" else f"    {what}")


def plain(text: str | None) -> str:
    """Text of a page for a terminal: nothing in it that a terminal would obey."""
    return " ".join("".join(c if c.isprintable() else " " for c in text or "no headline").split())
