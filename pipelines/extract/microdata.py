"""Microdata and RDFa: elements that call themselves ``liveBlogUpdate``."""

from __future__ import annotations

from collections.abc import Iterator

from .found import Found, Group
from .jsonld import words
from .source import Node
from .times import Read, attribute


def read(body: Node) -> Group:
    nodes = body.xpath(".//*[contains(@itemprop, 'liveBlogUpdate') or contains(@property, 'liveBlogUpdate')]")
    holders = set(nodes)
    return Group("microdata", tuple(_found(n, holders) for n in nodes))


def is_live(root: Node) -> bool:
    return bool(root.xpath("boolean(//*[contains(@itemtype, 'LiveBlogPosting') or @typeof='LiveBlogPosting'])"))


def _found(node: Node, holders: set[Node]) -> Found:
    properties = list(_properties(node))
    values = {name: value for name, value, _ in reversed(properties)}  # the first of a name counts
    unseen = {name: value for name, value, shown in reversed(properties) if not shown}
    url = values.get("url") or node.get("itemid") or node.get("resource")
    return Found(
        carrier="microdata",
        nodes=(_outermost(node, holders),),
        id=url if url and "#" in url else None,
        url=url,
        text=words(unseen.get("articleBody")),
        headline=words(values.get("headline")) or None,
        authors=tuple(a for a in [words(values.get("author.name") or values.get("author"))] if a),
        published=_moment(values.get("datePublished")),
        updated=_moment(values.get("dateModified")),
        created=_moment(values.get("dateCreated")) if values.get("datePublished") else None,
    )


def _outermost(node: Node, holders: set[Node]) -> Node:
    """The element of the list: an only child's parent shows the same update, and often has its id."""
    while not node.get("id"):
        parent = node.getparent()
        if parent is None or parent.tag == "body" or len(parent) != 1 or parent in holders:
            return node
        node = parent
    return node


def _properties(node: Node) -> Iterator[tuple[str, str, bool]]:
    """Name, value, and whether the page shows it."""
    for item in node.iterdescendants():
        for name in (item.get("itemprop") or item.get("property") or "").split():
            scope = item.getparent()
            while scope is not node and scope is not None and scope.get("itemscope") is None:
                scope = scope.getparent()
            owner = "" if scope is node or scope is None else f"{scope.get('itemprop')}."
            yield f"{owner}{name.rsplit(':', 1)[-1]}", _value(item), item.tag != "meta"


def _value(item: Node) -> str:
    for name in ("content", "datetime", "href", "src"):
        if item.get(name):
            return str(item.get(name))
    return str(item.text_content())


def _moment(value: str | None) -> Read | None:
    return attribute(value) if value else None
