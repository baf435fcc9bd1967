"""What the page says about itself: headline, lead, language, dates, whether coverage has ended, its window."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..model import Window
from .announced import announces_live
from .canonical import canonical, letters
from .coverage import is_notice
from .days import SKEW
from .dom import said
from .jsonld import names, words
from .places import MORE, Sidelines, names_of
from .source import Node
from .times import FIRST, Read, attribute, shown
from .words import words_of

_PAGE_OF = re.compile(
    r"\b(?:page|seite|pagina|página)\s+(\d{1,3})\s+(?:of|von|sur|di|de|van)\s+(\d{1,3})\b|"
    r"صفحة\s+(\d{1,3})\s+من\s+(\d{1,3})\b|\b(\d{1,3})\s*[/／]\s*(\d{1,3})\s*(?:ページ|页|頁)",
    re.IGNORECASE,
)
_LANGUAGE = "content-language"
LEAD_SHORTEST, LEAD_LONGEST = 20, 1200  # characters
_NO_LEAD = words_of(
    "caption credit byline dateline author authors meta info counter counters share social date time badge tags"
)


@dataclass(frozen=True, slots=True)
class Meta:
    """The head's ``<meta>`` values by name, property or itemprop; the first of each counts."""

    values: dict[str, str]

    @classmethod
    def of(cls, root: Node) -> Meta:
        values: dict[str, str] = {}
        for node in root.iter("meta"):
            name = node.get("property") or node.get("name") or node.get("itemprop")
            name = name or (_LANGUAGE if (node.get("http-equiv") or "").lower() == _LANGUAGE else None)
            content = node.get("content")
            if name and content and content.strip():
                values.setdefault(name.lower(), " ".join(content.split()))
        return cls(values)

    def first(self, *keys: str) -> str | None:
        return next((self.values[k] for k in keys if k in self.values), None)

    def moment(self, *keys: str) -> Read | None:
        for key in keys:
            value = self.values.get(key)
            read = (attribute(value) or shown(value)) if value else None
            if read and read.moment and read.moment.year >= FIRST.year:
                return read
        return None


def headline(root: Node, meta: Meta, page: dict[str, Any]) -> str | None:
    """Two of structured headline, og:title and h1 should agree; what stands in the page is taken then."""
    h1 = next((t for n in root.iter("h1") if (t := said(n))), None)
    structured = words(page.get("headline")).replace("\n", " ") or None
    og = meta.first("og:title", "twitter:title")
    title = said(t) if (t := root.find(".//title")) is not None else None
    for one, others in ((h1, (structured, og, title)), (structured, (og, title)), (og, (title,))):
        if one and any(o and _agree(one, o) for o in others):
            return one
    return h1 or structured or og or title or None


def _agree(one: str, other: str) -> bool:
    a, b = set(letters(one).split()), set(letters(other).split())
    return bool(a and b) and 2 * len(a & b) >= min(len(a), len(b)) * 1.2


def standfirst(body: Node, meta: Meta, page: dict[str, Any], aside: Sidelines, first: Node | None) -> str | None:
    """The first paragraph between the headline and the first update; else what the head describes."""
    lead = next(_leads(body, aside, first), None) if first is not None else None
    return lead or words(page.get("description")) or meta.first("description", "og:description") or None


def _leads(body: Node, aside: Sidelines, first: Node) -> Iterator[str]:
    """Paragraphs after the headline and before the first update, in document order."""
    begun = False
    for node in body.iter("h1", "h2", "p", "div", first.tag):
        if node is first:
            return
        if node.tag == "h1":
            begun = True
        elif begun and not (node.tag not in ("p", "h2") and len(node)):
            text = said(node)
            if LEAD_SHORTEST <= len(text) <= LEAD_LONGEST and _is_lead(node, text, aside):
                yield text


def _is_lead(node: Node, text: str, aside: Sidelines) -> bool:
    linked = sum(len(said(a)) for a in node.iter("a"))
    own = _NO_LEAD & names_of(node) or any(_NO_LEAD & names_of(a) for a in list(node.iterancestors())[:2])
    inside = any(a.tag in ("figure", "button", "label") for a in node.iterancestors())
    return (
        not own
        and not inside
        and not is_notice(text)
        and 2 * linked < len(text)
        and bool(canonical(text))
        and not aside.beside(node)
    )


def looks_live(root: Node, meta: Meta, url: str) -> bool:
    """Whether address or titles announce a live page: a hint, never enough alone."""
    titles = [meta.first("og:title") or "", meta.first("og:type") or ""]
    titles += [said(n) for n in (*root.iter("title"), *root.iter("h1"))][:3]
    return announces_live(url, *titles)


def window(body: Node, newest: datetime | None, oldest: datetime | None) -> Window:
    page, pages = 1, None
    more = False
    for node in body.iter("a", "button", "span", "div", "p"):
        text = node.text or ""
        if not 1 < len(text) < 80 and node.get("rel") not in ("next", "prev"):
            continue
        said = " ".join(text.split())
        more = more or node.get("rel") == "next" or (node.tag in ("a", "button") and bool(MORE.match(said)))
        found = _PAGE_OF.search(said) if any(map(str.isdigit, said)) else None
        of = [int(n) for n in found.groups() if n] if found else []
        if of and of[0] <= of[1]:
            page, pages = of
    complete = not more and (pages or 1) == 1
    return Window(page=page, pages=pages, newest=newest, oldest=oldest, load_more=more, complete=complete)


def language(root: Node, meta: Meta) -> str | None:
    value = root.get("lang") or root.get("xml:lang") or meta.first("content-language", "og:locale")
    return value.strip().replace("_", "-")[:20] or None if value else None


def authors(meta: Meta, page: dict[str, Any]) -> tuple[str, ...]:
    given = meta.first("author", "article:author")
    return names(page.get("author")) or ((given,) if given and not given.startswith("http") else ())


def past(moment: datetime | None, at: datetime) -> datetime | None:
    """A time the page states about itself, if it can be true: not after the fetch, give or take."""
    return moment if moment is not None and moment <= at + SKEW else None
