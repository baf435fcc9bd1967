"""Updates whose time stands at their end: below them, with who wrote them, or in brackets behind their last words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from statistics import median_low

from . import ends
from .dom import PROSE, said
from .marks import Survey
from .openings import closing
from .source import Node
from .starts import FEWEST, Start

Tailed = tuple[Start, list[Node]]  # what ends an update, and its blocks


def closings(blocks: Sequence[Node], seen: Survey) -> list[Start]:
    """Paragraphs that end with a time, if several of one make do."""
    found: dict[tuple[str, str | None], list[Start]] = defaultdict(list)
    for block in blocks:
        end = closing(block) if block.tag in ("p", "li", "div") and seen.size[block] >= ends.SHORTEST else None
        if end:
            found[block.tag, block.get("class")].append(Start(block, end[0], end[2], at=end[1]))
    alike = max(found.values(), key=len, default=[])
    return alike if len(alike) >= FEWEST else []


def cut(starts: Sequence[Start], blocks: Sequence[Node], seen: Survey) -> list[Tailed]:
    """From behind one time to the next; nothing where times do not stand so: text stands above the first of them, and
    below the last, which would begin an update else, there is none. Rules stand between them, or each is a paragraph:
    where the first begins may not depend on what the others are."""
    alike = all(map(_is_whole, starts)) or all(start.at for start in starts)
    if len(starts) < FEWEST or not alike or not _close(starts[-1], blocks, seen):
        return []
    places = {block: number for number, block in enumerate(blocks)}
    at = [places[start.node] for start in starts]
    found = [(start, list(blocks[a + 1 : b + 1])) for start, a, b in zip(starts, [-1, *at], at, strict=False)]
    single = all(len(nodes) == 1 for _, nodes in found[1:])
    if not single and not all(ends.is_below_rule(nodes[0]) for _, nodes in found[1:]):
        return []
    found[0] = (starts[0], found[0][1][-1:] if single else _below_rule(found[0][1]))
    sizes = [sum(seen.size[n] for n in nodes) - len(said(s.node)) * _is_whole(s) for s, nodes in found]
    return found if median_low(sizes) >= ends.SHORTEST and sizes[0] >= ends.SHORTEST / 2 else []


def _close(last: Start, blocks: Sequence[Node], seen: Survey) -> bool:
    """Whether nothing follows the last time, or it stands in the paragraph that it ends."""
    if not _is_whole(last):
        return last.at > 0
    return not any(seen.size[b] >= ends.SHORTEST for b in blocks if seen.order[b] > seen.order[last.node])


def _is_whole(start: Start) -> bool:
    """Nothing but the time, in a line of its own."""
    alone = start.at == 0 and start.skip >= len(start.node.text_content().strip())
    return alone and start.node.tag in PROSE | {"div"}


def _below_rule(blocks: list[Node]) -> list[Node]:
    """Of all that stands above the first time, what is below the last rule or heading; else all in the same box."""
    for number in range(len(blocks) - 1, -1, -1):
        if ends.is_below_rule(blocks[number]):
            return blocks[number:]
        if blocks[number].tag in ends.RANKED:
            return blocks[number + 1 :]
    return [block for block in blocks if block.getparent() is blocks[-1].getparent()]
