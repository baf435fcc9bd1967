"""The JSON that pages carry for their own scripts, whatever it is called: parsed, and with its references resolved.

Next.js and others put it into a script element, older ones assign it to a variable, some as a string to be parsed.
Caches refer to objects by name (``{"__ref": "Post:1"}``), devalued payloads by their place in one long list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, TypeGuard

from .jsonld import load
from .source import Node
from .state import DEEPEST, MOST_VALUES, document

SHORTEST = 200  # characters; less holds no updates
MOST_SCRIPTS = 40
MOST_ASSIGNED = 12  # values looked at in one script
_ASSIGNED = re.compile(r"(?:[\w$\])\"']\s*=\s*|\bpush\(\s*)(?=JSON\.parse\(|[\[{])")
_ROW = re.compile(r"[0-9a-f]{1,6}:(?=[\[{])")
_WRAPPERS = frozenset(("Reactive", "ShallowReactive", "Ref", "ShallowRef", "EmptyRef"))


def payloads(root: Node) -> Iterator[Any]:
    """Every document, in the order of the page; then those in attributes, and what was pushed in pieces."""
    pushed: list[list[Any]] = []
    scripts = [n for n in root.iter("script") if len(n.text or "") >= SHORTEST][:MOST_SCRIPTS]
    for script in scripts:
        kind = (script.get("type") or "").lower()
        if "ld+json" in kind:
            continue
        if "__next_f" in (script.text or ""):
            pushed += [part for part in _assigned(script.text or "") if isinstance(part, list)]
            continue
        for value in [load(script.text or "")] if "json" in kind else _assigned(script.text or ""):
            if isinstance(value, dict | list):
                yield _unflattened(value) if _is_flat(value) else value

    for value in root.xpath("//@*[string-length(.) >= $least]", least=SHORTEST)[:MOST_SCRIPTS]:
        if value.lstrip()[:1] in ("{", "[") and isinstance(found := load(str(value)), dict | list):
            yield found
    yield from _lines("".join(part for piece in pushed for part in piece if isinstance(part, str)))


def _lines(text: str) -> Iterator[Any]:
    """A stream of rows, each a name, a colon and JSON: ``5:["$","div",null,{...}]``."""
    for row in text.split("\n"):
        begin = _ROW.match(row)
        value = document(row[begin.end() :])[0] if begin and len(row) >= SHORTEST else None
        if isinstance(value, dict | list):
            yield value


def _assigned(text: str) -> Iterator[Any]:
    position = 0
    for _ in range(MOST_ASSIGNED):
        found = _ASSIGNED.search(text, position)
        if found is None:
            return
        value, length = document(text[found.end() :])
        yield value
        position = found.end() + max(1, length)


def lists(value: Any) -> Iterator[list[dict[str, Any]]]:
    """Every list (or object) of objects in a document, outside in; references are followed one step."""
    level: list[Any] = [value]
    named: dict[str, Any] = {}
    looked = 0
    holders: list[Any] = []
    for _ in range(DEEPEST):
        following: list[Any] = []
        for item in level:
            children = list(item.values()) if isinstance(item, dict) else item
            if isinstance(item, dict):
                named.update((k, v) for k, v in item.items() if ":" in k and isinstance(v, dict))
            inner = [c for c in children if isinstance(c, dict | list)]
            if sum(isinstance(c, dict) for c in inner) >= 2:
                holders.append(children)
            following.extend(inner)
        looked += len(following)
        if not following or looked > MOST_VALUES:
            break
        level = following
    for children in holders:
        yield [_followed(c, named) for c in children if isinstance(c, dict)]


def _followed(item: dict[str, Any], named: dict[str, Any]) -> dict[str, Any]:
    reference = item.get("__ref") or (item.get("id") if item.get("type") == "id" else None)
    found = named.get(reference) if isinstance(reference, str) else None
    return found if isinstance(found, dict) else item


def _is_flat(value: Any) -> TypeGuard[list[Any]]:
    """A list of values that name each other by their places."""
    if not isinstance(value, list) or len(value) < 4:
        return False
    objects = [v for v in value if isinstance(v, dict) and v]
    places = [i for v in objects for i in v.values()]
    return bool(places) and all(isinstance(i, int) and -10 < i < len(value) for i in places)


def _unflattened(values: list[Any]) -> Any:
    known: dict[int, Any] = {}

    def at(place: Any, depth: int = 0) -> Any:
        if not isinstance(place, int) or not 0 <= place < len(values) or depth > DEEPEST:
            return None
        if place not in known:
            known[place] = None  # what names itself holds nothing
            known[place] = made(values[place], depth + 1)
        return known[place]

    def made(value: Any, depth: int) -> Any:
        if isinstance(value, dict):
            return {key: at(place, depth) for key, place in value.items()}
        if isinstance(value, list) and value and isinstance(value[0], str):
            return at(value[1], depth) if value[0] in _WRAPPERS and len(value) > 1 else (value[1:] or [None])[0]
        return [at(place, depth) for place in value] if isinstance(value, list) else value

    return made(values[0], 0) if values[0] else at(0)
