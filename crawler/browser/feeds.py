"""Did the page get what it asked its newsroom for? Pure.

A page whose feed fails us shows an empty list, and would look like a page whose updates were all taken away. So what
is missing by our fault, or by a fault that passes, makes the page a truncated one: kept, never a version.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from pipelines.model import Exchange

# Not tls: a certificate that nobody vouches for fails in readers' browsers too.
PASSING = frozenset({"connect", "dns", "timeout", "disconnect", "protocol", "too-large"})
MOST_PAGES = 10_000


@dataclass(slots=True)
class Feeds:
    """What one visit's scripts asked for and how it ended, by address: the URL without its query."""

    page: str
    good: set[str] = field(default_factory=set)
    failed: dict[str, str] = field(default_factory=dict)  # with the reason
    waiting: list[str] = field(default_factory=list)

    def asked(self, url: str) -> None:
        self.waiting.append(address(url))

    def ended(self, url: str, exchange: Exchange | None, why: str = "") -> None:
        """``why``: it was not sent, for this reason."""
        self.waiting.remove(where := address(url))
        if exchange is not None:
            why = _trouble(exchange)
            if not why and 200 <= (exchange.status or 0) < 300:
                self.good.add(where)
        if why:
            self.failed[where] = why

    def lacking(self, known: Iterable[str]) -> tuple[str, str] | None:
        """(address, reason) of what the page lacks; ``known``: what has answered earlier visits of it."""
        for where in known:
            if where in self.good:
                continue
            if where in self.failed:
                return where, self.failed[where]
            if where in self.waiting:
                return where, "timeout"
        ours = {where: why for where, why in self.failed.items() if where not in self.good}
        return next(((where, why) for where, why in ours.items() if _same_site(where, self.page)), None)


def _trouble(exchange: Exchange) -> str:
    if exchange.error in PASSING:
        return exchange.error or ""
    if exchange.truncated:
        return "disconnect"
    return "disconnect" if exchange.status == 429 or (exchange.status or 0) >= 500 else ""


def address(url: str) -> str:
    return url.partition("?")[0]


def _same_site(one: str, other: str) -> bool:
    """The same host or a neighbour, as api.example.org of www.example.org. Too many (co.uk) do less harm than few."""
    hosts = [(urlsplit(url).hostname or "") for url in (one, other)]
    if hosts[0] == hosts[1]:
        return True
    ends = [host.rsplit(".", 2)[-2:] for host in hosts]
    return ends[0] == ends[1] and len(ends[0]) == 2 and not hosts[0].rpartition(".")[2].isdigit()


class Known:
    """The addresses that have answered each page in this process."""

    def __init__(self) -> None:
        self._pages: dict[str, frozenset[str]] = {}

    def of(self, page: str) -> frozenset[str]:
        return self._pages.get(page, frozenset())

    def saw(self, page: str, good: Iterable[str]) -> None:
        """The last whole visit's: what a page no longer asks for is no longer missed."""
        self._pages.pop(page, None)
        self._pages[page] = frozenset(good)
        if len(self._pages) > MOST_PAGES:
            del self._pages[next(iter(self._pages))]
