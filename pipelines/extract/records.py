"""Updates on a site nobody has described: repeated elements, each with a time and a text of its own."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import takewhile
from statistics import median

from .adverts import is_advert
from .appeals import is_appeal
from .dom import said
from .found import Group
from .marks import Mark, Survey
from .places import Sidelines
from .rows import Row, Rows
from .rowtimes import by_epochs, found_in
from .source import Node
from .talk import comments, talk_buttons
from .teasers import SAYS, are_told_in_full, is_teaser, lead_elsewhere
from .words import words_of

FEWEST = 2  # whether two are enough is for the gate to say
SHORTEST = 45  # characters in the median record; shorter ones are lists of links, schedules, indexes
MOST_TIMES = 3  # signs of time in one record; more are a list of records
CAP = 600  # characters of one record that count: one long text must not outweigh a list
MADE = 3  # names of attributes that tell of one make
STATED = 2  # data attributes that tell of one make
TALKERS = 0.5  # share of records with a button of readers: then people talk, not a newsroom
DEEPEST = 25  # ancestors looked at from a time
SHARED = 0.6  # a class token that this share of the records has is their mark
CONTAINERS = words_of("article section div li tr tbody table details blockquote dl dd figure main ul ol td span")


Known = Callable[[Node], bool]  # whether another carrier vouches for an element


def read(body: Node, seen: Survey, aside: Sidelines, url: str, vouched: Known, *, announced: bool = False) -> Group:
    """The best group of records; an empty one if there is none. ``announced``: the page says that it is live."""
    kinds = _kinds(body, seen)
    inner = {k.parent for k in kinds if _is_list(k, seen)}
    best: tuple[float, Rows | None] = (0.0, None)
    for kind in kinds:
        score = _score(kind, seen, aside, url, vouched, inner, announced=announced)
        if score > best[0]:
            best = (score, kind)
    if best[1] is None:
        return Group("records", ())
    whole = [r for r in _whole(body, best[1], seen, aside, url) if _is_update(r, seen, url)]
    weight = max(best[0], _weight([seen.size[r.node] for r in whole]))
    whole = by_epochs(whole)
    days = _days(whole, seen)
    found = (replace(found_in(r), day=days.get(r.node)) for r in whole)
    return Group("records", tuple(found), weight)


def _is_list(kind: Rows, seen: Survey) -> bool:
    """Records, and not the times of one; nor what readers say below it."""
    timed = [r for r in kind.rows if r.marks]
    if len(kind.rows) < 3 and not kind.tokens and any(r.node.get("class") for r in kind.rows):
        return False  # two parts of one
    shortest = SHORTEST if len(kind.rows) < 3 else SHORTEST / 2
    return median(seen.size[r.node] for r in timed) >= shortest and not _is_talk(timed)


def _is_update(row: Row, seen: Survey, url: str) -> bool:
    """Not a tombstone, by which an AMP list says that an update was deleted; nor an advertisement of the same class, or
    a link to another story with its time.
    """
    printed = any(mark.printed for mark in row.marks)
    advert = is_advert(row.node, seen.size[row.node], timed=bool(row.marks), printed=printed)
    if "data-tombstone" in row.node.attrib or advert:
        return False
    if row.marks and (row.node.get("id") or len(row.node.attrib) >= MADE):
        return True
    if not row.marks and is_appeal(row.node):
        return False
    shown = sum(len(m.read.raw) for m in row.marks if m.printed)
    says = seen.size[row.node] - seen.linked[row.node] - shown >= SAYS
    return bool(row.marks and says) or not is_teaser(row.node, url)


def _kinds(body: Node, seen: Survey) -> list[Rows]:
    """Children with times, by parent and tag: one walk up from each time."""
    held: dict[tuple[Node, str], dict[Node, list[Mark]]] = defaultdict(dict)
    for mark in seen.marks:
        child = mark.node
        for _ in range(DEEPEST):
            parent = child.getparent()
            if parent is None or child is body:
                break
            if child.tag in CONTAINERS or "-" in child.tag:  # elements of a site's own have such names
                held[parent, child.tag].setdefault(child, []).append(mark)
            child = parent
    return [_rows(parent, tag, rows) for (parent, tag), rows in held.items() if len(rows) >= FEWEST]


def _rows(parent: Node, tag: str, held: dict[Node, list[Mark]]) -> Rows:
    counts = Counter(t for node in held for t in set((node.get("class") or "").split()))
    tokens = frozenset(t for t, n in counts.items() if n >= max(2, SHARED * len(held)))
    makes = Counter(tuple(sorted(node.keys())) for node in held)
    rows = [
        Row(node, tuple(held.get(node, ())))
        for node in parent.iterchildren(tag)
        if (_alike(node, tokens, timed=node in held, makes=makes) if tokens else node in held)
    ]
    return Rows(parent, tag, _bases(tokens), tuple(_without_others(rows)))


def _without_others(rows: list[Row]) -> Iterator[Row]:
    """One without a time has the class tokens that all with one have, on it and on what it wraps, and an id if all
    have one.
    """
    timed = [row.node for row in rows if row.marks]
    shared = _in_all(map(_worn, timed))
    named = all(node.get("id") for node in timed)
    for row in rows:
        if row.marks or (shared <= _worn(row.node) and (row.node.get("id") or not named)):
            yield row


def _in_all(tokens: Iterable[frozenset[str]]) -> frozenset[str]:
    sets = list(tokens)
    return frozenset.intersection(*sets) if sets else frozenset()


def _worn(node: Node) -> frozenset[str]:
    return frozenset((node.get("class") or "").split()) | _held(node)


def _alike(node: Node, tokens: frozenset[str], *, timed: bool, makes: Counter[tuple[str, ...]]) -> bool:
    """Two records of one kind share more than half of what they all share; ads between them do not. One with a time
    may lack what is said of most, as a goal is no "entry--plain", or what is pinned no "type-normal", if it has the
    attributes that most have (``makes``).
    """
    own = set((node.get("class") or "").split())
    if 2 * len(tokens & own) > len(tokens) or (timed and _bases(tokens) <= own):
        return True
    names = tuple(sorted(node.keys()))
    return timed and bool(tokens & own) and len(names) >= MADE and 2 * makes[names] > makes.total()


def _bases(tokens: frozenset[str]) -> frozenset[str]:
    """Without modifiers: of "entry entry--plain" that is "entry"."""
    return frozenset(t for t in tokens if not any(t != base and t.startswith(base) for base in tokens))


def _score(
    kind: Rows, seen: Survey, aside: Sidelines, url: str, vouched: Known, inner: set[Node], *, announced: bool
) -> float:
    """How much text the records hold, more for many; 0 where something says that they are no updates."""
    rows = [r for r in kind.rows if r.marks]
    timed = [r.node for r in rows]
    sizes = [seen.size[n] for n in timed]
    if len(timed) < FEWEST or median(sizes) < SHORTEST:
        return 0.0
    trusted = sum(map(vouched, timed)) >= len(timed) / 2
    if not trusted and (_is_beside(kind, aside) or _is_talk(rows)):
        return 0.0
    if not trusted and lead_elsewhere(timed, seen, url) and not (announced and are_told_in_full(rows, seen)):
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
        if single and (lead_elsewhere(nodes, seen, url) or _is_talk(timed)):
            found.update(nodes)
    return found


def _is_beside(kind: Rows, aside: Sidelines) -> bool:
    beside = sum(aside.beside(r.node) for r in kind.rows)
    return aside.beside(kind.parent) or 2 * beside > len(kind.rows)


def _holds_lists(nodes: list[Node], inner: set[Node]) -> bool:
    """Records of records: then the inner ones are the updates."""
    holding = {a for parent in inner for a in (parent, *parent.iterancestors())}
    return 2 * sum(n in holding for n in nodes) >= len(nodes)


def _is_talk(rows: Sequence[Row]) -> bool:
    return sum(map(_talks, rows)) > TALKERS * len(rows)


def _talks(row: Row) -> bool:
    return comments(row.node, [m.node for m in row.marks], talk_buttons(row.node))[1]


def _whole(body: Node, kind: Rows, seen: Survey, aside: Sidelines, url: str) -> list[Row]:
    """The records, and those of the same kind elsewhere: other days' sections, a wrapped one, a pinned copy."""
    rows = {r.node: r for r in kind.rows}
    named = all(r.node.get("id") for r in kind.rows)
    if kind.tokens or named:
        fits = partial(_fits, tokens=kind.tokens, held=_in_all(_held(row.node) for row in kind.rows if row.marks))
        others = (n for n in body.iter(kind.tag) if n not in rows)
        likely = {n for n in others if (fits(n) and not aside.beside(n)) or _is_pinned_one(n, kind, aside, url)}
    else:
        likely = {n for n in _sisters(kind) if not aside.beside(n) and not lead_elsewhere([n], seen, url)}
    likely -= {holder for node in rows for holder in node.iterancestors()} if likely else set()
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
        and _box_of(m.node).getnext() in starts
    ]  # fmt: skip
    own = {r.node: m.read.day for r in rows for m in r.marks if m.printed and m.read.day and m.read.raw == said(r.node)}
    found: dict[Node, date] = {}
    day: date | None = None
    for _, node, heading in sorted(
        [(seen.order[m.node], None, m) for m in headings] + [(seen.order[r.node], r.node, None) for r in rows],
        key=lambda entry: entry[0],
    ):
        if heading is not None:
            day = heading.read.day
        elif node is not None:
            day = own.get(node, day)
            found.update({node: day} if day is not None else {})
    return found


