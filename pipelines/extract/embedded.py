"""Updates in embedded JSON that nobody has described: lists of objects with a time and a text each.

Asked only where a page announces itself live and neither shows updates nor lists them as structured data.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from .dom import address
from .found import Found
from .jsonld import MOST_UPDATES, names, words
from .payloads import lists, payloads
from .source import Node
from .state import follow, text_at
from .times import Read, attribute

CARRIER = "embedded-json"
FEWEST = 2
SHORTEST = 45  # characters of the median text, as of records in the page
ENOUGH = 0.8  # share of the objects that must have a time and a text
CAP = 600
_TIMES = re.compile(r"publi|creat|date|time|stamp|posted|^at$|_at$|[a-z]At$|^ts$|^pub", re.IGNORECASE)
_UPDATED = re.compile(r"updat|modif|edit|chang", re.IGNORECASE)
_NOT_OURS = re.compile(r"expir|end|start|until|scheduled|embargo|delet", re.IGNORECASE)
_TEXTS = re.compile(r"body|content|text|html|article|message|description|blocks|paragraphs", re.IGNORECASE)
_HEADS = re.compile(r"^(?:headline|title|heading|head)$", re.IGNORECASE)
_IDS = re.compile(r"^(?:_?id|uid|guid|uuid|urn|key|[a-z]+_?id)$", re.IGNORECASE)
_AUTHORS = re.compile(r"^(?:authors?|bylines?|contributors?|creators?|reporters?)$", re.IGNORECASE)
_TALK = re.compile(r"comment|repl(?:y|ies)|upvote|likes?$|parent_?id|user_?(?:id|name)|avatar", re.IGNORECASE)
_LINKS = re.compile(r"^(?:url|href|link|permalink|path|canonical_?url)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Fields:
    """Which path of an object holds what."""

    published: str
    text: str
    updated: str | None
    created: str | None
    headline: str | None
    id: str | None
    authors: str | None


def read(root: Node, url: str) -> tuple[Found, ...]:
    """The list that holds most text."""
    best: tuple[float, tuple[Found, ...]] = (0.0, ())
    for document in payloads(root):
        for items in lists(document):
            found = _listed(items[:MOST_UPDATES], url)
            score = sum(min(len(f.text), CAP) for f in found) * (1 + 0.1 * len(found))
            if score > best[0]:
                best = (score, found)
    return best[1]


def _listed(items: list[dict[str, Any]], url: str) -> tuple[Found, ...]:
    fields = _fields(items) if len(items) >= FEWEST else None
    if fields is None or _leads_elsewhere(items, url) or _are_comments(items):
        return ()
    found = tuple(_found(item, fields) for item in items)
    whole = [f for f in found if f.published and f.text]
    if len(whole) < ENOUGH * len(found) or median(len(f.text) for f in found) < SHORTEST:
        return ()
    return found


def _fields(items: list[dict[str, Any]]) -> _Fields | None:
    """What most of them have; of several candidates the one that says most."""
    need = ENOUGH * len(items)
    paths = [p for p, n in Counter(p for item in items for p in _paths(item)).items() if n >= need]
    times = [p for p in paths if _TIMES.search(_last(p)) and not _NOT_OURS.search(p) and _all(items, p, need)]
    texts = [p for p in paths if _TEXTS.search(p) and not _HEADS.match(_last(p))]
    published = next(iter(sorted((p for p in times if not _UPDATED.search(p)), key=_is_later_choice)), None)
    text = max(texts, key=lambda p: _length(items, p), default=None)
    if published is None or text is None or not _length(items, text):
        return None
    return _Fields(
        published=published,
        text=text,
        updated=next((p for p in times if _UPDATED.search(p)), None),
        created=next((p for p in times if p != published and re.search("creat", p, re.IGNORECASE)), None),
        headline=next((p for p in paths if _HEADS.match(_last(p)) and _is_short(items, p)), None),
        id=next(iter(sorted((p for p in paths if "." not in p and _names(items, p)), key=len)), None),
        authors=next((p for p in paths if "." not in p and _AUTHORS.match(p)), None),
    )


def _paths(item: dict[str, Any]) -> Iterator[str]:
    for key, value in item.items():
        if "." in key or "*" in key:
            continue
        yield key
        if isinstance(value, dict):
            yield from (f"{key}.{inner}" for inner in value if "." not in inner and "*" not in inner)


def _last(path: str) -> str:
    return path.rsplit(".", 1)[-1]


def _is_later_choice(path: str) -> tuple[int, int]:
    """A time of publication before one of creation, before any other; the outer before the inner."""
    return (0 if re.search("publi", path, re.I) else 2 if re.search("creat", path, re.I) else 1), path.count(".")


def _all(items: list[dict[str, Any]], path: str, need: float) -> bool:
    return sum(_time(item, path) is not None for item in items) >= need


def _time(item: dict[str, Any], path: str | None) -> Read | None:
    for value in follow(item, path):
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            return attribute(str(int(value)) if isinstance(value, float) else str(value))
    return None


def _length(items: list[dict[str, Any]], path: str) -> int:
    return sum(min(len(text_at(item, path)), CAP) for item in items[:20])


def _is_short(items: list[dict[str, Any]], path: str) -> bool:
    said = [words(v) for item in items for v in follow(item, path)]
    return any(said) and all(len(s) <= 300 for s in said)


def _names(items: list[dict[str, Any]], path: str) -> bool:
    values = [v for item in items for v in follow(item, path)]
    plain = all(isinstance(v, str | int) and not isinstance(v, bool) and str(v).strip() for v in values)
    return bool(_IDS.match(path)) and plain and len({str(v) for v in values}) == len(values) == len(items)


def _leads_elsewhere(items: Sequence[dict[str, Any]], url: str) -> bool:
    """Teasers: each leads to a page of its own."""
    here = address(url).path.rstrip("/")
    links = [next((v for k, v in item.items() if _LINKS.match(k) and isinstance(v, str)), "") for item in items]
    other = [a for a in links if a and not a.startswith("#") and address(a).path.rstrip("/") not in ("", here)]
    return 2 * len(other) > len(items)


def _are_comments(items: Sequence[dict[str, Any]]) -> bool:
    return 2 * sum(any(_TALK.search(k) for k in item) for item in items) > len(items)


def _found(item: dict[str, Any], fields: _Fields) -> Found:
    text = text_at(item, fields.text)
    headline = text_at(item, fields.headline).replace("\n", " ")
    native = next((str(v).strip() for v in follow(item, fields.id)), None)
    return Found(
        carrier=CARRIER,
        id=native or None,
        text=text,
        headline=headline if headline and not text.startswith(headline) else None,
        authors=tuple(dict.fromkeys(n for v in follow(item, fields.authors) for n in names(v))),
        published=_time(item, fields.published),
        updated=_time(item, fields.updated),
        created=_time(item, fields.created),
    )
