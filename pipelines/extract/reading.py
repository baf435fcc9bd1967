"""The flow of one extraction, from the tree to the Version."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from ..model import Update, Version
from . import (
    ahead,
    breaks,
    completeness,
    containers,
    coverage,
    crosscheck,
    distrust,
    embedded,
    gate,
    headings,
    ids,
    jsonld,
    merge,
    microdata,
    page,
    profiled,
    reconcile,
    records,
    rollover,
    rowtimes,
    zones,
)
from .canonical import count, letters
from .copies import without_copies
from .cut import Cut, cut
from .found import Found
from .lasting import Lasting
from .marks import survey
from .matchclock import is_match
from .memory import Memory
from .otherlists import holds_data, other_list
from .phrases import Phrases
from .places import Sidelines
from .reconcile import Pair, Vouch
from .source import Node, Source
from .text import whole_text
from .times import Place, Read, settle

COMPLETE = 0.9  # share of the structured text's letters that the page's text must have
OWN_SERIALISATION, BY_FRAGMENT = ": own serialisation", ": by trafilatura"  # behind the carrier of a text
ELLIPSES = ("…", "...")
AND = " | "  # between the names of rules
CLEARLY_BETTER = 1.5  # how much more the flat headings must hold to be taken before records


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
    meta, structured, aside = page.Meta.of(root), jsonld.read(root), Sidelines(body)
    own, strangers = reconcile.without_strangers(structured.group.found, url)
    data, lies = reconcile.without_page_times(own)
    words = Phrases(body)
    vouch = Vouch(data, words)
    dom, trusted, seen_lies = _seen(body, aside, url, vouch)
    about = structured.page
    modified = jsonld.moment(about.get("dateModified")) or meta.moment(
        "article:modified_time", "og:updated_time", "datemodified", "last-modified"
    )
    published = jsonld.moment(about.get("datePublished")) or meta.moment(
        "article:published_time", "datepublished", "date", "dc.date", "pubdate", "publishdate"
    )
    lang = page.language(root, meta)
    printed = [f.shown for f in dom if f.shown]
    notes = zones.note(body, (n for f in dom for n in f.nodes))
    zone, known = zones.zone(lang, url, _stated(modified, published, dom, data), printed, notes)
    if seen and seen.profile.zone and not seen.profile.doubt(at.date()):
        zone, known = ZoneInfo(seen.profile.zone), True
    place = Place(at, zone, page.past(_utc(modified, zone), at), page.past(_utc(published, zone), at))
    if lasting and ahead.is_ahead([dom, data], at):
        lasting.steady = False  # how far they lie ahead decides
    if walled := ahead.as_wall_times([dom, data], place):
        dom, data = walled
        vouch, lies = Vouch(data, words), [*lies, distrust.AHEAD_AS_UTC]
    live = structured.live or microdata.is_live(root)
    hinted = hinted or live or page.looks_live(root, meta, url)
    if lasting:
        lasting.zone = zone
        lasting.read(modified, published)
        lasting.found([*dom, *structured.group.found, *(seen.shown + seen.stated if seen else ())])
    refused = None
    if not trusted and dom:
        dated = place.changed is not None or any(f.day or not _is_clock(f.published) for f in dom)
        if lasting and not (hinted or dated):
            lasting.steady = False  # how long ago its last clock was decides
        told = None if live else _told_otherwise(dom, structured.other, hinted=hinted)
        refused = told or _refusal(dom, place, hinted=hinted, dated=dated)
        dom = [] if refused else dom
    believed = seen is not None and bool(seen.shown or seen.stated) and not seen.profile.doubt(at.date())
    if hinted and not (dom or data or believed):
        data = _embedded(root, url, place)
        if lasting:
            lasting.found(data)
        vouch = Vouch(data, words)
    dom, data, others = reconcile.unrelated(dom, data, vouch, body, url)
    heard: tuple[str, ...] = ()
    if seen:
        weighed = crosscheck.weigh(seen, dom, data, seen.profile.doubt(at.date()), words)
        dom, data, heard, vouch = weighed.dom, weighed.data, weighed.warnings, Vouch(weighed.data, words)
    pairs, shifts = reconcile.dated(reconcile.join(dom, data, vouch), place)
    updates, cuts = updates_of(pairs, url, memory)
    first = next((p.dom.nodes[0] for p in pairs if p.dom), None)
    newest = max((u.published for u in updates if u.published), default=None)
    headline = page.headline(root, meta, about)
    span = _coverage(about, meta, zone)
    if lasting:
        lasting.moment(*span)
    latest = max(updates, key=lambda u: (u.published is not None and u.published == newest, -u.position), default=None)
    votes = coverage.votes(root, body, headline, latest.text if latest else "", span[1], newest, at)
    live = bool(updates) or live
    window = page.window(body, newest, min((u.published for u in updates if u.published), default=None))
    warnings = [*source.warnings, *structured.warnings, *strangers, *lies, *seen_lies, *others, *heard, *shifts]
    warnings += _distrusted(updates, span[1], newest, at)
    warnings += _warnings(updates, cuts, live, refused, None if known else zone)
    warnings += ["script_only"] if hinted and not updates and containers.is_empty(body) else []
    state = coverage.state_of(votes) if live else "unknown"
    standfirst = page.standfirst(body, meta, about, aside, first)
    window = profiled.widened(window, seen, body) if seen else window
    version = Version(
        url=url,
        at=at,
        headline=headline,
        standfirst=standfirst,
        text=whole_text(root, body, memory, url),
        lang=lang,
        authors=page.authors(meta, about),
        datePublished=_utc(published, zone),
        dateModified=_utc(modified, zone),
        coverageStartTime=span[0],
        coverageEndTime=span[1],
        state=state,
        live=live,
        state_votes=tuple(f"{v.weight}: {v.reason}" for v in votes if live),
        polls=live and coverage.polls(root),
        continued_at=_continued(body, url, aside, pairs, newest) if live else None,
        window=window,
        updates=updates,
        deleted=tuple(f"id:{id_}" for id_ in dict.fromkeys((*(seen.deleted if seen else ()), *_tombstones(body)))),
        warnings=tuple(dict.fromkeys([*warnings, *(f"ended: {v.reason}" for v in votes if state == "ended")])),
        extractor=extractor,
    )
    uncovered, extra = completeness.counts(version) if updates else (None, None)
    return replace(version, uncovered=uncovered, extra=extra)


def _told_otherwise(dom: list[Found], other: str | None, *, hinted: bool) -> str | None:
    """What the records, or the page, are instead of updates. ``other``: the type that the page says it is of."""
    nodes = [f.nodes[0] for f in dom]
    data = holds_data(nodes)
    if data or hinted:
        return data
    return f"the page says that it is one of type {other}" if other else other_list(nodes)


def _refusal(dom: list[Found], place: Place, *, hinted: bool, dated: bool) -> str | None:
    """What speaks against records that were found by their looks alone."""
    reads = [f.published for f in dom]
    stamps = settle(reads, place, [f.day for f in dom])
    named = all(f.id for f in dom)
    return gate.refusal(stamps, hinted=hinted, match=is_match(reads), named=named, dated=dated, at=place.at)


def _continued(body: Node, url: str, aside: Sidelines, pairs: list[Pair], newest: datetime | None) -> str | None:
    shown = [p for p in pairs if p.dom]
    latest = [p for p in shown if p.published and p.published.moment == newest] or shown[:1]
    telling = [n for p in shown if p in latest[:1] or (p.dom and p.dom.pinned) for n in (p.dom.nodes if p.dom else ())]
    others = [n for p in shown for n in (p.dom.nodes if p.dom else ()) if n not in telling]
    return rollover.continued_at(body, url, aside, telling=telling, others=others)


def _embedded(root: Node, url: str, place: Place) -> list[Found]:
    """What the page carries for its scripts, if it looks like coverage."""
    found = list(embedded.read(root, url))
    stamps = settle([f.published for f in found], place)
    named = all(f.id for f in found)
    return [] if gate.refusal(stamps, hinted=True, named=named, dated=True, at=place.at) else found


def _tombstones(body: Node) -> tuple[str, ...]:
    """Ids of updates that the page says it has taken away: AMP lists keep an element for each."""
    marked = (node for node in body.iter("div", "article", "li", "section") if "data-tombstone" in node.attrib)
    return tuple(id_ for node in marked if (id_ := node.get("id")))


def _is_clock(read: Read | None) -> bool:
    """Nothing but the fetch says of which day it is."""
    return read is None or (read.clock is not None and read.day is None and read.age is None)


def _distrusted(updates: tuple[Update, ...], end: datetime | None, newest: datetime | None, at: datetime) -> list[str]:
    """The rules that took something from single updates or from the page's own end, each once."""
    named = [rule for u in updates for rule in dict(u.provenance).get("distrust", "").split(AND) if rule]
    doubt = coverage.doubt(end, newest, at) if end else None
    return [*dict.fromkeys(named), *([doubt] if doubt else [])]


