"""Several carriers of one update -> one, field by field, with the reason for each choice.

The page as shown is the base; structured data adds what it knows better and what is not shown. It also lies
(live-pages 5), so each rule of distrust has a name that ends up in the warnings.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from . import distrust, ids
from .canonical import letters
from .dom import address
from .found import Found
from .phrases import Phrases, Places
from .source import Node
from .times import Place, Stamp, settle, settle_one

START = 40  # letters of a text that tell it from others
OPENING = 400  # letters at the beginning of an element among which its headline is
SAME_HOST = 2  # labels at the end of a host name that make a publisher
HOURS = timedelta(hours=1)
CONSTANT = 0.8  # share of pairs with one offset between two carriers


@dataclass(frozen=True, slots=True)
class Pair:
    """One update as shown (``dom``) and as stated (``data``); one of the two may be missing."""

    dom: Found | None = None
    data: Found | None = None
    published: Stamp | None = None
    updated: Stamp | None = None
    created: Stamp | None = None
    reason: str = ""  # which carrier gave the time, and why
    lost: str = ""  # the other carrier's time, if it differs
    distrust: tuple[str, ...] = ()


def without_strangers(data: Sequence[Found], url: str) -> tuple[list[Found], list[str]]:
    """Entries that belong to another site are samples left in a template."""
    own = [f for f in data if not f.url or not _foreign(f.url, url)]
    return own, [distrust.STRANGERS] if len(own) < len(data) else []


def _foreign(there_url: str, url: str) -> bool:
    there, here = address(there_url).hostname, address(url).hostname
    return bool(there and here) and str(there).split(".")[-SAME_HOST:] != str(here).split(".")[-SAME_HOST:]


def without_page_times(data: list[Found], carrier: str = "json-ld") -> tuple[list[Found], list[str]]:
    """Entries that all carry one time (and headline): these are the page's, not theirs."""
    most = max(1, len(data) // 5)
    if len(data) < 3:
        return data, []
    warnings = []
    if len({f.published.moment for f in data if f.published}) <= most:
        data = [replace(f, published=None, updated=None) for f in data]
        warnings.append(f"{carrier}: {distrust.ONE_TIME}")
    if len({f.headline for f in data if f.headline}) <= most and sum(bool(f.headline) for f in data) > most:
        data = [replace(f, headline=None) for f in data]
        warnings.append(f"{carrier}: {distrust.ONE_HEADLINE}")
    return data, warnings


class Vouch:
    """Answers whether an element holds an update that structured data lists."""

    def __init__(self, data: Sequence[Found], page: Phrases) -> None:
        self._data = data
        self._page = page
        self._ids = {ids.normal(f.id): f for f in data if f.id}
        self._runs = _by_run(data)
        self._starts = [(s, f) for f in data if len(s := letters(f.text[:300])[:START]) >= START // 2]
        self._heads = {h: f for f in data if f.headline and len(h := letters(f.headline)) > 8}
        self._known: dict[Node, list[Found]] = {}
        self._placed: tuple[Places, Places] | None = None
        self._started: dict[str, Found] | None = None

    def __call__(self, node: Node) -> bool:
        return bool(self._data) and (bool(self._by_id(node.get("id"))) or self._says_any(node))

    def partners(self, nodes: Sequence[Node], native: str | None = None) -> Iterator[Found]:
        """The entries that may be these elements, the surest first; words are read only if the ids don't do."""
        yield from self._by_id(native)
        yield from self._by_id(nodes[0].get("id"))
        for node in nodes:
            yield from self._by_words(node)

    def twin(self, found: Found) -> Found | None:
        """The same update as another carrier states it: by id, else by the first letters of its text."""
        start = letters(found.text[:300])[:START]
        return next(iter(self._by_id(found.id)), None) or (self._twins().get(start) if start else None)

    def _twins(self) -> dict[str, Found]:
        if self._started is None:
            self._started = dict(reversed(self._starts))  # the first of a beginning that repeats
        return self._started

    def _by_id(self, value: str | None) -> list[Found]:
        if not value:
            return []
        found = self._ids.get(ids.normal(value)) or self._runs.get(ids.run(value) or "")
        return [found] if found else []

    def _says_any(self, node: Node) -> bool:
        """As whether any is found by its words, but without looking into scripts where one was found outside."""
        span = self._page.span(node)
        if span is not None:
            starts, heads = self._places()
            opening = min(span.end, span.begin + OPENING)
            if any(True for _ in starts.within(span.begin, span.end)) or (
                span.whole and any(True for _ in heads.within(span.begin, opening))
            ):
                return True
            if span.whole:
                return False
        return bool(self._by_words(node))

    def _by_words(self, node: Node) -> list[Found]:
        if node not in self._known:
            self._known[node] = self._found_by_words(node)
        return self._known[node]

    def _found_by_words(self, node: Node) -> list[Found]:
        span = self._page.span(node)
        if span is not None and span.whole:
            starts, heads = self._places()
            by_text = sorted(set(starts.within(span.begin, span.end)))
            by_head = sorted(set(heads.within(span.begin, min(span.end, span.begin + OPENING))))
            named = list(self._heads.values()) if by_head else []
            return [self._starts[n][1] for n in by_text] + [named[n] for n in by_head]
        said = self._page.said(node)
        opening = said[:OPENING]
        return [f for start, f in self._starts if start in said] + [
            f for head, f in self._heads.items() if head in opening
        ]

    def _places(self) -> tuple[Places, Places]:
        if self._placed is None:
            self._placed = self._page.places(s for s, _ in self._starts), self._page.places(self._heads)
        return self._placed


def _by_run(data: Sequence[Found]) -> dict[str, Found]:
    runs: dict[str, list[Found]] = {}
    for found in data:
        runs.setdefault(ids.run(found.id or "") or "", []).append(found)
    return {run: found[0] for run, found in runs.items() if run and len(found) == 1}


def unrelated(
    dom: list[Found], data: list[Found], vouch: Vouch, body: Node, url: str
) -> tuple[list[Found], list[Found], list[str]]:
    """Two lists that have no update in common are not of one coverage: the one that belongs to the page is kept.

    Structured entries with an address within the page belong to it: then the elements are other news beside
    a list that a script has still to fill. Else the page as shown counts: entries found nowhere in it are
    samples left in a template.
    """
    worded = sum(len(letters(f.text)) >= START // 2 for f in data)
    if not dom or not data or 2 * worded < len(data):
        return dom, data, []
    if any(next(vouch.partners(f.nodes, f.id), None) for f in dom) or vouch(body):
        return dom, data, []
    if all(_within(f, url) for f in data):
        return [], data, [distrust.OTHERS]
    return dom, [], [distrust.NOWHERE]


def _within(found: Found, url: str) -> bool:
    there = next((a for a in (found.url, found.id) if a and "#" in a and "/" in a), "")
    return bool(there) and address(there).path.rstrip("/") == address(url).path.rstrip("/")


def join(dom: Sequence[Found], data: Sequence[Found], vouch: Vouch) -> list[Pair]:
    """Pairs in the order of the page; what only the data lists follows its predecessor there."""
    free = {id(f) for f in data}
    pairs: list[Pair] = []
    for shown in dom:
        candidates = vouch.partners(shown.nodes, shown.id) if data else iter(())
        # one that is taken already belongs to the original of a pinned copy, or to a text that repeats
        partner = next((f for f in candidates if id(f) in free), None)
        free.discard(id(partner))
        pairs.append(Pair(shown, partner))
    return _with_unseen(_with_wordless(pairs, data, free), [f for f in data if id(f) in free], data)


def _with_wordless(pairs: list[Pair], data: Sequence[Found], free: set[int]) -> list[Pair]:
    """A picture alone has no words to be known by: it is what both list between the same two updates. ``free``: what of
    the data has no partner; it loses what gets one."""
    places = {id(f): i for i, f in enumerate(data)}
    found = list(pairs)
    for at, (above, pair, below) in enumerate(zip(pairs, pairs[1:], pairs[2:], strict=False), start=1):
        if pair.data or not (above.data and below.data):
            continue
        before, behind = sorted((places[id(above.data)], places[id(below.data)]))
        between = data[before + 1]
        if behind - before == 2 and not between.text and id(between) in free:
            free.discard(id(between))
            found[at] = replace(pair, data=between)
    return found


def _with_unseen(pairs: list[Pair], unseen: list[Found], data: Sequence[Found]) -> list[Pair]:
    order = {id(f): i for i, f in enumerate(data)}
    for found in unseen:
        before = [i for i, p in enumerate(pairs) if p.data and order[id(p.data)] < order[id(found)]]
        pairs.insert(before[-1] + 1 if before else 0, Pair(None, found))
    return pairs


def dated(pairs: list[Pair], place: Place) -> tuple[list[Pair], list[str]]:
    """The pairs with their times: shown beats stated, stated with a zone beats guessed, unless they lie."""
    shown = settle([p.dom.published if p.dom else None for p in pairs], place,
                   [p.dom.day if p.dom else None for p in pairs])  # fmt: skip
    stated = [settle_one(p.data.published, place) if p.data and p.data.published else None for p in pairs]
    shifted = _shifted(pairs, shown, stated, place)
    warnings = [distrust.LOCAL_AS_UTC] if shifted else []
    return [_dated(p, a, b, place, shifted) for p, a, b in zip(pairs, shown, stated, strict=True)], warnings


def _shifted(pairs: list[Pair], shown: list[Stamp | None], stated: list[Stamp | None], place: Place) -> bool:
    """The shown times are off by a constant whole half-hour that is the newsroom's own offset from UTC."""
    gaps = [round((a.moment - b.moment) / timedelta(minutes=1)) for a, b in zip(shown, stated, strict=True)
            if a and b and a.source == "stated"]  # fmt: skip
    if len(gaps) < 3:
        return False
    usual = max(set(gaps), key=gaps.count)
    near = sum(abs(g - usual) <= 1 for g in gaps)
    half_hours = 30 * round(usual / 30)
    if near < CONSTANT * len(gaps) or not half_hours or abs(usual - half_hours) > 1:
        return False
    says = any(p.data and p.data.published and p.data.published.moment and p.data.published.moment.utcoffset()
               for p in pairs)  # fmt: skip
    offset = place.at.astimezone(place.zone).utcoffset()
    return says or offset == timedelta(minutes=half_hours)


def _dated(pair: Pair, shown: Stamp | None, stated: Stamp | None, place: Place, shifted: bool) -> Pair:
    trusted = shown if shown and not shifted and (shown.source == "stated" or stated is None) else stated or shown
    by = pair.dom if trusted is shown and shown is not None else pair.data
    day = trusted.moment.astimezone(place.zone).date() if trusted else None
    updates = [settle_one(f.updated, place, day) for f in (by, pair.data) if f and f.updated]
    later = [u for u in updates if u and trusted and u.moment > trusted.moment and u.source != "relative"]
    early = any(u and trusted and u.source != "relative" and _minute(u) < _minute(trusted) for u in updates)
    reason = "" if by is None or trusted is None else f"{by.carrier}: {trusted.source}"
    lost, apart = _lost(pair, shown, stated, trusted)
    rules = [distrust.BEFORE] if early and not later else []
    rules += [distrust.HOURS_APART] if apart and trusted is shown else []
    begun = _created(pair, shown, stated, trusted, place)
    return replace(pair, published=trusted, updated=later[0] if later else None, created=begun, reason=reason,
                   lost=lost, distrust=tuple(rules))  # fmt: skip


def _created(
    pair: Pair, shown: Stamp | None, stated: Stamp | None, trusted: Stamp | None, place: Place
) -> Stamp | None:
    """When it was begun: as one of the carriers says; else a stated time that is hours before the shown one, as
    posts that were written first and shown later have it."""
    read = next((f.created for f in (pair.dom, pair.data) if f and f.created), None)
    begun = settle_one(read, place) if read else None
    if begun is None and shown and stated and trusted is shown and shown.moment - stated.moment >= HOURS:
        begun = stated
    return begun if begun and not (trusted and _minute(begun) == _minute(trusted)) else None


def _lost(pair: Pair, shown: Stamp | None, stated: Stamp | None, trusted: Stamp | None) -> tuple[str, bool]:
    """The time that was not taken, with its carrier, if it is another; and whether hours lie between."""
    if shown is None or stated is None or pair.dom is None or _minute(shown) == _minute(stated):
        return "", False
    other, carrier = (stated, "json-ld") if trusted is shown else (shown, pair.dom.carrier)
    moment = other.moment.isoformat().replace("+00:00", "Z")
    return f"{carrier}: {moment}", abs(shown.moment - stated.moment) >= HOURS


def _minute(stamp: Stamp) -> datetime:
    return stamp.moment.replace(second=0, microsecond=0)
