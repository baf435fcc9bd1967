"""The requests that wait for the downloader: the first due goes first.

Scrapy's own scheduler weighs priorities, and for each request how busy its host is. Here the governor has decided
both before a request is made, and none outlives its process: a queue is all that is left to do.
"""

from __future__ import annotations

from collections import deque

from scrapy import Request
from scrapy.core.scheduler import BaseScheduler


class FirstDue(BaseScheduler):
    """Scrapy's ``SCHEDULER``. It refuses nothing: a request that was dropped would end its visit in silence."""

    def __init__(self) -> None:
        self._waiting: deque[Request] = deque()

    def has_pending_requests(self) -> bool:
        return bool(self._waiting)

    def enqueue_request(self, request: Request) -> bool:
        self._waiting.append(request)
        return True

    def next_request(self) -> Request | None:
        return self._waiting.popleft() if self._waiting else None
