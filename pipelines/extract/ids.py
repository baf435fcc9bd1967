"""Ids of updates: one id in many coats (``block-64ab``, ``#64ab``, ``https://…/live#64ab``)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from urllib.parse import unquote

from .dom import address, said
from .places import names_of
from .source import Node

COVERED = 0.8  # share of the records that must have it
REPEATED = 0.1  # share of values that may repeat, one at least: a pinned copy has its original's id
_ID_NAME = re.compile(r"(?:^|-)(?:id|key|urn|uuid|guid|uid|anchor)$|id$", re.IGNORECASE)
_ID_VALUE = re.compile(r"(?=.*\d|.{8})[\w.:@~=-]{1,200}")  # with a digit, or long: "main" is no id
_COAT = re.compile(
    r"^(?:#|(?:live-?blog-?|live-?)?(?:id|block|post|entry|item|update|key-?event|anchor|card|node|frame)[-_:])+(?=.)"
    r"|(?<=.)[-_](?:parent|wrapper|container|anchor)$",
    re.IGNORECASE,
)
DIGITS = 4  # that a year or a clock has
FEWEST = 3  # values by which counting is known
_COUNTER = re.compile(r"(?<!\d)\d{1,4}$")
BEFORE = "before"  # an anchor of its own, above the record
_LAST_NUMBER = re.compile(r"\d+$")
_RUN = re.compile(r"\d{5,}")  # shorter runs are counters, not identities


@lru_cache(4096)  # asked of the same ids by carrier after carrier
def normal(value: str) -> str:
    """The bare id; case kept. A URL gives its fragment, else its last path segment."""
    value = value.strip()
    if value.startswith(("http://", "https://", "/")):
        parts = address(value)
        value = unquote(parts.fragment) or parts.path.rstrip("/").rsplit("/", 1)[-1]
    previous = None
    while previous != value:
        previous, value = value, _COAT.sub("", value)
    return value


def same(one: str, other: str) -> bool:
    """Whether two ids name one thing: equal when bare, or holding the same single long number."""
    a, b = normal(one), normal(other)
    if a == b:
        return True
    return run(a) is not None and run(a) == run(b)


def run(value: str) -> str | None:
    """The one long number in an id: carriers often share it and differ in what stands around."""
    runs = _RUN.findall(normal(value))
    return runs[0] if len(runs) == 1 else None


def repeats(nodes: Sequence[Node]) -> bool:
    """Whether most records have an id attribute, and one that others have too."""
    held = [value for node in nodes if (value := node.get("id"))]
    return len(held) >= COVERED * len(nodes) and len(held) - len(set(held)) > max(1, REPEATED * len(held))


def native(nodes: Sequence[Node], url: str) -> list[str | None]:
    """The ids the newsroom gave to its records: the best attribute that (nearly) all have and none share."""
    offers = [_offers(node, url) for node in nodes]
    names = dict.fromkeys(name for offer in offers for name in offer)
    for name in sorted(names, key=_preference):
        values = [offer.get(name) for offer in offers]
        held = [v for v in values if v]
        few = len(held) - len(set(held)) <= max(1, REPEATED * len(held))
        places = are_counted(held) if name == BEFORE else _are_places(name, held)
        if len(held) >= COVERED * len(nodes) and few and not places:
            return values
    return [None] * len(nodes)


def _are_places(name: str, values: Sequence[str]) -> bool:
    """0, 1, 2 … down the page: not which update it is, but where it stands now. Nobody counts so in the ids that
    permalinks use.
    """
    numbers = [int(found[0]) for value in values if (found := _LAST_NUMBER.search(value))]
    alike = len(numbers) == len(values) and len({_LAST_NUMBER.sub("", value) for value in values}) == 1
    if not alike or len(values) < FEWEST or "data-" not in name:
        return False
    return numbers[0] == 0 and all(b - a == 1 for a, b in pairwise(numbers))


def _preference(name: str) -> tuple[int, str]:
    """The element's own id is what permalinks use; then data attributes, then inner ids, then links."""
    order = ("id", "data-", "inner id", "inner data-", "anchor", "permalink", BEFORE)
    return max(i for i, prefix in enumerate(order) if name.startswith(prefix)), name


def _offers(node: Node, url: str) -> dict[str, str]:
    offers = _of_element(node, "")
    if value := above(node):
        offers[BEFORE] = value
    for inner in node.iterdescendants():
        if len(inner) and inner.tag in ("article", "div", "section", "li"):
            for name, value in _of_element(inner, "inner ").items():
                offers.setdefault(name, value)
        elif inner.tag == "a":
            _of_link(inner, url, offers)
    return offers


def above(node: Node) -> str | None:
    """Of an empty anchor that stands just above an element."""
    return _of_anchor(node.getprevious())


def within(node: Node) -> str | None:
    """Of an empty anchor that an element begins with."""
    return _of_anchor(node[0]) if len(node) and not (node.text or "").strip() else None


def _of_anchor(node: Node | None) -> str | None:
    if node is None or len(node) or said(node):
        return None
    value = node.get("id") or node.get("name") or ""
    anchor = node.tag == "a" or "anchor" in names_of(node)
    return value if anchor and _ID_VALUE.fullmatch(value) else None


def are_counted(values: Sequence[str]) -> bool:
    """Whether anchors may number the places of a page, first to last, or be what a script counts; a few hundred that
    count down number its updates.
    """
    found = [(value[: match.start()], match[0]) for value in values if (match := _COUNTER.search(value))]
    alike = Counter(stem for stem, _ in found)  # "c0ffee12" ends so by chance
    numbers = [number for stem, number in found if alike[stem] > 1]
    turns = [int(b) - int(a) for a, b in pairwise(numbers)]
    falls = sum(t < 0 for t in turns) >= sum(t >= 0 for t in turns)  # not all: one may be pinned
    return bool(numbers) and not (falls and max(map(len, numbers)) < DIGITS)


def _of_element(node: Node, prefix: str) -> dict[str, str]:
    found = {}
    for name, value in node.items():
        own = name.startswith("data-") or "-" in node.tag  # elements of a site's own have attributes of its own
        named = name == "id" or (own and _ID_NAME.search(name))
        if named and _ID_VALUE.fullmatch(value):
            found[prefix + (name if name == "id" else f"data-{name.removeprefix('data-')}")] = value
    return found


def _of_link(link: Node, url: str, offers: dict[str, str]) -> None:
    name, href = link.get("name"), link.get("href") or ""
    if name and _ID_VALUE.fullmatch(name):
        offers.setdefault("anchor", name)
    page, _, fragment = href.partition("#")
    here = address(url).path
    if not fragment and "?" in page and page.split("?")[0].endswith(here if page[:1] != "?" else ""):
        fragment = page.rpartition("=")[2] if page.count("=") == 1 else ""
    if _ID_VALUE.fullmatch(fragment) and (not page or page.split("?")[0].endswith(here)):
        offers.setdefault("permalink", fragment)
