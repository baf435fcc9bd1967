"""Updates without containers: paragraphs or headings that begin with a clock, and what follows each."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise

from . import ends, ids, notices, programmes, records, tails, teasers
from .appeals import is_appeal
from .dom import said
from .found import Found, Group
from .marks import SILENT, Survey
from .places import Sidelines
from .source import Node
from .starts import CLOSE, FEWEST, Start, is_day, starts_in, with_phases
from .times import Read, leading_clock, shown
from .words import words_of

TITLE_MOST = 150  # characters of a line in bold that is a headline
DAY_MOST = 200  # characters of a heading
CALLED = 2  # starts that are called updates
CAP = 600
MOST = 0.8  # share of the starts that their container must hold
LOWEST = 3  # updates at the foot: where they fall, newest first, none comes below them; how many are above says nothing
DAY = 24 * 60  # minutes
FIRST = 10  # pieces of text that a clock stands in
FIGURE_MOST = 400  # of a figure that is one thing; a whole page may be called one, too
_BLOCKS = words_of("p h1 h2 h3 h4 h5 h6 summary li dt dd blockquote pre figure table div section article center")
_CLOCKED = words_of("strong b time em span")  # when they stand between blocks

Piece = tuple[Start, list[Node], date | None]  # what begins an update, its blocks, the day of the heading above it


def read(body: Node, seen: Survey, aside: Sidelines, url: str) -> Group:
    """A run of starts in one container, cut there; an empty group if there are fewer than three."""
    blocks = [b for b in _blocks(body, seen) if not aside.beside(b)]
    foreign = records.refused(body, seen, url)
    starts = [s for s in starts_in(blocks, seen) if foreign.isdisjoint((s.node, *s.node.iterancestors()))]
    starts = programmes.without(starts, blocks)
    starts = with_phases(starts, blocks, seen)
    container = _container(starts, body)
    closed = tails.closings(blocks, seen) if container is None else []
    if closed:
        starts, container = closed, _container(closed, body)
    if container is None:
        return Group("headings", ())
    starts = [s for s in starts if container in s.node.iterancestors()]
    boxes = {s.node.getparent() for s in starts}
    inside = [b for b in blocks if container in b.iterancestors() and (b.getparent() in boxes or not is_appeal(b))]
    ended = tails.cut(starts, inside, seen) if closed or not any(s.at for s in starts) else []
    if ended or closed:
        found = [replace(_found(start, nodes, None, None), ended=True) for start, nodes in ended]
    else:
        found = _cut(starts, inside, container)
    if 2 * sum(any(teasers.is_teaser(n, url) for n in f.nodes if n.tag != "figure") for f in found) > len(found):
        return Group("headings", ())
    sizes = [sum(seen.size[n] for n in f.nodes) for f in found]
    terms = all(start.node.tag == "dt" for start in starts)
    shortest = ends.SHORTEST / 2 if terms else ends.SHORTEST  # what is told of a time in a list may be a line
    if len(found) < _fewest(starts) or sorted(sizes)[len(sizes) // 2] < shortest:
        return Group("headings", ())
    return Group("headings", tuple(found), sum(min(s, CAP) for s in sizes) * (1 + 0.1 * len(found)))


def _fewest(starts: list[Start]) -> int:
    """Two are enough where both are called updates."""
    called = bool(starts) and all(notices.after(start.read.raw) for start in starts)
    return min(CALLED, FEWEST) if called else FEWEST


def _blocks(body: Node, seen: Survey) -> list[Node]:
    """Blocks that hold text and no further blocks, in document order. Figures are not divided."""
    holders: set[Node] = set()
    leaves: list[Node] = []
    inside: set[Node] = set()
    for node in seen.order:
        if node in inside:
            continue
        if _is_one(node, seen):
            inside.update(node.iterdescendants())
        if node.tag in _BLOCKS and seen.size[node]:
            leaves.append(node)
            parent = node.getparent()
            while parent is not None and parent not in holders:
                holders.add(parent)
                parent = parent.getparent()
    clocks = (n for n in seen.order if n.tag in _CLOCKED and n not in inside)
    loose = [n for n in clocks if n.getparent() in holders and seen.size[n]]
    silent = {n for n in seen.order if n.tag in SILENT}
    chosen = [n for n in leaves if n not in holders] + loose
    return sorted((n for n in chosen if n.getparent() not in silent), key=seen.order.__getitem__)


def _is_one(node: Node, seen: Survey) -> bool:
    """A figure, and what is told of a term with words before its list or paragraphs, if there are no updates in it."""
    if node.tag == "figure":
        return seen.size[node] <= FIGURE_MOST and not _is_clocked(node)
    if node.tag != "dd" or not "".join((node.text or "", *(part.tail or "" for part in node))).strip():
        return False
    term = node.getprevious()
    clocks = filter(_is_clocked, node.iterdescendants("p", "li", *ends.RANKED))
    timed = term is not None and term.tag == "dt" and _is_clocked(term)
    return timed or len(list(itertools.islice(clocks, FEWEST))) < FEWEST


def _is_clocked(block: Node) -> bool:
    return leading_clock("".join(itertools.islice(block.itertext(), FIRST))[:80]) is not None


def _container(starts: list[Start], body: Node) -> Node | None:
    """The smallest element that holds most of the starts; or one around it that holds more, just around it or however
    far up, if those have the class that these have: each day's may lie deep in a box of its own."""
    counts = Counter(a for s in starts for a in s.node.iterancestors())
    enough = max(_fewest(starts), MOST * len(starts))
    fitting = [node for node, n in counts.items() if n >= enough]
    if not fitting or len(starts) < _fewest(starts):
        return None
    smallest = max(fitting, key=lambda n: sum(1 for _ in n.iterancestors()))
    around = [smallest, *list(smallest.iterancestors())[:CLOSE]]
    closest = max(around, key=lambda n: counts[n])  # the first of equals: the smallest
    held = {s.node for s in starts if closest in s.node.iterancestors()}
    makes = {(node.tag, node.get("class")) for node in held if node.get("class")}
    alike = {s.node for s in starts if (s.node.tag, s.node.get("class")) in makes} - held
    if not alike:
        return closest
    holders = (a for a in closest.iterancestors() if alike <= set(a.iterdescendants()))
    return next(holders, closest)


