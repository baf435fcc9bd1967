"""Captures in order -> the rows of an answer: filtered, collapsed, cut. Pure; works on streams."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from pipelines.model import Capture

from .fields import Original, field
from .query import BadQuery, Collapse, Filter, Query

PATIENCE = 0.2  # seconds that one expression may take with one field: "(a+)+$" would take for ever


def selected(found: Iterable[Capture], asked: Query) -> Iterable[Capture]:
    """What passes the filters and is not collapsed; nearest first where that is asked for."""
    rows = collapsed(filtered(found, asked.filters), asked.collapses)
    if (closest := asked.closest) is not None:
        return sorted(rows, key=lambda capture: abs(capture.timestamp - closest))
    return rows


def limited(found: Iterable[Capture], asked: Query, most: int) -> Iterator[Capture]:
    """The first so many behind the offset, or with a limit below 0 the last ones."""
    if asked.limit is not None and asked.limit < 0:
        return iter(deque(found, maxlen=min(-asked.limit, most)))
    wanted = most if asked.limit is None else min(asked.limit, most)
    return islice(found, asked.offset, asked.offset + wanted)


def filtered(found: Iterable[Capture], filters: Sequence[Filter]) -> Iterable[Capture]:
    return (capture for capture in found if all(_passes(capture, one) for one in filters)) if filters else found


def _passes(capture: Capture, one: Filter) -> bool:
    try:
        matched = one.pattern.fullmatch(field(one.field, capture), timeout=PATIENCE)
    except TimeoutError as e:
        raise BadQuery(f"filter: {one.pattern.pattern[:60]!r} takes too long; write it more simply") from e
    return bool(matched) is not one.negated


def collapsed(found: Iterable[Capture], collapses: Sequence[Collapse]) -> Iterable[Capture]:
    """Only adjacent rows are compared: in the order of time the first of each run is given."""
    for one in collapses:
        found = _collapsed(found, one)
    return found


def _collapsed(found: Iterable[Capture], one: Collapse) -> Iterator[Capture]:
    last = None
    for capture in found:
        value = field(one.field, capture)[: one.length]
        if value != last:
            yield capture
        last = value


def row(capture: Capture, asked: Query, original: Original) -> list[str]:
    return [field(name, capture, original) for name in asked.fields]
