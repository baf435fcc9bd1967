"""Where coverage goes on: a link to the same publisher in the newest or pinned update, or outside all updates,
in a sentence that says so. That it leads to a live page is for the next visit to see."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .dom import PROSE, address, joined, said
from .places import Sidelines
from .source import Node
from .words import words_of

LONGEST = 320  # characters of the sentence or notice
_GOES_ON = re.compile(
    r"(?:live )?(?:coverage|updates|blog|reporting|page) (?:now )?"
    r"(?:continues?|has moved|have moved|moves|moved|carries on)|"
    r"(?:we(?:['’]ve| have)|this (?:page|blog) has) moved|"
    r"(?:follow|read|join|see|head to|go to|switch to|over (?:to|on)) (?:us |our |the )?(?:all )?(?:the )?"
    r"(?:new|latest|next|today['’]s|tomorrow['’]s) (?:live )?(?:updates|live|blog|live ?blog|page|coverage|file)|"
    r"(?:opened|started|starting|launched|have) (?:a )?new (?:live )?(?:blog|live ?blog|page|file)|"
    r"new (?:live )?(?:blog|live ?blog|live page)(?: is)? (?:here|open)|"
    r"(?:geht|läuft|machen wir|berichten wir)[^.!?]{0,60}\bweiter\b|"
    r"(?:neue[rn]?|nächste[rn]?) (?:live-?)?(?:ticker|blog)|"
    r"la suite (?:du direct|de notre direct|est|ici|dans)|nouveau (?:direct|live)\b|"
    r"(?:sigue|continúa|continua)[^.!?]{0,60}(?:aquí|nuevo|nueva)|nuevo (?:directo|en vivo)|"
    r"la diretta (?:continua|prosegue)|nuova diretta|"
    r"(?:continua|segue|acompanhe)[^.!?]{0,60}(?:aqui|nov[ao])|nov[ao] (?:cobertura|ao vivo)|"
    r"nieuwe? liveblog|(?:gaat|gaan we)[^.!?]{0,40}verder|nowa relacja|ciąg dalszy|"
    r"ny direktrapport|fortsätter (?:här|i)|fortsetter (?:her|i)|fortsætter (?:her|i)|"
    r"(?:продолжени[ея]|продолжаем|новая) [^.!?]{0,40}(?:здесь|онлайн|трансляци)|"
    r"(?:продовження|продовжуємо|нова) [^.!?]{0,40}(?:тут|онлайн|трансляці)|"
    r"canlı (?:anlatım|yayın)[^.!?]{0,40}devam|تتواصل (?:ال)?تغطية|نواصل (?:ال)?تغطي|"
    r"(?:続き|最新)[^。]{0,20}(?:こちら|新しい)|新しいライブ|新的直播|새 라이브|berlanjut di sini",
    re.IGNORECASE,
)
_SHARED = 2  # labels of a host name that make a publisher ...
_SECOND = words_of("co com org net gov ac edu or ne go")  # ... unless the last but one says as little


def continued_at(
    body: Node, url: str, aside: Sidelines, *, telling: Iterable[Node], others: Iterable[Node]
) -> str | None:
    """The address; None if nothing says so. ``telling``: elements of the newest and the pinned updates; ``others``:
    of all other updates, whose links lead to what was news then."""
    inside, outside = set(telling), set(others)
    saying: dict[Node, bool] = {}
    for link in body.iter("a"):
        href = (link.get("href") or "").strip()
        if not href or href.startswith(("#", "javascript:", "mailto:")):
            continue
        around = [link, *link.iterancestors()]
        if not outside.isdisjoint(around) or (inside.isdisjoint(around) and aside.beside(link)):
            continue
        block = next((n for n in around if n.tag in PROSE), around[1])
        if block not in saying:
            text = said(block) or said(link)
            saying[block] = len(text) <= LONGEST and _GOES_ON.search(text) is not None
        if saying[block] and (target := _page(href, url)):
            return target
    return None


def _page(href: str, url: str) -> str | None:
    """The absolute address of another page of the same publisher."""
    target = joined(url, href)
    there, here = address(target), address(url)
    if there.scheme not in ("http", "https") or publisher(target) != publisher(url):
        return None
    path = there.path.rstrip("/")
    same = (path, there.hostname) == (here.path.rstrip("/"), here.hostname)
    return target.partition("#")[0] if path and not same else None


def publisher(url: str) -> str:
    """The part of the host name that all sites of a publisher share, and the port where one is named."""
    there = address(url)
    host = (there.hostname or "").lower()
    if host.replace(".", "").isdigit() or ":" in host:
        return there.netloc.lower()
    labels = host.split(".")
    count = _SHARED + (len(labels) > _SHARED and labels[-2] in _SECOND and len(labels[-1]) == 2)
    return ".".join(labels[-count:])
