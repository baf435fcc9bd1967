"""Epochs in attributes whose names say nothing of time: believed only where a page shows no other time, or where each
says the very minute that is printed beside it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice, pairwise

from .found import Found
from .source import Node
from .times import Read, attribute

FEWEST = 3  # elements with one attribute
LONGEST = 45 * 86_400  # seconds between the first and the last, as for times that are printed
OUTER = 2  # enclosing elements that may state it
SHORTEST = 60  # numbers in a row are names, not seconds


def unnamed(nodes: list[Node]) -> list[tuple[Node, Read]]:
    """The elements of the attribute whose numbers run as times do: in one direction, days apart at most."""
    held: dict[tuple[str, str], list[tuple[Node, Read]]] = defaultdict(list)
    for node in nodes:
        for name, value in node.attrib.items():
            if read := _epoch(name, value):
                held[node.tag, name].append((node, read))
    return max((found for found in held.values() if _run(found)), key=len, default=[])


def _epoch(name: str, value: str) -> Read | None:
    return attribute(value) if len(value) in (10, 13) and name.startswith("data-") and value.isdigit() else None


def dated(found: Sequence[Found]) -> list[Found]:
    """Clocks without a day get that of an epoch in the update, if one attribute has such a one for each of them."""
    bare = [f for f in found if f.day is None and f.published and f.published.clock and not f.published.day]
    if len(bare) < FEWEST:
        return list(found)
    offers = [dict(_of_the_same_minute(f)) for f in bare]
    name = next((name for name in offers[0] if all(name in offer for offer in offers)), None)
    told = {id(f): offer[name] for f, offer in zip(bare, offers, strict=True)} if name else {}
    return [replace(f, published=told.get(id(f), f.published)) for f in found]


def _of_the_same_minute(found: Found) -> Iterator[tuple[str, Read]]:
    """By the name of the attribute. Zones are whole half-hours from UTC, so the minutes tell."""
    clock = found.published.clock if found.published else None
    first = found.nodes[0]
    for node in chain(first.iter(), islice(first.iterancestors(), OUTER)):
        for name, value in node.attrib.items():
            read = _epoch(name, value)
            if clock and read and read.moment and (read.moment.minute - clock.minute) % 30 == 0:
                yield name, read


def _run(found: list[tuple[Node, Read]]) -> bool:
    seconds = [read.moment.timestamp() for _, read in found if read.moment]
    steps = [b - a for a, b in pairwise(seconds)]
    if len(found) < FEWEST or not SHORTEST * len(steps) <= max(seconds) - min(seconds) <= LONGEST:
        return False
    return all(s >= 0 for s in steps) or all(s <= 0 for s in steps)