def _stated_in_markup(body: Node, found: tuple[Found, ...]) -> tuple[list[Found], list[str]]:
    """Microdata, with the times that the page shows where all of its own are one."""
    believed, lies = reconcile.without_page_times(list(found), "microdata")
    if any(f.published for f in found) and not any(f.published for f in believed):
        unlike = {f.published.moment for f in found if f.published and f.published.moment}
        believed = rowtimes.timed(believed, survey(body), unlike)
    return believed, lies


def _seen(body: Node, aside: Sidelines, url: str, vouch: Vouch) -> tuple[list[Found], bool, list[str]]:
    """The updates as the page shows them, whether another carrier vouches for them, and what was not believed."""
    stated = microdata.read(body)
    if stated.found:
        found, lies = _stated_in_markup(body, stated.found)
        return _with_ids(found, url), True, lies
    seen = survey(body)
    best = records.read(body, seen, aside, url, vouch)
    trusted = bool(best.found) and 2 * sum(vouch(f.nodes[0]) for f in best.found) >= len(best.found)
    if not trusted:
        flat = headings.read(body, seen, aside, url)
        if flat.score > CLEARLY_BETTER * best.score:
            return list(flat.found), False, []
    lies = [distrust.REPEATED_ID] if ids.repeats([f.nodes[0] for f in best.found]) else []
    return _with_ids(list(best.found), url), trusted, lies