def _cut(starts: list[Start], blocks: list[Node], container: Node) -> list[Found]:
    by_node = {s.node: s for s in starts}
    titles = _titles(blocks, by_node)
    found = _pieces(blocks, by_node, titles)
    boxes = ends.Boxes(list(by_node), container)
    found = [*((s, ends.without_strangers(s.node, n, boxes, told=_tells(s)), d) for s, n, d in found[:-1]), *found[-1:]]
    if found:
        start, nodes, day = found[-1]
        own = max(2 if titles else 1, _titled_below(found))  # what is surely the update's: its time and its title
        ruled = all(ends.is_below_rule(s.node) for s, _, _ in found[1:])
        oldest = fall([s.read for s, _, _ in found])
        rest = ends.of_last(start.node, nodes[own:], boxes, ruled=ruled, told=_tells(start), oldest=oldest)
        found[-1] = (start, [*nodes[:own], *rest], day)
    given = _ids([start.node for start, _, _ in found])
    return [_found(start, nodes, day, id_) for (start, nodes, day), id_ in zip(found, given, strict=True)]


def _pieces(blocks: list[Node], starts: dict[Node, Start], titles: set[Node]) -> list[Piece]:
    """From each start to the next."""
    found: list[Piece] = []
    day: date | None = None
    title: list[Node] = []
    over = False
    for block in blocks:
        start = starts.get(block)
        heading = _day_heading(block)
        if start:
            found.append((start, [*title, block] if _tells(start) else [block, *title], day))
            title, over = [], False
        elif block in titles:
            title = [block]
        elif heading:
            day, over = heading, not found or ends.closes(block, found[-1][0].node)
        elif found:
            found[-1][1].extend(() if over else (block,))  # below the heading of a day stands what is of that day
        else:
            day = None  # a date far above the first update is not its heading
    return found


