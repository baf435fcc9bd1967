"""What the catalog gives back, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from pipelines.model import Capture, Change, Reading, Version, Watch


@dataclass(frozen=True, slots=True)
class Saved:
    """What saving a watch list did, as URLs."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StandingWatch:
    """A watch as it stands."""

    watch: Watch
    urlkey: str
    state: str  # active, paused, ended
    reason: str
    added: datetime  # or taken up again, after it had ended


@dataclass(frozen=True, slots=True)
class PageHistory:
    """What the schedule needs to know of a page."""

    urlkey: str
    first_started: datetime | None = None
    last_started: datetime | None = None
    last_scheduled: datetime | None = None
    last_good: datetime | None = None  # start of the newest visit that ended well
    last_changed: datetime | None = None  # first_seen of the newest version
    coverage_ended: bool = False
    original: Capture | None = None  # newest full capture of the page
    latest: Capture | None = None  # newest look, full or revisit: its validators are the freshest
    unmodified: int = 0  # 304 answers since the page was last seen whole


@dataclass(frozen=True, slots=True, kw_only=True)
class HostState:
    """What politeness has to remember of a host, however its process ended."""

    host: str  # the registrable name
    last_start: datetime | None = None  # of a request
    gap: timedelta = timedelta()  # since it answers slowly
    not_before: datetime | None = None
    asked: bool = False  # it asked for that itself, with 429 or 503
    refusals: int = 0  # in a row: the next back-off is longer
    retry_after: str = ""  # as it spelt it
    crawl_delays: tuple[tuple[str, str, timedelta], ...] = ()  # host, origin, what its robots.txt asks for


@dataclass(frozen=True, slots=True, kw_only=True)
class LearntPage:
    """What looks have taught of a page's rate (crawler/schedule/learning.py), and the last of them."""

    urlkey: str
    state: Mapping[str, Any] | None = None  # as JSON, the schedule's own
    last: datetime | None = None
    ended: datetime | None = None  # its coverage


@dataclass(frozen=True, slots=True)
class Hint:
    """Somebody says that something happened on a page ``at`` that time."""

    source: str
    urlkey: str
    at: datetime
    told: datetime
    id: int = 0  # given by the catalog


@dataclass(frozen=True, slots=True, kw_only=True)
class HintSource:
    """Who tells of pages, and what that was worth (crawler/hints/worth.py)."""

    source: str
    polled: datetime | None = None  # last, with success
    again: datetime | None = None
    failures: int = 0  # in a row
    detail: str = ""  # of the last failure
    events: float = 0.0
    told: float = 0.0
    looks: float = 0.0
    found: float = 0.0
    demoted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """At a hub, for one source. ``state``: asked, active, denied."""

    source: str
    topic: str
    hub: str
    path: str
    secret: str = field(repr=False)
    state: str = "asked"
    asked: datetime | None = None
    verified: datetime | None = None
    expires: datetime | None = None
    detail: str = ""

    def became(self, state: str, now: datetime, *, expires: datetime | None = None, detail: str = "") -> Subscription:
        verified = now if state == "active" else self.verified
        return replace(self, state=state, verified=verified, expires=expires, detail=detail)


@dataclass(frozen=True, slots=True)
class LastRun:
    """The crawler that wrote before this one."""

    alive: datetime  # when it was last known to run
    ended: bool  # in good order
    saved: Mapping[str, float] = field(default_factory=dict)  # seconds of earning, by account of requests


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """A version with its number and the interval in which captures showed it."""

    urlkey: str
    seq: int
    first_seen: datetime
    last_seen: datetime
    record_id: str
    digest: str
    content_hash: str
    same_as: int | None  # the first earlier version that said the same
    version: Version
    redacted: str | None = None  # the takedown that took its text
    differ: str = ""  # by whose rules it was told from the one before; "": not known


@dataclass(frozen=True, slots=True)
class Place:
    """The number of a version that is told late, and whether another one has it."""

    number: int
    taken: bool


@dataclass(frozen=True, slots=True)
class StoredChange:
    """A change with the versions it lies between."""

    change: Change
    change_id: str
    url: str
    urlkey: str
    from_seq: int
    to_seq: int
    extractor: str
    differ: str


@dataclass(frozen=True, slots=True)
class PageSummary:
    """One page in figures."""

    url: str
    urlkey: str
    state: str | None  # of its watch; None: not watched
    headline: str | None  # of the newest version
    visits: int
    captures: int
    versions: int
    changes: int
    first_seen: datetime | None  # of the first version
    last_seen: datetime | None  # start of the newest visit
    last_outcome: str | None  # of that visit; "running" while it has none


@dataclass(frozen=True, slots=True)
class WarcFile:
    """A WARC file: in the spool, or in the store under its key."""

    name: str
    key: str | None
    state: str  # open, stored
    size: int
    sha256: str | None
    worker: str
    opened: datetime
    stored: datetime | None
    replaces: tuple[str, ...] = ()  # names of the files that it was made of and stands for


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Captures of these pages (None: of all), fetched in this time (None: without an end)."""

    urlkeys: tuple[str, ...] | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastReading:
    """A capture and what was read in it when it was new."""

    capture: Capture
    urlkey: str  # of the page: another one than the capture's where it redirects
    url: str  # as watched
    reading: Reading
    detail: str
    number: int | None  # of the version that it showed


@dataclass(frozen=True, slots=True, kw_only=True)
class LaterReading:
    """What an extractor read in a capture when it was asked again, beside what the catalog had."""

    record_id: str
    urlkey: str  # of the page
    timestamp: datetime  # of the capture
    extractor: str
    reading: Reading
    detail: str = ""
    content_hash: str | None = None
    same_as: str | None = None  # record id of another capture in which it read the same
    version: Version | None = None  # with ``same_as`` the one read there
    obeyed: frozenset[str] = field(default=frozenset(), compare=False)  # takedowns that were known when it was read


@dataclass(frozen=True, slots=True)
class VersionPair:
    """Two neighbouring versions of a page, by number."""

    urlkey: str
    from_seq: int
    to_seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rediffed:
    """What comparing two neighbouring versions gives when it is done again, beside what was recorded."""

    urlkey: str
    from_seq: int
    to_seq: int
    differ: str
    basis: str  # the extractor whose readings were compared; "": the versions as they were read
    extractor: str  # that read both sides
    result: str  # equal, different, blind (a side cannot be read by the rules of the other)
    settled: bool = True  # no removal waits for a second look
    changes: tuple[Change, ...] = ()
    obeyed: frozenset[str] = field(default=frozenset(), compare=False)  # takedowns that were known when it was made
