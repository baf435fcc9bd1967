"""WebSub (W3C Recommendation, 23 January 2018) from the subscriber's side: words and checks. Pure.

    feed --hub, self--> subscription --POST--> hub --GET with a challenge--> callback
                                                   --POST, signed, what is new--> callback
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from urllib.parse import urlencode

from .listing import joined, page_of
from .store.stored import Subscription

LEASE = timedelta(days=5)  # what is asked for; the hub decides
LONGEST_LEASE = timedelta(days=365)
WAIT = timedelta(hours=1)  # before a hub that has not verified, or has refused, is asked again ...
LONG_WAIT = timedelta(days=1)  # ... and one that has said no
RENEWED = 0.75  # of a lease, or a day before its end, whichever is later
PATH = "/websub/"  # of callbacks, in the service
# "The method ... [is] one of the recognized algorithm names" -- 8. SHA-1 is there for hubs that know no other.
METHODS = {"sha1": hashlib.sha1, "sha256": hashlib.sha256, "sha384": hashlib.sha384, "sha512": hashlib.sha512}
_LINK = re.compile(r"<([^<>]*)>((?:\s*;\s*[\w!#$&+.^`|~-]+\*?\s*(?:=\s*(?:\"[^\"]*\"|[^\s\",;]*))?)*)")
_REL = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s\",;]+))", re.IGNORECASE)


def linked(headers: Iterable[str], rel: str, base: str) -> str:
    """The first target of this relation in ``Link`` fields (RFC 8288); "" if none."""
    for value in headers:
        for target, parameters in _LINK.findall(value[:8192]):
            found = _REL.search(parameters)
            if found and rel in (found[1] or found[2] or "").lower().split():
                return page_of(joined(base, target))
    return ""


def form(subscription: Subscription, callback: str, mode: str = "subscribe") -> bytes:
    """The body of a request to the hub (5.1)."""
    fields = {
        "hub.mode": mode,
        "hub.topic": subscription.topic,
        "hub.callback": address(callback, subscription.path),
        "hub.secret": subscription.secret,
        "hub.lease_seconds": str(int(LEASE.total_seconds())),
    }
    return urlencode(fields).encode()


def address(callback: str, path: str) -> str:
    """Where the hub finds us: an address that nobody can guess."""
    return f"{callback.rstrip('/')}{PATH}{path}"


def is_signed(body: bytes, header: str, secret: str) -> bool:
    """Whether ``X-Hub-Signature`` (8) is of this secret; compared in constant time."""
    method, _, given = header.strip().partition("=")
    algorithm = METHODS.get(method.strip().lower())
    if algorithm is None:
        return False
    expected = hmac.new(secret.encode(), body, algorithm).hexdigest()
    return hmac.compare_digest(expected.encode(), given.strip().lower().encode())


def agreed(known: Subscription | None, asked: Mapping[str, str], now: datetime) -> Subscription | None:
    """What a subscription is after a hub's verification (5.3) or denial (5.2); None: that is not what we asked for."""
    if known is None or asked.get("hub.topic") != known.topic:
        return None
    mode = asked.get("hub.mode")
    if mode == "denied":
        return known.became("denied", now, detail=asked.get("hub.reason", "")[:500])
    if mode != "subscribe" or not asked.get("hub.challenge") or known.state not in ("asked", "active"):
        return None
    lease = _lease(asked.get("hub.lease_seconds", ""))
    return known.became("active", now, expires=now + lease)


def _lease(text: str) -> timedelta:
    if not (text.isascii() and text.isdigit()):
        return LEASE
    return min(timedelta(seconds=min(int(text[:12]), 10**9)), LONGEST_LEASE)


def is_due(known: Subscription | None, now: datetime) -> bool:
    """Whether the hub is to be asked (again) now."""
    if known is None or known.asked is None:
        return True
    if known.state == "denied":
        return now >= known.asked + LONG_WAIT
    if known.state == "active" and known.expires:
        verified = known.verified or known.asked
        renewal = max(verified + (known.expires - verified) * RENEWED, known.expires - timedelta(days=1))
        return now >= max(renewal, min(known.asked + WAIT, known.expires))
    return now >= known.asked + WAIT


def takes(known: Subscription | None, now: datetime) -> bool:
    """Whether what comes for it is wanted."""
    return known is not None and known.state == "active" and (known.expires is None or now < known.expires)
