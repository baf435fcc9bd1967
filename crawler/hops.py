"""An answer that leads elsewhere: what is asked for next, or the visit's end."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urljoin

from pipelines.errors import WatchlistError
from pipelines.ledger import taken_down
from pipelines.model import Exchange, Visit
from pipelines.takedowns import Blocks
from pipelines.urlkey import normalise, urlkey

from .politeness import MOST_HOPS
from .visit_ends import lost

REDIRECTS = (301, 302, 303, 307, 308)


def leads_to(visit: Visit, exchange: Exchange, location: bytes | None, hops: int, blocks: Blocks) -> Visit | str:
    """The URL to which an answer of ``REDIRECTS`` leads within the visit; the visit's end if that cannot be followed.

    ``hops``: how many were followed before.
    """
    if not location:
        return lost(visit, exchange, f"{exchange.url} redirects without saying where to")
    if hops >= MOST_HOPS:
        return lost(visit, exchange, f"{visit.url} redirects more than {MOST_HOPS} times, last to {location!r}")
    try:
        # Blanks are a mistake that browsers forgive; all else must be a URL as it stands.
        to = location.decode("utf-8", "replace").strip().replace(" ", "%20")
        target = normalise(urljoin(exchange.url, to))
    except (WatchlistError, ValueError) as e:
        return lost(visit, exchange, f"{exchange.url} redirects to what cannot be followed: {e}", "blocked")
    if urlkey(target) == urlkey(exchange.url) and target == exchange.url:
        return lost(visit, exchange, f"{exchange.url} redirects to itself")
    if block := blocks.page(urlkey(target)):
        return replace(taken_down(visit, block), exchange=exchange, status=exchange.status)
    return target
