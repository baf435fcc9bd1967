"""What a page is shown with: style sheets, fonts, images. Pure: only addresses are found, in the order of importance.

    page -> sheets, fonts and images of its own styles, images     sheet -> what it imports, its fonts, its images

Scripts, media and frames are not among them: a replay has to look right, not to run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum

from ..errors import WatchlistError
from ..urlkey import normalise
from .dom import joined
from .older import http
from .source import Node
from .srcset import chosen, is_meant
from .styles import Addresses, addresses_in

MOST = 2_000  # of one page or sheet
_LAZY = ("data-src", "data-original", "data-lazy-src")  # where scripts find what they will show
_LAZY_SETS = ("data-srcset", "data-lazy-srcset")
_IMAGES = ("img", "amp-img")
_PRELOADED = {"style": "sheet", "font": "font", "image": "image"}
_ENDINGS = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif", ".svg")


class Rank(IntEnum):
    """The lower the more a page lacks without it."""

    sheet = 0
    font = 1
    image = 2
    spare = 3  # another size of an image, an icon


@dataclass(frozen=True, slots=True, order=True)
class Requisite:
    rank: Rank
    url: str


def of_page(root: Node, url: str) -> list[Requisite]:
    """``url``: the address that the page came from; a ``base`` in it goes before."""
    base = joined(url, next((href for node in root.iter("base") if (href := node.get("href"))), "")) or url
    found = [*_heads(root, base), *_styles(root, base), *_images(root, base), *_others(root, base)]
    return _in_order(found, {url.partition("#")[0]})


def of_sheet(style: str, url: str) -> list[Requisite]:
    return _in_order(_of(addresses_in(style), url), {url})


def of_updates(media: Iterable[str]) -> list[Requisite]:
    """Images of updates that older pages or a feed have brought, as a version has them."""
    named = (one for one in media if one.partition("#")[0].partition("?")[0].lower().endswith(_ENDINGS))
    return _in_order((_made(Rank.image, one, one) for one in named), set())


def _in_order(found: Iterable[Requisite | None], but: set[str]) -> list[Requisite]:
    """Each once, as what it is most important for; else in the order of the page."""
    first: dict[str, Requisite] = {}
    for one in sorted((one for one in found if one and one.url not in but), key=lambda one: one.rank):
        first.setdefault(one.url, one)
    return list(first.values())[:MOST]


def _made(rank: Rank, base: str, given: str | None) -> Requisite | None:
    given = (given or "").strip()
    if not given or given.startswith("#"):
        return None
    target = http(joined(base, "".join(c for c in given if c not in "\t\r\n").replace(" ", "%20")))
    try:
        return Requisite(rank, normalise(target)) if target else None
    except WatchlistError:  # no crawler would ask for it
        return None


def _of(addresses: Addresses, base: str) -> Iterator[Requisite | None]:
    for rank, given in ((Rank.sheet, addresses.sheets), (Rank.font, addresses.fonts), (Rank.image, addresses.images)):
        yield from (_made(rank, base, one) for one in given)


def _heads(root: Node, base: str) -> Iterator[Requisite | None]:
    for node in root.iter("link"):
        kinds = (node.get("rel") or "").lower().split()
        href = node.get("href")
        if "stylesheet" in kinds:
            yield _made(Rank.sheet, base, href) if "alternate" not in kinds else None
        elif "preload" in kinds and (kind := _PRELOADED.get((node.get("as") or "").lower())):
            yield _made(Rank[kind], base, href)
        elif any("icon" in kind for kind in kinds):
            yield _made(Rank.spare, base, href)


def _styles(root: Node, base: str) -> Iterator[Requisite | None]:
    for node in root.iter("style"):
        yield from _of(addresses_in(node.text or ""), base)
    for node in root.iterfind(".//*[@style]"):
        if "(" in (style := node.get("style") or ""):
            yield from _of(addresses_in(style), base)


def _images(root: Node, base: str) -> Iterator[Requisite | None]:
    for node in root.iter(*_IMAGES):
        sets = list(_sets(node, next(node.iterancestors("picture"), None)))
        plain = [given for name in ("src", *_LAZY) if (given := node.get(name))]
        for given in sets[:1] or plain[:1]:
            yield _made(Rank.image, base, given)
        for given in sets[1:] + plain[0 if sets else 1 :]:
            yield _made(Rank.image if not sets else Rank.spare, base, given)


def _sets(node: Node, picture: Node | None) -> Iterator[str]:
    """Of the first ``source`` that is meant, else of the image itself."""
    # ``iter``: libxml2 does not know that a source has no end, and puts what follows into it.
    sources = picture.iter("source") if picture is not None else ()
    for one in (*(source for source in sources if is_meant(source.get("media"))), node):
        given = next((value for name in ("srcset", *_LAZY_SETS) if (value := one.get(name))), None)
        if given and (picked := chosen(given, one.get("sizes") or one.get("data-sizes"))):
            yield from picked
            return


def _others(root: Node, base: str) -> Iterator[Requisite | None]:
    for node in root.iter("video", "input", "body", "table", "td", "image"):
        name = {"video": "poster", "input": "src", "image": "href"}.get(str(node.tag), "background")
        if node.tag != "input" or (node.get("type") or "").lower() == "image":
            yield _made(Rank.image, base, node.get(name) or node.get("xlink:href"))
