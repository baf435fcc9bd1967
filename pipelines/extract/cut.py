"""From an update's elements to its clean text; what is no text goes into fields of its own.

The elements are copied; times, bylines, headline, pictures, share and comment controls are taken out of the
copy; trafilatura reads what is left. Where it loses letters, our own serialisation stands in.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from lxml import etree
from lxml import html as lxml_html

from .also import also
from .article import Article
from .canonical import count
from .clean import appeals, comments, controls, drop, embeds, info, is_data, pictures, times
from .dom import BLOCKS, HEADINGS, PROSE, before_of, joined, said
from .found import Found
from .memory import Memory, digest, source_of
from .people import bylines, faces, signed
from .pieces import Parts
from .posts import EMBEDDED
from .remembered import remembering
from .source import Node, frame
from .titles import headline_of
from .words import words_of

if TYPE_CHECKING:
    from trafilatura.settings import Extractor

KEPT = 0.9  # share of the letters that trafilatura must keep
_ITEMS = frozenset(("li", "td", "tr", "dd", "tbody"))
_PLAIN = words_of(
    "article div section header p br a b strong i em span u s small sup sub mark abbr cite q blockquote"
) | set(HEADINGS)
_SHOWN = frozenset(("href", "cite", "lang", "dir", "colspan", "rowspan"))  # attributes that are kept
_NUMBER = re.compile(r"\d+")
# builders keep a line open with one of them; bars and dots are left of lines of links
_UNSEEN = " \u200b\u200c\u200d\u2060\ufeff|｜·•"
PLAIN_LINKED = 0.3  # share of link text; paragraphs full of links are what trafilatura weighs
PLAIN_SHORTEST = 30  # characters


@dataclass(frozen=True, slots=True)
class Cut:
    """What was found inside the elements of one update."""

    text: str
    html: str
    headline: str | None = None
    authors: tuple[str, ...] = ()
    captions: tuple[str, ...] = ()
    media: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    pinned: bool = False
    key_event: bool = False
    asked: bool = False  # trafilatura was called for this update alone
    fell_back: bool = False  # and lost letters


def cut(found: Found, url: str, headline: str | None = None, memory: Memory | None = None) -> Cut:
    """``headline``: what another carrier says it is, so that it can be told from the text."""
    if memory is None:
        return _cut(found, url, headline)
    return memory.once(_key(found, url, headline), lambda: _cut(found, url, headline))


def _key(found: Found, url: str, headline: str | None) -> bytes:
    """Of all that a cut follows from."""
    loose = found.carrier == "headings"
    nodes = [source_of(n, tail=loose) for n in found.nodes]
    body = [source_of(n, tail=loose) for n in found.body]
    clock = str((found.skip, found.skip_at, found.skip_in))
    return digest("cut", [url, headline, str(loose), clock, str(len(nodes)), *nodes, *body])


def _cut(found: Found, url: str, headline: str | None) -> Cut:
    article, parts = _cleaned(found, headline, by_name=True)
    own = _paragraphs(article.root)
    if not own:
        # Names are hints: a reader's question in "comment" may be all that an update holds.
        article, parts = _cleaned(found, headline, by_name=False)
        own = _paragraphs(article.root)
    asked = bool(own) and not _is_plain(article)
    text = _by_trafilatura(article.root) if asked else own
    if "".join(text.split()) == "".join(own.split()):
        text = own  # where it differs in nothing but lines, it has broken one around a link
    fell_back = not _keeps(text, own)
    return Cut(
        text=own if fell_back else text,
        html=_inner(article.root),
        headline=parts.headline,
        authors=tuple(dict.fromkeys(parts.authors)),
        captions=tuple(dict.fromkeys(c for c in parts.captions if c)),
        media=tuple(dict.fromkeys(_absolute(url, parts.media))),
        links=tuple(dict.fromkeys(_absolute(url, [*_hrefs(article.root), *parts.links]))),
        pinned=parts.pinned or _flagged(found, "pinned", "sticky"),
        key_event=parts.key_event or _flagged(found, "key", "keyevent", "highlighted"),
        asked=asked,
        fell_back=fell_back,
    )


def _hrefs(node: Node) -> Iterator[str]:
    return (a.get("href") or "" for a in node.iter("a"))


def _cleaned(found: Found, headline: str | None, *, by_name: bool) -> tuple[Article, Parts]:
    article, parts = Article(_copy(found)), Parts()
    for clean in (drop, embeds, faces, pictures, comments, info, bylines, signed):
        clean(article, parts)
    controls(article, parts, by_name=by_name)
    also(article, parts)
    appeals(article)
    times(article)
    hollow = any(not said(h) for node in found.nodes for h in node.iter(*HEADINGS))
    headline_of(article, parts, headline, hollow=hollow)
    return article, parts


def _copy(found: Found) -> Node:
    article = frame()
    loose = found.carrier == "headings"
    for number, node in enumerate(found.body or found.nodes):
        twin = copy.deepcopy(node)
        if not (loose and node.tag not in BLOCKS):
            twin.tail = None
        if twin.tag == "tr" or (twin.tag == "table" and not is_data(twin)):
            _make_lines(twin)
        if twin.tag == "dl":
            for part in [twin, *twin.iterchildren("dt", "dd")]:
                part.tag = "div"
        if twin.tag in _ITEMS:
            twin.tag = "div"  # a record in a list or table is no list by itself
        if number == found.skip_in and found.skip:
            _skip(twin, found.skip_at, found.skip)
        _make_plain(twin, whole=not loose)
        article.append(twin)
    return article


def _make_lines(record: Node) -> None:
    """A record that is a row, or a table that is there for its looks, is no table of data."""
    for cell in [record, *record.iter("tr", "tbody", "td", "th")]:
        if not any(holder.tag == "table" and holder is not record for holder in cell.iterancestors()):
            cell.tag = "p" if cell.tag in ("td", "th") else "div"


def _make_plain(record: Node, *, whole: bool) -> None:
    """A whole update that is a figure is no picture. A site's own elements, "live-title", are boxes of that class; in a
    line of text they are none."""
    if whole and record.tag == "figure":
        record.tag = "div"
        for caption in record.iterchildren("figcaption"):
            caption.tag = "div"
    for node in [n for n in record.iter() if isinstance(n.tag, str) and "-" in n.tag]:
        amid = bool((node.tail or "").strip() or (before_of(node) or "").strip()) or any(
            holder.tag in PROSE for holder in node.iterancestors()
        )
        # what holds paragraphs is what they say, not its name, unless that is a network's
        if node.tag in EMBEDDED or next(node.iterdescendants(*BLOCKS), None) is None:
            node.set("class", f"{node.get('class') or ''} {node.tag}")
        node.tag = "span" if amid and node is not record else "div"


def _skip(node: Node, at: int, count: int) -> None:
    """Take the clock out: ``count`` characters of the element's text, from ``at`` on."""
    for event, item in etree.iterwalk(node, events=("start", "end")):
        if count == 0 or (event == "end" and item is node):
            return
        text = (item.text if event == "start" else item.tail) or ""
        if len(text) <= at:
            at -= len(text)
            continue
        left, count, at = text[:at] + text[at + count :], max(0, count - (len(text) - at)), 0
        if event == "start":
            item.text = left
        else:
            item.tail = left


