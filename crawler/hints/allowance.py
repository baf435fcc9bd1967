"""At most a fifth of the budget goes into asking who tells of pages, the rest into pages. Pure."""

from __future__ import annotations

from datetime import datetime

from crawler.account import Account

SHARE = 0.2  # of [crawl] budget
DEPTH = 60.0  # seconds of it that may be saved up ...
LEAST_DEPTH = 12.0  # ... or so many requests: an index with its sitemaps, each of which may lead elsewhere ...
HOUR = 3600.0  # ... but no more than an hour's share, or one


class Allowance(Account):
    """Tokens for polls and subscriptions."""

    def __init__(self, budget: float, share: float = SHARE) -> None:
        rate = budget * share
        most = max(DEPTH * rate, min(LEAST_DEPTH, HOUR * rate), 1.0)
        super().__init__(rate, most=most, first=max(DEPTH * rate, 1.0))

    def take(self, now: datetime, follows: bool = False) -> bool:
        """Whether one more request may be made; one that ``follows`` from another may, and is paid for by and by: else
        a small budget would ask again and again for what leads elsewhere."""
        if self.tokens(now) < 1 and not follows:
            return False
        self.spend(now)
        return True
