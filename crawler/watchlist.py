"""Watches as people write them -> watches that can be kept; refused with the place and the next step.

A schedule is text to ``pipelines/``, which keeps it; what it means is known here. So a config's schedules are
judged on this side of the wall, right after it was read, by everything that visits or gives orders.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from pipelines.config import Complaint, Config, read_config
from pipelines.config_tables import WatchTable
from pipelines.config_words import Where, place
from pipelines.errors import WatchlistError
from pipelines.model import Watch
from pipelines.spans import ends_too_soon
from pipelines.units import spell
from pipelines.urlkey import urlkey

from .available import missing
from .schedule import Policy, Probe, parse_schedule
from .schedule.contradictions import never_in_span, too_fast, too_slow


def load_watchlist(path: Path | None = None) -> Config:
    """The config whose schedules can all be kept; ConfigError names the file, the line and the value of each other."""
    reading = read_config(path)
    return reading.taken(bad_schedules(reading.config, reading.numbers))


def bad_schedules(config: Config, numbers: Sequence[int] | None = None) -> Iterator[Complaint]:
    """Place, value and what is wrong with it, where it is written: a bad default is no watch's fault.

    ``numbers``: which of the file's watches these are, where it has others that could not be read.
    """
    shared, default_is_bad = config.defaults, False
    if "schedule" in shared.model_fields_set:
        wrong = _wrong(Watch(url="", schedule=shared.schedule, min=shared.min, max=shared.max,
                             timezone=shared.timezone, jitter=shared.jitter))
        if wrong:
            default_is_bad = True
            yield Complaint(("defaults", "schedule"), f"[defaults] schedule = {shared.schedule!r}: {wrong}")
    rows = zip(range(len(config.watch)) if numbers is None else numbers, config.watch, config.watches, strict=True)
    for number, table, watch in rows:
        if table.until is None and (never := ends_too_soon(watch.from_, watch.until)):
            where: Where = ("watch", number, "from")
            words = f"{never}: until is that of [defaults]; give this watch a later one, or an earlier from"
            yield Complaint(where, f"{place(where)} of {watch.url}: {words}")
        if table.schedule is None and default_is_bad:
            continue
        wrong = _wrong(watch)
        if wrong:
            yield _bad_watch(number, table, watch, wrong)
        else:
            yield from _bad_span(number, table, watch)


def _bad_span(number: int, table: WatchTable, watch: Watch) -> Iterator[Complaint]:
    """A schedule that is good by itself, and ``max`` or an end that does not go with it."""
    of_page = f"schedule = {watch.schedule!r} of {watch.url}"
    if slow := beyond_max(table, watch):
        where: Where = ("watch", number, "max")
        yield Complaint(where, f'{place(where)} = "{spell(watch.max)}": {of_page}: {slow}')
    if watch.from_ and (never := never_in_span(_parsed(watch), watch)):
        where = ("watch", number, "schedule" if table.schedule is not None else "until" if table.until else "from")
        yield Complaint(where, f"{place(where)}: {of_page}: {never}")


def beyond_max(table: WatchTable, watch: Watch) -> str:
    """What is wrong with a schedule that can be kept, by the ``max`` that this watch itself gives, if it does."""
    try:
        return too_slow(_parsed(watch), watch.max) if table.max is not None else ""
    except WatchlistError:
        return ""  # told by others


def _bad_watch(number: int, table: WatchTable, watch: Watch, wrong: str) -> Complaint:
    if table.schedule is not None or "probe_url" in wrong:
        where: Where = ("watch", number, "schedule")
        return Complaint(where, f"{place(where)} = {watch.schedule!r}: {wrong}")
    # The default goes with others: it is this watch's own bound, or the shared one, that does not go with it.
    key = "max" if table.max is not None and table.min is None else "min"
    where = ("watch", number, key) if table.max is not None or table.min is not None else ("defaults", "min")
    words = f'{place(where)} = "{spell(getattr(watch, key))}": schedule = {watch.schedule!r} of {watch.url}: {wrong}'
    return Complaint(where, words)


def _wrong(watch: Watch) -> str:
    try:
        return too_fast(_parsed(watch), watch.min)
    except WatchlistError as e:
        return str(e)


def _parsed(watch: Watch, key: str = "") -> Policy:
    policy = parse_schedule(watch.schedule, timezone=watch.timezone, least=watch.min, most=watch.max, key=key,
                            jitter=watch.jitter)  # fmt: skip
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
            policy = policy_of(watch)
            if wrong := too_fast(policy, watch.min) or never_in_span(policy, watch):
                complaints.append(f"{watch.url}: schedule = {watch.schedule!r}: {wrong}")
        except WatchlistError as e:
            complaints.append(str(e))
        if never := ends_too_soon(watch.from_, watch.until):
            complaints.append(f"{watch.url}: {never}; write a later until, or an earlier from")
        if watch.render == "browser" and (lacks := missing(browser)):
            complaints.append(f"{watch.url}: {lacks}")
        taken.append(watch)
    if complaints:
        raise WatchlistError("\n".join([*complaints, f"{len(complaints)} watch(es) refused, nothing was applied"]))
    return tuple(taken)
