"""Records that lead to stories elsewhere, and those that are the story, though they have a page of their own, too."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from statistics import median

from .announced import announces_live
from .dom import address, joined, said
from .marks import Survey
from .people import named_by
from .rows import Row
from .source import Node
from .times import shown

MOST_LINKED = 0.6  # share of link text in the median record
PARAGRAPHS = 2  # that no teaser has ...
TOLD = 45  # ... of so many characters
SAYS = 20  # characters of a record that are neither link nor time, where its headline leads elsewhere
TITLE_LEAST = 10  # characters of the link that a teaser begins with ...
TITLE_SHARE = 0.3  # ... and its share of the teaser
STORY_WORDS = 4  # in the last part of a path
CLOSE = 25  # ancestors looked at from a time
_STOPS = (".", "!", "?", ":", "…", "。", "！", "？", "।", "؟", "۔")
_CLOSING = "\"'”’»)」』）]"
_WORDS = re.compile(r"[^\W\d_]+")


def lead_elsewhere(nodes: list[Node], seen: Survey, url: str) -> bool:
    """Teasers: mostly link text, or a headline that is a link to another page."""
    linked = median(seen.linked[n] / max(1, seen.size[n]) for n in nodes)
    return linked > MOST_LINKED or 2 * sum(is_teaser(n, url) for n in nodes) > len(nodes)


def are_told_in_full(rows: Sequence[Row], seen: Survey) -> bool:
    """Posts that stand whole in a stream and have a page of their own, too: some have several paragraphs, or a list."""
    return any(len(list(islice(_told(row, seen), PARAGRAPHS))) == PARAGRAPHS for row in rows)


def _told(row: Row, seen: Survey) -> Iterator[Node]:
    timed = {holder for mark in row.marks for holder in (mark.node, *islice(mark.node.iterancestors(), CLOSE))}
    return (block for block in row.node.iter("p", "li") if block not in timed and _is_told(block, seen))


def _is_told(block: Node, seen: Survey) -> bool:
    """Neither a link nor a line of who wrote it, which is no sentence."""
    if seen.size.get(block, 0) - 2 * seen.linked.get(block, 0) < TOLD:
        return False
    return block.tag == "li" or said(block).rstrip(_CLOSING).endswith(_STOPS)


def is_teaser(node: Node, url: str) -> bool:
    """Whether its headline, or the whole of it, is a link to another page, and nothing in it a link to itself."""
    return _opens_another_page(node, url) and not _links_to_itself(node, url)


def _opens_another_page(node: Node, url: str) -> bool:
    here = address(url).path.rstrip("/")
    for heading in node.iter("h1", "h2", "h3", "h4", "h5", "h6"):
        links = [*heading.iter("a"), *heading.iterancestors("a")]
        return any(_other_page(a.get("href") or "", here) for a in links)
    whole = node if node.tag == "a" else next((c for c in node if c.tag == "a" and len(node) == 1), None)
    if whole is not None and len(said(node)) - len(said(whole)) < SAYS and named_by(said(node)) is None:
        return _other_page(whole.get("href") or "", here)
    opening = _opening_link(node)
    return opening is not None and _other_page(opening.get("href") or "", here)


def _opening_link(node: Node) -> Node | None:
    """The link that a record begins with, if it is a good part of it."""
    for item in node.iter():
        text = (item.text or "").strip() if isinstance(item.tag, str) else ""
        if not text or item.tag == "time" or shown(text):
            continue
        holders = (a for a in item.iterancestors("a") if node in a.iterancestors())
        link = item if item.tag == "a" else next(holders, None)
        if link is None:
            return None
        title = len(said(link))
        return link if title >= TITLE_LEAST and title >= TITLE_SHARE * len(said(node)) else None
    return None


def _other_page(href: str, here: str) -> bool:
    if not href or href.startswith(("#", "javascript:", "mailto:")):
        return False
    there = address(href)
    path = there.path.rstrip("/")
    return bool(path or there.hostname) and path != here and not _is_below(path, here)


def _is_below(path: str, here: str) -> bool:
    """The part just below this page, if that is a live page about one thing, as the many words of its name say."""
    name = here.rpartition("/")[2]
    return path.split("/")[-2:-1] == [name] and len(_WORDS.findall(name)) >= STORY_WORDS and announces_live(here)


def _links_to_itself(node: Node, url: str) -> bool:
    """Its time leads to where it stands on this page: a permalink."""
    own, here = node.get("id"), url.partition("#")[0]
    links = [a for a in node.iter("a") if joined(url, a.get("href") or "") == f"{here}#{own}"] if own else []
    return any(shown(said(a)) for a in links)
