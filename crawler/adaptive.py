"""Watches whose schedule is adaptive: visits and moments on this side, looks and seconds on the scheduler's.

    list -> scheduler;  scheduler --worth its price--> Due;  Visit -> what it saw -> scheduler, and to be remembered
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TypedDict

import numpy as np

from pipelines.entity import head
from pipelines.ledger import SUCCESS
from pipelines.lifetimes import Lifetimes, site_of
from pipelines.model import Visit, Watch
from pipelines.store.stored import LearntPage
from pipelines.urlkey import urlkey

from .agenda import Due
from .hosts import group_of_url, host_of
from .schedule import REFUSED_AFTER, is_refusal, probe_at
from .schedule.aftermath import Aftermath
from .schedule.freshness import fresh_for
from .schedule.judge import Choice
from .schedule.learning import Learnt
from .schedule.pool import ALWAYS, NEVER
from .schedule.scheduler import Scheduler
from .schedule.seen import seen

WORD = "adaptive"
AFTERMATH = "aftermath"  # in what is remembered of a page, beside what was learnt
AWAY = 60.0  # seconds in which nobody asked what is due: no crawler ran, or its machine slept
REMEMBERED = 10  # such times


class _Bounds(TypedDict):
    """What a watch says of its looks, as the scheduler wants it told."""

    weight: float
    least: float
    most: float
    after: float
    begins: float
    known: float


def is_adaptive(watch: Watch) -> bool:
    return watch.schedule.strip() == WORD


class Adaptive:
    """Of one crawler."""

    def __init__(self, *, budget: float, after_end: Sequence[timedelta]) -> None:
        closing = sorted(_seconds(span) for span in after_end)
        self.scheduler = Scheduler(budget=budget, closing=closing)
        self._after = max(closing, default=86_400.0)
        self._watches: dict[str, Watch] = {}
        self._names: dict[str, set[str]] = {}  # hosts of a registrable name
        self._changed: set[str] = set()
        self._awake: set[str] = set()  # pages whose last look found something new
        self._newsrooms: Mapping[str, Lifetimes] = {}  # by site
        self._refusals: dict[str, int] = {}  # by page that does not let us in: visits in a row
        self._behind: dict[str, float] = {}  # by page that is being looked at: the clock was set so much meanwhile
        self._listed = False  # what was watched before the first list was watched by another process
        self._asked: float = NEVER  # when the last choice was made ...
        self._away: deque[tuple[float, float]] = deque(maxlen=REMEMBERED)  # ... and when none was, for long

    def __len__(self) -> int:
        return len(self._watches)

    def set(self, watches: Iterable[Watch], learnt: Mapping[str, LearntPage], last: Mapping[str, datetime],
            now: datetime, refusals: Mapping[str, int] | None = None,
            tried: Mapping[str, datetime] | None = None) -> None:  # fmt: skip
        """Take over the list as it stands. ``learnt``, ``refusals``, ``tried``: of pages that are new here; ``last``,
        ``tried``: their last good visits, their last ones. What a wrong clock has dated into the future counts as of
        ``now``."""
        listed = {urlkey(watch.url): watch for watch in watches}
        listed_since = now.timestamp() if self._listed else NEVER
        self._listed = True
        for key in self._watches.keys() - listed.keys():
            self.scheduler.remove(key)
            self._changed.discard(key)
            self._awake.discard(key)
            self._refusals.pop(key, None)
        for key, watch in listed.items():
            known = self._watches.get(key)
            if known == watch:
                continue
            # What an earlier process has tried is no look that was missed.
            known_since = max(listed_since, _at(min(tried[key], now), NEVER) if tried and key in tried else NEVER)
            group = group_of_url(watch.url)
            self._names.setdefault(group, set()).add(host_of(watch.url))
            if known and group_of_url(known.url) == group:
                self.scheduler.change(key, **self._bounds(watch, known_since))
                continue
            page = self.page(key) if known else learnt.get(key)
            if known:
                self.scheduler.remove(key)
            elif refusals and key in refusals:
                self._refusals[key] = refusals[key]
            self._add(key, group, self._bounds(watch, known_since), page, last.get(key), now)
            self._leave_alone(key, min((tried or {}).get(key, now), now))
        self._watches = listed

    def _add(self, key: str, group: str, bounds: _Bounds, page: LearntPage | None, good: datetime | None,
             now: datetime) -> None:  # fmt: skip
        last = max(filter(None, (page.last if page else None, good)), default=None)
        last, ended = (min(at, now) if at else None for at in (last, page.ended if page else None))
        self.scheduler.add(
            key,
            group,
            **bounds,
            learnt=Learnt.from_json(page.state) if page else None,
            aftermath=Aftermath.from_json(page.state.get(AFTERMATH), now.timestamp()) if page and page.state else None,
            last=_at(last, NEVER),
            ended=_at(ended, ALWAYS),
        )
        if newsroom := self._newsrooms.get(site_of(key)):
            self.scheduler.overwrites(key, newsroom.shares)

    def newsrooms(self, found: Mapping[str, Lifetimes]) -> None:
        """How soon each overwrites, by site, as far as that was learnt."""
        self._newsrooms = found
        for key in self._watches:
            if newsroom := found.get(site_of(key)):
                self.scheduler.overwrites(key, newsroom.shares)

    def _bounds(self, watch: Watch, known: float) -> _Bounds:
        return {
            "weight": watch.weight,
            "least": _seconds(watch.min),
            "most": _seconds(watch.max),
            "after": self._after,
            "begins": _at(watch.from_, NEVER),
            "known": known,
        }

    def watch(self, key: str) -> Watch | None:
        return self._watches.get(key)

    def last(self, key: str) -> datetime | None:
        """When the last good look at it began."""
        number = self.scheduler.pool.numbers.get(key)
        return None if number is None else _moment(self.scheduler.pool.last[number])

    def choose(self, now: datetime, free: Callable[[str], bool], tokens: float) -> list[Due]:
        """Visits that are worth it now. ``free``: whether a host may be asked."""

        def group_free(group: str) -> bool:
            return any(free(name) for name in self._names[group])

        at = now.timestamp()
        if at - self._asked > AWAY:
            self._away.append((self._asked, at))
        self._asked = at
        return [self._due(choice, now) for choice in self.scheduler.choose(at, group_free, tokens)]

    def _due(self, choice: Choice, now: datetime) -> Due:
        """With the time at which it became due, and the closing looks that it stands for."""
        at = now.timestamp()
        since = self.scheduler.judge.due_since(choice, at)
        refuses = self.refusals(choice.key) >= REFUSED_AFTER
        held = "refused" if refuses else "failed" if self.failures(choice.key) else "host"
        missed = Counter(
            "down" if any(since < look <= until for since, until in self._away) else held
            for look in self.scheduler.judge.missed(choice.key, at)
        )
        scheduled = now if since >= at else datetime.fromtimestamp(since, UTC)
        return Due(self._watches[choice.key], choice.key, scheduled, choice.why, tuple(sorted(missed.items())))

    def given_up(self, key: str) -> None:
        """What was chosen cannot begin yet."""
        self.scheduler.given_up(key)

    def over(self, visit: Visit) -> None:
        """A visit has ended, whatever became of it."""
        key = visit.urlkey
        begun = visit.started.timestamp() + self._behind.pop(key, 0.0)
        if key not in self._watches:
            return
        found = seen(visit)
        self._changed.add(key)
        if (refused := is_refusal(visit)) is not None:
            self._refusals[key] = self._refusals.get(key, 0) + 1 if refused else 0
        if found is None:
            self.scheduler.failed(key, begun)
            self._leave_alone(key, datetime.fromtimestamp(begun, UTC))
            return
        self.scheduler.observed(key, begun, found)
        (self._awake.add if found.events or found.changed else self._awake.discard)(key)
        if visit.exchange is not None and visit.exchange.response and visit.outcome in SUCCESS:
            self.scheduler.fresh_until(key, begun + fresh_for(head(visit.exchange.response).headers))
        if visit.version is not None:
            window = visit.version.window
            whole = window.complete and not window.load_more and (window.pages or 1) == 1
            self.scheduler.shows(key, 0 if whole else len(visit.version.updates))

    def refusals(self, key: str) -> int:
        """How many visits in a row the page has refused."""
        return self._refusals.get(key, 0)

    def failures(self, key: str) -> int:
        """How many looks in a row have brought nothing."""
        return int(self.scheduler.pool.failures[self.scheduler.pool.numbers[key]])

    def back_off(self, key: str) -> float:
        """Seconds between two looks at a page whose looks fail."""
        pool, number = self.scheduler.pool, self.scheduler.pool.numbers[key]
        return float(pool.hold[number] - pool.failed[number])

    def _leave_alone(self, key: str, since: datetime) -> None:
        """A page that refuses us is asked for once an hour, also where its ``max`` is less."""
        at = probe_at(since, refusals=self.refusals(key), before=since)
        if at > since:
            self.scheduler.not_before(key, at.timestamp())

    def ends(self, keys: Iterable[str], now: datetime) -> None:
        """Coverage of these pages has ended, by what their last looks saw; told again and again.

        A page that says so and goes on all the same has not ended: some keep the end that was planned.
        """
        for key in keys:
            if key in self._watches and key not in self._awake and self.scheduler.ends(key, now.timestamp()):
                self._changed.add(key)

    def hint(self, key: str, at: datetime) -> None:
        """Somebody says that something happened there."""
        self.scheduler.hint(key, at.timestamp())

    def heard(self, keys: Iterable[str], now: datetime, recall: float) -> None:
        """A source that tells of this share of what happens on these pages was asked."""
        self.scheduler.heard(keys, now.timestamp(), recall)

    def following(self, key: str, now: datetime) -> datetime | None:
        """When a page that is being visited may be due again."""
        watch = self._watches.get(key)
        return None if watch is None else now + watch.min

    def moved(self, by: timedelta) -> None:
        """The clock was set. What is being looked at began by the old one."""
        seconds, pool = by.total_seconds(), self.scheduler.pool
        self.scheduler.moved(seconds)
        for key in [key for key, number in pool.numbers.items() if not pool.idle[number]]:
            self._behind[key] = self._behind.get(key, 0.0) + seconds
        self._asked += seconds
        self._away = deque(((a + seconds, b + seconds) for a, b in self._away), maxlen=REMEMBERED)
        self._changed.update(self._watches)

    def planned(self, now: datetime) -> list[tuple[datetime, Watch]]:
        """All next visits by today's prices and by what sources have told, in order; no host's turn is thought of."""
        pool = self.scheduler.pool
        keys = [key for key in self._watches if pool.idle[pool.numbers[key]]]
        numbers = np.array([pool.numbers[key] for key in keys], dtype=np.int64)
        times = self.scheduler.judge.coming(numbers, now.timestamp())
        rows = [
            (now if time <= now.timestamp() else datetime.fromtimestamp(float(time), UTC), self._watches[key])
            for key, time in zip(keys, times, strict=True)
        ]
        return sorted(rows, key=lambda row: (row[0], row[1].url))

    def page(self, key: str) -> LearntPage:
        """What is known of a page, to be remembered."""
        pool = self.scheduler.pool
        number = pool.numbers[key]
        return LearntPage(
            urlkey=key,
            state=self.scheduler.learnt(key).to_json() | {AFTERMATH: self.scheduler.aftermath(key).to_json()},
            last=_moment(pool.last[number]),
            ended=_moment(pool.ended[number]),
        )

    def take_changed(self, most: int | None = None) -> list[LearntPage]:
        """What was learnt since this was asked last; of so many pages, and of the others the next time."""
        taken = set(islice(self._changed, most))
        self._changed -= taken
        return [self.page(key) for key in taken if key in self._watches]

    def not_remembered(self, pages: Iterable[LearntPage]) -> None:
        self._changed.update(page.urlkey for page in pages)

    def prices(self) -> dict[str, float]:
        """By registrable name; "": of all."""
        prices, pool = self.scheduler.prices, self.scheduler.pool
        return {"": prices.price, **prices.dump(pool.hosts)}

    def recall_prices(self, given: Mapping[str, float]) -> None:
        if "" in given:
            self.scheduler.prices.set(given[""])
        for name, price in given.items():
            if name:
                number = self.scheduler.pool.host_number(name)
                self.scheduler.prices.grow(number + 1)
                self.scheduler.prices.hosts[number] = max(price, 1.0)


def _seconds(span: timedelta) -> float:
    return span.total_seconds()


def _at(moment: datetime | None, otherwise: float) -> float:
    return otherwise if moment is None else moment.timestamp()


def _moment(at: float) -> datetime | None:
    return datetime.fromtimestamp(float(at), UTC) if np.isfinite(at) else None
