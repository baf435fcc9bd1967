"""Links of a page that lead to another page of the same list: older updates, the next page, "load more". Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from .dom import BLANKS, address, joined, said
from .places import MORE
from .profile import Profile
from .selectors import select
from .source import Node

_ADDRESSES = ("data-url", "data-href", "data-next", "data-next-url", "data-next-page-url", "data-load-more-url",
              "data-more-url", "data-endpoint")  # fmt: skip
_NAMES = frozenset(_ADDRESSES)
_OLDER = re.compile(
    r"(?:older|earlier|previous)(?: (?:updates?|posts?|entries|page))?|next(?: page)?|(?:nächste|ältere)(?: seite)?|"
    r"page suivante|suivante?s?|pagina successiva|successiva|página siguiente|siguiente|volgende(?: pagina)?|"
    r"oudere.{0,20}|eldre.{0,20}|äldre.{0,20}|starsze.{0,20}|次(?:の(?:ページ)?|へ)?|下一页|下一頁|다음(?: 페이지)?|"
    r"الصفحة التالية|التالي",
    re.IGNORECASE,
)
_WHOLE = re.compile(r"/(?!/)|(?:https?:)?//[^/?#]")  # a path from its beginning, or a host that has one
_ARROWS = re.compile(r"[\s«»‹›<>←→↓…]+")
_PAGE = re.compile(r"(?:(?:page|seite|pagina|p)[/_-]?)?(\d{1,3})/?", re.IGNORECASE)
_PAGE_FILE = re.compile(r"[.,_-](?:page|seite|p)?[_-]?(\d{1,3})", re.IGNORECASE)


def older_pages(root: Node, url: str, first: str, profile: Profile | None) -> Iterator[str]:
    """Addresses of the next page of this list, the surest first."""
    here = _place(url, first)
    shown = [(n, t) for n, t in _links(root, url, first) if (_stated(t, first) or here + 1) > here]
    window = profile.window if profile else None
    for selector in (window.older, window.load_more) if window else ():
        marked = set(select(root, selector)) if selector else set()
        yield from (target for node, target in shown if node in marked)
    yield from (target for node, target in shown if "next" in (node.get("rel") or "").lower().split())
    yield from (target for node, target in shown if _leads_on(node))
    yield from (target for node, target in shown if node.tag == "a" and _stated(target, first) == here + 1)


def _links(root: Node, url: str, first: str) -> list[tuple[Node, str]]:
    """Elements that lead to another page of the same list, in the order of the page."""
    found = []
    name = _name(first)
    for node in root.iter("link", "a", "button", "div"):
        given = _given(node)
        if (
            not given
            or given.startswith(("#", "javascript:", "mailto:"))
            or (node.tag == "link" and not _is_next(node))
            or _is_elsewhere(given, name)
        ):
            continue
        target = http(joined(url, given))
        if target and target not in (url, first) and same_list(target, first):
            found.append((node, target))
    return found


def _given(node: Node) -> str | None:
    """Where it leads: by its own address, else by one that a script is to load."""
    if node.tag in ("link", "a") and (own := node.get("href")):
        return str(own)
    named = _NAMES.intersection(node.keys()) if node.tag != "link" else ()
    return next((value for name in _ADDRESSES if name in named and (value := node.get(name))), None)


def _name(first: str) -> str:
    """The last part of its path without the ending, which all pages of the list have in theirs."""
    last = address(first).path.rstrip("/").rpartition("/")[2]
    return last.rpartition(".")[0] or last


def _is_elsewhere(given: str, name: str) -> bool:
    """A whole path without the name of this page: most links, which need not be resolved to see that."""
    return name not in given and _WHOLE.match(given) is not None and not BLANKS.search(given)


def _is_next(node: Node) -> bool:
    return "next" in (node.get("rel") or "").lower().split()


def _leads_on(node: Node) -> bool:
    if node.tag == "link" or (node.tag == "div" and len(node) > 3):
        return False
    text = _ARROWS.sub(" ", said(node)[:80]).strip() or (node.get("aria-label") or "").strip()
    return bool(MORE.fullmatch(text) or _OLDER.fullmatch(text))


def same_list(target: str, first: str) -> bool:
    """Whether an address is that of another page of the list that begins at ``first``, and not of another story."""
    there, here = address(target), address(first)
    if (there.scheme, there.netloc.lower()) != (here.scheme, here.netloc.lower()):
        return False
    path, own = there.path.rstrip("/"), here.path.rstrip("/")
    if path == own:
        return there.query != here.query
    return _number_behind(path, own) is not None


def _number_behind(path: str, own: str) -> int | None:
    """The number of a page that is written into its path: ``/live/storm/page/2``, ``/live/storm.2.html``."""
    if own and path.startswith(own + "/"):
        found = _PAGE.fullmatch(path[len(own) + 1 :])
        return int(found[1]) if found else None
    stem, dot, ending = own.rpartition(".")
    if dot and ending.lower() in ("html", "htm", "php") and path.startswith(stem) and path.endswith(dot + ending):
        found = _PAGE_FILE.fullmatch(path[len(stem) : -len(dot + ending)])
        return int(found[1]) if found else None
    return None


def _place(url: str, first: str) -> int:
    return _stated(url, first) or 1


def _stated(url: str, first: str) -> int | None:
    """Which page of the list an address says it is."""
    there, here = address(url), address(first)
    behind = _number_behind(there.path.rstrip("/"), here.path.rstrip("/"))
    if behind is not None:
        return behind
    found = re.search(r"(?:^|&)(?:page|p|seite|pagina|paged|pg)=(\d{1,3})(?:&|$)", there.query, re.IGNORECASE)
    return int(found[1]) if found else None


def http(url: str) -> str | None:
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url.partition("#")[0] if parts.scheme in ("http", "https") and parts.hostname else None
