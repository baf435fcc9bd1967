"""Taking out of a copied update what is no text: each function removes one kind and notes what it was."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from . import matchclock
from .article import Article, is_leaf
from .bylined import bylined
from .canonical import canonical, letters
from .dom import HEADINGS, PROSE
from .marks import SILENT
from .places import MORE
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
_DIGIT = re.compile(r"\d")
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


def drop(article: Article, parts: Parts) -> None:
    for node in article.nodes():
        if not isinstance(node.tag, str):
            article.remove(node)
        elif node.tag in _DROPPED or node.get("hidden") is not None or _is_unseen(node):
            parts.media.extend(_sources(node) if node.tag == "iframe" else ())
            if node is not article.root and (node.tag in SILENT or not article.holds_most(node)):
                article.remove(node)


def _is_unseen(node: Node) -> bool:
    style = node.get("style")
    return bool(style) and "display:none" in style.replace(" ", "").lower()


def pictures(article: Article, parts: Parts) -> None:
    for node in article.nodes("figure", "picture", "video", "audio", "img", "figcaption"):
        if not article.holds(node):
            continue
        for item in node.iter("img", "source", "video", "audio"):
            parts.media.extend(_sources(item))
        if node.tag in ("figure", "figcaption"):
            captions = [node] if node.tag == "figcaption" else [*node.iter("figcaption")]
            parts.captions.extend(article.said(c) for c in captions or [node])
        article.remove(node)
    for node, names in article.names.items():
        if _CAPTIONS & names and article.holds(node) and not article.holds_most(node):
            parts.captions.append(article.said(node))
            article.remove(node)


def _sources(node: Node) -> list[str]:
    source = node.get("src") or node.get("data-src") or (node.get("srcset") or "").split(" ")[0]
    return [source] if source and not source.startswith("data:") else []


def info(article: Article, parts: Parts) -> None:
    """The line with the time often holds the author and badges too: take what we understand, leave the rest."""
    for node in [n for n in article.nodes() if _is_time(article, n)]:
        line = _info_line(article, node)
        for item in [] if line is None else list(line.iter()):
            text = article.said(item)
            if len(item) or not text or _is_time(article, item):
                continue
            if _KEY.fullmatch(text):
                parts.key_event = True
            elif _PINNED.fullmatch(text):
                parts.pinned = True
            elif _NAME.fullmatch(_BY.sub("", text)):
                parts.authors.append(_BY.sub("", text))
            else:
                continue
            article.silence(item)


def _info_line(article: Article, node: Node) -> Node | None:
    """The largest element around a time that is short and holds no prose or headline."""
    line = None
    for ancestor in node.iterancestors():
        if ancestor is article.root or (ancestor.tag in PROSE and ancestor.tag != "p"):
            break
        length = len(article.said(ancestor))
        rest = len(article.said(article.root)) - length
        if length > INFO_MOST or rest < 10 or next(ancestor.iterdescendants(*PROSE), None) is not None:
            break
        line = ancestor
    return line


def _is_time(article: Article, node: Node) -> bool:
    if node.tag == "time":
        return True
    text = article.said(node) if not len(node) else ""
    return bool(text) and shown(text) is not None


def bylines(article: Article, parts: Parts) -> None:
    for node in article.nodes():
        if article.holds(node) and _with_clock(article, node, parts):
            article.remove(node)
            continue
        marked = node.tag == "address" or node.get("rel") == "author" or "author" in (node.get("itemprop") or "")
        if not marked and _AUTHORS.isdisjoint(article.names.get(node, ())):
            continue
        text = _BY.sub("", article.said(_name_in(node)))
        if article.holds(node) and len(text) < 100 and not article.holds_most(node):
            parts.authors.extend(a.strip() for a in re.split(r"\s+(?:and|und|et|y|&)\s+|,\s", text) if a.strip())
            article.remove(node)


def _name_in(node: Node) -> Node:
    """Where the person is an item of its own, with a title and an address beside the name."""
    return next((n for n in node.iterdescendants() if "name" in (n.get("itemprop") or "").split()), node)


def _with_clock(article: Article, node: Node, parts: Parts) -> bool:
    """A line of its own that holds a name and a clock: the name is the author's, the rest is no text."""
    found = bylined(article.said(node)) if not len(node) else None
    if found is None or article.in_prose(node):
        return False
    if _NAME.fullmatch(found[1]):
        parts.authors.append(found[1])
    return True


def controls(article: Article, parts: Parts, *, by_name: bool) -> None:
    """Share buttons, counters, comment prompts, ads, badges: by class, or by what they say."""
    for node in article.nodes():
        if not article.holds(node):
            continue
        text = article.said(node)
        named = by_name and not _TOOLS.isdisjoint(article.names.get(node, ()))
        if named and (len(text) < 200 or node.tag == "aside") and not article.holds_most(node):
            article.remove(node)
        elif 0 < len(text) <= 40:
            _control(article, node, text, parts)


def _control(article: Article, node: Node, text: str, parts: Parts) -> None:
    key = node.tag not in HEADINGS and _KEY.fullmatch(text)
    pinned = _PINNED.fullmatch(text)
    control = _UI.fullmatch(text) or (MORE.match(text) and _is_link(article, node))
    if (control or key or pinned) and not article.in_prose(node):
        parts.key_event = parts.key_event or bool(key and not control)
        parts.pinned = parts.pinned or bool(pinned and not control and not key)
        article.remove(node)


def _is_link(article: Article, node: Node) -> bool:
    return node.tag == "a" or any(article.said(a) == article.said(node) for a in node.iter("a"))


def times(article: Article) -> None:
    """Times and what ticks, but not a clock in the middle of a sentence."""
    for node in article.nodes():
        text = article.said(node) if article.holds(node) else ""
        if not text or len(text) > 60:
            continue
        printed = shown(text) or matchclock.alone(text)
        timely = node.tag == "time" or printed is not None or _is_counter(text)
        if timely and (not article.in_prose(node) or _opens(article, node)):
            article.remove(node)


def _is_counter(text: str) -> bool:
    counts = _DIGIT.search(text) is not None and _NUMBER_AND_WORD.search(text) is not None
    return counts and not canonical(text)  # a bare number may be a result


def _opens(article: Article, node: Node) -> bool:
    """A clock or an age at the edge of a headline or paragraph, outside its sentence."""
    block = article.paragraph(node)
    whole, text = article.said(block) if block is not None else "", article.said(node)
    return node.tag in ("time", "small") and (whole.startswith(text) or whole.endswith(text))


def headline_of(article: Article, parts: Parts, given: str | None, *, hollow: bool) -> None:
    """``hollow``: the source has a heading without words; one that held a clock alone is none."""
    wanted = letters(given) if given else ""
    emptied = False
    for node in article.nodes()[1:]:
        text = article.said(node)
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
            article.remove(node)
            return
        if is_leaf(node) or (node.text or "").strip():
            return  # prose has begun: later headings are inside the text
