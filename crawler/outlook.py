"""What comes next and why, told without crawling: from the catalog, as a running crawler would start from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from pipelines.config import Config
from pipelines.errors import WatchlistError
from pipelines.lifetimes import Lifetimes, site_of
from pipelines.model import Visit, Watch
from pipelines.spans import date_of
from pipelines.store.catalog import Catalog, StandingWatch
from pipelines.store.stored import HostState
from pipelines.units import spell
from pipelines.urlkey import urlkey

from .adaptive import Adaptive, is_adaptive
from .agenda import Agenda
from .governor import Governor
from .hints.worth import Worth
from .hosts import group_of_url, host_of
from .reasons import reason
from .schedule import REFUSED_AFTER, Every, turns_between
from .schedule.known import Rates
from .schedule.plan import Plan, plan
from .watchlist import policy_of

LOOKED_BACK = 10  # visits that an explanation shows
ONCE_AN_HOUR = 1 / 3600
A_DAY = timedelta(days=1)  # over which the turns of a cron schedule are counted


@dataclass(frozen=True, slots=True)
class Explained:
    """One page's schedule. What only the adaptive one has is None for others; rates per hour."""

    watch: Watch
    state: str
    next: datetime | None
    binding: str  # what decides when, in words
    last: tuple[Visit, ...]
    rates: Rates | None = None
    unseen: float | None = None
    worth: float | None = None
    price: float | None = None
    host_price: float | None = None
    newsroom: Lifetimes | None = None


