"""Updates on a site nobody has described: repeated elements, each with a time and a text of its own."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from statistics import median

from .distrust import MINUTES
from .dom import address
from .found import Found, Group
from .marks import Kind, Mark, Survey
from .places import Sidelines
from .source import Node
from .times import Read
from .words import words_of

FEWEST = 2  # whether two are enough is for the gate to say
SHORTEST = 45  # characters in the median record; shorter ones are lists of links, schedules, indexes
MOST_LINKED = 0.6  # share of link text in the median record
MOST_TIMES = 3  # signs of time in one record; more are a list of records
CAP = 600  # characters of one record that count: one long text must not outweigh a list
DEEPEST = 25  # ancestors looked at from a time
SHARED = 0.6  # a class token that this share of the records has is their mark
CONTAINERS = words_of("article section div li tr tbody table details blockquote dd figure main ul ol td span")
_TALK = re.compile(
    r"reply|replies|quote|report|upvote|like|flag|antworten|zitieren|melden|gefällt mir|répondre|signaler|"
    r"responder|denunciar|rispondi|segnala|beantwoorden|odpowiedz|zgłoś|ответить|пожаловаться|yanıtla|"
    r"返信|通報|いいね|回复|回覆|举报|檢舉|"
    r"답글|신고|الرد|رد|إبلاغ|أعجبني|permalink to (?:this )?comment",
    re.IGNORECASE,
)
_TALKERS = 0.5  # share of records with such a button: then people talk, not a newsroom


@dataclass(frozen=True, slots=True)
class Row:
    """One record and the times in it."""

    node: Node
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """Records of one kind under one parent."""

    parent: Node
    tag: str
    tokens: frozenset[str]  # class tokens they share
    rows: tuple[Row, ...]


Known = Callable[[Node], bool]  # whether another carrier vouches for an element


def read(body: Node, seen: Survey, aside: Sidelines, url: str, vouched: Known) -> Group:
    """The best group of records; an empty one if there is none."""
    kinds = _kinds(body, seen)
    inner = {k.parent for k in kinds if len(k.rows) >= 3 or _is_list(k, seen)}
    best: tuple[float, Rows | None] = (0.0, None)
    for kind in kinds:
        score = _score(kind, seen, aside, url, vouched, inner)
        if score > best[0]:
            best = (score, kind)
    if best[1] is None:
        return Group("records", ())
    whole = [r for r in _whole(body, best[1], seen, aside, url) if _is_update(r, url)]
    weight = max(best[0], _weight([seen.size[r.node] for r in whole]))
    days = _days(whole, seen)
    found = (replace(_found(r), day=days.get(r.node)) for r in whole)
    return Group("records", tuple(found), weight)


def _is_list(kind: Rows, seen: Survey) -> bool:
    """Whether two may already be records, and not the two times of one."""
    return median(seen.size[r.node] for r in kind.rows if r.marks) >= SHORTEST


def _is_update(row: Row, url: str) -> bool:
    """Not a tombstone, by which an AMP list says that an update was deleted; nor an advertisement of the same class."""
    return "data-tombstone" not in row.node.attrib and bool(row.marks or not is_teaser(row.node, url))


def _kinds(body: Node, seen: Survey) -> list[Rows]:
    """Children with times, by parent and tag: one walk up from each time."""
    held: dict[tuple[Node, str], dict[Node, list[Mark]]] = defaultdict(dict)
    for mark in seen.marks:
        child = mark.node
        for _ in range(DEEPEST):
            parent = child.getparent()
            if parent is None or child is body:
                break
            if child.tag in CONTAINERS:
                held[parent, child.tag].setdefault(child, []).append(mark)
            child = parent
    return [_rows(parent, tag, rows) for (parent, tag), rows in held.items() if len(rows) >= FEWEST]


def _rows(parent: Node, tag: str, held: dict[Node, list[Mark]]) -> Rows:
    counts = Counter(t for node in held for t in set((node.get("class") or "").split()))
    tokens = frozenset(t for t, n in counts.items() if n >= max(2, SHARED * len(held)))
    rows = [
        Row(node, tuple(held.get(node, ())))
        for node in parent.iterchildren(tag)
        if (_alike(node, tokens) if tokens else node in held)
    ]
    return Rows(parent, tag, tokens, tuple(rows))


def _alike(node: Node, tokens: frozenset[str]) -> bool:
    """Two records of one kind share more than half of what they all share; ads between them do not."""
    return 2 * len(tokens & set((node.get("class") or "").split())) > len(tokens)


def _score(kind: Rows, seen: Survey, aside: Sidelines, url: str, vouched: Known, inner: set[Node]) -> float:
    """How much text the records hold, more for many; 0 where something says that they are no updates."""
    timed = [r.node for r in kind.rows if r.marks]
    sizes = [seen.size[n] for n in timed]
    if len(timed) < FEWEST or median(sizes) < SHORTEST:
        return 0.0
    trusted = sum(map(vouched, timed)) >= len(timed) / 2
    if not trusted and (_is_beside(kind, aside) or _leads_elsewhere(timed, seen, url) or _is_talk(timed)):
        return 0.0
    if _holds_lists(timed, inner):
        return 0.0
    return _weight(sizes) * 10 if trusted else _weight(sizes)


def _weight(sizes: list[int]) -> float:
    return sum(min(s, CAP) for s in sizes) * (1 + 0.1 * len(sizes))


def refused(body: Node, seen: Survey, url: str) -> set[Node]:
    """Records that are teasers or comments: no other reader may take the clocks in them for updates."""
    found: set[Node] = set()
    for kind in _kinds(body, seen):
        timed = [r for r in kind.rows if r.marks]
        nodes = [r.node for r in timed]
        single = len(timed) >= 3 and median(len(r.marks) for r in timed) <= MOST_TIMES
        if single and (_leads_elsewhere(nodes, seen, url) or _is_talk(nodes)):
            found.update(nodes)
    return found


def _is_beside(kind: Rows, aside: Sidelines) -> bool:
    beside = sum(aside.beside(r.node) for r in kind.rows)
    return aside.beside(kind.parent) or 2 * beside > len(kind.rows)


def _holds_lists(nodes: list[Node], inner: set[Node]) -> bool:
    """Records of records: then the inner ones are the updates."""
    holding = {a for parent in inner for a in (parent, *parent.iterancestors())}
    return 2 * sum(n in holding for n in nodes) >= len(nodes)


def _leads_elsewhere(nodes: list[Node], seen: Survey, url: str) -> bool:
    """Teasers: mostly link text, or a headline that is a link to another page."""
    linked = median(seen.linked[n] / max(1, seen.size[n]) for n in nodes)
    return linked > MOST_LINKED or 2 * sum(is_teaser(n, url) for n in nodes) > len(nodes)


def is_teaser(node: Node, url: str) -> bool:
    """Whether its headline, or the whole of it, is a link to another page."""
    here = address(url).path.rstrip("/")
    for heading in node.iter("h1", "h2", "h3", "h4", "h5", "h6"):
        links = [*heading.iter("a"), *heading.iterancestors("a")]
        return any(_other_page(a.get("href") or "", here) for a in links)
    whole = node if node.tag == "a" else next((c for c in node if c.tag == "a" and len(node) == 1), None)
    return whole is not None and _other_page(whole.get("href") or "", here)


def _other_page(href: str, here: str) -> bool:
    if not href or href.startswith(("#", "javascript:", "mailto:")):
        return False
    there = address(href)
    return bool(there.path or there.hostname) and there.path.rstrip("/") != here


def _is_talk(nodes: Iterable[Node]) -> bool:
    nodes = list(nodes)
    return sum(map(_has_talk, nodes)) > _TALKERS * len(nodes)


def _has_talk(node: Node) -> bool:
    for item in node.iter("a", "button", "span", "input"):
        text = " ".join((item.text or item.get("value") or "").split())
        if 1 < len(text) < 25 and _TALK.fullmatch(text.strip("()0123456789 ·")):
            return True
    return False


def _whole(body: Node, kind: Rows, seen: Survey, aside: Sidelines, url: str) -> list[Row]:
    """The records, and those of the same kind elsewhere: other days' sections, a wrapped one, a pinned copy."""
    rows = {r.node: r for r in kind.rows}
    named = all(r.node.get("id") for r in kind.rows)
    if kind.tokens or named:
        fits = partial(_fits, kind=kind)
        likely = {n for n in body.iter(kind.tag) if n not in rows and fits(n) and not aside.beside(n)}
    else:
        likely = {n for n in _sisters(kind) if not aside.beside(n) and not _leads_elsewhere([n], seen, url)}
    marks: dict[Node, list[Mark]] = defaultdict(list)
    for mark in seen.marks if likely else ():
        for node in (mark.node, *mark.node.iterancestors()):
            if node in likely:
                marks[node].append(mark)
    for node, held in marks.items():
        if not any(a in rows or a in likely for a in node.iterancestors()):
            rows[node] = Row(node, tuple(held))
    return sorted(rows.values(), key=lambda r: seen.order[r.node])


