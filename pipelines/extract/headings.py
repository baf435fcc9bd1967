"""Updates without containers: paragraphs or headings that begin with a clock, and what follows each."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from . import ends, ids, matchclock, programmes, records
from .appeals import is_appeal
from .bylined import LONGEST, bylined
from .dom import said
from .found import Found, Group
from .marks import SILENT, Survey
from .places import Sidelines, names_of
from .source import Node
from .times import SHOWN_MOST, Read, leading_clock, shown
from .words import words_of

FEWEST = 3
MOST_LINKED = 0.6
CAP = 600
MOST = 0.8  # share of the starts that their container must hold
CLOSE = 2  # levels up: the first updates often stand in a box of their own
LOWEST = 3  # updates at the foot: where they fall, newest first, none comes below them; how many are above says nothing
DAY = 24 * 60  # minutes
CAPTION_MOST = 200  # characters of what stands with a picture
FIGURE_MOST = 400  # of a figure that is one thing; a whole page may be called one, too
_BLOCKS = words_of("p h1 h2 h3 h4 h5 h6 li dt dd blockquote pre figure table div section article")
_PLAYERS = words_of("video videos player")
_CLOCKED = words_of("strong b time em span")  # when they stand between blocks


@dataclass(frozen=True, slots=True)
class Start:
    node: Node
    read: Read
    skip: int  # characters of the clock at the beginning
    authors: tuple[str, ...] = ()  # who is named beside it


def read(body: Node, seen: Survey, aside: Sidelines, url: str) -> Group:
    """A run of starts in one container, cut there; an empty group if there are fewer than three."""
    blocks = [b for b in _blocks(body, seen) if not aside.beside(b)]
    foreign = records.refused(body, seen, url)
    starts = [s for s in _starts(blocks, seen) if foreign.isdisjoint((s.node, *s.node.iterancestors()))]
    starts = programmes.without(starts, blocks)
    container = _container(starts, body)
    if container is None:
        return Group("headings", ())
    starts = [s for s in starts if container in s.node.iterancestors()]
    boxes = {s.node.getparent() for s in starts}
    inside = [b for b in blocks if container in b.iterancestors() and (b.getparent() in boxes or not is_appeal(b))]
    found = _cut(starts, inside, container)
    if 2 * sum(any(records.is_teaser(n, url) for n in f.nodes) for f in found) > len(found):
        return Group("headings", ())
    sizes = [sum(seen.size[n] for n in f.nodes) for f in found]
    if len(found) < FEWEST or sorted(sizes)[len(sizes) // 2] < ends.SHORTEST:
        return Group("headings", ())
    return Group("headings", tuple(found), sum(min(s, CAP) for s in sizes) * (1 + 0.1 * len(found)))


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
    loose = [n for n in seen.order if n.tag in _CLOCKED and n.getparent() in holders and seen.size[n] and n not in inside]
    silent = {n for n in seen.order if n.tag in SILENT}
    chosen = [n for n in leaves if n not in holders] + loose
    return sorted((n for n in chosen if n.getparent() not in silent), key=seen.order.__getitem__)


def _is_one(node: Node, seen: Survey) -> bool:
    """A figure, and what is told of a term with words before its list or paragraphs."""
    if node.tag == "figure":
        return seen.size[node] <= FIGURE_MOST
    return node.tag == "dd" and bool((node.text or "").strip())


def _starts(blocks: list[Node], seen: Survey) -> list[Start]:
    starts: list[Start] = []
    for block in blocks:
        if seen.linked[block] > MOST_LINKED * seen.size[block]:
            continue
        text = block.text_content()
        led = leading_clock(text[:80]) or matchclock.leading(text[:20])
        if led:
            starts.append(Start(block, _with_age(led[0], block), min(led[1], len(text))))
            continue
        printed = shown(text) if seen.size[block] <= SHOWN_MOST else None
        if printed and not _is_day(printed) and (printed.age is None or block.tag in ends.HEADINGS):
            starts.append(Start(block, printed, len(text)))
        elif seen.size[block] <= LONGEST and not _is_below_picture(block, seen) and (beside := bylined(text)):
            starts.append(Start(block, beside[0], len(text), (beside[1],)))
    if 2 * sum(map(_is_quoted, starts)) < len(starts):  # a post that is cited, with its time
        starts = [s for s in starts if not _is_quoted(s)]
    starts = _beside_headings(_of_terms(starts), seen)
    # "Last updated 24 November 2026, 14:05" above a run of clocks begins no update, but yesterday's, of their make, do
    clocked = 2 * sum(map(_has_clock, starts)) >= len(starts)
    usual = [s for s in starts if _has_clock(s) == clocked]
    makes = {make for s in usual if (make := (s.node.tag, s.node.get("class")))[1]}
    first = next((i for i, s in enumerate(starts) if s in usual), 0)
    return [
        s for i, s in enumerate(starts)
        if _has_clock(s) == clocked or (i > first and (s.node.tag, s.node.get("class")) in makes)
    ]  # fmt: skip


def _of_terms(starts: list[Start]) -> list[Start]:
    """In a list of terms that are times, what is told of one may begin with another clock."""
    terms = {s.node for s in starts if s.node.tag == "dt"}
    return [s for s in starts if s.node.tag != "dd" or s.node.getprevious() not in terms]


def _beside_headings(starts: list[Start], seen: Survey) -> list[Start]:
    """Where headings begin updates, lists of key moments and the lengths of videos do not."""
    headed = [s for s in starts if s.node.tag in ends.HEADINGS]
    if len(headed) < FEWEST:
        return starts
    first = seen.order[headed[0].node]
    return [s for s in starts if s.node.tag in ends.HEADINGS or (seen.order[s.node] > first and not _is_label(s))]


def _is_label(start: Start) -> bool:
    """An item of a list, or a box with a time and no words."""
    around = (start.node, *start.node.iterancestors())
    if any(node.tag == "li" for node in around) or any(_PLAYERS & names_of(node) for node in around[: CLOSE + 1]):
        return True
    return start.node.tag in ("div", "span", "figure", "td") and start.skip >= len(start.node.text_content().strip())


def _is_quoted(start: Start) -> bool:
    return next(start.node.iterancestors("blockquote"), None) is not None


def _is_below_picture(block: Node, seen: Survey) -> bool:
    """ "The harbour, Friday at 13.30"."""
    around = itertools.islice(block.iterancestors(), CLOSE)
    small = (a for a in around if seen.size.get(a, CAPTION_MOST + 1) <= CAPTION_MOST)
    return any(next(a.iter("img", "picture"), None) is not None for a in small)


def _has_clock(start: Start) -> bool:
    return start.read.clock is not None or start.read.minute is not None


def _with_age(clock: Read, block: Node) -> Read:
    """An element of its own in the same block may say how long ago: "14.05 Bridge shut <small>4 min ago</small>"."""
    for node in block.iter("small", "time", "span", "em", "i"):
        printed = shown(text) if node is not block and len(text := node.text_content()) <= SHOWN_MOST else None
        if printed is not None and printed.age is not None and printed.precision != "day":
            return replace(clock, age=printed.age)
    return clock


def _is_day(printed: Read) -> bool:
    return printed.day is not None and printed.clock is None


def _container(starts: list[Start], body: Node) -> Node | None:
    """The smallest element that holds most of the starts; or one just around it that holds more."""
    counts = Counter(a for s in starts for a in s.node.iterancestors())
    enough = max(FEWEST, MOST * len(starts))
    fitting = [node for node, n in counts.items() if n >= enough]
    if not fitting or len(starts) < FEWEST:
        return None
    smallest = max(fitting, key=lambda n: sum(1 for _ in n.iterancestors()))
    around = [smallest, *list(smallest.iterancestors())[:CLOSE]]
    return max(around, key=lambda n: counts[n])  # the first of equals: the smallest


def _cut(starts: list[Start], blocks: list[Node], container: Node) -> list[Found]:
    by_node = {s.node: s for s in starts}
    found: list[tuple[Start, list[Node], date | None]] = []
    day: date | None = None
    titles = _titles(blocks, by_node)
    title: list[Node] = []
    over = False
    for block in blocks:
        start = by_node.get(block)
        heading = _day_heading(block)
        if start:
            found.append((start, [block, *title], day))
            title, over = [], False
        elif block in titles:
            title = [block]
        elif heading:
            day, over = heading, block.tag in ends.HEADINGS
        elif found:
            found[-1][1].extend(() if over else (block,))  # below the heading of a day stands what is of that day
        else:
            day = None  # a date far above the first update is not its heading
    boxes = ends.Boxes(list(by_node), container)
    found = [*((s, ends.without_strangers(s.node, n, boxes, told=_tells(s)), d) for s, n, d in found[:-1]), *found[-1:]]
    if found:
        start, nodes, day = found[-1]
        own = max(2 if titles else 1, _titled_below(found))  # what is surely the update's: its time and its title
        ruled = all(ends.is_below_rule(s.node) for s, _, _ in found[1:])
        most = _usual(found) - own
        oldest = _fall([s for s, _, _ in found[-LOWEST:]])
        rest = ends.of_last(start.node, nodes[own:], boxes, most=most, ruled=ruled, told=_tells(start), oldest=oldest)
        found[-1] = (start, [*nodes[:own], *rest], day)
    given = _ids([start.node for start, _, _ in found])
    return [_found(start, nodes, day, id_) for (start, nodes, day), id_ in zip(found, given, strict=True)]


def _ids(nodes: list[Node]) -> list[str | None]:
    """Of the starts themselves, or of the boxes around them, or of anchors above, if (nearly) each has one of its own."""
    holding = Counter(a for node in nodes for a in node.iterancestors())

    def of(node: Node, name: Callable[[Node], str | None]) -> str | None:
        boxes = itertools.takewhile(lambda a: holding[a] == 1, node.iterancestors())
        return next((id_ for n in (node, *boxes) if (id_ := name(n))), None)

    for name in (lambda node: node.get("id"), ids.above):
        found = [of(node, name) for node in nodes]
        if sum(map(bool, found)) >= MOST * len(found):
            return found
    return [node.get("id") for node in nodes]


def _titles(blocks: list[Node], starts: dict[Node, Start]) -> set[Node]:
    """Headings that stand just above the time of their update, if that is where this page puts them."""
    pairs = [(a, b) for a, b in pairwise(blocks) if b in starts]
    above = {a for a, _ in pairs if a.tag in ends.HEADINGS and a not in starts and not _day_heading(a)}
    return above if len(above) > MOST * len(starts) else set()


def _day_heading(block: Node) -> date | None:
    text = block.text_content()
    printed = shown(text) if len(text) < 200 else None
    return printed.day if printed is not None and _is_day(printed) else None


def _usual(found: list[tuple[Start, list[Node], date | None]]) -> int:
    return max((len(nodes) for _, nodes, _ in found[:-1]), default=3)


def _fall(starts: list[Start]) -> bool:
    """Whether each is older than the one above it."""
    return len(starts) >= LOWEST and all(_is_older(b.read, a.read) for a, b in pairwise(starts))


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


def _titled_below(found: list[tuple[Start, list[Node], date | None]]) -> int:
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
    )