def _with_ids(found: list[Found], url: str) -> list[Found]:
    given = ids.native([f.nodes[0] for f in found], url)
    return [replace(f, id=value or f.id) for f, value in zip(found, given, strict=True)]


def _stated(modified: Read | None, published: Read | None, *groups: list[Found]) -> list[datetime]:
    reads = [modified, published, *(f.published for group in groups for f in group)]
    return [r.moment for r in reads if r and r.moment and r.moment.tzinfo]


def _utc(read: Read | None, zone: tzinfo) -> datetime | None:
    if read is None or read.moment is None:
        return None
    aware = read.moment if read.moment.tzinfo else read.moment.replace(tzinfo=zone)
    return aware.astimezone(UTC)


def _coverage(about: jsonld.Object, meta: page.Meta, zone: tzinfo) -> tuple[datetime | None, datetime | None]:
    keys = ("coverageStartTime", "coverageEndTime")
    reads = [jsonld.moment(about.get(k)) or meta.moment(k.lower()) for k in keys]
    return _utc(reads[0], zone), _utc(reads[1], zone)


def updates_of(pairs: list[Pair], url: str, memory: Memory | None = None) -> tuple[tuple[Update, ...], list[Cut]]:
    cuts = [cut(p.dom, url, _headline(p), memory) if p.dom else None for p in pairs]
    short = any(c and p.data and _is_cut(c.text, p.data.text) for p, c in zip(pairs, cuts, strict=True))
    built = [_update(p, c, short=short) for p, c in zip(pairs, cuts, strict=True)]
    # A bare embed has no text and is an update all the same; an element without anything is none.
    timed = {i for i, p in enumerate(pairs) if p.dom and p.dom.carrier == "headings"}
    kept = without_copies([u for i, u in enumerate(built) if u.text or u.id or u.media or u.headline or i in timed])
    return merge.rekeyed(kept), [c for c in cuts if c]


def _by_profile(found: Found | None) -> Found | None:
    """A profile that leads knows where things stand; what else is there is a guess."""
    return found if found and found.carrier.startswith("profile:") else None


def _headline(pair: Pair) -> str | None:
    order = (_by_profile(pair.dom), _by_profile(pair.data), pair.data, pair.dom)
    return next((f.headline for f in order if f and f.headline), None)


