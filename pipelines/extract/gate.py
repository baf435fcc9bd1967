"""Whether a group of records is a newsroom's updates at all; ordinary pages must give none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from . import notices
from .scripts import spelled
from .times import Stamp
from .words import hints_age

_TO_THE_SECOND = re.compile(r"\d:\d\d:\d\d(?!\d)")
_ZERO = re.compile(r"(?<![\d:])0?0:00:\d\d(?!\d)")
FEWEST = 3  # records that speak for themselves
FEWEST_WITH_HINT = 2  # where address or title announce a live page
LONGEST = timedelta(days=45)  # coverage that ran longer had one page per day
RAREST = timedelta(days=1)  # from one record to the next, in the median
FUTURE = timedelta(minutes=30)  # clocks of newsrooms and crawlers differ; schedules lie further ahead
BESIDE = timedelta(minutes=10)  # the same, of a page that was never changed since it was published
LONG_BEFORE = timedelta(days=1)  # that a page may be dated anew, if it states nothing but when it was published
AT_ONCE = timedelta(hours=1)  # that a page is dated anew after its newest update, if it says no other time
BEFORE = timedelta(hours=3)  # that a page may be saved, and dated anew, after an update
MOST_FUTURE = 0.2
NEARLY = 0.8  # share of the records that are as an entry of a timetable is
MANY = 7  # clocks of which all but one may be round: of minutes that end in 0 and 5 that is one in 350
ORDERED = 0.7  # share of steps in one direction
TIMED = 0.5  # share of records with a time


def refusal(
    stamps: Sequence[Stamp | None], *, hinted: bool, named: bool, dated: bool, at: datetime,
    changed: datetime | None = None, begun: datetime | None = None, archive: bool = True, match: bool = False,
    ahead: timedelta = FUTURE,
) -> str | None:  # fmt: skip
    """Why records found by their looks alone are no updates; None if they may be.

    ``hinted``: address or title announce a live page. ``named``: the records have ids, so that their order
    may be the editors'. ``dated``: something besides the fetch says of which day their clocks are. ``changed``: when
    the page was, to the minute; ``begun``: when it was published. ``archive``: it may be one. ``match``: they are
    placed by the minutes of a match, which are no times. ``ahead``: of the fetch, that their clocks may be.
    """
    called = all(s is not None and notices.after(s.raw) for s in stamps)
    if len(stamps) < (FEWEST_WITH_HINT if hinted or called else FEWEST):
        return f"only {len(stamps)} records"
    if hinted and match:
        return None
    moments = [s.moment for s in stamps if s is not None]
    if len(moments) < TIMED * len(stamps) or len(moments) < FEWEST_WITH_HINT:
        return "too few of the records have a time"
    if not hinted and (told := _unlike_news([s for s in stamps if s is not None])):
        return told
    if _span(moments) > LONGEST:
        return "the times span months"
    if archive and len(moments) > FEWEST and _usual_step(moments) > RAREST:
        return "the times lie days apart, as in an archive"
    if not (hinted or dated):
        return "nothing says of which day the clocks are"
    if not hinted and not changed and begun and max(moments) < begun - LONG_BEFORE:
        return "the page was published a day after its newest time, as a story of then"
    if not hinted and changed and _is_told_later(max(moments), changed, begun, bare=not named):
        return "the page was not written when its newest time says, as a story told by the hour"
    if sum(m > at + ahead for m in moments) > MOST_FUTURE * len(moments):
        return "the times lie ahead, as in a schedule"
    if len(moments) > FEWEST and not named and not _ordered(moments):
        return "the times have no order"
    return None


def _unlike_news(stamps: Sequence[Stamp]) -> str | None:
    """What the times of lists are like that are no coverage; where a live page is announced it may be one yet."""
    if all(s.precision == "day" for s in stamps):
        return "the times are days only, as in an archive"
    if all(s.source == "relative" and not hints_age(spelled(s.raw)) for s in stamps):
        return "the times are durations, as in a recipe"
    if _counts_from_zero(stamps):
        return "the times count from zero, as in a recording"
    steps = {b.moment - a.moment for a, b in pairwise(stamps)}
    if len(stamps) > FEWEST and len(steps) == 1 and all(s.moment.minute in (0, 30) for s in stamps):
        return "the times are regular, as in a forecast"
    clocks = [s.moment.minute for s in stamps if s.source != "relative" and s.precision != "day"]
    odd = sum(minute % 15 != 0 for minute in clocks)
    many = len(clocks) >= MANY and not _fall(stamps)  # who tells of the newest first has no programme
    if len(clocks) > FEWEST and len(clocks) >= NEARLY * len(stamps) and odd <= many:
        return "the clocks are round, as in a timetable"  # by chance that is one in fifty thousand of four
    return None


def _fall(stamps: Sequence[Stamp]) -> bool:
    return all(b.moment < a.moment for a, b in pairwise(stamps))


def _counts_from_zero(stamps: Sequence[Stamp]) -> bool:
    """00:00:00, 00:01:17, 00:02:17 ..., to the second."""
    clocks = [s for s in stamps if s.source == "inferred" and _TO_THE_SECOND.search(s.raw)]
    first = stamps[0].raw if stamps else ""
    rising = all(a.moment <= b.moment for a, b in pairwise(stamps))
    return len(clocks) == len(stamps) > FEWEST and rising and _ZERO.search(first) is not None


def _span(moments: Sequence[datetime]) -> timedelta:
    """From the first to the last; among four or more a single one that lies far off is a slip, not a span."""
    inner = sorted(moments)
    if len(inner) > FEWEST:
        return min(inner[-1] - inner[1], inner[-2] - inner[0])
    return inner[-1] - inner[0]


def _is_told_later(newest: datetime, changed: datetime, begun: datetime | None, *, bare: bool) -> bool:
    """A live page is changed with its newest update, and published before it; one that is dated anew with each update
    is dated soon after it. ``bare``: without ids, as in a story; what has them may have been dated anew at its end.
    """
    if newest > changed + (BESIDE if begun == changed else FUTURE):
        return True
    if begun is None or newest >= begun - BESIDE:
        return False
    return newest < begun - BEFORE and bare if begun != changed else newest < begun - AT_ONCE


def _usual_step(moments: Sequence[datetime]) -> timedelta:
    return sorted(b - a for a, b in pairwise(sorted(moments)))[(len(moments) - 1) // 2]


def _ordered(moments: Sequence[datetime]) -> bool:
    """From first to last, or from last to first; or its days the one way, and each of them the other."""
    days = [moment.date() for moment in moments]
    within = [b - a for (a, b), one, other in zip(pairwise(moments), days, days[1:], strict=False) if one == other]
    return _of_one_order([b - a for a, b in pairwise(moments)]) or (
        _of_one_order(within) and _of_one_order([b - a for a, b in pairwise(dict.fromkeys(days))])
    )


def _of_one_order(steps: Sequence[timedelta]) -> bool:
    up, down = sum(s > timedelta() for s in steps), sum(s < timedelta() for s in steps)
    if up + down == 0:
        return False  # one time for all: the moment of rendering
    return max(up, down) >= ORDERED * (up + down)
