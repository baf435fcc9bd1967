"""Politeness as arithmetic: when may the next request to this host start?

A pure state machine: every method is told ``now``, by a clock that nobody sets (``clock.steady``): a wait is as long as
it was asked for. One slot per registrable name, on all its hosts and ports, for
pages, robots.txt, redirect hops and everything else that is asked for there: ``www.example.org`` and
``live.example.org`` share one (crawler/hosts.py). Within it a request keeps the gap that is configured for its own
host's name, and the Crawl-delay of its own host's robots.txt, from whatever was asked there before.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from random import Random
from typing import Self

from pipelines.config_tables import CrawlTable
from pipelines.store.stored import HostState

from .account import Account
from .hosts import group_of

LATENCY_FACTOR = 5  # a host that answers slowly is asked less often (Heritrix: 5 times, 3 to 30 s)
LONGEST_LATENCY_GAP = timedelta(seconds=30)
BACK_OFF = timedelta(seconds=30)  # doubled with every refusal in a row ...
LONGEST_BACK_OFF = timedelta(hours=1)  # ... up to this
JITTER = 0.2  # of a back-off, to both sides
LONGEST_PARKING = timedelta(days=1)  # a longer Retry-After is obeyed a day at a time
PROBED = timedelta(minutes=1)  # when a back-off is over one request goes first; so long others wait for its answer
BUDGET_DEPTH = 60.0  # seconds of budget that may be saved up
LONGEST_HEADER = 200  # letters of a Retry-After that are kept


@dataclass(slots=True)
class _Host:
    """What is known of one registrable name."""

    last_start: datetime | None = None  # reserved, perhaps for later
    sent: datetime | None = None  # really
    heard: tuple[str, datetime] | None = None  # which of its hosts answered last, and when
    gap: timedelta = timedelta()
    delays: dict[tuple[str, str], timedelta] = field(default_factory=dict)  # by host and origin, as robots.txt asks
    not_before: datetime | None = None
    asked: bool = False  # parked by an answer that asked for it; else because no answer came
    refusals: int = 0
    probing: bool = False  # the back-off is over, and its first request has no answer yet
    retry_after: str = ""  # as the host spelt it


class Governor:
    """Paces requests: a global budget, a rate per host, Crawl-delay, Retry-After and back-off."""

    def __init__(self, *, budget: float, per_host: float, hosts: Mapping[str, float], min_gap: timedelta,
                 defaults: Container[str] = (), random: Random | None = None) -> None:  # fmt: skip
        """``defaults``: which of ``per_host`` and ``min_gap`` nobody has given. A rate that is given wins over a
        ``min_gap`` that is not."""
        self._per_host, self._rates, self._min_gap = per_host, dict(hosts), min_gap
        self.account = Account(budget, most=max(1.0, budget * BUDGET_DEPTH))
        clamps = "min_gap" not in defaults
        self._least = min_gap if clamps else timedelta()  # for hosts with a rate of their own ...
        self._least_of_others = min_gap if clamps or "per_host" in defaults else timedelta()
        self._shortest = timedelta(seconds=1 / max(per_host, *hosts.values(), 1e-9))
        self._hosts: dict[str, _Host] = {}
        self._earlier: datetime | None = None  # until then an earlier process may have asked any host
        self._random = random or Random()  # noqa: S311  jitter, not a secret
        self.changed: set[str] = set()  # registrable names of which there is something new to remember

    @classmethod
    def of(cls, crawl: CrawlTable) -> Self:
        """As the config says: for the crawl, and for whoever tells what it will do."""
        return cls(
            budget=crawl.budget, per_host=crawl.per_host, hosts=crawl.hosts, min_gap=crawl.min_gap,
            defaults={"per_host", "min_gap"} - crawl.model_fields_set,
        )  # fmt: skip

    def gap(self, host: str) -> timedelta:
        """What lies between two requests there, as far as it is known."""
        return self._gap(host, self._hosts.get(group_of(host)))

    def gap_by_rate(self, host: str) -> timedelta:
        """The part of it that is our own: the host's rate, and the least gap."""
        return self._gap(host, None)

    def free_at(self, host: str, now: datetime) -> datetime:
        """The earliest start for this host; ``now`` if at once."""
        state = self._hosts.get(group_of(host))
        times = [now, self.account.next_at(now)]
        last = (state.last_start if state else None) or self._earlier
        if last:
            times.append(last + self._gap(host, state))
        if state and state.not_before:
            times.append(state.not_before)
        return max(times)

    def parked_until(self, host: str) -> datetime | None:
        """Until when it was parked last, if it has not answered since."""
        state = self._hosts.get(group_of(host))
        return state.not_before if state else None

    def tokens(self, now: datetime) -> float:
        """How many requests the budget has left."""
        return self.account.tokens(now)

    def is_short(self, now: datetime) -> bool:
        """Whether the budget of all hosts is spent at this moment."""
        return self.account.next_at(now) > now

    def start(self, host: str, at: datetime, now: datetime | None = None) -> None:
        """A request to this host starts ``at``, or has its start reserved ``now``: it is paid for at once, and what is
        earned until then is earned once."""
        self.account.spend(now or at)
        self._of(host).last_start = at

    def send_at(self, host: str, now: datetime) -> datetime:
        """When a request whose start was reserved may really be sent; ``now`` if at once.

        Later than it was reserved for where the one before it was sent late, or the host was parked meanwhile.
        """
        state = self._of(host)
        times = [now]
        if state.sent:
            times.append(state.sent + self._gap(host, state))
        if state.not_before:
            times.append(state.not_before)
        return max(times)

    def sent(self, host: str, now: datetime) -> None:
        """A request to this host is sent now: gaps are counted from here."""
        state = self._of(host)
        state.sent = now
        state.last_start = max(state.last_start or now, now)
        if state.refusals and not _parked(state, now):
            state.probing, state.not_before, state.asked = True, now + PROBED, False

    def answered(self, host: str, *, status: int, latency: timedelta, retry_after: str | None, now: datetime,
                 today: datetime | None = None) -> bool:  # fmt: skip
        """Learn from an answer: latency clamps the gap, 429 and 503 park the host. Whether this one has parked it.

        ``today``: the same moment by the calendar, where that is another, for a Retry-After that is a date.
        """
        state = self._of(host)
        state.heard = host, now
        _probed(state)
        gap = min(latency * LATENCY_FACTOR, LONGEST_LATENCY_GAP) if self._min_gap else timedelta()
        gap = gap if gap > self._shortest else timedelta()  # it makes no difference, and is nothing to remember
        if gap != state.gap:
            state.gap = gap
            self.changed.add(group_of(host))
        if status not in (429, 503):
            # That the host answers ends a back-off; what it asked for stands, whatever was under way then.
            if not (state.asked and _parked(state, now)):
                self._release(host, state)
            return False
        before, wait = state.not_before, parse_retry_after(retry_after, today or now)
        if wait is None:
            self._back_off(state, now)
        else:
            state.not_before = max(now + min(wait, LONGEST_PARKING), state.not_before or now)
        state.asked = True
        if state.not_before == before:
            return False
        state.retry_after = (retry_after or "")[:LONGEST_HEADER]
        self.changed.add(group_of(host))
        return True

    def failed(self, host: str, now: datetime, *, waited_since: datetime | None = None) -> bool:
        """The host could not be reached: back off, longer each time. Whether this has parked it.

        ``waited_since``: when the request left that had no answer. A host that has answered another one since can be
        reached: that page alone is silent, and the others are not made to wait for it.
        """
        state = self._of(host)
        if waited_since and state.heard and state.heard[0] == host and state.heard[1] >= waited_since:
            return False
        _probed(state)
        before = state.not_before
        state.asked = state.asked and _parked(state, now)
        self._back_off(state, now)
        if state.not_before == before:
            return False
        state.retry_after = ""
        self.changed.add(group_of(host))
        return True

    def crawl_delay(self, host: str, delay: timedelta, *, origin: str = "") -> bool:
        """What robots.txt of one of the host's origins asks for; always obeyed. Whether that is news."""
        state, key = self._of(host), (host, origin)
        if state.delays.get(key, timedelta()) == delay:
            return False
        state.delays[key] = delay
        if not delay:
            del state.delays[key]
        self.changed.add(group_of(host))
        return True

    # what outlives a process --------------------------------------------------------------------------------

    def recall(self, known: Iterable[HostState], *, now: datetime, killed: bool) -> None:
        """What an earlier process knew. ``killed``: it may have asked any host up to this moment."""
        for kept in known:
            state = self._hosts.setdefault(kept.host, _Host())
            state.last_start = min(kept.last_start, now) if kept.last_start else None
            state.gap = kept.gap
            state.delays = {(host, origin): delay for host, origin, delay in kept.crawl_delays}
            # A date that a wrong clock has noted holds a host no longer than what was asked for.
            state.not_before = min(kept.not_before, now + _longest(kept)) if kept.not_before else None
            state.asked, state.refusals, state.retry_after = kept.asked, kept.refusals, kept.retry_after
        if killed:
            self._earlier = now
            for state in self._hosts.values():
                state.last_start = now

    def states(self, groups: Iterable[str] | None = None) -> list[HostState]:
        """What is known, to be remembered: of these registrable names, or of all."""
        names = self._hosts if groups is None else groups
        return [_kept(name, self._hosts[name]) for name in names if name in self._hosts]

    def parked(self, now: datetime) -> list[HostState]:
        """Hosts that are left alone now: because they asked for it, or cannot be reached."""
        return [_kept(name, state) for name, state in self._hosts.items() if _parked(state, now)]

    # ----------------------------------------------------------------------------------------------------------

    def _of(self, host: str) -> _Host:
        return self._hosts.setdefault(group_of(host), _Host())

    def _gap(self, host: str, state: _Host | None) -> timedelta:
        rate, least = self._rates.get(host), self._least
        if rate is None:
            rate, least = self._per_host, self._least_of_others
        own = max(timedelta(seconds=1 / rate), least)
        if state is None:
            return own
        asked = [delay for (name, _), delay in state.delays.items() if name == host] if state.delays else []
        return max(own, state.gap, *asked)

    def _release(self, host: str, state: _Host) -> None:
        if state.refusals or state.not_before:
            state.refusals, state.not_before, state.retry_after, state.asked = 0, None, "", False
            self.changed.add(group_of(host))

    def _back_off(self, state: _Host, now: datetime) -> None:
        if _parked(state, now):  # it was under way when the host was parked: the same trouble, not another
            return
        wait = min(BACK_OFF * 2 ** min(state.refusals, 10), LONGEST_BACK_OFF)
        wait *= self._random.uniform(1 - JITTER, 1 + JITTER)
        state.refusals += 1
        state.not_before = now + wait


