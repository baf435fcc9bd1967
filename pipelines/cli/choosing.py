"""Which pages and times a verb that goes over old captures is about: URLs, tags, since, until."""

from __future__ import annotations

from datetime import datetime

from pipelines.errors import ConfigError, NotArchived
from pipelines.moments import MomentError, instant
from pipelines.store.catalog import Catalog, Chosen
from pipelines.urlkey import normalise, urlkey


def chosen_ones(
    catalog: Catalog, urls: list[str], tags: list[str], since: str | None, until: str | None, now: datetime
) -> Chosen:
    try:
        start = instant(since, now=now) if since else None
        end = instant(until, now=now, last=True) if until else now
    except MomentError as e:
        raise ConfigError(str(e)) from e
    if start and until and start > end:
        raise ConfigError(f"--since {since} lies behind --until {until}; write the earlier one as --since")
    keys = None
    if urls:
        keys = {urlkey(normalise(url if "://" in url else f"https://{url}")): url for url in urls}
        histories = catalog.histories(keys)
        for key, url in keys.items():
            if key not in histories or histories[key].first_started is None:
                raise NotArchived(f"nothing is kept of {url}; stoppress pages lists what is")
    if tags:
        theirs = tagged(catalog, set(tags))
        keys = theirs if keys is None else {key: url for key, url in keys.items() if key in theirs}
    return Chosen(urlkeys=None if keys is None else tuple(keys), since=start, until=min(end, now))


def tagged(catalog: Catalog, tags: set[str]) -> dict[str, str]:
    """The pages whose watch has one of these tags: urlkey -> URL. ConfigError for a tag that no watch has."""
    standing = catalog.watches()
    known = {tag for one in standing for tag in one.watch.tags}
    if unknown := sorted(tags - known):
        there = f"the tags are: {', '.join(sorted(known))}" if known else "no watch has a tag"
        raise ConfigError(f"--tag {unknown[0]!r}: no watch has it; {there}")
    return {one.urlkey: one.watch.url for one in standing if tags & set(one.watch.tags)}
