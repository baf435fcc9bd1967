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

EXTRACTOR = "stoppress-extract/3"


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
        return _read(html, url, at.astimezone(UTC), content_type, profiles)
    except Exception as e:  # noqa: BLE001  a page that breaks a parser is a fact about that page
        return Unreadable(reading="extract-failed", detail=f"{type(e).__name__}: {e}"[:500])


def _read(
    html: bytes, url: str, at: datetime, content_type: str | None, profiles: Sequence[Profile] | None
) -> Version | Unreadable:
    if _may_be_json(html, content_type):
        from . import document

        version = document.read(_known(profiles), html, url=url, at=at, extractor=EXTRACTOR)
        if version is not None:
            return version
    source = parse(html, content_type)
    if isinstance(source, Unreadable):
        return source
    from . import profiled  # what these two import, trafilatura above all, takes half a second
    from .reading import read

    seen = profiled.read(_known(profiles), source, html, url=url, day=at.date())
    return read(source, seen, url=url, at=at, extractor=EXTRACTOR)


def _known(profiles: Sequence[Profile] | None) -> Sequence[Profile]:
    from .profile import shipped

    return shipped() if profiles is None else profiles


def _may_be_json(data: bytes, content_type: str | None) -> bool:
    return "html" not in (content_type or "").lower() and data[:100].lstrip()[:1] in (b"{", b"[")
