"""Epochs in attributes whose names say nothing of time: looked for only where a page shows no other time."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

from .source import Node
from .times import Read, attribute

FEWEST = 3  # elements with one attribute
LONGEST = 45 * 86_400  # seconds between the first and the last, as for times that are printed
SHORTEST = 60  # numbers in a row are names, not seconds


def unnamed(nodes: list[Node]) -> list[tuple[Node, Read]]:
    """The elements of the attribute whose numbers run as times do: in one direction, days apart at most."""
    held: dict[tuple[str, str], list[tuple[Node, Read]]] = defaultdict(list)
    for node in nodes:
        for name, value in node.attrib.items():
            if len(value) in (10, 13) and name.startswith("data-") and value.isdigit() and (read := attribute(value)):
                held[node.tag, name].append((node, read))
    return max((found for found in held.values() if _run(found)), key=len, default=[])


def _run(found: list[tuple[Node, Read]]) -> bool:
    seconds = [read.moment.timestamp() for _, read in found if read.moment]
    steps = [b - a for a, b in pairwise(seconds)]
    if len(found) < FEWEST or not SHORTEST * len(steps) <= max(seconds) - min(seconds) <= LONGEST:
        return False
    return all(s >= 0 for s in steps) or all(s <= 0 for s in steps)
