"""Addresses of mementos: what a client asks for, and what is given out. Pure.

    /web/20260103100000id_/https://news.example.org/live?x=1 -> time, mode, URL
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from urllib.parse import quote, unquote

from starlette.requests import Request

from pipelines.cdxj import timestamp14
from pipelines.urlkey import normalise

from ..cdx.times import filled

_ENCODED = re.compile(r"https?%3a", re.IGNORECASE)
_SCHEME = re.compile(r"(https?):/*", re.IGNORECASE)
_OTHER = re.compile(r"[a-z][a-z0-9+.-]*:/", re.IGNORECASE)
_STAMPED = re.compile(r"([0-9]{1,14})([a-z]{2}_)?/(.+)", re.DOTALL)
# In a header, between < and >, or in a list: what ends them must not come from a URL.
_SAFE = "!#$%&'()*+/:;=?@[]~"


@dataclass(frozen=True, slots=True)
class Asked:
    """``moment`` is None for a TimeGate; ``mode``: "id_", or "" for the same bytes under a plain address."""

    url: str
    moment: datetime | None = None
    digits: str = ""
    mode: str = ""


def behind(request: Request, prefix: str) -> str:
    """What was asked for behind a prefix, undecoded: a URL's own escapes stay as they are."""
    path: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    return path.partition(b"?")[0].decode("latin-1").removeprefix(prefix)


def asked(path: str, query: str) -> Asked:
    """What stands behind ``/web/``, undecoded. WatchlistError or ValueError, in words, if it means nothing."""
    found = _STAMPED.fullmatch(path)
    if not found:
        return Asked(target(path, query))
    digits, mode, rest = found[1], found[2] or "", found[3]
    if mode not in ("", "id_"):
        raise ValueError(f"{mode} is a way to rewrite pages, which stoppress replay knows; here it is id_ or nothing")
    return Asked(target(rest, query), filled(digits), digits, mode)


@lru_cache(10_000)
def target(path: str, query: str) -> str:
    """The URL that is meant: raw, with collapsed slashes, percent-encoded as a whole, or without its scheme.

    What stands behind ``?`` belongs to it.
    """
    text = f"{path}?{query}" if query else path
    if _ENCODED.match(text):
        text = unquote(text)
    scheme = _SCHEME.match(text)
    if scheme:
        return normalise(f"{scheme[1].lower()}://{text[scheme.end() :]}")
    return normalise(text if _OTHER.match(text) else f"http://{text.lstrip('/')}")


@lru_cache(10_000)
def in_header(url: str) -> str:
    """A URL that can end neither a header nor a link in it."""
    return quote(url, safe=_SAFE)


def memento(archive: str, moment: datetime, url: str, mode: str = "") -> str:
    """The exact address of a memento."""
    return f"{archive}/web/{timestamp14(moment)}{mode}/{in_header(url)}"
