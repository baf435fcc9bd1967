"""Taking out of a copied update what is no text: each function removes one kind and notes what it was."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from . import matchclock
from .bylined import bylined
from .canonical import canonical, letters
from .dom import HEADINGS, PROSE, holds_most, in_prose, is_leaf, paragraph, remove, said
from .marks import SILENT
from .places import MORE, names_of
from .source import Node
from .times import leading_clock, shown
from .words import words_of

TITLE_MOST = 200
INFO_MOST = 120  # characters of the line that holds time, author and badges
_DROPPED = SILENT | {"button", "form", "nav", "aside", "input", "meta", "link", "footer", "dialog"}
_TOOLS = words_of(
    "share shares sharing social tools toolbar ad ads advert advertisement sponsored promo newsletter related "
    "comment comments reactions likes permalink taboola outbrain anzeige werbung publicidad"
)
_CAPTIONS = words_of("caption captions figcaption credit credits copyright photocredit imagecredit")
_AUTHORS = words_of("author authors byline bylines reporter journalist writer contributor autor auteur autore")
_UI = re.compile(
    r"share(?: (?:this|on|via) .{0,30})?|copy link|link kopieren|teilen|partager|compartir|condividi|delen|tweet|"
    r"facebook|twitter|x|whatsapp|telegram|e-?mail|print|save|link|permalink|follow|reply|like|report|"
    r"(?:\d+ )?(?:comments?|kommentare?|commentaires?|comentarios?|commenti)(?: \(?\d+\)?)?|"
    r"(?:give|leave|add|post|write|read|view|show|see|join)(?: a| the| all)?(?: \d+)? "
    r"(?:comments?|conversation|discussion|reply)|kommentieren|kommentar (?:posten|schreiben)|"
    r"(?:laissez|lire|voir) .{0,12}commentaires?|advertisement|anzeige|publicité|publicidad|werbung|"
    r"シェア(?:する)?|共有|コメント(?:する)?(?: ?\(?\d+\)?)?|分享|评论|評論|"
    r"공유|댓글|(?:ال)?مشاركة|شارك|تعليق|نسخ الرابط|"
    r"(?:read|show) more|mehr (?:anzeigen|lesen)|back to top",
    re.IGNORECASE,
)
_KEY = re.compile(r"key (?:event|moment|point|update)|breaking(?: news)?|important|highlight|wichtig|eilmeldung", re.I)
_PINNED = re.compile(r"pinned(?: (?:post|update|entry))?|sticky|angepinnt|épinglé|fijado|in evidenza", re.I)
_BY = re.compile(r"\s*(?:by|von|par|por|di|door|av|przez)\s+(?=\S)", re.IGNORECASE)
_NUMBER_AND_WORD = re.compile(r"\d.*[^\W\d_]|[^\W\d_].*\d")
_NAME = re.compile(
    r"[^\W\d_a-z][\w.'’-]*"
    r"(?:\s+(?:de|la|le|van|von|der|den|da|di|al|el|bin|and|und|et|y|e|in|&|,)|,?\s+[^\W\d_a-z][\w.'’-]*){1,6}"
)


@dataclass(slots=True)
class Parts:
    """Collected while the copy is cleaned."""

    headline: str | None = None
    authors: list[str] = field(default_factory=list)
    captions: list[str] = field(default_factory=list)
    media: list[str] = field(default_factory=list)
    pinned: bool = False
    key_event: bool = False


def drop(article: Node, parts: Parts) -> None:
    for node in list(article.iter()):
        if not isinstance(node.tag, str):
            remove(node)
        elif node.tag in _DROPPED or "hidden" in node.attrib or "none" in _display(node):
            parts.media.extend(_sources(node) if node.tag == "iframe" else ())
            if node is not article and (node.tag in SILENT or not holds_most(node, article)):
                remove(node)


def _display(node: Node) -> str:
    style = (node.get("style") or "").replace(" ", "").lower()
    return style if "display:none" in style else ""


def pictures(article: Node, parts: Parts) -> None:
    for node in list(article.iter("figure", "picture", "video", "audio", "img", "figcaption")):
        if article not in node.iterancestors():
            continue
        for item in node.iter("img", "source", "video", "audio"):
            parts.media.extend(_sources(item))
        if node.tag in ("figure", "figcaption"):
            parts.captions.extend(_caption(node))
        remove(node)
    for node in list(article.iter()):
        if _CAPTIONS & names_of(node) and article in node.iterancestors() and not holds_most(node, article):
            parts.captions.append(said(node))
            remove(node)


def _caption(figure: Node) -> Iterator[str]:
    captions = [figure] if figure.tag == "figcaption" else [*figure.iter("figcaption")]
    yield from (said(c) for c in captions or [figure])


def _sources(node: Node) -> list[str]:
    source = node.get("src") or node.get("data-src") or (node.get("srcset") or "").split(" ")[0]
    return [source] if source and not source.startswith("data:") else []


def info(article: Node, parts: Parts) -> None:
    """The line with the time often holds the author and badges too: take what we understand, leave the rest."""
    for node in [n for n in article.iter() if _is_time(n)]:
        line = _info_line(node, article)
        for item in [] if line is None else list(line.iter()):
            text = said(item)
            if len(item) or not text or _is_time(item):
                continue
            if _KEY.fullmatch(text):
                parts.key_event = True
            elif _PINNED.fullmatch(text):
                parts.pinned = True
            elif _NAME.fullmatch(_BY.sub("", text)):
                parts.authors.append(_BY.sub("", text))
            else:
                continue
            item.text = None


def _info_line(node: Node, article: Node) -> Node | None:
    """The largest element around a time that is short and holds no prose or headline."""
    line = None
    for ancestor in node.iterancestors():
        if ancestor is article or (ancestor.tag in PROSE and ancestor.tag != "p"):
            break
        rest = len(said(article)) - len(said(ancestor))
        if len(said(ancestor)) > INFO_MOST or rest < 10 or any(c.tag in PROSE for c in ancestor.iterdescendants()):
            break
        line = ancestor
    return line


def _is_time(node: Node) -> bool:
    if node.tag == "time":
        return True
    text = said(node) if not len(node) else ""
    return bool(text) and shown(text) is not None


def bylines(article: Node, parts: Parts) -> None:
    for node in list(article.iter()):
        if node is not article and _with_clock(node, parts):
            remove(node)
            continue
        marked = node.get("rel") == "author" or "author" in (node.get("itemprop") or "") or node.tag == "address"
        if not marked and not _AUTHORS & names_of(node):
            continue
        text = _BY.sub("", said(_name_in(node)))
        if article in node.iterancestors() and len(text) < 100 and not holds_most(node, article):
            parts.authors.extend(a.strip() for a in re.split(r"\s+(?:and|und|et|y|&)\s+|,\s", text) if a.strip())
            remove(node)


def _name_in(node: Node) -> Node:
    """Where the person is an item of its own, with a title and an address beside the name."""
    return next((n for n in node.iterdescendants() if "name" in (n.get("itemprop") or "").split()), node)


def _with_clock(node: Node, parts: Parts) -> bool:
    """A line of its own that holds a name and a clock: the name is the author's, the rest is no text."""
    found = bylined(said(node)) if not len(node) and not in_prose(node) else None
    if found and _NAME.fullmatch(found[1]):
        parts.authors.append(found[1])
    return found is not None


