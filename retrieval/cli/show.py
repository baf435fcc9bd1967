"""``stoppress show``: a page as it was at a moment, as text."""

from __future__ import annotations

from datetime import datetime

from pipelines.cli.common import AsJson, echo_json, say
from pipelines.face import Json, iso, version_line
from pipelines.model import Update
from pipelines.store.catalog import StoredVersion

from ..later import LaterVersion
from .common import By, UrlAt, asked, opened, put, safe, when


def run(page: UrlAt, extractor: By = None, as_json: AsJson = False) -> None:
    """Show what a page said at a moment: its headline and its updates, or its text where it has none.

    A time means the version that was on show then. With --json the document of stoppress extract, and which
    version it is. With --extractor what that one read in the capture that first showed the version, or in the last
    capture by the time.

    Examples:

      stoppress show https://news.example.org/live/storm

      stoppress show https://news.example.org/live/storm@2026-01-03T10:00Z

      stoppress show https://news.example.org/live/storm@v3 --json

      stoppress show https://news.example.org/live/storm@v3 --extractor stoppress-extract/3
    """
    with opened() as archive:
        kept, moment = asked(archive, page)
        stored = kept.at_by(extractor, moment) if extractor else kept.at(moment)
    if isinstance(moment, datetime) and moment < stored.first_seen:
        say(f"nothing is kept from {when(moment)}; this is the first version, seen {when(stored.first_seen)}")
    if as_json:
        echo_json(line(stored))
    else:
        _print(stored)


def line(stored: StoredVersion | LaterVersion) -> Json:
    """What ``show --json`` prints: the document as ``extract --json`` has it, then which version it is."""
    of = {"digest": stored.digest} if isinstance(stored, StoredVersion) else {"extractor": stored.extractor}
    return {
        **version_line(stored.version),
        "url": stored.version.url,
        "version": stored.seq,
        "first_seen": iso(stored.first_seen),
        "last_seen": iso(stored.last_seen),
        "record_id": stored.record_id,
        **of,
    }


def _print(stored: StoredVersion | LaterVersion) -> None:
    said = stored.version
    name = f"v{stored.seq}" if isinstance(stored, StoredVersion) else f"by {stored.extractor} (v{stored.seq or '-'})"
    put(safe(said.headline) or "(no headline)")
    if said.standfirst:
        put(safe(said.standfirst))
    put(said.url)
    put(f"{name}, seen {when(stored.first_seen)} to {when(stored.last_seen)}, {said.state}, "
        f"{len(said.updates)} updates")  # fmt: skip
    for warning in said.warnings:
        put(f"note: {safe(warning)}")
    if not said.updates:
        put()
    for paragraph in [] if said.updates else said.text.splitlines():
        put(safe(paragraph))
    for update in said.updates:
        _print_update(update)


def _print_update(update: Update) -> None:
    time = when(update.published) if update.published else safe(update.shown_as) or "no time"
    marks = [name for name, on in (("pinned", update.pinned), ("key event", update.key_event)) if on]
    put()
    put("  ".join([time, *marks, *([safe(update.headline)] if update.headline else [])]))
    for paragraph in update.text.splitlines():
        put("  " + safe(paragraph) if paragraph.strip() else "")
