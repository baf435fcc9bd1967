"""What the newsroom answers to a request: addresses, validators, compression. No socket here."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

from . import chrome
from .desk import Desk
from .markups import View, render
from .state import iso

HTML = "text/html; charset=utf-8"
_WAVES = "M0 210q40-40 80 0" + "t80 0" * 7 + "v90H0z"
_PICTURE = f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 300" role="img">
<title>Storm over a harbour</title><rect width="640" height="300" fill="#31445a"/>
<path d="{_WAVES}" fill="#5f7f92"/><path d="M470 210V80h24v130z" fill="#d8d3c4"/>
<path d="M464 80h36l-18-28z" fill="#a3241b"/></svg>
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    state: int | None = None  # the state of the live page that was shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The newsroom's web site in one markup, at ``base`` (scheme://host:port)."""

    desk: Desk
    markup: str
    base: str

    def answer(self, method: str, target: str, headers: Mapping[str, str], now: datetime) -> Answer:
        """The whole answer to one request; ``headers`` is looked up as email.message does, in any case."""
        url = urlsplit(target)
        if url.path.startswith("/control/"):
            return self._control(method, url.path, now)
        if method not in ("GET", "HEAD"):
            return _text(405, "This site is read only.", Allow="GET, HEAD")
        if url.path == self._live:
            answer = self._live_page(parse_qs(url.query), headers, now)
        else:
            answer = self._other(url.path, now)
        return _compressed(answer) if _takes_gzip(headers) else answer

    @property
    def address(self) -> str:
        return self.base + self._live

    @property
    def _live(self) -> str:
        return f"/live/{self.desk.story['slug']}"

    def _live_page(self, query: Mapping[str, list[str]], headers: Mapping[str, str], now: datetime) -> Answer:
        page = query.get("page", ["1"])[-1]
        state, noise, quiet = self.desk.look(now)
        if page not in ("1", "2") or (page == "2" and not state.behind):
            return _text(404, f"There is no page {page!r} of this story.")
        tag = f'W/"{state.opened:%H%M%S}-{self.markup}-{page}-{state.number}-{noise.visitor if not quiet else "q"}"'
        modified = state.at if quiet else now
        validators = {
            "ETag": tag,
            "Last-Modified": http_date(modified),
            "Cache-Control": "no-cache",
            "Vary": "Accept-Encoding",
        }
        if quiet and _is_known(headers, tag, modified):
            return Answer(status=304, headers=validators, state=state.number)
        view = View(story=self.desk.story, state=state, noise=noise, base=self.base, page=int(page))
        html = render(view, self.markup).encode()
        return Answer(status=200, body=html, headers={"Content-Type": HTML, **validators}, state=state.number)

    def _other(self, path: str, now: datetime) -> Answer:
        story, noise, state = self.desk.story, self.desk.noise(now), self.desk.state
        if path == "/":
            page = chrome.front_page(story, noise, base=self.base, headline=state.headline, opened=state.opened)
            return _html(page)
        if path == "/robots.txt":
            rules = f"User-agent: *\nDisallow: /control/\nSitemap: {self.base}/sitemap-news.xml\n"
            return _text(200, rules)
        if path == "/sitemap-news.xml":
            return Answer(status=200, body=self._sitemap(), headers={"Content-Type": "application/xml"})
        if path == "/pictures/storm.svg":
            return Answer(status=200, body=_PICTURE.encode(), headers={"Content-Type": "image/svg+xml"})
        for item in story["stories"]:
            if path == f"/news/{item['slug']}":
                return _html(chrome.article(story, noise, base=self.base, item=item))
        return _text(404, "There is no such page.")

    def _sitemap(self) -> bytes:
        story, state = self.desk.story, self.desk.state
        return f"""<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" \
xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
<url><loc>{escape(self.address)}</loc><lastmod>{iso(state.at)}</lastmod><news:news>\
<news:publication><news:name>{escape(story["site"])}</news:name><news:language>en</news:language>\
</news:publication><news:publication_date>{iso(state.coverage_start)}</news:publication_date>\
<news:title>{escape(state.headline)}</news:title></news:news></url>
</urlset>
""".encode()

    def _control(self, method: str, path: str, now: datetime) -> Answer:
        if (method, path) == ("GET", "/control/state"):
            return _json(200, self.desk.report())
        if (method, path) != ("POST", "/control/next") or not self.desk.manual:
            return _text(404, "No such control; POST /control/next works in a newsroom started with --manual.")
        try:
            done = self.desk.publish(now)
        except ValueError as e:
            return _json(409, {"error": str(e)})
        return _json(200, {**self.desk.report(), "done": [t.to_json() for t in done]})


def http_date(moment: datetime) -> str:
    return format_datetime(moment.replace(microsecond=0), usegmt=True)


def _is_known(headers: Mapping[str, str], tag: str, modified: datetime) -> bool:
    """RFC 9110 13.1.3: "A recipient MUST ignore If-Modified-Since if the request contains an If-None-Match"."""
    if known := headers.get("If-None-Match"):
        return known.strip() == "*" or tag in [t.strip() for t in known.split(",")]
    try:
        return parsedate_to_datetime(headers.get("If-Modified-Since") or "") >= modified.replace(microsecond=0)
    except (ValueError, TypeError):
        return False


def _takes_gzip(headers: Mapping[str, str]) -> bool:
    codings = (headers.get("Accept-Encoding") or "").replace(" ", "").lower().split(",")
    return any(c == "gzip" or (c.startswith("gzip;q=") and float(c[7:] or 0) > 0) for c in codings)


def _compressed(answer: Answer) -> Answer:
    if not answer.body:
        return answer
    headers = {**answer.headers, "Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    return Answer(status=answer.status, body=gzip.compress(answer.body, mtime=0), headers=headers, state=answer.state)


def _html(page: str) -> Answer:
    return Answer(status=200, body=page.encode(), headers={"Content-Type": HTML})


def _text(status: int, text: str, **headers: str) -> Answer:
    return Answer(status=status, body=text.encode(), headers={"Content-Type": "text/plain; charset=utf-8", **headers})


def _json(status: int, value: object) -> Answer:
    body = json.dumps(value, ensure_ascii=False).encode()
    return Answer(status=status, body=body, headers={"Content-Type": "application/json"})
