"""The changes between two states of one update, and between the page fields of two versions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from operator import attrgetter

from ..model import Change, ChangeClass, Update, Version
from .noise import text_class
from .same import ticks
from .words import compare_words, narrowed

_TOKENS = re.compile(
    r"(?:;(?:jsessionid|phpsessid)=[^?#]*|(?<=[?&])(?:utm_\w+|fbclid|gclid|phpsessid|jsessionid|sid|_|cb|"
    r"w|h|width|height|quality|q|fit|crop|auto|dpr|s)=[^&#]*&?)",
    re.IGNORECASE,
)
compared = attrgetter(*["text", "headline", "published", "updated", "pinned", "authors", "media", "captions", "links"])


def update_changes(old: Update, new: Update, elapsed: timedelta) -> Iterator[Change]:
    """Typed changes of one update's fields; without its place in the list."""
    if compared(old) == compared(new):  # as most are
        return
    yield from worded("edited", "text", old.text, new.text, elapsed)
    yield from worded("retitled", "headline", old.headline, new.headline, elapsed)
    yield from _retimed(old, new)
    if old.pinned != new.pinned:
        yield Change(type="pinned" if new.pinned else "unpinned", class_="metadata", field="pinned")
    yield from listed("byline", "authors", old.authors, new.authors)
    yield from addresses("media", "media", old.media, new.media)
    yield from listed("media", "captions", old.captions, new.captions)
    yield from addresses("links", "links", old.links, new.links)


def page_changes(old: Version, new: Version, elapsed: timedelta) -> Iterator[Change]:
    """Typed changes of the page's own fields. Its text counts only if neither side has updates: otherwise
    what differs there is in the updates, or is a box that rotates."""
    yield from worded("headline", "headline", old.headline, new.headline, elapsed)
    yield from worded("standfirst", "standfirst", old.standfirst, new.standfirst, elapsed)
    if not old.updates and not new.updates:
        yield from worded("edited", "text", old.text, new.text, elapsed)
    yield from listed("byline", "authors", old.authors, new.authors)
    if old.datePublished and new.datePublished:
        yield from _timed("retimed", "datePublished", old.datePublished, new.datePublished)
    yield from _coverage(old, new)


def worded(type_: str, field: str, old: str | None, new: str | None, elapsed: timedelta) -> Iterator[Change]:
    if (old or "") == (new or ""):
        return
    ops, coarse = compare_words(old or "", new or "")
    was, now, long = narrowed(old or "", new or "")
    yield Change(
        type=type_,
        class_="editorial" if long else text_class(was, now, elapsed),
        field=field,
        old=old,
        new=new,
        ops=ops,
        coarse=coarse or long,
    )


def listed(
    type_: str, field: str, old: tuple[str, ...], new: tuple[str, ...], class_: ChangeClass = "metadata"
) -> Iterator[Change]:
    """A change of a list of texts, one per line in ``old`` and ``new``; their order does not count."""
    if sorted(old) != sorted(new):
        yield Change(type=type_, class_=class_, field=field, old="\n".join(old) or None, new="\n".join(new) or None)


def addresses(type_: str, field: str, old: tuple[str, ...], new: tuple[str, ...]) -> Iterator[Change]:
    """A change of a list of URLs; ``volatile`` if only visitor tokens, picture sizes or http(s) differ."""
    tokens_only = {_address(u) for u in old} == {_address(u) for u in new}
    yield from listed(type_, field, old, new, "volatile" if tokens_only else "metadata")


def _address(url: str) -> str:
    return re.sub(r"^https?:", "", _TOKENS.sub("", url), flags=re.IGNORECASE).rstrip("?&")


def _retimed(old: Update, new: Update) -> Iterator[Change]:
    if ticks(old) or ticks(new):  # the time was worked out from an age: it moves with each look
        return
    if old.published and new.published and _differs(old.published, new.published, old, new):
        yield from _timed("retimed", "published", old.published, new.published)
    # An update stamp that was not there before is news; a time of publication is not: it was always there.
    if new.updated and (old.updated is None or _differs(old.updated, new.updated, old, new)):
        yield from _timed("retimed", "updated", old.updated, new.updated)


def _differs(a: datetime, b: datetime, old: Update, new: Update) -> bool:
    """Compared as exactly as the less exact of both was shown."""
    kept = {"day": 10, "min": 16}  # of 2026-01-03T10:00:00
    length = min(kept.get(p or "s", 19) for p in (old.time_precision, new.time_precision))
    return a.isoformat()[:length] != b.isoformat()[:length]


def _timed(type_: str, field: str, old: datetime | None, new: datetime | None) -> Iterator[Change]:
    if old != new:
        was, now = (iso(moment) if moment else None for moment in (old, new))
        yield Change(type=type_, class_="metadata", field=field, old=was, new=now)


def _coverage(old: Version, new: Version) -> Iterator[Change]:
    if new.coverageStartTime is not None:
        yield from _timed("coverage_started", "coverageStartTime", old.coverageStartTime, new.coverageStartTime)
    elif new.state == "live" and (old.state == "ended" or (old.state == "unknown" and not old.updates)):
        yield _state("coverage_started", old, new)
    if new.state == "ended" != old.state:
        yield _state("coverage_ended", old, new)
    if new.continued_at and new.continued_at != old.continued_at:
        yield Change(
            type="continued", class_="metadata", field="continued_at", old=old.continued_at, new=new.continued_at
        )


def _state(type_: str, old: Version, new: Version) -> Change:
    return Change(type=type_, class_="metadata", field="state", old=old.state, new=new.state)


def iso(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
