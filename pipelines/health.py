"""What somebody has to be told: rules over facts, and which finding is news. Pure.

    facts of the catalog and the spool -> findings -> of those the ones that began, are over, or are told again

The rules are the same for the notices of a running crawl, for ``stoppress doctor`` and for ``/metrics``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Literal
from zoneinfo import ZoneInfo

from . import units
from .face import iso
from .model import Watch

Kind = Literal["silent", "refused", "spool", "uploads", "no-updates", "hints"]
KINDS: tuple[Kind, ...] = ("silent", "refused", "spool", "uploads", "no-updates", "hints")
REFUSING = (401, 403, 429, 503)  # statuses by which a host says that it does not want us, or not so often
IN_A_ROW = 3  # refused visits of a page, or tries at a source: one alone may be the server's bad moment
EARLIER = 5  # versions before the newest one that are looked at for updates
WAITS = timedelta(minutes=15)  # a sealed file is sent at once, and tried again every five minutes at most
A_DAY = timedelta(days=1)  # between two looks at an ended page of which after_end says nothing
NAMED = 10  # findings of one kind that a notice names


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong: with what, since when, and in words."""

    kind: Kind
    subject: str
    since: datetime
    words: str

    @property
    def key(self) -> str:
        return f"{self.kind} {self.subject}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFacts:
    """A page that is watched."""

    url: str
    host: str
    watch: Watch
    begun: datetime  # when the watch was given, or begins
    last_good: datetime | None = None
    ended: datetime | None = None  # its coverage, by the adaptive schedule, which then looks as after_end says
    refused_since: datetime | None = None  # start of the first of its last three visits, if each was refused
    empty_since: datetime | None = None  # when a version without updates came, behind one that had some


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFacts:
    """A feed or sitemap that is asked for hints."""

    url: str
    read: datetime | None  # last
    failures: int  # since then


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the rules look at."""

    pages: tuple[PageFacts, ...] = ()
    sources: tuple[SourceFacts, ...] = ()
    after_end: tuple[timedelta, ...] = ()  # ``[defaults]``: closing looks, counted from the end of coverage
    states: Mapping[str, int] = field(default_factory=dict)  # number of watches by state
    spool_bytes: int = 0
    spool_limit: int = 1
    waiting: int = 0  # sealed files
    waiting_since: datetime | None = None  # the oldest of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The operator's figures: ``[health]``."""

    intervals: int = 3
    spool_share: float = 0.8
    rules: Collection[str] = KINDS


def findings(facts: Facts, limits: Limits, now: datetime) -> list[Finding]:
    """By the rules that are asked for, in their order."""
    rules: dict[Kind, Callable[[], Iterable[Finding]]] = {
        "silent": lambda: _silent(facts, limits.intervals, now),
        "refused": lambda: _refused(facts),
        "spool": lambda: _spool(facts, limits.spool_share, now),
        "uploads": lambda: _uploads(facts, now),
        "no-updates": lambda: _no_updates(facts),
        "hints": lambda: _hints(facts, now),
    }
    return [found for kind in KINDS if kind in limits.rules for found in rules[kind]()]


def _silent(facts: Facts, intervals: int, now: datetime) -> Iterator[Finding]:
    for page in facts.pages:
        since = max(page.last_good, page.begun) if page.last_good else page.begun
        if overdue_at(page.watch, since, intervals, ended=page.ended, after_end=facts.after_end) <= now:
            told = f"since {iso(page.last_good)}" if page.last_good else "at all"
            yield Finding("silent", page.url, since, f"{page.url}: no good capture {told}")


def _refused(facts: Facts) -> Iterator[Finding]:
    by_host: defaultdict[str, list[PageFacts]] = defaultdict(list)
    for page in facts.pages:
        if page.refused_since:
            by_host[page.host].append(page)
    for host, pages in sorted(by_host.items()):
        since = min(page.refused_since for page in pages if page.refused_since)
        more = f" and {len(pages) - 1} more page(s)" if len(pages) > 1 else ""
        yield Finding("refused", host, since, f"{host} refuses: the last {IN_A_ROW} visits of {pages[0].url}{more}")


def _spool(facts: Facts, share: float, now: datetime) -> Iterator[Finding]:
    if facts.spool_bytes >= share * facts.spool_limit:
        taken = facts.spool_bytes / facts.spool_limit
        yield Finding("spool", "spool", now, f"the spool is {taken:.0%} full; when it is full nothing is visited")


