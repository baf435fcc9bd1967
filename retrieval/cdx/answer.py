"""A query answered from a catalog: captures in order, and the text of the answer, piece by piece."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain, islice
from typing import Any

from pipelines.store.catalog import Catalog
from pipelines.store.catalog_scans import Line, Position, Span

from . import resume
from .fields import SHORT, Original, reading
from .query import MOST, BadQuery, Query
from .select import limited, selected

TOGETHER = 500  # rows of one piece of text


@dataclass(frozen=True, slots=True)
class Answer:
    """Pieces of text of one content type. Reading them reads the catalog."""

    media_type: str
    pieces: Iterable[str]


def answer(catalog: Catalog, asked: Query) -> Answer:
    """BadQuery if the page that is asked for lies behind the last one."""
    if asked.show_pages:
        return Answer("text/plain", [f"{_pages(catalog, asked)}\n"])
    found: Iterable[Line] = captures(catalog, asked, short=_is_short(asked))
    key = None
    if asked.show_resume_key:
        found, key = _with_key(found, asked)
    rows = map(reading(asked.fields, originals(catalog)), found)
    if asked.json:
        return Answer("application/json", _json(rows, asked.fields, key))
    return Answer("text/plain", _text(rows, key))


def captures(catalog: Catalog, asked: Query, *, short: bool = False) -> Iterator[Line]:
    """What the query selects, in its order; ``short`` lines if they do. With ``show_resume_key`` one more than its
    limit, if there is one."""
    backwards = _from_behind(asked)
    blocks = catalog.blocks()
    found: Iterable[Line] = _scanned(catalog, asked, reverse=asked.reverse is not backwards, short=short)
    if blocks:  # withdrawn rows are left out: whoever asks for the memento hears why
        found = (line for line in found if not blocks.capture(line))
    found = selected(found, asked)
    if backwards:
        return iter(list(islice(found, min(-(asked.limit or 0), MOST)))[::-1])
    if asked.show_resume_key and asked.limit is not None:
        asked = replace(asked, limit=asked.limit + 1)
    return limited(found, asked, MOST + 1 if asked.show_resume_key else MOST)


def _is_short(asked: Query) -> bool:
    """Whether short lines hold all that is told and looked at."""
    looked_at = [one.field for one in asked.filters] + [one.field for one in asked.collapses]
    return SHORT.issuperset(asked.fields) and SHORT.issuperset(looked_at)


def _from_behind(asked: Query) -> bool:
    """The last rows are found from the end on; but where a run collapses its first row counts."""
    return (asked.limit or 0) < 0 and not asked.collapses and not asked.closest


def _scanned(catalog: Catalog, asked: Query, *, reverse: bool, short: bool) -> Iterator[Line]:
    spans = _spans(asked)
    if asked.page is not None:
        return _page(catalog, spans, asked.page, asked.page_rows)
    simple = not (asked.filters or asked.collapses or asked.closest)
    first = abs(asked.limit) + asked.offset + 1 if simple and asked.limit is not None else None
    return _one_after_the_other(catalog, spans, after=asked.after, reverse=reverse, first=first,
                                short=short)  # fmt: skip


def _spans(asked: Query) -> list[Span]:
    return [Span(low=keys.low, high=keys.high, since=asked.since, until=asked.until) for keys in asked.ranges]


def _one_after_the_other(catalog: Catalog, spans: Sequence[Span], *, after: Position | None, reverse: bool,
                         first: int | None, short: bool = False) -> Iterator[Line]:  # fmt: skip
    if after:
        spans = [span for span in spans if span.high > after[0]]
    ordered = reversed(spans) if reverse else spans
    return chain.from_iterable(
        catalog.lines(span, after=after, reverse=reverse, first=first, short=short) for span in ordered
    )


def _pages(catalog: Catalog, asked: Query) -> int:
    return -(-catalog.count(_spans(asked)) // asked.page_rows)


def _page(catalog: Catalog, spans: Sequence[Span], number: int, size: int) -> Iterator[Line]:
    """The rows of one page. BadQuery behind the last: some clients go on until they are told."""
    skip = number * size
    for at, span in enumerate(spans):
        count = catalog.count([span])
        if skip < count:
            begun = catalog.lines(span, after=catalog.position_at(span, skip), first=size)
            rest = _one_after_the_other(catalog, spans[at + 1 :], after=None, reverse=False, first=size)
            return islice(chain(begun, rest), size)
        skip -= count
    if number == 0:
        return iter(())
    raise BadQuery(f"page {number} lies behind the last one; showNumPages=true says how many there are")


def _with_key(found: Iterable[Line], asked: Query) -> tuple[list[Line], str | None]:
    """The rows, and a key only if others follow."""
    most = MOST if asked.limit is None else min(asked.limit, MOST)
    rows = list(found)
    if asked.reverse or asked.closest or most < 0 or len(rows) <= most or not most:
        return rows, None
    return rows[:most], resume.key(rows[most - 1].position)


def originals(catalog: Catalog) -> Original:
    """What revisits refer to: mostly the same few."""
    known: Callable[[str], Line | None] = lru_cache(1000)(catalog.line)
    return lambda line: known(line.refers_to) if line.refers_to else None


def _text(rows: Iterable[Sequence[str]], key: str | None) -> Iterator[str]:
    for some in together(map(" ".join, rows)):
        yield "\n".join(some) + "\n"
    if key:
        yield f"\n{key}\n"


def _json(rows: Iterable[Sequence[str]], names: Sequence[str], key: str | None) -> Iterator[str]:
    """An array of arrays, the names first; where nothing is found an empty one."""
    lines: Iterable[Any] = chain([names], rows, [[], [key]] if key else [])
    begun = False
    for some in together(_unless_alone(lines)):
        yield ("," if begun else "[") + ",\n".join(json.dumps(list(line), ensure_ascii=False) for line in some)
        begun = True
    yield "]\n" if begun else "[]\n"


def _unless_alone(lines: Iterable[Any]) -> Iterator[Any]:
    """The names only if something follows them."""
    first = list(islice(lines := iter(lines), 2))
    return chain(first, lines) if len(first) == 2 else iter(())


def together(lines: Iterable[Any]) -> Iterator[list[Any]]:
    """Some lines at a time, for answers that stream."""
    lines = iter(lines)
    while some := list(islice(lines, TOGETHER)):
        yield some
