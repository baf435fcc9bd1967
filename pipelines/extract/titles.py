"""The headline of an update."""

from __future__ import annotations

import re
from itertools import takewhile

from .article import Article, is_leaf
from .canonical import letters
from .dom import BLOCKS, HEADINGS, PROSE, said
from .people import name_of, named_by
from .pieces import Parts
from .scripts import length
from .source import Node
from .times import leading_clock
from .words import words_of

TITLE_MOST = 200  # characters of a headline that is no heading
KICKER_MOST = 30  # characters of what stands above one
_PARAGRAPHS = PROSE - set(HEADINGS)
_NAMES = words_of("title ttl titel titre titulo titolo tytul headline heading rubrik overskrift otsikko baslik")
_BOLD = words_of("font-semibold font-bold font-extrabold font-black fw-semibold fw-bold fw-bolder fw-600 fw-700")
TITLE_LEAST = 2  # words
WORDS_LEAST = 3  # beside a time, where a place or a department may stand
TITLE_SHORTEST = 10  # characters of a paragraph that is one
_SCORE = re.compile(r"\d\s?[-–:]\s?\d")
_READING_TIME = re.compile(r"\d+[\s-]*min(?:\b|ut)", re.IGNORECASE)  # "3 min read"
_FRAME = re.compile(r"\s*\+{3,}$")  # "+++ 15:42 Ferry is back +++"
_ENDS = (".", "!", "?", ":", "…", "。", "！", "？", "।")


def headline_of(article: Article, parts: Parts, given: str | None, *, hollow: bool) -> None:
    """``hollow``: the source has a heading without words; one that held a clock alone is none."""
    wanted = letters(given) if given else ""
    emptied = kicker = False
    for node in article.nodes()[1:]:
        text = article.said(node)
        if not text:
            # <h2><p>Title</p></h2> is no HTML: a parser closes the heading and leaves the title behind it
            emptied = emptied or (hollow and node.tag in HEADINGS)
            continue
        titled = (
            node.tag in HEADINGS
            or (node.tag == "summary" and len(text) < TITLE_MOST)
            or (emptied and node.tag == "p" and len(text) < TITLE_MOST and _is_left_behind(node))
            or "headline" in (node.get("itemprop") or "")
            or (node.tag == "dt" and len(text) < TITLE_MOST and _behind(article, node) is not None)
            or _is_beside_time(article, node, text)
            or _is_bold_line(article, node, text)
            or _is_bold_paragraph(article, node, text)
            or _is_bold_before_break(article, node, text)
            or (node.tag in ("strong", "b") and bool(parts.captions) and text == article.said(article.root))
        )
        if titled or (wanted and len(text) < 400 and letters(text) == wanted):
            led = leading_clock(text)
            parts.headline = _FRAME.sub("", text[led[1] :] if led else text)
            article.remove(node)
            _remove_copies(article, text)
            return
        if not kicker and _is_kicker(node, text):
            kicker = True
            continue
        if is_leaf(node) or _begins_with_text(article, node):
            return  # prose has begun: later headings are inside the text


def _remove_copies(article: Article, text: str) -> None:
    """Of a headline that stands there once more, for screens of another width. A paragraph is no copy, nor is what
    stands alone.
    """
    for node in article.nodes()[1:]:
        said = article.said(node) if article.holds(node) else ""
        if said == text and not _is_text(article, node, text):
            article.remove(node)
        elif said and not said.startswith(text):
            return


def _is_text(article: Article, node: Node, text: str) -> bool:
    paragraph = next(node.iter(*_PARAGRAPHS), None) is not None or article.amid_text(node)
    return paragraph or article.said(article.root) == text


def _begins_with_text(article: Article, node: Node) -> bool:
    """Of its own, or with a sentence behind an element that says nothing any more, as the time did."""
    silent = takewhile(lambda child: not article.said(child), node)
    return bool((node.text or "").strip()) or any(len((n.tail or "").strip()) > KICKER_MOST for n in silent)


def _is_left_behind(node: Node) -> bool:
    parent = node.getparent()
    before = node.getprevious() if node.getprevious() is not None or parent is None else parent.getprevious()
    return before is not None and before.tag in HEADINGS


def _is_kicker(node: Node, text: str) -> bool:
    """A word or two in an element of their own, no sentence."""
    return not len(node) and node.tag not in PROSE and len(text) <= KICKER_MOST and not text.endswith(_ENDS)


