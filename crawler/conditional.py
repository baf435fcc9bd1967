"""Downloader middleware: ask only for what is new, with the server's own validators, verbatim."""

from __future__ import annotations

from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler

from pipelines.recent import Recent
from pipelines.store.originals import Originals

from .wire import VISIT, WHOLE

CLOSING = "closing"  # what nobody looks at again for hours or ever is seen whole: no 304 may be in its place
UNCONDITIONAL_EVERY = 20  # some servers lie with 304: now and then the full page is asked for


class Conditional:
    """Adds If-None-Match and If-Modified-Since of the page's newest full capture of this very URL."""

    def __init__(self, originals: Originals) -> None:
        self._originals = originals
        self._asked: Recent[str, int] = Recent()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        from .setup import keeper_of

        return cls(keeper_of(crawler).recorder.originals)

    def process_request(self, request: Request) -> None:
        visit = request.meta.get(VISIT)
        if visit is None or request.meta.get(WHOLE) or visit.why == CLOSING:
            return
        original = self._originals.get((visit.urlkey, request.url))
        if original is None or not (original.etag or original.last_modified):
            return
        count = self._asked.get(request.url, self._originals.unmodified(visit.urlkey)) + 1
        self._asked[request.url] = count % UNCONDITIONAL_EVERY
        if count >= UNCONDITIONAL_EVERY:
            return
        # RFC 9110 13.1.3: a recipient ignores If-Modified-Since where If-None-Match is present; old caches don't.
        if original.etag:
            request.headers["If-None-Match"] = original.etag.encode("latin-1")
        if original.last_modified:
            request.headers["If-Modified-Since"] = original.last_modified.encode("latin-1")
