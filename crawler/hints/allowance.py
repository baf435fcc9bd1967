"""At most a fifth of the budget goes into asking who tells of pages, the rest into pages. Pure."""

from __future__ import annotations

from datetime import datetime

SHARE = 0.2  # of [crawl] budget
DEPTH = 60.0  # seconds of it that may be saved up ...
LEAST_DEPTH = 12.0  # ... or so many requests: an index with its sitemaps, each of which may lead elsewhere


class Allowance:
    """Tokens for polls and subscriptions."""

    def __init__(self, budget: float, share: float = SHARE) -> None:
        self._rate = budget * share
        self._most = max(LEAST_DEPTH, self._rate * DEPTH)
        self._tokens, self._filled = self._most, None

    _filled: datetime | None

    def take(self, now: datetime) -> bool:
        """Whether one more request may be made."""
        passed = (now - self._filled).total_seconds() if self._filled else 0.0
        self._tokens, self._filled = min(self._tokens + max(passed, 0.0) * self._rate, self._most), now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
