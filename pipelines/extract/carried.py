"""A page's updates as it shows them and as it states them, while the one is weighed against the other."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from . import (
    ahead,
    amid,
    crosscheck,
    distrust,
    embedded,
    ends,
    epochs,
    gate,
    headings,
    ids,
    microdata,
    printed,
    profiled,
    reconcile,
    records,
    rowtimes,
    tabs,
    threads,
)
from .dom import said
from .found import Found, Group
from .head import Head
from .marks import Survey, survey
from .matchclock import is_match
from .otherlists import holds_data, leads_to_documents, other_list
from .phrases import Phrases
from .places import Sidelines
from .reconcile import Vouch
from .source import Node
from .times import FARTHEST, Place, settle

SEVERAL = 2  # updates in each record in the mean: then these are no records of updates
CLEARLY_BETTER = 1.5  # how much more the flat headings must hold to be taken before records


@dataclass(slots=True)
class Carried:
    """``dom``: as shown; ``data``: as stated. ``vouch`` tells which elements hold what is stated."""

    dom: list[Found]
    data: list[Found]
    trusted: bool  # another carrier vouches for what is shown
    words: Phrases
    vouch: Vouch
    warnings: list[str] = field(default_factory=list)
    refused: str | None = None  # why what was shown was let go

    @classmethod
    def by(cls, body: Node, head: Head, aside: Sidelines, url: str) -> Carried:
        own, strangers = reconcile.without_strangers(head.structured.group.found, url)
        data, lies = reconcile.without_page_times(own)
        stated = microdata.read(body).found
        seen = None if stated else _surveyed(body)  # may move posts: words know where in the page they stand
        words = Phrases(body)
        vouch = Vouch(data, words)
        if seen is None:
            (dom, shown_lies), trusted = _stated_in_markup(body, stated, url), True
        else:
            dom, trusted, shown_lies = _seen(body, seen, aside, url, vouch, announced=head.live or head.announced)
            dom = epochs.dated(tabs.dated(dom, body))
        return cls(dom, data, trusted, words, vouch, [*strangers, *lies, *shown_lies])

    def stated(self) -> list[datetime]:
        reads = (f.published for f in (*self.dom, *self.data))
        return [r.moment for r in reads if r and r.moment and r.moment.tzinfo]

    def is_dated(self, place: Place) -> bool:
        """Whether something besides the fetch says of which day the clocks that are shown are."""
        told = place.changed or place.published
        return told is not None or any(map(_has_day, self.dom))

    def mend_wall_times(self, place: Place) -> None:
        """Local times that are marked as UTC are local times."""
        if walled := ahead.as_wall_times([self.dom, self.data], place):
            self.dom, data = walled
            self._restate(data)
            self.warnings.append(distrust.AHEAD_AS_UTC)

    def refuse_others(
        self, head: Head, place: Place, body: Node, aside: Sidelines, *, hinted: bool, dated: bool, told_on: bool
    ) -> None:
        """Records found by their looks alone must not look like anything else. ``dated``: something says of which day
        their clocks are. ``told_on``: the page says that it tells more as it happens.
        """
        if self.trusted or not self.dom:
            return
        told = None if head.live else _told_otherwise(self.dom, head.structured.other, hinted=hinted)
        if any(f.ended for f in self.dom) and not (hinted or told_on):
            told = told or "the times stand below the texts, as those of letters"
        told_so = hinted or told_on or headings.fall([f.published for f in self.dom])
        if not told_so and amid.is_amid_story(body, aside, [n for f in self.dom for n in f.nodes]):
            told = told or "the list stands amid a story"
        named = printed.named_days(body, aside, self.dom) if not (hinted or told_on) else frozenset()
        self.refused = told or _refusal(self.dom, place, head, named, hinted=hinted, dated=dated, told_on=told_on)
        self.dom = [] if self.refused else self.dom

    def take_embedded(self, root: Node, url: str, place: Place) -> None:
        """What the page carries for its scripts, if it looks like coverage."""
        found = list(embedded.read(root, url))
        stamps = settle([f.published for f in found], place)
        named = all(f.id for f in found)
        refused = gate.refusal(stamps, hinted=True, named=named, dated=True, at=place.at)
        self._restate([] if refused else found)

    def weigh(self, seen: profiled.Seen | None, doubt: str | None, body: Node, url: str) -> None:
        """Against each other, and against what the platform's profile saw."""
        self.dom, self.data, others = reconcile.unrelated(self.dom, self.data, self.vouch, body, url)
        self.warnings += others
        if seen:
            weighed = crosscheck.weigh(seen, self.dom, self.data, doubt, self.words)
            self.dom = weighed.dom
            self._restate(weighed.data)
            self.warnings += weighed.warnings

    def _restate(self, data: list[Found]) -> None:
        self.data, self.vouch = data, Vouch(data, self.words)


def _surveyed(body: Node) -> Survey:
    seen = survey(body)
    return survey(body) if threads.flatten(seen) else seen


