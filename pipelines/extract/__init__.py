"""One saved page -> what it said. Pure: the same bytes, URL and time give the same Version.

    bytes | source -> tree | json-ld, microdata, records, headings -> candidates | reconcile, gate -> pairs
          | cut -> text of each update | page -> headline, lead, dates, state, window -> Version

Every carrier of updates is read, because each one lies in its own way; the page as shown is the base.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from ..model import Unreadable, Version
from .source import parse

EXTRACTOR = "stoppress-extract/1"


def extract(
    html: bytes,
    *,
    url: str,
    at: datetime,
    content_type: str | None = None,
    profiles: Sequence[Any] | None = None,
) -> Version | Unreadable:
    """What a page said: headline, lead, text and its timestamped updates, in the order of the page.

    ``html``: the entity, content coding removed. ``at``: when it was fetched, aware; ages ("4 min ago") are
    read against it. ``profiles``: descriptions of single sites; none exist yet, ``()`` switches them off.
    A page that cannot be read is an ``Unreadable`` with its reason, never an exception; ValueError only for
    an ``at`` without zone.
    """
    if at.tzinfo is None:
        raise ValueError("at has no time zone; give an aware datetime, for example datetime.now(UTC)")
    try:
        source = parse(html, content_type)
        if isinstance(source, Unreadable):
            return source
        from .reading import read  # trafilatura takes half a second to import

        return read(source, url=url, at=at.astimezone(UTC), extractor=EXTRACTOR)
    except Exception as e:  # noqa: BLE001  a page that breaks a parser is a fact about that page
        return Unreadable(reading="extract-failed", detail=f"{type(e).__name__}: {e}"[:500])
