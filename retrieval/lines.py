"""What the face says of pages and versions in JSON, on the command line and over HTTP."""

from __future__ import annotations

from pipelines.completeness import Caught, Completeness, completeness
from pipelines.face import Json, iso
from pipelines.store.catalog import PageSummary, StoredVersion


def page_line(page: PageSummary, complete: Completeness | None) -> Json:
    """A line of ``pages --json``, and a page of the API; ``complete``: None where there was no good look."""
    return {
        "url": page.url,
        "state": page.state,
        "headline": page.headline,
        "visits": page.visits,
        "captures": page.captures,
        "versions": page.versions,
        "changes": page.changes,
        "first_seen": page.first_seen and iso(page.first_seen),
        "last_seen": page.last_seen and iso(page.last_seen),
        "last_outcome": page.last_outcome,
        "completeness": (complete or completeness(Caught())).to_json(),
    }


def version_line(stored: StoredVersion, changes: int) -> Json:
    """A line of ``versions --json``, and a version of the API; ``same_as``: an earlier version that said the same;
    ``redacted``: the takedown of one that may not be shown."""
    return {
        "version": stored.seq,
        "first_seen": iso(stored.first_seen),
        "last_seen": iso(stored.last_seen),
        "headline": stored.version.headline,
        "state": stored.version.state,
        "updates": len(stored.version.updates),
        "uncovered": stored.version.uncovered,
        "extra": stored.version.extra,
        "state_votes": list(stored.version.state_votes),
        "continued_at": stored.version.continued_at,
        "changes": changes,
        "same_as": stored.same_as,
        "content_hash": stored.content_hash,
        "digest": stored.digest,
        "record_id": stored.record_id,
        "redacted": stored.redacted,
    }
