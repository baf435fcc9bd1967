"""Schedules as ticks: a policy knows the tick at or before a moment and the one after it.

Start to start, never "end of the last visit plus N", which adds every wait up as drift.
"""

from __future__ import annotations

import difflib
import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from croniter import CroniterBadCronError, CroniterBadDateError

from pipelines import units
from pipelines.crons import turns
from pipelines.errors import WatchlistError

FASTEST = timedelta(seconds=1)  # a CDX timestamp names a second: a second capture in it could not be addressed
EXAMPLES = 'write "adaptive", "every 5m", "cron */10 6-23 * * *" or "probe 30s"'
LONGEST = timedelta(hours=1)
MOST_JITTER = 0.25  # to each side: two ticks stay half an interval apart
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_DRAWN = re.compile(r"(?i)(^|[\s,])[hr]\b")  # croniter's, by Jenkins' example: R is drawn anew at every question


class Policy(Protocol):
    """A schedule: which tick is due, given the last one that was used."""

    def due(self, last: datetime | None, now: datetime) -> datetime:
        """The next scheduled time: at or before ``now`` means visit now, later means wait until then.

        ``last``: the scheduled (or, failing that, started) time of the last visit; None if there was none.
        """


@dataclass(frozen=True, slots=True)
class Every:
    """A fixed interval with a phase of the page's own, so that neither a restart nor an import makes a burst.

    With ``jitter``, a share of the interval, each tick lies up to so much before or after its place, always the same
    for a page and a tick. The places stay where they are, so nothing drifts.
    """

    interval: timedelta
    phase: timedelta
    jitter: float = 0.0
    key: str = ""

    def __post_init__(self) -> None:
        if not 0 <= self.jitter <= MOST_JITTER:
            raise ValueError(f"a jitter of {self.jitter:g} is not between 0 and {MOST_JITTER:g} of the interval")

    def due(self, last: datetime | None, now: datetime) -> datetime:
        if last is None:
            return now
        number = self.number_at(now)
        tick, upcoming, later = (self.tick(number + ahead) for ahead in range(3))
        return _choose(last, now, tick, upcoming, self.interval, later)

    def number_at(self, moment: datetime) -> int:
        """The number of the last tick at or before a moment."""
        number = (moment - _EPOCH - self.phase) // self.interval
        if not self.jitter:
            return number
        if self.tick(number + 1) <= moment:
            return number + 1
        return number if self.tick(number) <= moment else number - 1

    def tick(self, number: int) -> datetime:
        return _EPOCH + self.phase + number * self.interval + self._shift(number)

    def _shift(self, number: int) -> timedelta:
        if not self.jitter:
            return timedelta()
        return self.interval * (self.jitter * (2 * _share(f"{number} {self.key}") - 1))


@dataclass(frozen=True, slots=True)
class Probe(Every):
    """As ``Every``; at each tick another URL is asked first, and the page only if that has changed (``probes``)."""


@dataclass(frozen=True, slots=True)
class Cron:
    """A cron expression of five fields, read in the watch's own time zone; ticks come back in UTC."""

    expression: str
    zone: ZoneInfo

    def due(self, last: datetime | None, now: datetime) -> datetime:
        upcoming = self._turn(now)
        if last is None:
            return upcoming
        before = self._turn(now + timedelta(microseconds=1), back=True)
        gap = upcoming - before
        later = upcoming if upcoming - last >= gap / 2 else self._turn(upcoming)
        return _choose(last, now, before, upcoming, gap, later)

    def _turn(self, moment: datetime, *, back: bool = False) -> datetime:
        return next(turns(self.expression, self.zone, moment, back=back))


@dataclass(frozen=True, slots=True)
class Adaptive:
    """As often as a look is worth its price (``scheduler``); where nobody weighs that, as seldom as it is allowed."""

    most: timedelta

    def due(self, last: datetime | None, now: datetime) -> datetime:
        return now if last is None else max(now, last + self.most)


