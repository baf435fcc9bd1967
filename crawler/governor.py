"""Politeness as arithmetic: when may the next request to this host start?

A pure state machine: every method is told ``now``. One slot per host name, on all its ports, for pages, robots.txt,
redirect hops and everything else that host is asked for; ``www.example.org`` and ``live.example.org`` are two hosts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from random import Random

LATENCY_FACTOR = 5  # a host that answers slowly is asked less often (Heritrix: 5 times, 3 to 30 s)
LONGEST_LATENCY_GAP = timedelta(seconds=30)
BACK_OFF = timedelta(seconds=30)  # doubled with every refusal in a row ...
LONGEST_BACK_OFF = timedelta(hours=1)  # ... up to this
LONGEST_PARKING = timedelta(days=1)  # a longer Retry-After is obeyed a day at a time
BUDGET_DEPTH = 60.0  # seconds of budget that may be saved up


@dataclass(slots=True)
class _Host:
    last_start: datetime | None = None
    gap: timedelta = timedelta()
    crawl_delay: timedelta = timedelta()
    not_before: datetime | None = None
    asked: bool = False  # parked by an answer that asked for it; else because no answer came
    refusals: int = 0


class Governor:
    """Paces requests: a global budget, a rate per host, Crawl-delay, Retry-After and back-off."""

    def __init__(self, *, budget: float, per_host: float, hosts: Mapping[str, float], min_gap: timedelta,
                 random: Random | None = None) -> None:  # fmt: skip
        self._budget, self._per_host, self._rates, self._min_gap = budget, per_host, dict(hosts), min_gap
        self._hosts: dict[str, _Host] = {}
        self._tokens = max(1.0, budget * BUDGET_DEPTH)
        self._filled: datetime | None = None
        self._random = random or Random()  # noqa: S311  jitter, not a secret

    def free_at(self, host: str, now: datetime) -> datetime:
        """The earliest start for this host; ``now`` if at once."""
        state = self._hosts.get(host)
        if state is None:
            return max(now, self._token_at(now))
        times = [now, self._token_at(now)]
        if state.last_start:
            times.append(state.last_start + max(state.gap, self._own_gap(host), state.crawl_delay))
        if state.not_before:
            times.append(state.not_before)
        return max(times)

    def start(self, host: str, at: datetime) -> None:
        """A request to this host starts (or has its start reserved) ``at``."""
        self._fill(at)
        self._tokens -= 1
        self._hosts.setdefault(host, _Host()).last_start = at

    def answered(self, host: str, *, status: int, latency: timedelta, retry_after: str | None, now: datetime) -> None:
        """Learn from an answer: latency clamps the gap, 429 and 503 park the host."""
        state = self._hosts.setdefault(host, _Host())
        state.gap = (
            min(max(latency * LATENCY_FACTOR, self._min_gap), LONGEST_LATENCY_GAP) if self._min_gap else timedelta()
        )
        if status not in (429, 503):
            # That the host answers ends a back-off; what it asked for stands, whatever was under way then.
            if not (state.asked and _parked(state, now)):
                state.refusals, state.not_before = 0, None
            return
        wait = parse_retry_after(retry_after, now)
        if wait is None:
            self._back_off(state, now)
        else:
            state.not_before = max(now + min(wait, LONGEST_PARKING), state.not_before or now)
        state.asked = True

    def failed(self, host: str, now: datetime) -> None:
        """The host could not be reached: back off, longer each time."""
        state = self._hosts.setdefault(host, _Host())
        state.asked = state.asked and _parked(state, now)
        self._back_off(state, now)

    def moved(self, by: timedelta) -> None:
        """The clock was set, ``by`` so much: what was noted by it moves along."""
        self._filled = self._filled + by if self._filled else None
        for state in self._hosts.values():
            state.last_start = state.last_start + by if state.last_start else None
            state.not_before = state.not_before + by if state.not_before else None

    def crawl_delay(self, host: str, delay: timedelta) -> None:
        """What robots.txt asks for; always obeyed."""
        self._hosts.setdefault(host, _Host()).crawl_delay = delay

    def _own_gap(self, host: str) -> timedelta:
        rate = self._rates.get(host, self._per_host)
        return max(timedelta(seconds=1 / rate), self._min_gap)

    def _back_off(self, state: _Host, now: datetime) -> None:
        if _parked(state, now):  # it was under way when the host was parked: the same trouble, not another
            return
        wait = min(BACK_OFF * 2 ** min(state.refusals, 10), LONGEST_BACK_OFF) * self._random.uniform(0.8, 1.2)
        state.refusals += 1
        state.not_before = now + wait

    def _fill(self, now: datetime) -> None:
        passed = (now - self._filled).total_seconds() if self._filled else 0.0
        self._tokens = min(self._tokens + max(passed, 0) * self._budget, max(1.0, self._budget * BUDGET_DEPTH))
        self._filled = now

    def _token_at(self, now: datetime) -> datetime:
        passed = (now - self._filled).total_seconds() if self._filled else 0.0
        missing = 1 - (self._tokens + max(passed, 0) * self._budget)
        return now + timedelta(seconds=max(missing, 0) / self._budget)


def _parked(state: _Host, now: datetime) -> bool:
    return state.not_before is not None and state.not_before > now


def parse_retry_after(value: str | None, now: datetime) -> timedelta | None:
    """Seconds or an HTTP-date (RFC 9110 10.2.3) -> how long to wait; None for negative, past or garbage."""
    if value is None:
        return None
    value = value.strip()
    if value.isascii() and value.isdigit():
        return timedelta(seconds=min(int(value[:12]), 10**9))
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment - now if moment > now else None