def _box_of(heading: Node) -> Node:
    """The largest box that holds nothing else."""
    text = said(heading)
    boxes = takewhile(lambda box: len(box) == 1 and said(box) == text, heading.iterancestors())
    return [heading, *boxes][-1]


def _fits(node: Node, tokens: frozenset[str], held: frozenset[str]) -> bool:
    """Of the same make: all the shared class tokens; where there are none, an id as the others have. Of cells of a grid
    what they hold is of the same make, too: of it, one of those that are shared (``held``).
    """
    if not tokens:
        return bool(node.get("id"))
    if not tokens <= set((node.get("class") or "").split()):
        return False
    return not held or not held.isdisjoint(_held(node))


def _held(node: Node) -> frozenset[str]:
    """The class of the one element that it wraps; empty if it is no mere wrapper."""
    if len(node) != 1 or (node.text or "").strip() or (node[0].tail or "").strip():
        return frozenset()
    return frozenset((node[0].get("class") or "").split())


def _is_pinned_one(node: Node, kind: Rows, aside: Sidelines, url: str) -> bool:
    """What is pinned elsewhere has other modifiers, and states the same of itself."""
    shared = len(kind.tokens & set((node.get("class") or "").split()))
    if not kind.tokens or 2 * shared <= len(kind.tokens) or aside.beside(node):
        return False
    stated = _data_of(node)
    alike = len(stated) >= STATED and all(stated == _data_of(row.node) for row in kind.rows)
    return alike and not is_teaser(node, url)


def _data_of(node: Node) -> set[str]:
    return {name for name, _ in node.items() if name.startswith("data-")}