def _sisters(kind: Rows) -> Iterator[Node]:
    """The children of lists beside this one that are made as it is: all that tells records without a class."""
    outer = kind.parent
    while (around := outer.getparent()) is not None and len(around) == 1 and around.tag != "body":
        outer = around  # a wrapper of its own
    for node in around.iterchildren(outer.tag) if around is not None else ():
        parent = node
        while len(parent) == 1 and not _are_alike(parent, kind.parent):
            parent = parent[0]
        if node is not outer and _are_alike(parent, kind.parent):
            yield from parent.iterchildren(kind.tag)


def _are_alike(one: Node, other: Node) -> bool:
    return (one.tag, one.get("class")) == (other.tag, other.get("class"))


def _days(rows: Sequence[Row], seen: Survey) -> dict[Node, date]:
    """The day that a heading gives to the records below it, where it stands just above one of them."""
    nodes = {r.node for r in rows}
    starts = {a for n in nodes for a in (n, *n.iterancestors())}
    headings = [
        m
        for m in seen.marks
        if m.printed and m.read.day and not m.read.clock and nodes.isdisjoint((m.node, *m.node.iterancestors()))
        and m.node.getnext() in starts
    ]  # fmt: skip
    found: dict[Node, date] = {}
    day: date | None = None
    for _, node, heading in sorted(
        [(seen.order[m.node], None, m) for m in headings] + [(seen.order[r.node], r.node, None) for r in rows],
        key=lambda entry: entry[0],
    ):
        if heading is not None:
            day = heading.read.day
        elif node is not None and day is not None:
            found[node] = day
    return found


