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
    boxes = {box: held for box, held in _boxes(starts).items() if len(held) >= FEWEST and all(map(_is_round, held))}
    inside: dict[Node, list[Node]] = defaultdict(list)
    for block in blocks if boxes else ():
        for box in boxes.keys() & set(block.iterancestors()):
            inside[box].append(block)
    lines = {id(start) for box, held in boxes.items() if _is_programme(held, inside[box]) for start in held}
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
    return {box: held for box, held in boxes.items() if len(held) == holding[box]}  # not what is around others


def _is_round(start: Clocked) -> bool:
    return start.read.clock is not None and start.read.clock.minute % ROUND == 0


def _is_programme(held: Sequence[A], blocks: Sequence[Node]) -> bool:
    at = {b: n for n, b in enumerate(blocks)}
    begins = [at[s.node] for s in held]
    ends = [*begins[1:], begins[-1] + 1]
    return all(_is_line(s, blocks[a + 1 : b]) for s, a, b in zip(held, begins, ends, strict=True))


def _is_line(start: Clocked, below: Sequence[Node]) -> bool:
    texts = [str(start.node.text_content())[start.skip :].strip(), *map(said, below)]
    return sum(map(len, texts)) <= NAME_MOST and not any(text.endswith(_ENDS) for text in texts)