def _update(pair: Pair, shown: Cut | None, *, short: bool) -> Update:
    """``short``: the page shows that structured data's texts are cut."""
    data, dom = pair.data, pair.dom
    text, text_by = _text(shown, data, dom)
    known = _by_profile(dom)
    headline = (known.headline if known else None) or (shown.headline if shown else None) or _headline(pair)
    rules = [*(data.distrust if data else ()), *(dom.distrust if dom else ()), *pair.distrust]
    rules += _of_text(text, shown, data, dom, short=short)
    if headline and text.startswith(headline.rstrip(" .…")) and not (shown and shown.headline):
        rules += [distrust.FIRST_WORDS] if data and data.headline == headline else []
        headline = None
    native = (dom.id if dom else None) or (data.id if data else None)
    by = pair.published
    return Update(
        text=text,
        id=ids.normal(native) if native else None,
        headline=headline,
        html=shown.html if shown else "",
        authors=next((a for f in (known, shown, data, dom) if f and (a := f.authors)), ()),
        published=by.moment if by else None,
        updated=pair.updated.moment if pair.updated else None,
        created=pair.created.moment if pair.created else None,
        time_precision=by.precision if by else None,
        time_source=by.source if by else None,
        shown_as=dom.shown if dom else None,
        pinned=any(f.pinned for f in (shown, dom, data) if f),
        key_event=any(f.key_event for f in (shown, dom, data) if f),
        links=shown.links if shown else (),
        media=shown.media if shown else (),
        captions=shown.captions if shown else (),
        provenance=(("published", pair.reason), ("text", text_by), *_notes(dom, data), *_lost(pair, rules)),
    )


def _notes(*found: Found | None) -> tuple[tuple[str, str], ...]:
    """Fields that a profile gave, and what was said otherwise; each field once."""
    notes: dict[str, str] = {}
    for item in filter(None, found):
        for name in ("id", "headline", "authors", "updated", "created", "pinned", "key_event"):
            if _by_profile(item) and getattr(item, name):
                notes.setdefault(name, item.carrier)
        notes.update((n, by) for n, by in item.notes if n not in notes or by != item.carrier)
    notes.pop("published", None)
    return tuple(notes.items())


def _lost(pair: Pair, rules: list[str]) -> tuple[tuple[str, str], ...]:
    """What was not taken, and by which rules of distrust; nothing where there was nothing."""
    pairs = (("published_lost", pair.lost), ("distrust", AND.join(dict.fromkeys(rules))))
    return tuple((name, value) for name, value in pairs if value)


def _of_text(text: str, shown: Cut | None, data: Found | None, dom: Found | None, *, short: bool) -> list[str]:
    """The rules of distrust that the text of an update meets."""
    if shown is None:
        cut_off = bool(data) and (text.endswith(ELLIPSES) or (short and text[-1:].isalnum()))
        return [distrust.CUT_UNSEEN] if cut_off else []
    if data and _is_cut(text, data.text):
        return [distrust.CUT_SHORT]
    stated = letters(dom.text) if dom and dom.carrier == "microdata" and dom.text else ""
    said = letters(f"{shown.headline or ''} {text}") if stated else ""
    return [distrust.MANGLED] if stated not in said else []


def _is_cut(shown: str, stated: str) -> bool:
    """Whether the stated text is the beginning of the shown one."""
    if not stated or len(stated) >= COMPLETE * len(shown):
        return False
    start = letters(stated.rstrip(" .…"))
    return bool(start) and letters(shown[: 2 * len(stated)]).startswith(start)


def _text(shown: Cut | None, data: Found | None, dom: Found | None) -> tuple[str, str]:
    """The page's text, unless the structured one holds clearly more."""
    if shown is None:
        return (data.text, f"{data.carrier}: not in the page") if data else ("", "")
    carrier = dom.carrier if dom else ""
    if data and data.text != shown.text and count(shown.text) < COMPLETE * count(data.text):
        return data.text, f"{data.carrier}: longer than {carrier}"
    by = OWN_SERIALISATION if shown.fell_back else BY_FRAGMENT if shown.asked else ""
    return shown.text, carrier + by


def _warnings(
    updates: tuple[Update, ...], cuts: list[Cut], live: bool, refused: str | None, assumed: tzinfo | None
) -> list[str]:
    found = []
    if not updates:
        found.append("not_segmented")
        found += [f"records refused: {refused}"] if refused else []
    if any(u.time_source == "inferred" for u in updates) and assumed:
        found.append(f"times: no zone is stated; read as {assumed}")
    fallen = sum(c.fell_back for c in cuts)
    if fallen:
        found.append(f"text: own serialisation for {fallen} of {len(cuts)} updates")
    return found