def controls(article: Node, parts: Parts, *, by_name: bool) -> None:
    """Share buttons, counters, comment prompts, ads, badges: by class, or by what they say."""
    for node in list(article.iter()):
        if node is article or article not in node.iterancestors():
            continue
        text = said(node)
        named = by_name and _TOOLS & names_of(node) and (len(text) < 200 or node.tag == "aside")
        if named and not holds_most(node, article):
            remove(node)
        elif 0 < len(text) <= 40 and not in_prose(node):
            _control(node, text, parts)


def _control(node: Node, text: str, parts: Parts) -> None:
    if _UI.fullmatch(text) or (MORE.match(text) and _is_link(node)):
        remove(node)
    elif _KEY.fullmatch(text) and node.tag not in HEADINGS:
        parts.key_event = True
        remove(node)
    elif _PINNED.fullmatch(text):
        parts.pinned = True
        remove(node)


def _is_link(node: Node) -> bool:
    return node.tag == "a" or any(said(a) == said(node) for a in node.iter("a"))


def times(article: Node) -> None:
    """Times and what ticks, but not a clock in the middle of a sentence."""
    for node in [n for n in article.iter() if n is not article]:
        if article not in node.iterancestors():
            continue
        text = said(node)
        if not text or len(text) > 60:
            continue
        counter = _NUMBER_AND_WORD.search(text) is not None and not canonical(text)  # a bare number may be a result
        printed = shown(text) or matchclock.alone(text)
        timely = node.tag == "time" or printed is not None or counter
        if timely and (not in_prose(node) or _opens(node)):
            remove(node)


def _opens(node: Node) -> bool:
    """A clock or an age at the edge of a headline or paragraph, outside its sentence."""
    block = paragraph(node)
    whole, text = said(block) if block is not None else "", said(node)
    return node.tag in ("time", "small") and (whole.startswith(text) or whole.endswith(text))


def headline_of(article: Node, parts: Parts, given: str | None, *, hollow: bool) -> None:
    """``hollow``: the source has a heading without words; one that held a clock alone is none."""
    wanted = letters(given) if given else ""
    emptied = False
    for node in [n for n in article.iter() if n is not article]:
        text = said(node)
        if not text:
            # <h2><p>Title</p></h2> is no HTML: a parser closes the heading and leaves the title behind it
            emptied = emptied or (hollow and node.tag in HEADINGS)
            continue
        titled = (
            node.tag in HEADINGS
            or (node.tag == "summary" and len(text) < TITLE_MOST)
            or (emptied and node.tag == "p" and len(text) < TITLE_MOST)
            or "headline" in (node.get("itemprop") or "")
        )
        if titled or (wanted and len(text) < 400 and letters(text) == wanted):
            led = leading_clock(text)
            parts.headline = text[led[1] :] if led else text
            remove(node)
            return
        if is_leaf(node) or (node.text or "").strip():
            return  # prose has begun: later headings are inside the text
