"""What a visit through the browser is told by the rest of the crawler, and what it hands back. Values only."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from scrapy.http import Response

from pipelines.model import Exchange, Visit, Watch


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One visit: whose it is, and whom to ask on the way."""

    visit: Visit
    watch: Watch
    follow: Callable[[str], Awaitable[None]]  # the page leads elsewhere: waits for that host's turn; raises if not
    forbids: Callable[[str], bool]  # whether a robots.txt that is at hand forbids it
    second: Callable[[str], Awaitable[object]]  # until a capture of this URL has a second of its own
    # A host asked to be left alone: URL, status, Retry-After, Date.
    refused: Callable[[str, int, str | None, str | None], None]
    taken: Callable[[str, datetime], None]  # the second of a capture that was made without asking


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """How it ended: the exchange that the visit is judged by, and what Scrapy goes on with."""

    exchange: Exchange | None
    answer: Response | Exception


class BrowserTrouble(Exception):
    """The browser did not do its part; ``str(e)`` is for people."""
