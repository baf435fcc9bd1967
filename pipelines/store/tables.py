"""The catalog's tables: one schema for SQLite and PostgreSQL. Times are whole microseconds of UTC since 1970."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, MetaData, Table, Text, text

SCHEMA = "0010"  # the newest revision in ``migrations/``: a catalog that has it needs no migration

metadata = MetaData()
# Microseconds sort, compare and index the same in both databases; ISO text would not with mixed precision.
When = BigInteger
# What is sorted or looked up is compared byte by byte, as SQLite does; a PostgreSQL's own locale would sort
# "a-b" and "ab" by its language.
Key = Text().with_variant(Text(collation="C"), "postgresql")

# Conditions of partial indexes. They stand in queries word for word (no parameters), or the planner cannot
# know that the index answers them.
RUNNING = text("outcome IS NULL")
UNREAD = text("reading IS NULL AND outcome = 'archived'")


def _where(condition: Any) -> dict[str, Any]:
    return {"sqlite_where": condition, "postgresql_where": condition}


watches = Table(
    "watches", metadata,
    Column("urlkey", Key, primary_key=True),
    Column("url", Key, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("added", When, nullable=False),
    Column("orders", Text, nullable=False),  # the watch as JSON
)  # fmt: skip

visits = Table(
    "visits", metadata,
    Column("id", Key, primary_key=True),
    Column("urlkey", Key, nullable=False),
    Column("url", Key, nullable=False),
    Column("worker", Key, nullable=False),
    Column("why", Text, nullable=False),
    Column("scheduled", When),
    Column("started", When, nullable=False),
    Column("previous", When),
    Column("outcome", Text),  # NULL: still running, or its process died
    Column("reason", Text),
    Column("detail", Text, nullable=False),
    Column("status", Integer),
    Column("reading", Text),
    Column("version", Integer),
    Column("skipped", Text),  # turns of the schedule since the visit before that brought none, by cause, as JSON
    Index("visits_by_page", "urlkey", "started"),
    Index("visits_running", "urlkey", **_where(RUNNING)),
    Index("visits_unread", "urlkey", "started", **_where(UNREAD)),
)  # fmt: skip

captures = Table(
    "captures", metadata,
    Column("record_id", Key, primary_key=True),
    Column("visit_id", Key),
    Column("urlkey", Key, nullable=False),
    Column("timestamp", When, nullable=False),
    Column("url", Key, nullable=False),
    Column("role", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("mime", Text),
    Column("status", Integer),
    Column("digest", Text, nullable=False),
    Column("filename", Key, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("length", BigInteger, nullable=False),
    Column("refers_to", Key),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("fidelity", Text, nullable=False),
    Column("truncated", Text),
    Column("redacted", Key),  # the takedown that took its bytes
    Index("captures_by_position", "urlkey", "timestamp", "record_id"),  # as they are listed
    Index("captures_by_visit", "visit_id"),
    Index("captures_by_file", "filename"),
)  # fmt: skip

versions = Table(
    "versions", metadata,
    Column("urlkey", Key, primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("visit_id", Key, nullable=False),
    Column("first_seen", When, nullable=False),
    Column("last_seen", When, nullable=False),
    Column("record_id", Key, nullable=False),
    Column("digest", Text, nullable=False),
    Column("content_hash", Key, nullable=False),
    Column("same_as", Integer),
    Column("state", Text, nullable=False),
    Column("headline", Text),
    Column("document", Text, nullable=False),  # the version as JSON
    Column("redacted", Key),  # the takedown that took its text
    Column("differ", Text, nullable=False, server_default=""),  # by whose rules it was told from the one before
    Index("versions_by_visit", "visit_id", unique=True),
    Index("versions_by_time", "urlkey", "first_seen"),
    Index("versions_by_content", "urlkey", "content_hash"),
)  # fmt: skip

changes = Table(
    "changes", metadata,
    Column("id", Key, primary_key=True),
    Column("urlkey", Key, nullable=False),
    Column("url", Key, nullable=False),
    Column("from_seq", Integer, nullable=False),
    Column("to_seq", Integer, nullable=False),
    Column("place", Integer, nullable=False),  # order within its visit
    Column("type", Text, nullable=False),
    Column("class", Text, nullable=False),
    Column("confirmed", Boolean, nullable=False),
    Column("seen_by", When, nullable=False),
    Column("score", Float),
    Column("differ", Text, nullable=False),
    Column("extractor", Text, nullable=False),
    Column("document", Text, nullable=False),  # the change as JSON
    Column("notice", Text),
    Column("stealth", Boolean),
    Index("changes_by_page", "urlkey", "to_seq", "place"),
    Index("changes_by_time", "seen_by"),
)  # fmt: skip

files = Table(
    "files", metadata,
    Column("name", Key, primary_key=True),
    Column("key", Key),
    Column("state", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", Text),
    Column("worker", Key, nullable=False),
    Column("opened", When, nullable=False),
    Column("stored", When),
    Column("replaces", Text, nullable=False, server_default=""),  # names of files that it was made of
)  # fmt: skip

reextracted = Table(
    "reextracted", metadata,
    Column("record_id", Key, primary_key=True),  # of the capture that was read again
    Column("extractor", Key, primary_key=True),
    Column("urlkey", Key, nullable=False),  # of the page, as in visits
    Column("timestamp", When, nullable=False),
    Column("reading", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("content_hash", Key),
    Column("same_as", Key),  # record id of the row that has the document, where this extractor read the same
    Column("document", Text),  # the version as JSON
    Index("reextracted_by_page", "urlkey", "extractor", "timestamp"),
    Index("reextracted_by_content", "urlkey", "extractor", "content_hash"),
)  # fmt: skip

rediffed = Table(
    "rediffed", metadata,
    Column("urlkey", Key, primary_key=True),
    Column("to_seq", Integer, primary_key=True),
    Column("differ", Key, primary_key=True),
    Column("basis", Key, primary_key=True),  # the extractor that was asked for; "": the versions as they were read
    Column("from_seq", Integer, nullable=False),
    Column("extractor", Text, nullable=False),  # that read both sides
    Column("result", Text, nullable=False),
    Column("settled", Boolean, nullable=False),  # no removal waits for a second look
    Column("document", Text, nullable=False),  # the changes as JSON
)  # fmt: skip

takedowns = Table(
    "takedowns", metadata,
    Column("id", Key, primary_key=True),
    Column("scope", Text, nullable=False),
    Column("url", Key, nullable=False),
    Column("urlkey", Key, nullable=False),
    Column("record_id", Key),
    Column("timestamp", When),
    Column("digest", Text),
    Column("at", When, nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("redact", When),  # since when its bytes shall go, too
    Column("lifted", When),
    Column("done", When),
)  # fmt: skip

# What a crawler remembers of the hosts it asks, so that a kill forgets no Retry-After. A cache that nothing else can
# tell: it is no part of the archive, not rebuilt and not compared; without it hosts are asked as if for the first time.
# The row without a name is the crawler itself: ``last_start`` when it was last known to run, ``asked`` if it had not
# ended, ``crawl_delays`` what was saved up of its budget and of the part for hints: [[account, "", seconds], ...].
hosts = Table(
    "hosts", metadata,
    Column("worker", Key, primary_key=True),
    Column("host", Key, primary_key=True),  # the registrable name
    Column("last_start", When),
    Column("gap", BigInteger, nullable=False),  # microseconds
    Column("not_before", When),
    Column("asked", Boolean, nullable=False),
    Column("refusals", Integer, nullable=False),
    Column("retry_after", Text, nullable=False),  # as the host spelt it
    Column("crawl_delays", Text, nullable=False),  # [[host, origin, seconds], ...] as JSON
)  # fmt: skip

# What looks at a page have taught the adaptive schedule, and what it pays for one: caches too, it would learn anew.
learnt = Table(
    "learnt", metadata,
    Column("urlkey", Key, primary_key=True),
    Column("state", Text, nullable=False),  # JSON, read by crawler/schedule alone
    Column("last", When),
    Column("ended", When),
)  # fmt: skip

prices = Table(
    "prices", metadata,
    Column("worker", Key, primary_key=True),
    Column("host", Key, primary_key=True),  # the registrable name; "": the price of all
    Column("price", Float, nullable=False),
)  # fmt: skip

# Hints: what somebody says has happened on a page (from the service or the command line to the crawler), and what a
# crawler has learnt of who says so. Caches as well: a hint is of use until its page was looked at.
hints = Table(
    "hints", metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("source", Key, nullable=False),
    Column("urlkey", Key, nullable=False),
    Column("at", When, nullable=False),  # when it happened there
    Column("told", When, nullable=False),
    Index("hints_by_time", "told"),
    sqlite_autoincrement=True,  # numbers never come again: the crawler asks for those after the last it has read
)  # fmt: skip

hint_sources = Table(
    "hint_sources", metadata,
    Column("source", Key, primary_key=True),  # the URL of a feed or sitemap; "webhook", "command"
    Column("polled", When),
    Column("again", When),
    Column("failures", Integer, nullable=False),
    Column("detail", Text, nullable=False),
    Column("events", Float, nullable=False),  # that looks found on pages it tells of
    Column("told", Float, nullable=False),  # ... of which it had told
    Column("looks", Float, nullable=False),  # after a hint of it
    Column("found", Float, nullable=False),  # ... that found something
    Column("demoted", Boolean, nullable=False),
)  # fmt: skip

hint_pages = Table(
    "hint_pages", metadata,
    Column("source", Key, primary_key=True),
    Column("urlkey", Key, primary_key=True),
    Column("told", When, nullable=False),  # last
    Index("hint_pages_by_page", "urlkey"),
)  # fmt: skip

subscriptions = Table(
    "subscriptions", metadata,
    Column("source", Key, primary_key=True),
    Column("topic", Key, nullable=False),
    Column("hub", Key, nullable=False),
    Column("path", Key, nullable=False),  # of the callback: nobody can guess it
    Column("secret", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("asked", When),
    Column("verified", When),
    Column("expires", When),
    Column("detail", Text, nullable=False),
    Index("subscriptions_by_path", "path", unique=True),
)  # fmt: skip

lifetimes = Table(
    "lifetimes", metadata,
    Column("site", Key, primary_key=True),  # the host, as urlkeys begin
    Column("shares", Text, nullable=False),  # of its revisions: overwritten, by kind (pipelines/lifetimes.py), as JSON
    Column("lives", Integer, nullable=False),
    Column("learnt", When, nullable=False),
)  # fmt: skip

# Tables that a rebuild neither fills nor empties.
REMEMBERED = frozenset(
    {"hosts", "learnt", "prices", "lifetimes", "hints", "hint_sources", "hint_pages", "subscriptions"}
)

__all__ = [
    "REMEMBERED", "RUNNING", "UNREAD", "captures", "changes", "files", "hint_pages", "hint_sources", "hints", "hosts",
    "learnt", "lifetimes", "metadata", "prices", "rediffed", "reextracted", "subscriptions", "takedowns", "versions",
    "visits", "watches",
]  # fmt: skip
