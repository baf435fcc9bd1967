"""The facts that the rules of ``pipelines.health`` look at, as catalog and spool have them now. Reads only."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlsplit

from .config import Config
from .health import Facts, Finding, Limits, PageFacts, SourceFacts, findings
from .store.catalog import Catalog
from .store.spool import sealed, used


def limits_of(config: Config) -> Limits:
    health = config.health
    return Limits(intervals=health.intervals, spool_share=health.spool_share, rules=health.rules)


def found_now(config: Config, catalog: Catalog, now: datetime) -> list[Finding]:
    """What is wrong at the moment."""
    return findings(facts_of(config, catalog, now), limits_of(config), now)


def facts_of(config: Config, catalog: Catalog, now: datetime) -> Facts:
    """Of the active watches that have begun, of the sources of hints, and of this machine's spool."""
    everything = catalog.watches()
    begun = {row.urlkey: max(filter(None, (row.added, row.watch.from_))) for row in everything}
    active = [row for row in everything if row.state == "active" and begun[row.urlkey] <= now]
    keys = [row.urlkey for row in active]
    newest, refused = catalog.newest_good(keys), catalog.refused_since(keys)
    empty, over = catalog.empty_since(keys), catalog.coverage_ended(keys)
    states = {state: sum(row.state == state for row in everything) for state in ("active", "paused", "ended")}
    pages = tuple(
        PageFacts(
            url=row.watch.url, host=(urlsplit(row.watch.url).hostname or ""), watch=row.watch, begun=begun[row.urlkey],
            last_good=newest.get(row.urlkey), ended=over.get(row.urlkey),
            refused_since=refused.get(row.urlkey), empty_since=empty.get(row.urlkey),
        )
        for row in active
    )  # fmt: skip
    size, files, oldest = _spool(config)
    return Facts(
        pages=pages, sources=_sources(config, catalog), after_end=config.defaults.after_end, states=states,
        spool_bytes=size, spool_limit=config.archive.spool_limit, waiting=files, waiting_since=oldest,
    )  # fmt: skip


def _sources(config: Config, catalog: Catalog) -> tuple[SourceFacts, ...]:
    named = {table.url for table in config.hint}
    known = catalog.hint_sources(named) if named else []
    return tuple(SourceFacts(url=one.source, read=one.polled, failures=one.failures) for one in known)


def _spool(config: Config) -> tuple[int, int, datetime | None]:
    """(bytes, sealed files, since when the oldest of them waits)."""
    folder, times = config.archive.spool, []
    for path in sealed(folder):
        try:
            times.append(path.stat().st_mtime)
        except FileNotFoundError:  # sent since it was listed
            continue
    return used(folder), len(times), datetime.fromtimestamp(min(times), UTC) if times else None
