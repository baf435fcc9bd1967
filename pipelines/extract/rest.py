"""What else there is of a page: older pages, the answers of its feeds, its AMP twin. Pure: only addresses are found.

    page, or an answer -> Rest: what to ask for next, and which platforms were seen whose answers nobody here can read

One thing at a time, in the order in which a reader would get there; an answer says itself what follows it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from lxml import etree

from ..model import Version
from .dom import BLANKS, address, joined
from .older import http, older_pages
from .profile import Document, Profile
from .source import Node
from .state import follow

Kind = Literal["older", "feed"]

# Platforms whose pages are filled by a feed of which no answer is known well enough: by what their embeds load.
_UNREAD = {
    "Live Center": ("livecenter.com", "norkon.net"),
    "Tickaroo": ("tickaroo.com",),
    "ScribbleLive": ("scribblelive.com",),
    "Arena": ("arena.im",),
}
IN_SCRIPTS = (b"liveblog_settings", b"window.LB")  # of all that a script says only this is heeded here
_LOADED = ("src", "data-src", "href", "data-href", "data-url")
_ALL_LOADED = etree.XPath(" | ".join(f"//@{name}" for name in _LOADED), smart_strings=False)
_GET_ENTRIES = re.compile(r"^(.*/get-entries/)(\d{1,4})(/[\d-]+/?)$")
_LAZYLOAD = re.compile(r"^(.*/lazyload/)(\d{1,12})(/\d{1,12}/?)$")
_BLOG_ID = re.compile(r"[0-9a-f]{24}")


@dataclass(frozen=True, slots=True)
class More:
    """One thing that can be asked for."""

    url: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Rest:
    next: More | None = None
    unsupported: tuple[str, ...] = ()

    @property
    def warnings(self) -> tuple[str, ...]:
        return tuple(f"feed_unsupported: {name}" for name in self.unsupported)


NOTHING = Rest()


@dataclass(frozen=True, slots=True)
class Signs:
    """What in an HTML page tells of more. Found before the page is read, which takes its scripts out of the tree."""

    later: bool  # it is not the list's first page itself
    unread: tuple[str, ...]
    endpoint: str | None  # WordPress Liveblog
    newest: str = ""
    archived: bool = False
    posts: str | None = None  # Sourcefabric
    twin: str | None = None
    older: str | None = None

    def of(self, version: Version) -> Rest:
        """What to ask for, now that it is known what the page shows."""
        fed = self._wordpress(version.window.oldest) or self.posts
        if fed is None and not self.later and not version.updates:
            fed = self.twin
        if fed is not None:
            return Rest(More(fed, "feed"), self.unread)
        shows = version.updates or version.live or self.later
        return Rest(More(self.older, "older") if self.older and shows else None, self.unread)

    def _wordpress(self, oldest: datetime | None) -> str | None:
        """Rendered pages show the newest five while coverage goes on, script-only ones nothing."""
        if self.endpoint is None:
            return None
        if "/wp-json/" in self.endpoint or "rest_route=" in self.endpoint:
            return f"{self.endpoint}/get-entries/1/{self.newest}"
        if oldest is None or self.archived:  # an archived page shows all of them
            return None
        return f"{self.endpoint}/lazyload/{int(oldest.timestamp())}/0"


def signs(root: Node, *, url: str, first: str, profile: Profile | None) -> Signs:
    """``first``: the address of the list's first page, if this is a later one; else ``url``."""
    told = next(_assigned(root, "liveblog_settings"), None)
    settings = told if isinstance(told, dict) and isinstance(told.get("endpoint_url"), str) else {}
    endpoint = http(joined(url, settings["endpoint_url"])) if settings else None
    return Signs(
        later=url != first,
        unread=_unread(root),
        endpoint=endpoint.rstrip("/") if endpoint else None,
        newest="-".join(str(_number(settings.get(n))) for n in ("latest_entry_id", "latest_entry_timestamp")),
        archived=settings.get("state") == "archive",
        posts=_sourcefabric(root, url),
        twin=_twin(root, url),
        older=next(older_pages(root, url, first, profile), None),
    )


