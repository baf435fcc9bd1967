"""Cheap probes before a visit: while a URL beside the page answers as it did when the page was last visited, the page
is left alone, for at most its watch's ``max``. Pure."""

from __future__ import annotations

import hashlib
from datetime import datetime

from pipelines.ledger import SUCCESS
from pipelines.model import Visit, Watch


class Probes:
    """Of one crawler; nothing outlives it: after a start the first probe leads to its page."""

    def __init__(self) -> None:
        self._answers: dict[str, bytes] = {}  # by page: of the newest answer with a body, its digest
        self._asked: dict[str, bytes] = {}  # ... of the visit that is under way
        self._shown: dict[str, bytes] = {}  # ... of the last visit that was made
        self._visited: dict[str, datetime] = {}
        self._failing: set[str] = set()

    def knows(self, key: str) -> bool:
        """Whether "not modified" would say anything."""
        return key in self._answers

    def same(self, key: str, watch: Watch, status: int, body: bytes, now: datetime) -> bool:
        """Whether the page need not be visited, by this answer of its probe."""
        self._asked.pop(key, None)
        self._failing.discard(key)
        if status == 200:
            self._answers[key] = hashlib.sha256(body).digest()
        elif status != 304 or key not in self._answers:
            return False
        self._asked[key] = self._answers[key]
        visited = self._visited.get(key)
        return self._shown.get(key) == self._asked[key] and visited is not None and now - visited < watch.max

    def failed(self, key: str) -> bool:
        """Nothing came of it. Whether that is news."""
        news = key not in self._failing
        self._failing.add(key)
        return news

    def over(self, visit: Visit) -> None:
        """A visit has ended. One that brought nothing is made up for: the next probe leads to the page."""
        key, asked = visit.urlkey, self._asked.pop(visit.urlkey, None)
        if visit.outcome == "probed":
            return
        self._shown.pop(key, None)
        if asked is not None and visit.outcome in SUCCESS:
            self._shown[key], self._visited[key] = asked, visit.started
