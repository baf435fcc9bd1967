"""What time it is, for a process that runs for months beside a clock that others set.

Of two looks at it the later one is never earlier, so that what came after also says so:

    the machine's clock goes forward       it is followed at once
    ... goes back, by less than a day      ours goes on, a tenth slower, until the other has caught up
    ... goes back by more                  it is followed, at once: dates a year off would be worse

How long something took is measured by ``time.monotonic``, not by this; a wait that was asked for goes by ``steady``,
and what other machines or processes have dated is read by ``machine``.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

log = logging.getLogger(__name__)
STEP = 2.0  # seconds; what the clock moves by at once above this is told. NTP steps above 0.128 s, slews below
MOST_BACK = 86_400.0  # seconds that ours may be ahead: an hour of summer time or of a wrong zone, not a wrong year
PACE = 0.9
DOUBT = timedelta(hours=1)


def _steady() -> float:
    """Seconds that nobody can set; a machine that sleeps counts them, where the system can."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class Clock:
    """Called, it gives the time in UTC. ``wall``: seconds since 1970; ``steady``: seconds since whenever."""

    def __init__(self, wall: Callable[[], float] = time.time, steady: Callable[[], float] = _steady) -> None:
        self._wall, self._steady = wall, steady
        self._said, self._at = wall(), steady()
        self._now = self._said
        self._began = datetime.fromtimestamp(self._said, UTC) - timedelta(seconds=self._at)
        self._doubt_until = float("-inf")  # on the steady clock
        self._turn = threading.Lock()

    def __call__(self) -> datetime:
        with self._turn:
            wall, at = self._wall(), self._steady()
            self._now, self._said, self._at = self._next(wall, at), wall, at
            return datetime.fromtimestamp(self._now, UTC)

    def steady(self) -> datetime:
        """When this process began, and what has passed since: a wait by it is as long as it was, whatever is set."""
        return self._began + timedelta(seconds=self._steady())

    def machine(self) -> datetime:
        """What the machine's clock says, also while ours goes on by itself."""
        return datetime.fromtimestamp(self._wall(), UTC)

    def dated(self, steady: datetime) -> datetime:
        """What a moment of ``steady`` is called by this clock, as it stands."""
        return steady + (self() - self.steady())

    @property
    def doubtful(self) -> bool:
        """The clock went forward by more than an hour, less than an hour ago: nothing shall end for that."""
        return self._steady() < self._doubt_until

    def _next(self, wall: float, at: float) -> float:
        passed = at - self._at
        step = wall - (self._said + passed)
        behind = self._now + passed - wall  # where the wall clock is, seen from ours
        if step > STEP:
            log.warning("this machine's clock went forward by %s", _span(step))
            if step > DOUBT.total_seconds():
                self._doubt_until = at + DOUBT.total_seconds()
        if behind > MOST_BACK:
            log.error("this machine's clock went back by %s; it is followed, so dates overlap", _span(behind))
            return wall
        if step < -STEP:
            log.warning("this machine's clock went back by %s; ours goes slower until it has caught up", _span(-step))
        return max(wall, self._now + passed * PACE)


class Steps:
    """By how much the clock was set since that was asked last: what was noted by it before is so much off since."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ahead = clock() - clock.steady()

    def __call__(self) -> timedelta:
        ahead = self._clock() - self._clock.steady()
        step, self._ahead = ahead - self._ahead, ahead
        return step if abs(step.total_seconds()) > STEP else timedelta()


def _span(seconds: float) -> str:
    return str(timedelta(seconds=round(seconds)))


now = Clock()
steady = now.steady
dated = now.dated
machine = now.machine