def of_document(document: Any, listing: Document, version: Version, *, url: str) -> Rest:
    """Of an answer that is JSON as a whole."""
    if found := _GET_ENTRIES.match(url):
        number, pages = int(found[2]), version.window.pages or 1
        return Rest(More(f"{found[1]}{number + 1}{found[3]}", "feed")) if number < pages else NOTHING
    if found := _LAZYLOAD.match(url):
        oldest = version.window.oldest
        until = int(oldest.timestamp()) if oldest else 0
        return Rest(More(f"{found[1]}{until}{found[3]}", "feed")) if 0 < until < int(found[2]) else NOTHING
    older = next((v for v in follow(document, listing.older) if isinstance(v, str) and v.strip()), None)
    target = _resolved(older, url) if older else None
    return Rest(More(target, "feed")) if target and target != url else NOTHING


def _resolved(address_: str, url: str) -> str | None:
    """Relative addresses of an Eve API are relative to the API's root, not to the answer's own address."""
    collection = address_.split("/", 1)[0]
    at = url.find(f"/{collection}/") if "/" in address_ and "://" not in address_ else -1
    return http(joined(url[: at + 1] if at > 0 else url, address_))


def _unread(root: Node) -> tuple[str, ...]:
    addresses: Any = _ALL_LOADED(root)
    written = BLANKS.sub("", " ".join(addresses)).lower()  # most pages name none of them
    near = {name: hosts for name, hosts in _UNREAD.items() if any(host in written for host in hosts)}
    return tuple(name for name, hosts in near.items() if _loads(root, hosts))


def _loads(root: Node, hosts: tuple[str, ...]) -> bool:
    """Whether a script, frame or container of the page names one of these hosts as what it loads."""
    for node in root.iter("script", "iframe", "embed", "link", "div", "amp-iframe"):
        for name in _LOADED:
            host = (address(joined("https://x.invalid/", value)).hostname or "") if (value := node.get(name)) else ""
            if any(host == h or host.endswith("." + h) for h in hosts):
                return True
    return False


def _number(value: Any) -> int:
    return int(value) if str(value).isdigit() and len(str(value)) < 16 else 0


def _sourcefabric(root: Node, url: str) -> str | None:
    for node in root.iter("script"):
        text = node.text or ""
        if "api_host" not in text or "window.LB" not in text:
            continue
        told = next(_assigned(root, "window.LB"), None)
        blog = told.get("blog") if isinstance(told, dict) else None
        id_ = blog.get("_id") if isinstance(blog, dict) else None
        host = told.get("api_host") if isinstance(told, dict) else None
        if isinstance(id_, str) and _BLOG_ID.fullmatch(id_) and isinstance(host, str):
            return http(joined(url, f"{host.rstrip('/')}/api/v2/client_blogs/{id_}/posts"))
    return None


def _assigned(root: Node, variable: str) -> Iterator[Any]:
    """JSON that a script of the page gives to a variable."""
    begin = re.compile(re.escape(variable) + r"\s*=\s*")
    for node in root.iter("script"):
        text = node.text or ""
        found = begin.search(text) if variable in text else None
        if found:
            try:
                yield json.JSONDecoder(strict=False).raw_decode(text, found.end())[0]
            except (ValueError, RecursionError):
                continue


def _twin(root: Node, url: str) -> str | None:
    for node in root.iter("link"):
        if (node.get("rel") or "").lower() == "amphtml" and node.get("href"):
            target = http(joined(url, node.get("href")))
            if target and target != url and _publisher(target) == _publisher(url):
                return target
    return None


def _publisher(url: str) -> str:
    host = address(url).hostname or ""
    return host if host.replace(".", "").isdigit() else ".".join(host.split(".")[-2:])
