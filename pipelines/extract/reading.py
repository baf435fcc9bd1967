"""The flow of one extraction, from the tree to the Version."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, tzinfo
from itertools import chain
from zoneinfo import ZoneInfo

from ..model import Update, Version
from . import ahead, breaks, completeness, containers, coverage, page, printed, profiled, reconcile, rollover, zones
from .building import AND, updates_of
from .carried import Carried
from .cut import Cut
from .head import Head, utc
from .lasting import Lasting
from .memory import Memory
from .places import Sidelines
from .reconcile import Pair
from .source import Node, Source
from .text import whole_text
from .times import Place, attribute


def read(
    source: Source,
    seen: profiled.Seen | None = None,
    *,
    url: str,
    at: datetime,
    extractor: str,
    hinted: bool = False,
    memory: Memory | None = None,
    lasting: Lasting | None = None,
) -> Version:
    """``seen``: what the profile of the platform saw, if there is one. ``hinted``: it is known to be a live page.

    ``memory``: of earlier visits. ``lasting`` is told the times that were met.
    """
    root, body = source.root, source.body
    breaks.split(body)
    head, aside = Head.of(root, url), Sidelines(body)
    carried = Carried.by(body, head, aside, url)
    doubt = seen.profile.doubt(at.date()) if seen else None
    hinted = hinted or head.live or head.announced
    head = printed.with_own(head, body, aside, carried.dom)
    zone, known = _zone(body, head, carried, None if doubt else seen, url)
    changed, begun = (page.past(utc(read, zone), at) for read in (head.modified, head.published))
    place = Place(at, zone, changed, begun, somewhere=not known)
    place = printed.placed(place, head, hinted=hinted)
    hinted = hinted or head.announced
    lasting = lasting or Lasting(at)
    lasting.turns(*ahead.turns([carried.dom, carried.data], place))  # how far a time lies ahead decides
    carried.mend_wall_times(place)
    place, dated = printed.titled(place, body, aside, carried.dom, dated=carried.is_dated(place))
    _tell_times(lasting, zone, head, carried, seen, hinted=hinted, dated=dated)
    told_on = printed.goes_on(body, aside, carried.dom)
    carried.refuse_others(head, place, body, aside, hinted=hinted, dated=dated, told_on=told_on)
    believed = seen is not None and bool(seen.shown or seen.stated) and not doubt
    if hinted and not (carried.dom or carried.data or believed):
        carried.take_embedded(root, url, place)
        lasting.found(carried.data)
    carried.weigh(seen, doubt, body, url)
    pairs, shifts = reconcile.dated(reconcile.join(carried.dom, carried.data, carried.vouch), place)
    updates, cuts = updates_of(pairs, url, memory)
    told = [*source.warnings, *head.structured.warnings, *carried.warnings, *shifts]
    version = _version(source, head, aside, pairs, updates, seen, zone, url=url, at=at, memory=memory)
    lasting.moment(version.coverageStartTime, version.coverageEndTime)
    told += _distrusted(version)
    told += _warnings(version, cuts, carried.refused, None if known else zone)
    told += ["script_only"] if hinted and not updates and containers.is_empty(body) else []
    told += version.warnings
    uncovered, extra = completeness.counts(version) if updates else (None, None)
    return replace(
        version, uncovered=uncovered, extra=extra, warnings=tuple(dict.fromkeys(told)), extractor=extractor
    )


def _zone(
    body: Node, head: Head, carried: Carried, seen: profiled.Seen | None, url: str
) -> tuple[tzinfo, bool]:
    """Of the page's clocks, and whether that is more than a guess. ``seen``: by a profile that is not in doubt."""
    if seen and seen.profile.zone:
        return ZoneInfo(seen.profile.zone), True
    clocks = [f.shown for f in carried.dom if f.shown]
    nodes = (n for f in carried.dom for n in f.nodes)
    own = (r.moment for r in (head.modified, head.published) if r and r.moment and r.moment.tzinfo)
    stated = chain(own, carried.stated(), _said_again(body, head))
    return zones.zone(head.lang, url, stated, clocks, lambda: zones.note(body, nodes))


def _said_again(body: Node, head: Head) -> Iterator[datetime]:
    """The page's own times as its time elements state them: in the head they are often in UTC."""
    own = {r.moment for r in (head.modified, head.published) if r and r.moment and r.moment.tzinfo}
    for node in body.iter("time") if own else ():
        read = attribute(node.get("datetime") or "")
        if read is not None and read.moment is not None and read.moment.tzinfo and read.moment in own:
            yield read.moment