class Outlook:
    """Of one moment. Reads once; what only a running crawler knows (the turn of a host just now) is not in it."""

    def __init__(self, config: Config, catalog: Catalog, now: datetime) -> None:
        self.config, self.now = config, now
        self.standing = catalog.watches()
        active = {row.urlkey: row.watch for row in self.standing if self._is_visited(row)}
        histories = catalog.histories(active.keys())
        self._catalog, self._refusals = catalog, catalog.refusals(active.keys())
        crawl = config.crawl
        self.governor = Governor.of(crawl)
        self._hosts = _newest(catalog.all_hosts())
        self.governor.recall(self._hosts.values(), now=now, killed=False)
        self.agenda = Agenda()
        last = {key: one.last_scheduled or one.last_started for key, one in histories.items()}
        timed = [watch for watch in active.values() if not is_adaptive(watch)]
        self.agenda.set(timed, last, now, refusals=self._refusals)
        self.adaptive = Adaptive(budget=crawl.budget, after_end=config.defaults.after_end)
        good = {key: one.last_good for key, one in histories.items() if one.last_good}
        weighed = [watch for watch in active.values() if is_adaptive(watch)]
        tried = {key: one.last_started for key, one in histories.items() if one.last_started}
        self.adaptive.set(weighed, catalog.learnt(urlkey(watch.url) for watch in weighed), good, now,
                          self._refusals, tried)  # fmt: skip
        self.adaptive.recall_prices(catalog.prices())
        self._told = self._hear(catalog)
        self._newsrooms = catalog.lifetimes()
        self.adaptive.newsrooms(self._newsrooms)

    def _hear(self, catalog: Catalog) -> dict[str, list[tuple[str, datetime]]]:
        """What sources have told of adaptive pages, by page; the schedule knows it afterwards."""
        sources = {one.source: one for one in catalog.hint_sources() if not one.demoted}
        heard = {}
        for key, told in catalog.hints_told().items():
            if self.adaptive.watch(key) is None:
                continue
            heard[key] = [(name, at) for name, at in told if name in sources]
            for name, at in heard[key]:
                source, last = sources[name], self.adaptive.last(key)
                if source.polled:
                    self.adaptive.heard([key], source.polled, Worth(source.events, source.told).recall)
                if last and at > last:
                    self.adaptive.hint(key, min(at, self.now))
        return heard

    def _is_visited(self, row: StandingWatch) -> bool:
        """Where its date has passed, and no crawl has ended it yet, it is not."""
        end = date_of(row.watch.until)
        return row.state == "active" and (end is None or end > self.now)

    def planned(self) -> list[tuple[datetime, Watch]]:
        """All next visits in order; none that would come after the end of its watch."""
        rows = self.agenda.planned() + self.adaptive.planned(self.now)
        rows = [(at, watch) for at, watch in rows if (end := date_of(watch.until)) is None or at < end]
        return sorted(rows, key=lambda row: (row[0], row[1].url))

    # one page ---------------------------------------------------------------------------------------------

    def explain(self, url: str) -> Explained:
        """WatchlistError if it is not watched."""
        key = urlkey(url)
        row = next((row for row in self.standing if row.urlkey == key), None)
        if row is None:
            raise WatchlistError(f"{url} is not watched; stoppress watches lists what is")
        last = tuple(self._catalog.visits(row.watch.url, limit=LOOKED_BACK))
        if row.state != "active":
            why = f": {row.reason}" if row.reason else ""
            return Explained(row.watch, row.state, None, f"it is {row.state}{why}; no visit is planned", last)
        end = date_of(row.watch.until)
        if end is not None and end <= self.now:
            why = f"its end, until {_at(end)}, has passed; no visit is planned"
            return Explained(row.watch, row.state, None, why, last)
        at = next((at for at, watch in self.planned() if urlkey(watch.url) == key), None)
        if at is None:
            why = f"no turn of its schedule comes before its end, until {row.watch.until}; no visit is planned"
            return Explained(row.watch, row.state, None, why, last)
        host_at = self.governor.free_at(host_of(row.watch.url), self.now)
        coming = max(at, host_at)
        binding = self._binding(row, at, host_at, last)
        if not is_adaptive(row.watch):
            return Explained(row.watch, row.state, coming, binding, last)
        return self._weighed(row, coming, binding, last)

    def _weighed(self, row: StandingWatch, at: datetime, binding: str, last: tuple[Visit, ...]) -> Explained:
        schedule = self.adaptive.scheduler
        pool, number = schedule.pool, schedule.pool.numbers[row.urlkey]
        worth: float | None = None  # of a page that was never seen nothing is known, and it is looked at first
        unseen: float | None = None
        if np.isfinite(pool.last[number]):
            worth, unseen = schedule.judge.worth(row.urlkey, self.now.timestamp())
        return Explained(
            row.watch, row.state, at, binding, last,
            rates=Rates(*(rate * 3600 for rate in schedule.judge.rates(row.urlkey, self.now.timestamp()))),
            unseen=unseen, worth=worth,
            price=float(schedule.prices.price), host_price=float(schedule.prices.hosts[pool.host[number]]),
            newsroom=self._newsrooms.get(site_of(row.urlkey), Lifetimes()),
        )  # fmt: skip

    def _binding(self, row: StandingWatch, at: datetime, host_at: datetime, last: tuple[Visit, ...]) -> str:
        """The one thing that decides when the next visit is."""
        watch, group = row.watch, group_of_url(row.watch.url)
        parked = {state.host: state for state in self.governor.parked(self.now)}.get(group)
        if parked is not None and parked.not_before is not None:
            return f"parked until {_at(parked.not_before)}: {_parking(parked)}"
        refusals = self._refusals.get(row.urlkey, 0)
        if refusals >= REFUSED_AFTER:
            return f"asked for once an hour: it has refused {refusals} visits in a row"
        if watch.from_ and self.now < watch.from_ and at <= watch.from_:
            return f"not before {_at(watch.from_)} (from)"
        if last and last[-1].outcome is None:
            return f"a visit that began {_at(last[-1].started)} is under way, or its crawler was killed"
        if host_at > max(at, self.now):
            return f"{_in(at - self.now)}; waiting: {self._host_words(host_of(watch.url), group)}"
        if not is_adaptive(watch):
            return f"{_in(at - self.now)}: its turn by {watch.schedule!r}"
        told = self._told.get(row.urlkey, ())
        return f"{_in(at - self.now)}: {reason(self.adaptive, row.urlkey, at, self.now, told)}"

    def _host_words(self, host: str, group: str) -> str:
        shared = Counter(group_of_url(row.watch.url) for row in self.standing if self._is_visited(row))[group]
        own, gap = self.governor.gap_by_rate(host), self.governor.gap(host)
        known = self._hosts.get(group)
        asked = [delay for name, _, delay in known.crawl_delays if name == host] if known else []
        words = f"host cap {60 / own.total_seconds():.3g}/min" if own else "no gap"
        if gap > own:
            words = f"its slow answers keep {spell(gap)} between requests"
        if asked and own < max(asked) == gap:
            words = f"Crawl-delay {spell(gap)} of its robots.txt"
        return f"{words}, shared by {shared} watch{'es' if shared > 1 else ''}"

    # all pages --------------------------------------------------------------------------------------------

    def plan(self, budget: float) -> Plan:
        """What this budget (requests a second) would buy."""
        caps: dict[str, float] = {}
        refusing: dict[str, float] = {}
        fixed: dict[str, float] = {}
        for row in self.standing:
            if not self._is_visited(row) or self._begins_later(row.watch):
                continue
            group, host = group_of_url(row.watch.url), host_of(row.watch.url)
            caps[group] = max(caps.get(group, 0.0), self._most_of(host))
            fruitless = self._fruitless(row)
            if fruitless is not None:
                refusing[row.urlkey] = fruitless
            if fruitless is not None or not is_adaptive(row.watch):
                rate = _rate_of(row.watch, self.now) if fruitless is None else fruitless
                fixed[group] = fixed.get(group, 0.0) + rate
        return plan(self.adaptive.scheduler, budget, caps, fixed, self.now.timestamp(), refusing)

    def _fruitless(self, row: StandingWatch) -> float | None:
        """How often a page is asked for, in requests a second, that does not let us in, or whose looks fail again and
        again; None: it is none of them."""
        if self._refusals.get(row.urlkey, 0) >= REFUSED_AFTER:
            return min(_rate_of(row.watch, self.now), ONCE_AN_HOUR)
        if is_adaptive(row.watch) and self.adaptive.failures(row.urlkey) >= REFUSED_AFTER:
            return 1 / self.adaptive.back_off(row.urlkey)
        return None

    def counted(self) -> Counter[str]:
        """Active watches by the first word of their schedule; those whose ``from`` lies ahead as ``later``."""
        active = [row.watch for row in self.standing if self._is_visited(row)]
        return Counter("later" if self._begins_later(one) else one.schedule.split()[0] for one in active)

    def _begins_later(self, watch: Watch) -> bool:
        return watch.from_ is not None and watch.from_ > self.now

    def _most_of(self, host: str) -> float:
        """Requests a second, by the gap that is kept there."""
        return 1 / max(self.governor.gap(host).total_seconds(), 1e-9)


def _rate_of(watch: Watch, now: datetime) -> float:
    if is_adaptive(watch):
        return 1 / watch.max.total_seconds()  # at least
    policy = policy_of(watch)
    if isinstance(policy, Every):
        return 1 / policy.interval.total_seconds()
    return turns_between(policy, now, now + A_DAY, most=A_DAY // timedelta(minutes=1)) / A_DAY.total_seconds()


def _newest(states: Mapping[str, list[HostState]]) -> dict[str, HostState]:
    """Of several workers that know a host, the one that asked it last."""
    oldest = datetime.min.replace(tzinfo=UTC)
    return {
        host: max(known, key=lambda state: (state.not_before or oldest, state.last_start or oldest))
        for host, known in states.items()
    }


def _parking(state: HostState) -> str:
    if state.retry_after:
        return f"it answered Retry-After {state.retry_after}"
    if state.asked:
        return "it answered 429 or 503 and named no time"
    return f"it could not be reached {state.refusals} times" if state.refusals > 1 else "it could not be reached"


def _in(span: timedelta) -> str:
    return "due" if span <= timedelta() else f"due in {spell(timedelta(seconds=max(int(span.total_seconds()), 1)))}"


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