def _fits(node: Node, kind: Rows) -> bool:
    """Of the same make: all the shared class tokens; where there are none, an id as the others have."""
    if kind.tokens:
        return kind.tokens <= set((node.get("class") or "").split())
    return bool(node.get("id"))


def _found(row: Row) -> Found:
    begun = _best(row, "created")
    published = _best(row, "published") or begun
    updated = _best(row, "updated") or _second(row, published)
    printed = next((m.read.raw for m in row.marks if m.printed and m.kind == "published"), None)
    return Found(
        carrier="records",
        nodes=(row.node,),
        published=_with_age(published.read, row) if published else None,
        updated=updated.read if updated else None,
        created=begun.read if begun and begun is not published else None,
        shown=printed,
        distrust=(MINUTES,) if published and _misprinted(published, row) else (),
        marks=tuple(m.node for m in row.marks if m.printed),
    )


def timed(found: Sequence[Found], seen: Survey, unlike: set[datetime]) -> list[Found]:
    """Times as the page shows them, for updates that another carrier found but dated wrongly (``unlike``)."""
    holders = {f.nodes[0] for f in found}
    held: dict[Node, list[Mark]] = defaultdict(list)
    for mark in seen.marks:
        holder = next((n for n in (mark.node, *mark.node.iterancestors()) if n in holders), None)
        if holder is not None and mark.read.moment not in unlike:
            held[holder].append(mark)
    rows = [_found(Row(f.nodes[0], tuple(held[f.nodes[0]]))) for f in found]
    return [
        replace(f, published=r.published, updated=r.updated, shown=r.shown, distrust=(*f.distrust, *r.distrust))
        for f, r in zip(found, rows, strict=True)
    ]


def _misprinted(stated: Mark, row: Row) -> bool:
    """The clock printed in the same element has the hour of the stated time and other minutes."""
    moment = stated.read.moment
    clocks = [m.read.clock for m in row.marks if m.node is stated.node and m.printed and m.read.clock]
    return moment is not None and any(c.hour == moment.hour and abs(c.minute - moment.minute) > 1 for c in clocks)


def _best(row: Row, kind: Kind) -> Mark | None:
    marks = [m for m in row.marks if m.kind == kind and not _quoted(m.node, row.node)]
    return min(marks, key=_rank, default=None)  # the first in the document among equals


def _with_age(read: Read, row: Row) -> Read:
    """A clock alone with the age printed elsewhere in the record."""
    if read.clock is None or read.day is not None or read.age is not None:
        return read
    ages = (m.read.age for m in row.marks if m.kind == "published" and m.read.precision != "day")
    return replace(read, age=next((a for a in ages if a is not None), None))


def _rank(mark: Mark) -> int:
    """A stated time on the time element, any stated time, a wall time, a printed one, an age."""
    read = mark.read
    if read.moment is not None and read.moment.tzinfo is not None:
        return 0 if mark.on_time else 1
    if read.moment is not None and not mark.printed:
        return 2
    if read.minute is not None:
        return 6
    return 3 if read.clock is not None else 5 if read.age is not None else 4


def _second(row: Row, first: Mark | None) -> Mark | None:
    """A second stated time, later than the first and of the same make, is when it was updated."""
    if first is None or first.read.moment is None:
        return None
    for mark in row.marks:
        moment = mark.read.moment
        alike = mark.node.tag == first.node.tag and mark.printed == first.printed and mark.node is not first.node
        if alike and moment and moment.tzinfo and first.read.moment.tzinfo and moment > first.read.moment:
            return replace(mark, kind="updated")
    return None


def _quoted(node: Node, record: Node) -> bool:
    """The date of an embedded post is not the update's."""
    for ancestor in node.iterancestors():
        if ancestor is record:
            return False
        if ancestor.tag in ("blockquote", "figure", "video", "iframe"):
            return True
    return False
