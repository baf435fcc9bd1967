"""The entry to all of it: bytes, their address and their time -> a Version, and what else there is to ask for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ..model import Unreadable, Version
from . import EXTRACTOR
from .source import Source, parse
from .whole import Look, whole, with_rest

if TYPE_CHECKING:
    from .again import Outline
    from .memory import Memory
    from .profile import Profile


def extract(
    html: bytes,
    *,
    url: str,
    at: datetime,
    content_type: str | None = None,
    profiles: Sequence[Profile] | None = None,
    parts: Sequence[tuple[str, bytes]] = (),
    memory: Memory | None = None,
) -> Version | Unreadable:
    """What a page said: headline, lead, text and its timestamped updates, in the order of the page.

    ``html``: the entity, content coding removed. ``at``: when it was fetched, aware; ages ("4 min ago") are
    read against it. ``profiles``: of platforms, instead of those that come with Stoppress; ``()`` switches all off.
    ``parts``: address and entity of its older pages and of its feeds' answers, in the order in which they were
    fetched: the version holds what all of them say.
    ``memory``: lent for page after page, it saves reading again what was read before; it changes no result.
    A page that cannot be read is an ``Unreadable`` with its reason, never an exception; ValueError only for
    an ``at`` without zone.
    """
    if at.tzinfo is None:
        raise ValueError("at has no time zone; give an aware datetime, for example datetime.now(UTC)")
    page = look(html, url=url, at=at, content_type=content_type, profiles=profiles, memory=memory)
    if not parts:
        return page.read
    return whole(page, [_part(part, page.url, html, at, profiles, memory) for part in parts])


def _part(
    part: tuple[str, bytes], first: str, page: bytes, at: datetime, profiles: Sequence[Profile] | None,
    memory: Memory | None,
) -> Look:  # fmt: skip
    url, data = part
    seen = look(data, url=url, at=at, profiles=profiles, first=first, memory=memory)
    if not seen.is_bare:
        return seen
    return look(data, url=url, at=at, profiles=profiles, first=first, beside=page, memory=memory)


def look(
    html: bytes, *, url: str, at: datetime, content_type: str | None = None,
    profiles: Sequence[Profile] | None = None, first: str | None = None, beside: bytes | None = None,
    memory: Memory | None = None,
) -> Look:  # fmt: skip
    """What ``extract`` gives, and what else there is to ask for.

    ``first``: the page that this one is a part of, an older page or the answer of a feed. ``beside``: that page, for a
    part in which nothing was recognised: a single update is known by its likeness.
    """
    try:
        return _read(html, url, at.astimezone(UTC), content_type, _known(profiles), first, beside, memory)
    except Exception as e:  # noqa: BLE001  a page that breaks a parser is a fact about that page
        return Look(url, Unreadable(reading="extract-failed", detail=f"{type(e).__name__}: {e}"[:500]))


def _read(
    html: bytes, url: str, at: datetime, content_type: str | None, profiles: Sequence[Profile],
    first: str | None, beside: bytes | None, memory: Memory | None,
) -> Look:  # fmt: skip
    part = first is not None
    if _may_be_json(html, content_type):
        from . import document

        told = document.read(profiles, html, url=url, at=at, extractor=EXTRACTOR, part=part)
        if told is not None:
            return Look(url, *told)
    if memory is None or part:
        return _parsed(html, url, at, content_type, profiles, first, beside, memory)
    from .again import outline

    page = outline(html, profiles, url=url, day=at.date(), content_type=content_type, extractor=EXTRACTOR)
    known = page.seen(memory, at) if page else None
    return known or _parsed(html, url, at, content_type, profiles, first, beside, memory, page)


def _parsed(
    html: bytes, url: str, at: datetime, content_type: str | None, profiles: Sequence[Profile],
    first: str | None, beside: bytes | None, memory: Memory | None, page: Outline | None = None,
) -> Look:  # fmt: skip
    source = parse(html, content_type)
    if isinstance(source, Unreadable):
        return Look(url, source)
    from . import alone, profiled, rest  # what these import, trafilatura above all, takes half a second
    from .lasting import Lasting
    from .reading import read

    lent = 0
    if beside is not None and isinstance(whole_page := parse(beside, None), Source):
        lent = alone.put_beside(whole_page, source, url=url)
    lasting = Lasting(at) if page and page.agrees(source) else None
    seen = profiled.read(profiles, source, html, url=url, day=at.date())
    hinted = first is not None
    signs = rest.signs(source.root, url=url, first=first or url, profile=seen.profile if seen else None)
    version = read(source, seen, url=url, at=at, extractor=EXTRACTOR, hinted=hinted, memory=memory, lasting=lasting)
    version = alone.without(version, lent)
    told = with_rest(version, signs.of(version))
    if page and memory and lasting:
        page.keep(memory, told, lasting)
    return told


def _known(profiles: Sequence[Profile] | None) -> Sequence[Profile]:
    from .profile import shipped

    return shipped() if profiles is None else profiles


def _may_be_json(data: bytes, content_type: str | None) -> bool:
    return "html" not in (content_type or "").lower() and data[:100].lstrip()[:1] in (b"{", b"[")