def _is_plain(article: Article) -> bool:
    """Nothing but paragraphs of prose: there trafilatura gives the same lines, at fifty times the cost."""
    length = len(article.said(article.root))
    if length < PLAIN_SHORTEST or any(node.tag not in _PLAIN for node in article.root.iter()):
        return False
    return sum(len(article.said(a)) for a in article.root.iter("a")) <= PLAIN_LINKED * length


def _by_trafilatura(article: Node) -> str:
    # it takes half a second to import
    from trafilatura import bare_extraction
    from trafilatura.settings import Document

    with remembering():
        document = bare_extraction(article.getroottree().getroot(), options=_options())
    return _lines(document.text or "") if isinstance(document, Document) else ""


@cache
def _options() -> Extractor:
    """Made once: each making reads trafilatura's settings file again."""
    from trafilatura.settings import Extractor

    return Extractor(output_format="python", fast=True, comments=False)


def _keeps(text: str, own: str) -> bool:
    """Most letters are there, none twice, and all numbers: of a table columns are lost, letters or not."""
    if text is own:
        return True
    ours, theirs = count(own), count(text)
    return KEPT * ours <= theirs <= ours / KEPT and set(_NUMBER.findall(own)) <= set(_NUMBER.findall(text))


def _paragraphs(article: Node) -> str:
    """Our own serialisation: one line per block."""
    pieces: list[str] = []
    for event, node in etree.iterwalk(article, events=("start", "end")):
        if node.tag in BLOCKS or node.tag == "th":
            pieces.append("\n")
        if event == "start":
            pieces.append(node.text or "")
        elif node is not article:
            pieces.append(node.tail or "")
    lines = ("".join(pieces)).replace("\r", " ")
    return _lines(lines)


def _lines(text: str) -> str:
    lines = (" ".join(part.split()) for part in text.split("\n"))
    return "\n".join(line for line in lines if line.strip(_UNSEEN))


def _inner(article: Node) -> str:
    for node in article.iter():
        for name, _ in node.items():
            if name not in _SHOWN:
                del node.attrib[name]
    parts = [lxml_html.tostring(c, encoding="unicode", with_tail=True) for c in article]
    return " ".join(("".join([article.text or "", *parts])).split())


def _absolute(url: str, found: Iterator[str] | list[str]) -> Iterator[str]:
    for address in found:
        whole = joined(url, address)
        if address and whole.startswith(("http://", "https://")):
            yield whole


def _flagged(found: Found, *words: str) -> bool:
    """A flag on the record itself: ``class="entry pinned"``, ``data-sticky="true"``, ``data-type="key-event"``."""
    if not found.nodes or found.carrier == "headings":
        return False
    for name, value in found.nodes[0].items():
        low = value.lower()
        if not any(word in low or word in name for word in words):
            continue
        tokens = set(re.split(r"[^a-z]+", f"{name} {low}".lower()))
        if name == "class" and set(words) & {t.rsplit("--", 1)[-1] for t in low.split()}:
            return True
        if name.startswith("data-") and ((low == "true" and set(words) & tokens) or set(words) & set(low.split("-"))):
            return True
    return False
