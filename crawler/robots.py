"""robots.txt by RFC 9309, kept for a day: pure decisions; who fetches it is told to us."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from protego import Protego

from pipelines.entity import DecodeError, decode

FRESH = timedelta(days=1)  # RFC 9309 2.4: not longer than 24 hours
RETRY = timedelta(minutes=1)  # after a failure; the host's own back-off comes on top
LARGEST = 500 * 1024  # bytes that are parsed; RFC 9309 2.5: "The limit MUST be at least 500 kibibytes"


@dataclass(frozen=True, slots=True)
class Rules:
    """What one origin allows; ``rules`` is None where everything is allowed or nothing is known."""

    fetched: datetime
    rules: Protego | None = None
    reachable: bool = True
    failure: Exception | None = None  # why it cannot be reached, where no copy is known

    def fresh(self, now: datetime) -> bool:
        return now - self.fetched < (FRESH if self.reachable else RETRY)

    def allows(self, url: str, agent: str) -> bool:
        """ "Unreachable" means complete disallow as long as no copy is known (RFC 9309 2.3.1.4)."""
        if self.rules is not None:
            return bool(self.rules.can_fetch(url, agent))
        return self.reachable

    def sitemaps(self) -> list[str]:
        """Addresses of sitemaps that the file names (sitemaps.org, "Specifying the Sitemap location")."""
        return list(self.rules.sitemaps) if self.rules else []

    def crawl_delay(self, agent: str) -> timedelta:
        delay = self.rules.crawl_delay(agent) if self.rules else None
        return timedelta(seconds=min(max(float(delay or 0), 0), 86400))


def rules_from(status: int, body: bytes, coding: str | None = None, *, whole: bool = True, known: Rules | None,
               now: datetime) -> Rules:  # fmt: skip
    """4xx: no rules, all allowed. 5xx: the last copy holds; without one nothing is allowed (2.3.1.3, 2.3.1.4).

    So it is with a file that cannot be read: to read garbage as rules would mean that all is allowed.
    """
    if 400 <= status < 500 and status != 429:
        return Rules(now)
    text = _text(body, coding) if 200 <= status < 300 and whole else None
    if text is None:
        return Rules(now, known.rules if known else None, reachable=False)
    return Rules(now, Protego.parse(text))


def _text(body: bytes, coding: str | None) -> str | None:
    """The rules as text; None if its content coding is unknown, damaged or cut."""
    try:
        content = decode(body, coding)
    except DecodeError:
        return None
    if len(content) > LARGEST:  # a line that is cut could allow or forbid more than it says
        content = content[:LARGEST].rpartition(b"\n")[0]
    return content.decode("utf-8-sig", "replace")  # RFC 9309 2.2: "encoded in UTF-8"; editors put a mark before it
