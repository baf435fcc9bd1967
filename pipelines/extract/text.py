"""The whole page as clean text: trafilatura once, on the tree that everything else was read from.

trafilatura compares what its own rules find with what two other engines find, and those take longer than the rules. But
they win only where the rules found little of the page, which a look at the lengths excludes for most pages. Then its
rules are asked alone: the text is the same, letter for letter.
"""

from __future__ import annotations

from copy import copy
from typing import Any

from lxml import etree
from trafilatura import bare_extraction, extract
from trafilatura.core import determine_returnstring
from trafilatura.external import SANITIZED_XPATH, compare_extraction
from trafilatura.htmlprocessing import prune_unwanted_nodes
from trafilatura.settings import Document, Extractor
from trafilatura.xpaths import RAW_TREE_PRUNE_XPATH, REMOVE_COMMENTS_AND_LISTS_XPATH

from .memory import Memory, digest, story_of
from .remembered import remembering
from .source import Node, elements

MOST_LETTERS = 2_000_000  # beyond, trafilatura's clean-up takes minutes
MOST_ELEMENTS = 20_000  # beyond, its rescue by a second engine does (quadratic in paragraphs)
LONGER = 2  # times as long as the rules' text another engine's has to be, to be preferred
VIDEO = 5  # letters that one engine writes in place of an embedded video
_JSON_LD = "application/ld+json"
_FORUM = "DiscussionForumPosting"


def whole_text(root: Node, body: Node, memory: Memory | None = None, url: str = "") -> str:
    """trafilatura's text without comments; for a page far too large for it, all its text."""
    if len(body.text_content()) > MOST_LETTERS:
        return "\n".join(line for t in body.itertext() if (line := " ".join(t.split())))
    large = elements(body) > MOST_ELEMENTS
    root = _without_scripts(root)
    if memory is None:
        return _text(root, large=large)[0]
    key, needs_more = digest("text", [story_of(root)]), digest("more than rules", [url])
    known: str | None = memory.get(key)
    if known is None:
        # on a page where the rules were not enough the last time they are not tried first
        known, alone = _text(root, large=large, alone=memory.get(needs_more) is None)
        memory.keep(key, known)
        if not alone:
            memory.keep(needs_more, True)
    return known


def _text(root: Node, *, large: bool, alone: bool = True) -> tuple[str, bool]:
    """The text, and whether the rules alone were enough for it."""
    with remembering():
        text = _by_rules(root) if alone and not large else None
        if text is not None:
            return text, True
        return extract(root, include_comments=False, with_metadata=False, fast=large) or "", False


def _without_scripts(root: Node) -> Node:
    """A copy without what nobody reads; a forum is known by its JSON-LD, and some pages have their text there alone."""
    root = copy(root)
    for script in root.iter("script"):
        if script.get("type") != _JSON_LD:
            script.tag = "style"
    etree.strip_elements(root, "style", with_tail=False)
    return root


class _Otherwise(Exception):
    """More than the rules is needed."""


class _RulesAlone(Extractor):
    """Options for trafilatura's rules alone, which notice where it would go on to something else."""

    asked = 0

    @property
    def fast(self) -> bool:
        # asked once before the comparison; a second time where little was found and it looks for more
        self.asked += 1
        if self.asked > 1:
            raise _Otherwise
        return True

    @fast.setter
    def fast(self, value: bool) -> None:
        pass

    def __copy__(self) -> Any:
        raise _Otherwise  # copied only to try again with other rules, where little of the page was found


def _by_rules(root: Node) -> str | None:
    """The text by the rules alone; None if another engine's might be preferred."""
    if any(_FORUM in (script.text or "") for script in root.iter("script")):
        return None  # there comments are the text, and more is pruned or kept
    options = _RulesAlone(comments=False)
    try:
        found = bare_extraction(root, options=options)
    except _Otherwise:
        return None
    if not isinstance(found, Document) or not _is_kept(root, found.body, found.raw_text or ""):
        return None
    return determine_returnstring(found, options)


def _is_kept(root: Node, body: Any, text: str) -> bool:
    """Whether trafilatura keeps this when it has heard the other engines."""
    if body.xpath(SANITIZED_XPATH):
        return False
    paragraphs = body.xpath("boolean(.//p//text())") and len(body.findall(".//table")) <= len(body.findall(".//p"))
    if paragraphs and _most(root) <= LONGER * len(text):
        return True  # they see no more than the page has
    tree = prune_unwanted_nodes(copy(root), [*RAW_TREE_PRUNE_XPATH, *REMOVE_COMMENTS_AND_LISTS_XPATH])
    return compare_extraction(tree, tree, body, text, Extractor(comments=False))[0] is body


def _most(root: Node) -> int:
    """No text of the page is longer."""
    scripts = [" ".join((s.text or "").split()) for s in root.iter("script")]
    all_of_it = len(" ".join(root.text_content().split()))
    return all_of_it - sum(len(s) - 2 for s in scripts) + VIDEO * sum(1 for _ in root.iter("iframe"))
