"""What is exported: pages, by URL or by tag, and a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pipelines.cli.choosing import tagged
from pipelines.errors import ConfigError, NotArchived
from pipelines.face import iso
from pipelines.moments import instant
from pipelines.store.catalog import Catalog, Chosen
from pipelines.urlkey import normalise, urlkey

from ..missing import nothing_kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """As it was asked for; ``chosen`` is what the catalog is asked. Its end is never later than now: a crawler that is
    at work would have no end else."""

    chosen: Chosen
    urls: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None

    def __str__(self) -> str:
        what = [*self.urls, *(f"tag {tag}" for tag in self.tags)] or ["all pages"]
        since = f" from {iso(self.since)}" if self.since else ""
        return ", ".join(what) + since + (f" until {iso(self.until)}" if self.until else "")


def choose(catalog: Catalog, urls: Sequence[str], tags: Sequence[str], since: datetime | str | None,
           until: datetime | str | None, now: datetime) -> Choice:  # fmt: skip
    """Pages by URL and those of a tag together. ConfigError: nothing was asked for, or a tag that no watch has;
    NotArchived: nothing is kept of a page; TakenDown: a page by URL may not be shown; MomentError: no time."""
    if not (urls or tags or since or until):
        raise ConfigError("say what is to be exported: a URL, --tag, --since or --until")
    start = instant(since, now=now) if since else None
    end = instant(until, now=now, last=True) if until else None
    if start and end and end < start:
        raise ConfigError(f"--until {iso(end)} lies before --since {iso(start)}")
    pages = {urlkey(url): url for url in (normalise(url if "://" in url else f"https://{url}") for url in urls)}
    for key, url in pages.items():
        _check(catalog, key, url)
    keys = {*pages, *(tagged(catalog, set(tags)) if tags else ())}
    return Choice(
        chosen=Chosen(
            urlkeys=tuple(sorted(keys)) if urls or tags else None, since=start, until=min(end, now) if end else now
        ),
        urls=tuple(pages.values()), tags=tuple(dict.fromkeys(tags)), since=start, until=end,
    )  # fmt: skip


def _check(catalog: Catalog, key: str, url: str) -> None:
    catalog.blocks().refuse_page(key)
    if not catalog.extent(Chosen(urlkeys=(key,))).captures:
        raise NotArchived(nothing_kept(url, key, catalog.pages()))