def _seen(
    body: Node, seen: Survey, aside: Sidelines, url: str, vouch: Vouch, *, announced: bool
) -> tuple[list[Found], bool, list[str]]:
    """The updates as the page shows them, whether another carrier vouches for them, and what was not believed."""
    best = records.read(body, seen, aside, url, vouch, announced=announced)
    if not best.found and not announced:  # posts that stand whole in a stream, of a page that says that it is one
        posts = records.read(body, seen, aside, url, vouch, announced=True)
        best = posts if printed.goes_on(body, aside, posts.found) else best
    trusted = bool(best.found) and 2 * sum(vouch(f.nodes[0]) for f in best.found) >= len(best.found)
    if not trusted:
        flat = headings.read(body, seen, aside, url)
        others = (_are_of_several, _are_lines, _are_untimed)
        ended = bool(best.found) and any(f.ended for f in flat.found)  # records have their time wherever it stands
        if not ended and (flat.score > CLEARLY_BETTER * best.score or any(told(best.found, flat) for told in others)):
            return list(flat.found), False, []
    lies = [distrust.REPEATED_ID] if ids.repeats([f.nodes[0] for f in best.found]) else []
    return _with_ids(list(best.found), url), trusted, lies


def _are_of_several(records: Sequence[Found], flat: Group) -> bool:
    """Records that are boxes, of several updates each."""
    holders = {f.nodes[0] for f in records}
    worded = (f for f in flat.found if sum(len(said(n)) for n in f.nodes) >= ends.SHORTEST)
    held = sum(not holders.isdisjoint(f.nodes[0].iterancestors()) for f in worded)
    return len(records) > 0 and held >= SEVERAL * len(records)


def _are_lines(records: Sequence[Found], flat: Group) -> bool:
    """Records without a class or an id that each begin with a clock: what stands between them belongs to them."""
    starts = {f.nodes[f.skip_in] for f in flat.found}
    bare = all(not (node := f.nodes[0]).get("class") and not node.get("id") for f in records)
    return len(records) > 0 and bare and len(flat.found) >= len(records) and all(f.nodes[0] in starts for f in records)


def _are_untimed(records: Sequence[Found], flat: Group) -> bool:
    """Boxes of which few have a time, or a day alone, where lines begin with clocks."""
    timed = sum(f.published is not None and f.published.precision != "day" for f in records)
    return len(flat.found) > timed and timed < gate.TIMED * len(records)


def _stated_in_markup(body: Node, found: tuple[Found, ...], url: str) -> tuple[list[Found], list[str]]:
    """Microdata, with the times that the page shows where all of its own are one."""
    believed, lies = reconcile.without_page_times(list(found), "microdata")
    if any(f.published for f in found) and not any(f.published for f in believed):
        unlike = {f.published.moment for f in found if f.published and f.published.moment}
        believed = rowtimes.timed(believed, survey(body), unlike)
    return _with_ids(believed, url), lies


def _with_ids(found: list[Found], url: str) -> list[Found]:
    given = ids.native([f.nodes[0] for f in found], url)
    return [replace(f, id=value or f.id) for f, value in zip(found, given, strict=True)]


def _told_otherwise(dom: list[Found], other: str | None, *, hinted: bool) -> str | None:
    """What the records, or the page, are instead of updates. ``other``: the type that the page says it is of."""
    nodes = [f.nodes[0] for f in dom]
    data = holds_data(nodes)
    if data or hinted:
        return data
    return f"the page says that it is one of type {other}" if other else other_list(nodes)


def _refusal(
    dom: list[Found], place: Place, head: Head, named: frozenset[date], *, hinted: bool, dated: bool, told_on: bool
) -> str | None:
    """What speaks against records that were found by their looks alone. ``named``: days in the page's headline."""
    reads = [f.published for f in dom]
    stamps = settle(reads, place, [f.day for f in dom])
    beside = {r.moment.date() for r in (head.published, head.modified) if head.printed and r and r.moment}
    known = hinted or told_on or any(_has_day(f, beside) for f in dom)
    if head.printed and not known and not printed.fits(stamps, place, head):
        return "the day that the page prints is not that of its clocks, or it is a story told by the hour"
    if named and not named & {s.moment.astimezone(place.zone).date() for s in stamps if s is not None}:
        return "the headline is of another day than the clocks, as that of minutes or a programme"
    return gate.refusal(
        stamps,
        hinted=hinted,
        match=is_match(reads),
        named=all(f.id for f in dom),
        dated=dated or told_on,
        at=place.at,
        changed=place.changed if head.modified and head.modified.precision != "day" else None,
        begun=place.published if head.published and head.published.precision != "day" else None,
        ahead=FARTHEST if place.somewhere and headings.fall(reads) else gate.FUTURE,
        archive=not head.live and (not hinted or leads_to_documents([f.nodes[0] for f in dom])),
    )


def _has_day(found: Found, beside: Collection[date] = ()) -> bool:
    """Something besides the fetch, and the days that are printed as the page's, says of which day it is."""
    read = found.published
    headed = found.day is not None and found.day not in beside
    return headed or not (read is None or (read.clock is not None and read.day is None and read.age is None))
