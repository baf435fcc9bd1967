"""Watches as people write them -> watches that can be kept; refused with the place and the next step.

A schedule is text to ``pipelines/``, which keeps it; what it means is known here. So a config's schedules are
judged on this side of the wall, right after it was read, by everything that visits or gives orders.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from pipelines.config import DEFAULT_NAME, Config, load_config
from pipelines.errors import ConfigError, WatchlistError
from pipelines.model import Watch
from pipelines.units import spell
from pipelines.urlkey import urlkey

from .available import missing
from .schedule import Policy, Probe, parse_schedule


def load_watchlist(path: Path | None = None) -> Config:
    """The config whose schedules can all be kept; ConfigError names the file, the place and the value of each other."""
    config = load_config(path)
    complaints = [f"{path or Path(DEFAULT_NAME)}: {complaint}" for complaint in bad_schedules(config)]
    if complaints:
        raise ConfigError("\n".join(complaints))
    return config


def bad_schedules(config: Config) -> Iterator[str]:
    """Place, value and what is wrong with it, where it is written: a bad default is no watch's fault."""
    shared, default_is_bad = config.defaults, False
    if "schedule" in shared.model_fields_set:
        wrong = _wrong(Watch(url="", schedule=shared.schedule, min=shared.min, max=shared.max,
                             timezone=shared.timezone))
        if wrong:
            default_is_bad = True
            yield f"[defaults] schedule = {shared.schedule!r}: {wrong}"
    for number, (table, watch) in enumerate(zip(config.watch, config.watches, strict=True), start=1):
        if table.schedule is None and default_is_bad:
            continue
        wrong = _wrong(watch)
        if not wrong:
            continue
        if table.schedule is not None or "probe_url" in wrong:
            yield f"[[watch]] {number} schedule = {watch.schedule!r}: {wrong}"
        else:  # the default goes with others: it is this watch's own bound, or the shared one, that does not go with it
            key = "max" if table.max is not None and table.min is None else "min"
            where = f"[[watch]] {number} {key}" if table.max is not None or table.min is not None else "[defaults] min"
            yield f'{where} = "{spell(getattr(watch, key))}": schedule = {watch.schedule!r} of {watch.url}: {wrong}'


def _wrong(watch: Watch) -> str:
    try:
        _parsed(watch)
    except WatchlistError as e:
        return str(e)
    return ""


def _parsed(watch: Watch, key: str = "") -> Policy:
    policy = parse_schedule(watch.schedule, timezone=watch.timezone, least=watch.min, most=watch.max, key=key)
    if isinstance(policy, Probe) and watch.url and not watch.probe_url:  # without a URL: the default of many
        raise WatchlistError(
            "it needs probe_url, what is asked before the page; the page itself is asked with its validators by every "
            'schedule: for that write "every ..."'
        )
    if watch.probe_url and not isinstance(policy, Probe):
        raise WatchlistError('probe_url is only for schedule = "probe ..."; leave it out, or write "probe 30s"')
    return policy


def policy_of(watch: Watch) -> Policy:
    """The schedule of a watch; WatchlistError names its URL."""
    try:
        return _parsed(watch, urlkey(watch.url))
    except WatchlistError as e:
        raise WatchlistError(f"{watch.url}: schedule = {watch.schedule!r}: {e}") from e


def check(watches: Iterable[Watch], browser: str = "") -> tuple[Watch, ...]:
    """All of them, or WatchlistError listing every bad one: nothing is applied by halves. ``browser``: [crawl]'s."""
    taken, complaints = [], []
    for watch in watches:
        try:
            policy_of(watch)
        except WatchlistError as e:
            complaints.append(str(e))
        if watch.render == "browser" and (lacks := missing(browser)):
            complaints.append(f"{watch.url}: {lacks}")
        taken.append(watch)
    if complaints:
        raise WatchlistError("\n".join([*complaints, f"{len(complaints)} watch(es) refused, nothing was applied"]))
    return tuple(taken)
