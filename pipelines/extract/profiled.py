"""A page as its platform's profile reads it: elements with known places for id, time, headline; embedded JSON."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from ..model import Window
from . import ids, state
from .adverts import is_advert
from .dom import address, said
from .found import Found
from .jsonld import MOST_UPDATES
from .profile import Entry, Flag, Profile, Time, Value
from .selectors import first, select, too_deep
from .source import Node, Source
from .times import Read


@dataclass(frozen=True, slots=True)
class Seen:
    """What one profile saw. ``gone``: elements that the page itself marks as deleted updates."""

    profile: Profile
    shown: tuple[Found, ...] = ()
    stated: tuple[Found, ...] = ()
    gone: frozenset[Node] = frozenset()
    page: int | None = None
    pages: int | None = None
    warnings: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()  # ids of those that are gone


def read(profiles: Sequence[Profile], source: Source, html: bytes, *, url: str, day: date) -> Seen | None:
    """What the first profile saw that fits the page and finds updates; of several, one without doubt.

    Else what the first that fits saw, which is nothing; None if none fits.
    """
    maybe = likely(profiles, html, (address(url).hostname or "").lower())
    if maybe and too_deep(source.body):
        return Seen(maybe[0], warnings=(f"{called(maybe[0])}: the page is nested too deeply; not used",))
    fitting = [p for p in maybe if p.marker is None or first(source.root, p.marker.select) is not None]
    fitting.sort(key=lambda p: (p.doubt(day) is not None, not p.hosts))
    seen = [_seen(p, source) for p in fitting]
    return next((s for s in seen if s.shown or s.stated), seen[0] if seen else None)


def called(profile: Profile) -> str:
    return f"profile:{profile.name}"


def likely(profiles: Sequence[Profile], html: bytes, host: str) -> list[Profile]:
    return [p for p in profiles if _may_fit(p, html, host)]


def _may_fit(profile: Profile, html: bytes, host: str) -> bool:
    """Whether host and source speak for it: a look at the bytes is hundreds of times cheaper than at elements."""
    if not profile.fits_host(host) or (profile.entry is None and profile.state is None):
        return False
    return profile.marker is None or profile.marker.source.encode() in html


def _seen(profile: Profile, source: Source) -> Seen:
    entry = profile.entry
    nodes = _entries(source.body, entry)[:MOST_UPDATES] if entry else []
    gone = frozenset(n for n in nodes if entry and _set(n, entry.deleted))
    pinned = {ids.normal(v) for v in (_value(source.body, profile.pinned_id),) if v}
    shown = [_found(n, entry, called(profile)) for n in nodes if entry and n not in gone]
    shown = [f for f in shown if not _is_advert(f)]
    shown = [replace(f, pinned=f.pinned or bool(f.id and ids.normal(f.id) in pinned)) for f in shown]
    stated = state.read(source.root, profile.state, called(profile)) if profile.state else state.Stated()
    warnings = [f"{called(profile)}: {len(gone)} updates marked as deleted are left out"] if gone else []
    if stated.broken:
        warnings.append(f"{called(profile)}: the page's own data is not valid JSON")
    ids_gone = (_value(n, entry.id) for n in nodes if n in gone) if entry else ()
    deleted = tuple(ids.normal(id_) for id_ in (*filter(None, ids_gone), *stated.gone))
    return Seen(profile, tuple(shown), stated.found, gone, stated.page, stated.pages, tuple(warnings), deleted)


def _is_advert(found: Found) -> bool:
    node = found.nodes[0]
    return is_advert(node, len(said(node)), timed=found.published is not None, printed=found.shown is not None)


def _entries(body: Node, entry: Entry) -> list[Node]:
    nodes = select(body, entry.select)
    if entry.also:
        both = {*nodes, *select(body, entry.also)}
        nodes = [n for n in body.iter(*{n.tag for n in both}) if n in both] if both else []
    return _outermost(nodes)


def _outermost(nodes: list[Node]) -> list[Node]:
    held = set(nodes)
    return [n for n in nodes if not any(a in held for a in n.iterancestors())]


def _found(node: Node, entry: Entry, carrier: str) -> Found:
    published, mark = _time(node, entry.published)
    return Found(
        carrier=carrier,
        nodes=(node,),
        body=tuple(_outermost(select(node, entry.text))) if entry.text else (),
        id=_value(node, entry.id),
        headline=_value(node, entry.headline),
        authors=_values(node, entry.authors),
        published=published,
        updated=_time(node, entry.updated)[0],
        created=_time(node, entry.created)[0],
        shown=(said(mark) or None) if mark is not None and mark is not node else None,
        pinned=_set(node, entry.pinned),
        key_event=_set(node, entry.key_event),
    )


def _time(node: Node, places: tuple[Time, ...]) -> tuple[Read | None, Node | None]:
    """The first place that holds a time, and the element that it stands in."""
    for place in places:
        for holder in [node] if place.select is None else select(node, place.select):
            text = _within(holder, place)
            read = state.moment(text, place.form) if text else None
            if read is not None:
                return read, holder
    return None, None


def _value(node: Node, value: Value | None) -> str | None:
    return next(iter(_values(node, value)), None)


def _values(node: Node, value: Value | None) -> tuple[str, ...]:
    if value is None:
        return ()
    holders = [node] if value.select is None else select(node, value.select)
    return tuple(dict.fromkeys(text for h in holders if (text := _within(h, value))))


def _within(node: Node, value: Value) -> str | None:
    text = " ".join((node.get(value.attribute) or "").split()) if value.attribute else said(node)
    if text and value.pattern:
        found = re.search(value.pattern, text[:2000])
        text = (found[1] or "") if found else ""
    return text or None


def _set(node: Node, flag: Flag | None) -> bool:
    if flag is None:
        return False
    holder = first(node, flag.select)
    if holder is None or flag.attribute is None:
        return holder is not None
    given = holder.get(flag.attribute)
    if given is None or (flag.equals is not None and given != flag.equals):
        return False
    return flag.word is None or flag.word in given.split()


def widened(window: Window, seen: Seen, body: Node) -> Window:
    """The window with what the profile knows about the rest of the page."""
    signs = seen.profile.window
    page = _count(_value(body, signs.page)) or seen.page
    pages = _count(_value(body, signs.pages)) or seen.pages
    more = signs.load_more is not None and first(body, signs.load_more) is not None
    older = signs.older is not None and first(body, signs.older) is not None
    if page is not None and pages is not None and page <= pages:
        window = replace(window, page=page, pages=pages, complete=window.complete and pages == 1)
    if more or older:
        window = replace(window, load_more=window.load_more or more, complete=False)
    return window


def _count(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() and 0 < len(text) < 5 else None
