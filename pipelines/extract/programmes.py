"""A programme beside updates: a box of round clocks, each with a few words that are no sentence."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Protocol, TypeVar

from .dom import said
from .source import Node
from .times import Read

FEWEST = 4  # such lines in a box
ROUND = 5  # minutes: that four clocks of updates are so happens once in 625 times
OTHERS = 3  # updates outside of it
NAME_MOST = 45  # characters of what is on, with what it is called
_ENDS = (".", "!", "?", "…", "。", "！", "？", "।", "؟")


class Clocked(Protocol):
    @property
    def node(self) -> Node: ...
    @property
    def read(self) -> Read: ...
    @property
    def skip(self) -> int: ...


A = TypeVar("A", bound=Clocked)


def without(starts: list[A], blocks: Sequence[Node]) -> list[A]:
    """The starts that are no lines of a programme."""
    boxes = _boxes(starts)
    listed = {box for box, held in boxes.items() if _is_programme(box, held, blocks, boxes)}
    lines = {id(start) for box in listed for start in boxes[box]}
    others = [s for s in starts if id(s) not in lines]
    return others if len(others) >= OTHERS else starts


def _boxes(starts: Sequence[A]) -> dict[Node, list[A]]:
    """By the smallest element that holds several."""
    holding = Counter(a for s in starts for a in s.node.iterancestors())
    boxes: dict[Node, list[A]] = defaultdict(list)
    for start in starts:
        box = next((a for a in start.node.iterancestors() if holding[a] > 1), None)
        if box is not None:
            boxes[box].append(start)
    return boxes


def _is_programme(box: Node, held: Sequence[A], blocks: Sequence[Node], boxes: dict[Node, list[A]]) -> bool:
    if len(held) < FEWEST or not all(s.read.clock and s.read.clock.minute % ROUND == 0 for s in held):
        return False
    if any(other is not box and box in other.iterancestors() for other in boxes):
        return False  # it is around updates
    own = [b for b in blocks if box in b.iterancestors()]
    at = {b: n for n, b in enumerate(own)}
    begins = [at[s.node] for s in held]
    ends = [*begins[1:], begins[-1] + 1]
    return all(_is_line(s, own[a + 1 : b]) for s, a, b in zip(held, begins, ends, strict=True))


def _is_line(start: Clocked, below: Sequence[Node]) -> bool:
    texts = [str(start.node.text_content())[start.skip :].strip(), *map(said, below)]
    return sum(map(len, texts)) <= NAME_MOST and not any(text.endswith(_ENDS) for text in texts)