def _parked(state: _Host, now: datetime) -> bool:
    return state.not_before is not None and state.not_before > now


def _probed(state: _Host) -> None:
    """What comes back decides now, not the wait for it."""
    if state.probing:
        state.probing, state.not_before = False, None


def _longest(kept: HostState) -> timedelta:
    """The longest that such a host may have to be left alone, from whenever it asked for it."""
    if kept.retry_after.isascii() and kept.retry_after.isdigit():
        asked = min(timedelta(seconds=int(kept.retry_after[:12])), LONGEST_PARKING)
        return max(asked, PROBED) if kept.refusals else asked
    return LONGEST_PARKING if kept.retry_after else LONGEST_BACK_OFF * (1 + JITTER)


def _kept(name: str, state: _Host) -> HostState:
    delays = tuple((host, origin, delay) for (host, origin), delay in state.delays.items())
    return HostState(
        host=name, last_start=state.last_start, gap=state.gap, not_before=state.not_before, asked=state.asked,
        refusals=state.refusals, retry_after=state.retry_after, crawl_delays=delays,
    )  # fmt: skip


def parse_retry_after(value: str | None, now: datetime) -> timedelta | None:
    """Seconds or an HTTP-date (RFC 9110 10.2.3) -> how long to wait; None for negative, past or garbage."""
    if value is None:
        return None
    value = value.strip()
    if value.isascii() and value.isdigit():
        return timedelta(seconds=min(int(value[:12]), 10**9))
    moment = parse_http_date(value)
    return moment - now if moment and moment > now else None


def parse_http_date(value: str) -> datetime | None:
    """RFC 9110 5.6.7, as leniently as mail dates are read; None for what is no date."""
    try:
        moment = parsedate_to_datetime(value)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, TypeError, OverflowError):
        return None