def _ids(nodes: list[Node]) -> list[str | None]:
    """Of the starts themselves, of the boxes around them, or of anchors above or at their beginning, if (nearly) each
    has one of its own.
    """
    holding = Counter(a for node in nodes for a in node.iterancestors())

    def of(node: Node, name: Callable[[Node], str | None]) -> str | None:
        boxes = itertools.takewhile(lambda a: holding[a] == 1, node.iterancestors())
        return next((id_ for n in (node, *boxes) if (id_ := name(n))), None)

    own = [of(node, lambda one: one.get("id")) for node in nodes]
    if sum(map(bool, own)) >= MOST * len(own):
        return own
    for anchor in (ids.above, ids.within):
        found = [of(node, anchor) for node in nodes]
        if sum(map(bool, found)) >= MOST * len(found) and not ids.are_counted([id_ for id_ in found if id_]):
            return found
    anchors = [ids.above(node) for node in nodes]
    anchors = [None] * len(nodes) if ids.are_counted(list(filter(None, anchors))) else anchors
    return [node.get("id") or anchor for node, anchor in zip(nodes, anchors, strict=True)]


def _titles(blocks: list[Node], starts: dict[Node, Start]) -> set[Node]:
    """Headings, or lines in bold, that stand just above the time of their update, if that is where this page puts
    them."""
    pairs = [(a, b) for a, b in pairwise(blocks) if b in starts and a not in starts]
    above = {a for a, _ in pairs if (a.tag in ends.HEADINGS or _is_bold_line(a)) and not _day_heading(a)}
    return above if len(above) > MOST * len(starts) else set()


def _is_bold_line(block: Node) -> bool:
    return ends.is_bold(block) and len(text := said(block)) <= TITLE_MOST and not text.endswith((".", ":", "。"))


def _day_heading(block: Node) -> date | None:
    edited = len(block) and not (block.text or "").strip()  # a link to edit it may stand beside it
    first = [block[0].text_content()] if edited else []
    for text in (block.text_content(), *first):
        printed = shown(text) if len(text) < DAY_MOST else None
        if printed is not None and is_day(printed):
            return printed.day
    return None


def fall(reads: Sequence[Read | None]) -> bool:
    """Whether each of the lowest is older than the one above it."""
    steps = pairwise(reads[-LOWEST:])
    return len(reads) >= LOWEST and all(a is not None and b is not None and _is_older(b, a) for a, b in steps)


def _is_older(one: Read, other: Read) -> bool:
    """Of clocks: by less than half a day."""
    if one.day and other.day and one.day != other.day:
        return one.day < other.day
    if one.clock and other.clock:
        minutes = [read.clock.hour * 60 + read.clock.minute for read in (other, one) if read.clock]
        return 0 < (minutes[0] - minutes[1]) % DAY < DAY / 2
    if one.moment and other.moment and (one.moment.tzinfo is None) == (other.moment.tzinfo is None):
        return one.moment < other.moment
    if one.age is not None and other.age is not None:
        return one.age > other.age
    return one.minute is not None and other.minute is not None and one.minute < other.minute


def _titled_below(found: list[Piece]) -> int:
    """With which block the title ends, if it stands below the time, here as in another update; 0 if it does not."""
    below = [_title_in(nodes) for _, nodes, _ in found]
    return below[-1] if any(below[:-1]) else 0


def _title_in(nodes: list[Node]) -> int:
    """Between it and the time there is no text but who wrote it."""
    at = next((i for i, n in enumerate(nodes[1:], 1) if n.tag in ends.HEADINGS), 0)
    return at + 1 if at and sum(len(said(n)) for n in nodes[1:at]) < ends.SHORTEST else 0


def _tells(start: Start) -> bool:
    """More than its time, and a title."""
    return start.node.tag not in ends.HEADINGS and len(start.node.text_content().strip()) - start.skip >= ends.SHORTEST


def _found(start: Start, nodes: list[Node], day: date | None, id_: str | None) -> Found:
    return Found(
        carrier="headings",
        nodes=tuple(nodes),
        id=id_,
        authors=start.authors,
        published=start.read,
        shown=start.read.raw,
        day=day,
        skip=start.skip,
        skip_at=start.at,
        skip_in=nodes.index(start.node),
    )