def _uploads(facts: Facts, now: datetime) -> Iterator[Finding]:
    since = facts.waiting_since
    if since and now - since > WAITS:
        words = f"{facts.waiting} file(s) wait in the spool for the store, the oldest since {iso(since)}"
        yield Finding("uploads", "store", since, words)


def _no_updates(facts: Facts) -> Iterator[Finding]:
    for page in facts.pages:
        if page.empty_since:
            words = f"{page.url}: no updates are found since {iso(page.empty_since)}, earlier versions had some"
            yield Finding("no-updates", page.url, page.empty_since, words)


def _hints(facts: Facts, now: datetime) -> Iterator[Finding]:
    for source in facts.sources:
        if source.failures >= IN_A_ROW:
            told = f"since {iso(source.read)}" if source.read else "at all"
            words = f"{source.url}: no hints {told}, the last {source.failures} tries to read it failed"
            yield Finding("hints", source.url, source.read or now, words)


def overdue_at(watch: Watch, since: datetime, intervals: int, *, ended: datetime | None = None,
               after_end: Collection[timedelta] = ()) -> datetime:  # fmt: skip
    """When so many intervals of a watch have passed: of a cron so many ticks, of an adaptive one its ``max`` each.

    Once the coverage of an adaptive one has ended its looks are those of ``after_end``, and between them none has to be
    made sooner than after the longest of these.
    """
    word, _, rest = watch.schedule.strip().partition(" ")
    if word == "adaptive" and ended is not None:
        return _looks_after(ended, sorted(after_end), watch.max, since, intervals)
    if word == "cron":
        return _ticks(rest, watch.timezone, since, intervals)
    if word == "every":
        return since + intervals * units.duration(rest.strip())
    return since + intervals * watch.max


def _looks_after(ended: datetime, after_end: list[timedelta], most: timedelta, since: datetime, count: int) -> datetime:
    """The last of so many looks that have to be made: each closing look, and one whenever the longest wait is over."""
    longest, at = max(after_end[-1] if after_end else A_DAY, most), since
    for _ in range(count):
        closing = next((ended + after for after in after_end if ended + after > at), None)
        at = min(at + longest, closing) if closing else at + longest
    return at


def _ticks(expression: str, timezone: str, since: datetime, count: int) -> datetime:
    from .crons import turns  # not before: most watches have none

    return [since, *islice(turns(expression.strip(), ZoneInfo(timezone), since), count)][-1]


# what is news ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Told:
    """A finding that somebody was told of, and when."""

    finding: Finding
    at: datetime


@dataclass(frozen=True, slots=True)
class News:
    """What has to be said now."""

    began: tuple[Finding, ...] = ()
    over: tuple[Finding, ...] = ()
    again: tuple[Finding, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.began or self.over or self.again)


def news(told: Mapping[str, Told], found: Iterable[Finding], now: datetime, repeat: timedelta) -> News:
    """Each finding once when it begins, once when it is over, and again after ``repeat``."""
    standing = {finding.key: finding for finding in found}
    return News(
        began=tuple(finding for key, finding in standing.items() if key not in told),
        over=tuple(one.finding for key, one in told.items() if key not in standing),
        again=tuple(finding for key, finding in standing.items() if key in told and now - told[key].at >= repeat),
    )


def after(told: Mapping[str, Told], said: News, now: datetime) -> dict[str, Told]:
    """What is told once this has been said."""
    over = {finding.key for finding in said.over}
    kept = {key: one for key, one in told.items() if key not in over}
    return kept | {finding.key: Told(finding, now) for finding in (*said.began, *said.again)}


def message(said: News, *, machine: str, now: datetime) -> tuple[str, str]:
    """(title, text) of a notice: a fixed template. What is named in it was written by the operator, or is ours."""
    counts = [("new", said.began), ("still", said.again), ("over", said.over)]
    title = "Stoppress: " + ", ".join(f"{len(found)} {word}" for word, found in counts if found)
    lines = [f"On {machine}, {iso(now)}"]
    for word, found in counts:
        lines += _lines(word, found)
    return title, "\n".join(lines)


def _lines(word: str, found: Iterable[Finding]) -> Iterator[str]:
    by_kind: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in found:
        by_kind[finding.kind].append(finding)
    for kind, some in by_kind.items():
        yield from (f"{word}: {kind}: {finding.words}" for finding in some[:NAMED])
        if len(some) > NAMED:
            yield f"{word}: {kind}: and {len(some) - NAMED} more; stoppress doctor names them"
