"""An answer that is JSON as a whole, where a profile says what stands where: a page's twin, or a feed of it.

There is no generic reader to check it against, so that only a profile without doubt is asked.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from ..model import Version, Window
from . import ids, page, reconcile, rest
from .building import updates_of
from .dom import address
from .profile import Document, Profile, StateTime
from .profiled import called
from .reconcile import Pair
from .rest import Rest
from .source import MOST_BYTES
from .state import Stated, listed, text_at, time_at
from .times import Place


def read(
    profiles: Sequence[Profile], data: bytes, *, url: str, at: datetime, extractor: str, part: bool = False
) -> tuple[Version, Rest] | None:
    """What the answer said, and what follows it; None if it is no JSON, or no profile finds updates in it.

    ``part``: it belongs to a page that is known to be one of updates, so that a list without any is an answer, too.
    """
    host = (address(url).hostname or "").lower()
    fitting = [p for p in profiles if p.document and p.fits_host(host) and not p.doubt(at.date())]
    likely = [p for p in fitting if p.marker is None or p.marker.source.encode() in data]
    document = _document(data) if (likely or (part and fitting)) and len(data) <= MOST_BYTES else None
    for profile in (*likely, *(p for p in fitting if part and p not in likely)):
        listing = profile.document
        stated = listed(document, listing, called(profile)) if listing else Stated()
        if listing and (stated.found or stated.gone or (part and stated.there)):
            zone = ZoneInfo(profile.zone) if profile.zone else UTC
            version = _version(document, listing, stated, zone, url=url, at=at, extractor=extractor)
            return version, rest.of_document(document, listing, version, url=url)
    return None


def _document(data: bytes) -> Any:
    try:
        return json.loads(data, strict=False)
    except (ValueError, RecursionError):
        return None


def _version(
    document: Any, listing: Document, stated: Stated, zone: tzinfo, *, url: str, at: datetime, extractor: str
) -> Version:
    published, modified = (
        page.past(_moment(document, times, zone), at) for times in (listing.page_published, listing.page_updated)
    )
    place = Place(at, zone, modified, published)
    pairs, _ = reconcile.dated([Pair(None, f) for f in stated.found], place)
    updates, _ = updates_of(pairs, url)
    moments = [u.published for u in updates if u.published]
    pages = stated.pages
    return Version(
        url=url,
        at=at,
        headline=text_at(document, listing.page_headline) or None,
        standfirst=text_at(document, listing.page_standfirst).replace("\n", " ") or None,
        text="\n".join(part for u in updates for part in (u.headline, u.text) if part),
        lang=text_at(document, listing.page_lang) or None,
        authors=tuple(filter(None, [text_at(document, listing.page_authors)])),
        datePublished=published,
        dateModified=modified,
        live=True,
        window=Window(
            page=stated.page or 1, pages=pages, newest=max(moments, default=None), oldest=min(moments, default=None),
            complete=pages == 1, total=stated.total,
        ),
        updates=updates,
        deleted=tuple(f"id:{ids.normal(id_)}" for id_ in stated.gone),
        extractor=extractor,
    )  # fmt: skip


def _moment(document: Any, times: tuple[StateTime, ...], zone: tzinfo) -> datetime | None:
    read = time_at(document, times)
    if read is None or read.moment is None:
        return None
    aware = read.moment if read.moment.tzinfo else read.moment.replace(tzinfo=zone)
    return aware.astimezone(UTC)
