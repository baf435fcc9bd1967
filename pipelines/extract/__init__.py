"""One saved page -> what it said. Pure: the same bytes, URL and time give the same Version.

    bytes | source -> tree | json-ld, microdata, records, headings -> candidates | gate | profile, cross-check
          | reconcile -> pairs
          | cut -> text of each update | page -> headline, lead, dates, state, window -> Version

Every carrier of updates is read, because each one lies in its own way; the page as shown is the base.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ..model import Unreadable, Version
from .source import parse

if TYPE_CHECKING:
    from .profile import Profile

EXTRACTOR = "stoppress-extract/2"


def extract(
    html: bytes,
    *,
    url: str,
    at: datetime,
    content_type: str | None = None,
    profiles: Sequence[Profile] | None = None,
) -> Version | Unreadable:
    """What a page said: headline, lead, text and its timestamped updates, in the order of the page.

    ``html``: the entity, content coding removed. ``at``: when it was fetched, aware; ages ("4 min ago") are
    read against it. ``profiles``: of platforms, instead of those that come with Stoppress; ``()`` switches all off.
    A page that cannot be read is an ``Unreadable`` with its reason, never an exception; ValueError only for
    an ``at`` without zone.
    """
    if at.tzinfo is None:
        raise ValueError("at has no time zone; give an aware datetime, for example datetime.now(UTC)")
    try:
        source = parse(html, content_type)
        if isinstance(source, Unreadable):
            return source
        from . import profile, profiled  # what they import, and trafilatura below, takes time
        from .reading import read

        now = at.astimezone(UTC)
        known = profile.shipped() if profiles is None else profiles
        seen = profiled.read(known, source, html, url=url, day=now.date()) if known else None
        return read(source, seen, url=url, at=now, extractor=EXTRACTOR)
    except Exception as e:  # noqa: BLE001  a page that breaks a parser is a fact about that page
        return Unreadable(reading="extract-failed", detail=f"{type(e).__name__}: {e}"[:500])