def _choose(last: datetime, now: datetime, tick: datetime, upcoming: datetime, gap: timedelta,
            later: datetime) -> datetime:  # fmt: skip
    """The passed tick if it was not used and is not half over; else the next one.

    Half a gap apart at least: a visit made up for late must not be followed by its regular successor at once.
    """
    if tick - last >= gap / 2 and now - tick < gap / 2:
        return tick
    return upcoming if upcoming - last >= gap / 2 else later


def parse_schedule(text: str, *, timezone: str = "UTC", least: timedelta = FASTEST, most: timedelta = LONGEST,
                   key: str = "", jitter: float = 0.0) -> Policy:  # fmt: skip
    """``adaptive``, ``every 60s``, ``cron */10 6-23 * * *`` or ``probe 30s``; WatchlistError says what is wrong, and
    what to write.

    ``key`` (the page's urlkey) gives the phase; ``least`` and ``most`` are the watch's ``min`` and ``max``. The message
    does not repeat the schedule: who knows where it was written puts both in front.
    """
    word, _, rest = text.strip().partition(" ")
    if word == "adaptive":
        return _adaptive(rest.strip(), least, most)
    if word in ("every", "probe"):
        return _every(rest.strip(), least, key, jitter, Every if word == "every" else Probe)
    if word == "cron":
        return _cron(rest.strip(), timezone)
    near = difflib.get_close_matches(word, ("adaptive", "every", "cron", "probe"), n=1, cutoff=0.5)
    meant = f", did you mean {near[0]!r}?" if near else ""
    raise WatchlistError(f"{word!r} is not known{meant}; {EXAMPLES}")


def _adaptive(text: str, least: timedelta, most: timedelta) -> Adaptive:
    if text:
        raise WatchlistError(f'"adaptive" stands alone, its bounds are min and max; leave out {text!r}')
    if most < least:
        raise WatchlistError(
            f'max = "{units.spell(most)}" is shorter than min = "{units.spell(least)}"; make max longer or min shorter'
        )
    return Adaptive(most)


def _every(text: str, least: timedelta, key: str, jitter: float, policy: type[Every]) -> Every:
    try:
        interval = units.duration(text)
    except ValueError as e:
        raise WatchlistError(str(e)) from e
    if interval < max(FASTEST, least):
        raise WatchlistError(
            f'it is faster than min = "{units.spell(max(FASTEST, least))}"; '
            "make it slower, or lower min (1s is the least)"
        )
    if jitter > MOST_JITTER:
        raise WatchlistError(f"jitter = {jitter:.0%} is more than {MOST_JITTER:.0%}, the most")
    if interval * (1 - 2 * jitter) < least:
        raise WatchlistError(
            f'with jitter = {jitter:.0%} two visits may be {units.spell(interval * (1 - 2 * jitter))} apart, less than '
            f'min = "{units.spell(least)}"; make it slower, or lower min or jitter'
        )
    return policy(interval, interval * _share(key), jitter, key)


def _share(text: str) -> float:
    """Between 0 and 1, always the same for a text and another for the next."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6]) / 2**48


def _cron(text: str, timezone: str) -> Cron:
    if len(text.split()) != 5:
        raise WatchlistError(f"cron needs five fields, minute hour day month weekday; {EXAMPLES}")
    if _DRAWN.search(text):
        raise WatchlistError(f"a field that is drawn by lot (H, R) would move at every look; {EXAMPLES}")
    cron = Cron(text, ZoneInfo(timezone))
    try:
        cron.due(None, _EPOCH)
    except CroniterBadDateError as e:
        raise WatchlistError(f"it never fires: no year has such a day; {EXAMPLES}") from e
    except (CroniterBadCronError, ValueError, KeyError) as e:
        raise WatchlistError(f"{e}; {EXAMPLES}") from e
    return cron
