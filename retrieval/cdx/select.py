"""Lines in order -> the rows of an answer: filtered, collapsed, cut. Pure; works on streams."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from pipelines.store.catalog_scans import Line
from pipelines.store.rows import micros

from .fields import field
from .query import BadQuery, Collapse, Filter, Query

PATIENCE = 0.2  # seconds that one expression may take with one field: "(a+)+$" would take for ever


def selected(found: Iterable[Line], asked: Query) -> Iterable[Line]:
    """What passes the filters and is not collapsed; nearest first where that is asked for."""
    rows = collapsed(filtered(found, asked.filters), asked.collapses)
    if (closest := asked.closest) is not None:
        middle = micros(closest)
        return sorted(rows, key=lambda line: abs(line.micros - middle))
    return rows


def limited(found: Iterable[Line], asked: Query, most: int) -> Iterator[Line]:
    """The first so many behind the offset, or with a limit below 0 the last ones."""
    if asked.limit is not None and asked.limit < 0:
        return iter(deque(found, maxlen=min(-asked.limit, most)))
    wanted = most if asked.limit is None else min(asked.limit, most)
    return islice(found, asked.offset, asked.offset + wanted)


def filtered(found: Iterable[Line], filters: Sequence[Filter]) -> Iterable[Line]:
    return (line for line in found if all(_passes(line, one) for one in filters)) if filters else found


def _passes(line: Line, one: Filter) -> bool:
    try:
        matched = one.pattern.fullmatch(field(one.field, line), timeout=PATIENCE)
    except TimeoutError as e:
        raise BadQuery(f"filter: {one.pattern.pattern[:60]!r} takes too long; write it more simply") from e
    return bool(matched) is not one.negated


def collapsed(found: Iterable[Line], collapses: Sequence[Collapse]) -> Iterable[Line]:
    """Only adjacent rows are compared: in the order of time the first of each run is given."""
    for one in collapses:
        found = _collapsed(found, one)
    return found


def _collapsed(found: Iterable[Line], one: Collapse) -> Iterator[Line]:
    last = None
    for line in found:
        value = field(one.field, line)[: one.length]
        if value != last:
            yield line
        last = value
