"""Updates in JSON that a page carries for its own scripts, where a profile says what stands where."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .found import Found
from .jsonld import MOST_UPDATES, load, names, without_trailing_commas, words
from .profile import Form, Listing, State, StateTime
from .selectors import select
from .source import Node
from .times import Read, attribute, shown

DEEPEST = 60  # levels of a document that are looked into
MOST_VALUES = 500_000  # values looked at for a path of any depth
TEXT_KEYS = ("text", "html")  # what holds the words in a tree of blocks
TYPE_KEYS = ("type", "_type", "item_type")  # and what says which kind of block it is
_DECODER = json.JSONDecoder(strict=False)
_UNDEFINED = re.compile(r"([:,\[]\s{0,20})undefined\b")  # in scripts, not in JSON
_SILENT = re.compile(r"<(style|script)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Stated:
    found: tuple[Found, ...] = ()
    page: int | None = None
    pages: int | None = None
    broken: bool = False  # it is there, and no JSON
    total: int | None = None
    gone: tuple[str, ...] = ()  # ids of those that it marks as deleted
    there: bool = False  # there is such a list, be it empty


def read(root: Node, state: State, carrier: str) -> Stated:
    broken = False
    for text in _texts(root, state):
        value, _ = document(text)
        broken = broken or value is None
        stated = listed(value, state, carrier)
        if stated.found:
            return stated
    return Stated(broken=broken)


def listed(document: Any, listing: Listing, carrier: str) -> Stated:
    """The updates of a document; those that it marks as deleted are none."""
    entries = [e for e in follow(document, listing.entries) if isinstance(e, dict | list)]
    items = [i for e in entries for i in (e if isinstance(e, list) else [e]) if isinstance(i, dict)][:MOST_UPDATES]
    deleted = [i for i in items if _true(i, listing.deleted, listing.deleted_is)]
    held = {id(i) for i in deleted}
    found = tuple(_found(i, listing, carrier) for i in items if id(i) not in held)
    page, pages, total = (_number(document, path) for path in (listing.page, listing.pages, listing.total))
    gone = tuple(id_ for i in deleted if (id_ := _id(i, listing)))
    return Stated(found, page, pages, total=total, gone=gone, there=bool(entries))


def _texts(root: Node, state: State) -> Iterator[str]:
    """The scripts that may hold it, from where its value begins."""
    if state.script is not None:
        yield from (node.text or "" for node in select(root, state.script))
        return
    begin = re.compile(re.escape(state.variable or "") + r"\s*=\s*")
    for node in root.iter("script"):
        found = begin.search(node.text or "")
        if found:
            yield (node.text or "")[found.end() :]


def document(text: str) -> tuple[Any, int]:
    """The JSON at the start of a text, or in the string at its start, and where it ends; (None, 0) if there is none."""
    begun = text.lstrip()
    begun = begun.removeprefix("JSON.parse(").lstrip()
    for attempt in (begun, _UNDEFINED.sub(r"\1null", without_trailing_commas(begun))):
        try:
            value, end = _DECODER.raw_decode(attempt)
        except (ValueError, RecursionError):
            continue
        return (load(value) if isinstance(value, str) else value), end + len(text) - len(begun)
    return None, 0


def follow(value: Any, path: str | None) -> Iterator[Any]:
    """The values at a path of keys; ``*`` is each item, ``**`` in front any depth."""
    if path is None:
        return
    keys = path.split(".")
    if keys[0] == "**":
        keys = keys[1:]
        starts: Iterator[Any] = _holders(value, keys[0])
    else:
        starts = iter((value,))
    for start in starts:
        yield from _at(start, keys)


def _holders(value: Any, key: str) -> Iterator[Any]:
    """Every object that has the key, outside in."""
    level, looked = [value] if isinstance(value, dict | list) else [], 0
    for _ in range(DEEPEST):
        following: list[Any] = []
        for item in level:
            if isinstance(item, dict) and key in item:
                yield item
            children = item.values() if isinstance(item, dict) else item
            following.extend(c for c in children if isinstance(c, dict | list))
        looked += len(following)
        if not following or looked > MOST_VALUES:
            return
        level = following


def _at(value: Any, keys: list[str]) -> Iterator[Any]:
    if not keys:
        yield value
    elif keys[0] == "*" and isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _at(item, keys[1:])
    elif isinstance(value, dict) and keys[0] in value:
        yield from _at(value[keys[0]], keys[1:])


def _found(item: dict[str, Any], state: Listing, carrier: str) -> Found:
    text = text_at(item, state.text, state.text_skip) or text_at(item, state.text_else, state.text_skip)
    headline = text_at(item, state.headline).replace("\n", " ")
    return Found(
        carrier=carrier,
        id=_id(item, state),
        text=text,
        headline=headline or None,
        authors=tuple(dict.fromkeys(n for v in follow(item, state.authors) for n in names(v))),
        published=time_at(item, state.published),
        updated=time_at(item, state.updated),
        created=time_at(item, state.created),
        pinned=_true(item, state.pinned),
        key_event=_true(item, state.key_event),
    )


def _id(item: dict[str, Any], listing: Listing) -> str | None:
    return next((s for v in follow(item, listing.id) if (s := str(v).strip()) and isinstance(v, str | int)), None)


def text_at(item: Any, path: str | None, skipped: tuple[str, ...] = ()) -> str:
    return "\n".join(line for value in follow(item, path) for line in _lines(value, skipped))


def _lines(value: Any, skipped: tuple[str, ...], depth: int = 0) -> Iterator[str]:
    """Text, or the texts of a tree of blocks: the outermost of each branch, as inner ones repeat its words."""
    if isinstance(value, str):
        if line := words(_spoken(value)):
            yield line
    elif isinstance(value, dict) and depth < DEEPEST and not any(value.get(k) in skipped for k in TYPE_KEYS):
        own = next((value[k] for k in TEXT_KEYS if isinstance(value.get(k), str)), None)
        for part in [own] if own else [v for v in value.values() if isinstance(v, dict | list)]:
            yield from _lines(part, skipped, depth + 1)
    elif isinstance(value, list) and depth < DEEPEST:
        for part in value:
            if isinstance(part, dict | list):
                yield from _lines(part, skipped, depth + 1)


def _spoken(markup: str) -> str:
    """Without style sheets and scripts; one walk, as nobody says how long such a text is."""
    pieces, position = [], 0
    while begin := _SILENT.search(markup, position):
        end = re.compile(rf"</{begin[1]}\b[^>]*>", re.IGNORECASE).search(markup, begin.end())
        if end is None:
            break
        pieces.append(markup[position : begin.start()])
        position = end.end()
    return " ".join([*pieces, markup[position:]])


def time_at(item: Any, places: tuple[StateTime, ...]) -> Read | None:
    for place in places:
        for value in follow(item, place.path):
            read = moment(str(int(value) if isinstance(value, float) else value), place.form)
            if read is not None:
                return read
    return None


def moment(value: str, form: Form) -> Read | None:
    """A time written in one of the forms; ``local`` is a wall time, whatever zone is written behind it."""
    value = value.strip()
    if form == "printed":
        return shown(value)
    if (form == "epoch") != value.isdigit():
        return None
    read = attribute(value)
    if read is None or form != "local" or read.moment is None:
        return read
    return Read(read.raw, moment=read.moment.replace(tzinfo=None), precision=read.precision)


def _true(item: Any, path: str | None, word: str = "true") -> bool:
    return any(value is True or value == word for value in follow(item, path))


def _number(document: Any, path: str | None) -> int | None:
    return next((v for v in follow(document, path) if isinstance(v, int) and 0 < v < 1_000_000), None)
