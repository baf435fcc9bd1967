"""What begins an update without a container: a clock, a date with one, the minute of a match, in front of a block."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

from lxml import etree

from . import ends
from .bylined import LONGEST, bylined
from .marks import Survey
from .openings import called, closing, may_close, opening
from .people import name_of
from .places import names_of
from .source import Node
from .times import SHOWN_MOST, Read, shown
from .words import words_of

FEWEST = 3
MOST_LINKED = 0.6
CAPTION_MOST = 200  # characters of what stands with a picture
CLOSE = 2  # levels up
_PHASE = re.compile(r"\s*(?=[^\W\d_]{2})[A-ZÀ-ÞĀ-Ž' .-]{3,24}\s*[:–—-]\s+")
_PLAYERS = words_of("video videos player")


@dataclass(frozen=True, slots=True)
class Start:
    node: Node
    read: Read
    skip: int  # characters of the clock
    authors: tuple[str, ...] = ()  # who is named beside it
    at: int = 0  # where it begins: at the beginning of the block, or at the end of a headline


def starts_in(blocks: list[Node], seen: Survey) -> list[Start]:
    """In document order."""
    starts: list[Start] = []
    behind: dict[str, list[Start]] = defaultdict(list)
    closed: dict[str, list[Start]] = defaultdict(list)
    for block in blocks:
        if seen.linked[block] > MOST_LINKED * seen.size[block]:
            continue
        text = block.text_content()
        led = opening(text) or _first_line(block)
        if led:
            starts.append(Start(block, _with_age(led[0], block), min(led[1], len(text))))
            continue
        printed = shown(text) if seen.size[block] <= SHOWN_MOST else None
        if printed and not is_day(printed) and (printed.age is None or block.tag in ends.HEADINGS):
            starts.append(Start(block, printed, len(text)))
        elif may_close(text) and _heads(block) and (end := closing(block)) and name_of(text[: end[1]].strip()) is None:
            closed[block.tag].append(Start(block, end[0], end[2], at=end[1]))
        elif seen.size[block] <= LONGEST and not _is_below_picture(block, seen) and (beside := bylined(text)):
            starts.append(Start(block, beside[0], len(text), (beside[1],)))
        elif found := called(text):
            behind[found[0]].append(Start(block, *found[1:]))
    # a word that we do not know for "at"; headlines with their time at the end
    for kind in (behind, closed):
        if len(alike := max(kind.values(), key=len, default=[])) >= FEWEST:
            starts = sorted([*starts, *alike], key=lambda s: seen.order[s.node])
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


def with_phases(starts: list[Start], blocks: list[Node], seen: Survey) -> list[Start]:
    """Of a match, with what begins with a phase in place of a minute, made as minutes are: "HALF-TIME - The ..."."""
    minutes = [s for s in starts if s.read.minute is not None]
    makes = {_opening(s.node) for s in minutes} - {()}
    if len(minutes) < FEWEST or 2 * len(minutes) < len(starts) or not makes:
        return starts
    known = {s.node for s in starts}
    phases = [
        Start(block, Read(told[0].strip()), told.end())
        for block in blocks
        if block not in known and (told := _PHASE.match(block.text_content())) and _opening(block) in makes
    ]
    return sorted([*starts, *phases], key=lambda s: seen.order[s.node])


def _opening(block: Node) -> tuple[tuple[str, str | None, str | None], ...]:
    """How the elements are made that a block begins with, one in the other."""
    path = []
    while len(block) and not (block.text or "").strip():
        block = block[0]
        path.append((str(block.tag), block.get("class"), block.get("style")))
    return tuple(path)


def _of_terms(starts: list[Start]) -> list[Start]:
    """In a list of terms that are times, what is told of one may begin with another clock."""
    terms = {s.node for s in starts if s.node.tag == "dt"}
    return [s for s in starts if s.node.tag != "dd" or _term_of(s.node) not in terms]


def _term_of(told: Node) -> Node | None:
    return next((before for before in told.itersiblings("dt", preceding=True)), None)


def _beside_headings(starts: list[Start], seen: Survey) -> list[Start]:
    """Where headings begin updates, lists of key moments and the lengths of videos do not."""
    headed = [s for s in starts if s.node.tag in ends.HEADINGS]
    if len(headed) < FEWEST:
        return starts
    first = seen.order[headed[0].node]
    return [s for s in starts if s.node.tag in ends.HEADINGS or (seen.order[s.node] > first and not _is_label(s))]


def _first_line(block: Node) -> tuple[Read, int] | None:
    """A time that is all that stands above the first line break: it may be said there with more words."""
    if next(block.iter("br"), None) is None:
        return None
    line = "".join(_above_break(block))
    read = shown(line) if len(line) <= SHOWN_MOST else None
    return (read, len(line)) if read is not None and read.is_timed() and read.age is None else None


def _above_break(block: Node) -> Iterator[str]:
    for event, node in etree.iterwalk(block, events=("start", "end")):
        if node.tag == "br":
            return
        yield (node.text if event == "start" else node.tail) or ""


def _heads(block: Node) -> bool:
    return block.tag in ends.HEADINGS or block.tag == "summary" or ends.is_bold(block)


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


def is_day(printed: Read) -> bool:
    return printed.day is not None and printed.clock is None
