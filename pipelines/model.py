"""The words of the project as values: nothing here reads, writes or knows the time.

    Watch --due--> Visit --exchanges--> Capture --says--> Version --compared--> Change

Page fields keep the spelling of schema.org (``datePublished``, ``coverageStartTime``), captures that of
WARC and CDX; so a name means the same in Python, in JSON and in the standard.
All times are timezone-aware UTC datetimes; all digests are ``sha256:<hex>``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

Fidelity = Literal["wire", "browser", "reconstructed", "imported"]
Outcome = Literal["archived", "revisit", "probed", "truncated", "error"]
Reading = Literal["version", "unchanged", "empty", "not-html", "decode", "extract-failed", "refused", "none"]
Role = Literal["page", "redirect", "older", "feed", "requisite", "robots", "probe", "hint"]
ChangeClass = Literal["editorial", "cosmetic", "metadata", "volatile"]
Precision = Literal["s", "min", "day"]
Notice = Literal["proper", "technical", "none"]  # says what was wrong; a stamp "updated" alone; neither
TimeSource = Literal["stated", "inferred", "relative"]  # with its zone; by page date or zone; "4 min ago"

IMPORT = "import"  # why of a visit that somebody else made

ERROR_REASONS = frozenset(
    [
        "connect",
        "dns",
        "tls",
        "timeout",
        "protocol",
        "redirect",
        "blocked",
        "robots",
        "http-status",
        "storage",
        "takedown",
        "abandoned",
    ]
)
TRUNCATION_REASONS = frozenset(["disconnect", "timeout", "too-large", "protocol", "decode"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its response as on the wire, or marked otherwise by ``fidelity``."""

    url: str
    started: datetime  # when the request was begun: becomes WARC-Date
    request: bytes  # request line, header and body; empty where nothing was sent
    response: bytes | None = None  # status line, header and (coded) body; None where no whole header came
    status: int | None = None
    fidelity: Fidelity = "reconstructed"
    truncated: str | None = None  # a WARC-Truncated value: length, time, disconnect, unspecified
    ip_address: str | None = None
    error: str | None = None  # a reason of ERROR_REASONS or TRUNCATION_REASONS
    detail: str = ""  # the same for people
    duration: timedelta = timedelta()
    received: bytes = b""  # what came instead of a response
    interim: bytes = b""  # 1xx responses before it
    surplus: int = 0  # bytes that came after its end, and were not kept
    peer: str | None = None  # address and port of the other end of the connection
    protocols: tuple[str, ...] = ()  # as in WARC-Protocol: "http/1.1", "tls/1.3"
    cipher: str | None = None
    certificates: tuple[str, ...] = ()  # digests of the chain, the server's own certificate first
    failure: str | None = None  # the class of what was raised ...
    phase: Literal["connect", "header", "body"] | None = None  # ... and when


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One archived HTTP exchange: one line of the CDX index."""

    urlkey: str  # SURT of the URL
    timestamp: datetime  # WARC-Date: when the fetch began
    url: str
    record_id: str  # WARC-Record-ID without angle brackets: what lasts
    digest: str  # WARC-Payload-Digest
    filename: str  # the WARC file (the spool's until it is sealed) ...
    offset: int  # ... where in it the record starts ...
    length: int  # ... and how many bytes its gzip member has
    kind: Literal["response", "revisit"] = "response"
    role: Role = "page"
    mime: str | None = None
    status: int | None = None
    refers_to: str | None = None  # record id of the original, for a revisit
    etag: str | None = None  # verbatim, for the next conditional request
    last_modified: str | None = None
    fidelity: Fidelity = "reconstructed"
    truncated: str | None = None
    visit_id: str | None = None
    redacted: str | None = None  # the takedown that took its bytes; a tombstone lies in their place


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it was kept: the page's own, that of an older page or of a feed."""

    block: bytes
    url: str
    at: datetime
    truncated: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """One timestamped entry of a live page (schema.org ``liveBlogUpdate``)."""

    text: str
    id: str | None = None  # the newsroom's own id, as given
    key: str = ""  # identity within the page: "id:..." or a fingerprint "text:..."
    headline: str | None = None
    html: str = ""
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    updated: datetime | None = None
    created: datetime | None = None  # when it was begun, where that is stated beside ``published``
    time_precision: Precision | None = None
    time_source: TimeSource | None = None  # how ``published`` was known; "relative" ticks: never a change
    shown_as: str | None = None  # the time as the page printed it
    pinned: bool = False
    key_event: bool = False
    position: int = 0
    links: tuple[str, ...] = ()
    media: tuple[str, ...] = ()
    captions: tuple[str, ...] = ()
    provenance: tuple[tuple[str, str], ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What the page could have shown: absence outside it is not deletion."""

    page: int = 1
    pages: int | None = None
    newest: datetime | None = None
    oldest: datetime | None = None
    load_more: bool = False
    complete: bool = True
    parts: int = 0  # older pages and feed answers that were read with it
    total: int | None = None  # updates in all, where an interface says so


@dataclass(frozen=True, slots=True)
class Vote:
    """One sign that coverage has ended."""

    weight: Literal["strong", "medium", "weak"]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What a page said: one per distinct content, shown by one or more captures."""

    url: str
    at: datetime  # when it was fetched; relative times are read against it
    headline: str | None = None
    standfirst: str | None = None
    text: str = ""  # whole-page clean text
    lang: str | None = None
    authors: tuple[str, ...] = ()
    datePublished: datetime | None = None
    dateModified: datetime | None = None
    coverageStartTime: datetime | None = None
    coverageEndTime: datetime | None = None
    state: Literal["live", "ended", "unknown"] = "unknown"
    live: bool = False
    state_votes: tuple[str, ...] = ()  # what on the page speaks for the end of its coverage: "weight: reason"
    polls: bool = False  # the page asks for news by itself
    continued_at: str | None = None  # where it says that coverage goes on
    uncovered: int | None = None  # letters of ``text`` in no update, headline or lead; None: not counted
    extra: int | None = None  # letters of the updates that are not in ``text``
    window: Window = field(default_factory=Window)
    updates: tuple[Update, ...] = ()
    deleted: tuple[str, ...] = ()  # keys of updates that it says are deleted
    warnings: tuple[str, ...] = ()
    extractor: str = ""  # name and version of the rules that read it


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A page that could not be read: a fact about the page, not an exception."""

    reading: Literal["empty", "not-html", "decode", "extract-failed", "refused"]
    detail: str


# One word-level operation on tokens: (tag, a0, a1, b0, b1), tag as in difflib.
Op = tuple[str, int, int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One side of a change: which record shows it. File and offset are looked up by record id."""

    record_id: str
    digest: str
    timestamp: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One typed difference between two versions, dated by an interval."""

    type: str  # added removed edited moved retimed headline ...
    class_: ChangeClass  # "class" in JSON
    update: str | None = None  # key of the update; None: about the page
    field: str | None = None
    old: str | None = None
    new: str | None = None
    ops: tuple[Op, ...] = ()
    match_method: str | None = None  # key, exact, assigned, merge
    match_score: float | None = None
    runner_up_score: float | None = None  # of the best other partner; None where nothing was compared
    other: str | None = None  # key of the update that it was merged into, or split off from
    numbers_changed: bool | None = None  # of an editorial change of words ...
    quotes_changed: bool | None = None
    names_changed: bool | None = None  # ... None also where capital letters tell nothing
    confirmed: bool = True
    part: str | None = None  # the older page or feed that shows the update, where that is not the page itself
    seen_after: datetime | None = None  # not before this capture ...
    seen_by: datetime | None = None  # ... and not after this one
    old_proof: Proof | None = None
    new_proof: Proof | None = None
    was: str | None = None  # key of the update in the old version, where the new one calls it otherwise
    age_s: float | None = None  # of the update, of the page where there is none, when this was first seen
    earlier: datetime | None = None  # restored, returned, reverted: the look that had shown it before ...
    earlier_proof: Proof | None = None  # ... and its record; ``old`` is what that one said
    tombstone: bool = False  # the page itself marks the update as taken away
    notice: Notice | None = None  # of an editorial change; None: not asked, or not to be seen
    stealth: bool | None = None  # changed for readers, and nothing tells them; None as above
    reasons: tuple[str, ...] = ()  # for ``notice`` and ``stealth``, in words
    coarse: bool = False  # too much to be compared in full: true, but less could have been said

    @property
    def gap_s(self) -> float | None:
        """How long nobody looked: the change happened in this time."""
        return (self.seen_by - self.seen_after).total_seconds() if self.seen_by and self.seen_after else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One look at a page at one time, whatever came of it. Each stage returns a richer copy."""

    id: str
    url: str  # as watched
    urlkey: str
    started: datetime
    why: str = "manual"  # due every cron probe closing forced hint retry manual import
    scheduled: datetime | None = None
    previous: datetime | None = None  # start of the last successful visit
    outcome: Outcome | None = None
    reason: str | None = None
    detail: str = ""
    status: int | None = None
    exchange: Exchange | None = None  # the page's own, while it is being worked on
    captures: tuple[Capture, ...] = ()  # the page's own first
    reading: Reading | None = None
    version: Version | None = None
    version_seq: int | None = None
    changes: tuple[Change, ...] = ()
    told_from: int | None = (
        None  # number of the version that ``changes`` were told from, where it is not the one before
    )
    skipped: tuple[tuple[str, int], ...] = ()  # turns since the visit before that brought none, by cause
    found: tuple[tuple[str, str], ...] = ()  # of what was captured elsewhere: in which file or archive, under which id


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """The standing order: this URL, from-until, how often at least and at most."""

    url: str
    schedule: str = "adaptive"
    min: timedelta = timedelta(seconds=60)
    max: timedelta = timedelta(hours=1)
    from_: datetime | None = None  # "from" in the config
    until: str = "end-of-coverage"
    timezone: str = "UTC"
    weight: float = 1.0
    verify_tls: bool = True
    tags: tuple[str, ...] = ()
    requisites: bool = False
    render: Literal["http", "browser"] = "http"
    jitter: float = 0.0  # of "every N": a share of N, to both sides
    probe_url: str = ""  # asked first where the schedule is "probe N"