def _is_bold_line(article: Article, node: Node, text: str) -> bool:
    """A line in bold, or of a class that says so, outside of any paragraph, with a block of text behind it."""
    telling = _NAMES & article.names.get(node, frozenset()) or _is_in_bold_class(article, node, text)
    named = not len(node) and bool(telling) and node.tag in ("div", "span", "p")
    if not (node.tag in ("strong", "b") or named) or len(text) >= TITLE_MOST or text.endswith((".", "。", ":")):
        return False
    if article.amid_text(node) or article.paragraph(node) is not None or _has_likes(article, node):
        return False
    behind = _behind(article, node)
    return behind is not None and behind.tag in BLOCKS


def _is_beside_time(article: Article, node: Node, text: str) -> bool:
    """What stands in the time's own box, above the first paragraph; a sentence, a place or a name is none."""
    if node not in article.timed or node.tag in PROSE or not TITLE_SHORTEST <= length(text) < TITLE_MOST:
        return False
    byline = named_by(text.partition(",")[0]) is not None
    lasts = len(text) <= KICKER_MOST and _READING_TIME.match(text) is not None
    named = byline or lasts or name_of(text) is not None or text.endswith(_ENDS)
    named = named or next(node.iter(*PROSE), None) is not None
    behind = None if named or article.amid_text(node) else _behind(article, node)
    return behind is not None and behind.tag in BLOCKS and (text.count(" ") >= WORDS_LEAST - 1 or not text.isascii())


def _is_bold_paragraph(article: Article, node: Node, text: str) -> bool:
    """The first, if no other is all in bold; a sentence is none."""
    if node.tag != "p" or not TITLE_SHORTEST <= length(text) < TITLE_MOST or text.endswith((".", "。", ":")):
        return False
    if not _is_all_bold(article, node) or name_of(text) is not None or _SCORE.search(text):
        return False
    behind = _behind(article, node)
    others = (other for other in article.nodes("p") if other is not node)
    return behind is not None and behind.tag in BLOCKS and not any(_is_all_bold(article, p) for p in others)


def _is_all_bold(article: Article, node: Node) -> bool:
    text = article.said(node)
    return bool(text) and any(article.said(bold) == text for bold in node.iter("strong", "b"))


def _is_in_bold_class(article: Article, node: Node, text: str) -> bool:
    """Where there is no heading: a name, a label, a score may be as bold."""
    bold = not _BOLD.isdisjoint((node.get("class") or "").split())
    return bold and _is_title(text) and next(article.root.iter(*HEADINGS), None) is None


def _is_title(text: str) -> bool:
    """Some words that are neither a name nor a score."""
    return text.count(" ") >= TITLE_LEAST - 1 and name_of(text) is None and _SCORE.search(text) is None


def _is_bold_before_break(article: Article, node: Node, text: str) -> bool:
    """A line in bold at the beginning of a paragraph, which goes on in the next: "<b>15:42 Ferry is back</b><br>"."""
    holder, behind = node.getparent(), node.getnext()
    if node.tag not in ("strong", "b") or holder is None or len(text) >= TITLE_MOST:
        return False
    while holder.tag == "font" and holder.getparent() is not None:
        holder = holder.getparent()
    if holder.tag not in PROSE and holder.getparent() is not article.root:  # an item of a list is a box by now
        return False
    likes = [n for n in article.nodes("strong", "b") if n.getnext() is not None and n.getnext().tag == "br"]
    if len(likes) > 1 or not _is_title(text):
        return False
    before = [holder.text, *(part for other in node.itersiblings(preceding=True) for part in (said(other), other.tail))]
    alone = not any((part or "").strip(" :\n\t\xa0") for part in (*before, node.tail))
    ends = text.endswith((".", "。", ":"))
    return alone and not ends and behind is not None and behind.tag == "br" and bool((behind.tail or "").strip())


def _has_likes(article: Article, node: Node) -> bool:
    """One of several such lines is a question, or who speaks."""
    return any(n is not node and n.get("class") == node.get("class") and article.paragraph(n) is None
               for n in article.nodes(node.tag))  # fmt: skip


def _behind(article: Article, node: Node) -> Node | None:
    """The next element that says something; that of its line where the line says no more."""
    while node is not article.root:
        behind = node.getnext()
        while behind is not None and not article.said(behind):
            behind = behind.getnext()
        if behind is not None:
            return behind
        node = node.getparent()
    return None