def _tell_times(
    lasting: Lasting, zone: tzinfo, head: Head, carried: Carried, seen: profiled.Seen | None,
    *, hinted: bool, dated: bool,
) -> None:  # fmt: skip
    lasting.zone = zone
    lasting.read(head.modified, head.published)
    lasting.found([*carried.dom, *head.structured.group.found, *(seen.shown + seen.stated if seen else ())])
    if carried.dom and not (carried.trusted or hinted or dated):
        lasting.steady = False  # how long ago its last clock was decides


def _version(
    source: Source, head: Head, aside: Sidelines, pairs: list[Pair], updates: tuple[Update, ...],
    seen: profiled.Seen | None, zone: tzinfo, *, url: str, at: datetime, memory: Memory | None,
) -> Version:  # fmt: skip
    """All that a version says, but for its figures of completeness; the warnings are those of its end."""
    root, body, meta, about = source.root, source.body, head.meta, head.structured.page
    moments = [u.published for u in updates if u.published]
    newest = max(moments, default=None)
    headline = page.headline(root, meta, about)
    start, end = (utc(read, zone) for read in head.span)
    latest = max(updates, key=lambda u: (u.published is not None and u.published == newest, -u.position), default=None)
    votes = coverage.votes(root, body, headline, latest.text if latest else "", end, newest, at)
    live = bool(updates) or head.live
    state = coverage.state_of(votes) if live else "unknown"
    first = next((p.dom.nodes[0] for p in pairs if p.dom), None)
    window = page.window(body, newest, min(moments, default=None))
    deleted = (*(seen.deleted if seen else ()), *_tombstones(body))
    return Version(
        url=url,
        at=at,
        headline=headline,
        standfirst=page.standfirst(body, meta, about, aside, first),
        text=whole_text(root, body, memory, url),
        lang=head.lang,
        authors=page.authors(meta, about),
        datePublished=utc(head.published, zone),
        dateModified=utc(head.modified, zone),
        coverageStartTime=start,
        coverageEndTime=end,
        state=state,
        live=live,
        state_votes=tuple(f"{v.weight}: {v.reason}" for v in votes if live),
        polls=live and coverage.polls(root),
        continued_at=_continued(body, url, aside, pairs, newest) if live else None,
        window=profiled.widened(window, seen, body) if seen else window,
        updates=updates,
        deleted=tuple(f"id:{id_}" for id_ in dict.fromkeys(deleted)),
        warnings=tuple(f"ended: {v.reason}" for v in votes if state == "ended"),
    )


def _continued(body: Node, url: str, aside: Sidelines, pairs: list[Pair], newest: datetime | None) -> str | None:
    shown = [p for p in pairs if p.dom]
    latest = [p for p in shown if p.published and p.published.moment == newest] or shown[:1]
    telling = [n for p in shown if p in latest[:1] or (p.dom and p.dom.pinned) for n in (p.dom.nodes if p.dom else ())]
    others = [n for p in shown for n in (p.dom.nodes if p.dom else ()) if n not in telling]
    return rollover.continued_at(body, url, aside, telling=telling, others=others)


def _tombstones(body: Node) -> tuple[str, ...]:
    """Ids of updates that the page says it has taken away: AMP lists keep an element for each."""
    marked = (node for node in body.iter("div", "article", "li", "section") if "data-tombstone" in node.attrib)
    return tuple(id_ for node in marked if (id_ := node.get("id")))


def _distrusted(version: Version) -> list[str]:
    """The rules that took something from single updates or from the page's own end, each once."""
    named = [rule for u in version.updates for rule in dict(u.provenance).get("distrust", "").split(AND) if rule]
    newest = max((u.published for u in version.updates if u.published), default=None)
    end = version.coverageEndTime
    doubt = coverage.doubt(end, newest, version.at) if end else None
    return [*dict.fromkeys(named), *([doubt] if doubt else [])]


def _warnings(version: Version, cuts: list[Cut], refused: str | None, assumed: tzinfo | None) -> list[str]:
    found = []
    if not version.updates:
        found.append("not_segmented")
        found += [f"records refused: {refused}"] if refused else []
    if any(u.time_source == "inferred" for u in version.updates) and assumed:
        found.append(f"times: no zone is stated; read as {assumed}")
    fallen = sum(c.fell_back for c in cuts)
    if fallen:
        found.append(f"text: own serialisation for {fallen} of {len(cuts)} updates")
    return found
