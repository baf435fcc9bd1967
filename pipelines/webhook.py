"""What a newsroom's own system may send: POST /hint, ``{"url": ..., "time": ...}``, one or several. Pure."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from .errors import WatchlistError
from .moments import OLDEST
from .urlkey import normalise, urlkey
from .websub import is_signed

PATH = "/hint"
LARGEST = 2**20  # bytes of a request
MOST = 1_000  # hints in it
LEAST_SECRET = 16  # characters


class BadHint(ValueError):
    """The sender is told what is wrong."""


def may_be_allowed(authorization: str, signatures: list[str], secret: str) -> bool:
    """Before the body is read: False for a wrong token, and for who brings neither a token nor a signature."""
    known = _by_token(authorization, secret)
    return bool(signatures) if known is None else known


def is_allowed(body: bytes, authorization: str, signatures: list[str], secret: str) -> bool:
    """By the secret itself, as a bearer token, or by a signature of the body that it makes (HMAC)."""
    known = _by_token(authorization, secret)
    return any(is_signed(body, signature, secret) for signature in signatures) if known is None else known


def _by_token(authorization: str, secret: str) -> bool | None:
    """None: there is no bearer token, so a signature decides."""
    kind, _, token = authorization.partition(" ")
    if kind.lower() != "bearer":
        return None
    return hmac.compare_digest(token.strip().encode("utf-8", "replace"), secret.encode())


def hints_in(body: bytes, now: datetime) -> list[tuple[str, str, datetime]]:
    """(URL, urlkey, time) of each; BadHint, and none of them is taken."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as e:
        raise BadHint('the body is not JSON; send {"url": "https://...", "time": "2026-11-03T18:00:00Z"}') from e
    several = told.get("hints", [told]) if isinstance(told, dict) else told
    if not isinstance(several, list) or not several:
        raise BadHint("the body is neither an object nor a list of objects")
    if len(several) > MOST:
        raise BadHint(f"these are {len(several)} hints; send at most {MOST} at once")
    return list(_each(several, now))


def _each(several: list[Any], now: datetime) -> Iterator[tuple[str, str, datetime]]:
    for number, one in enumerate(several, start=1):
        if not isinstance(one, dict) or not isinstance(one.get("url"), str):
            raise BadHint(f"hint {number}: it has no url")
        if unknown := sorted(str(name)[:40] for name in one.keys() - {"url", "time"}):
            raise BadHint(f"hint {number}: unknown key {unknown[0]!r}; known here: url, time")
        try:
            url = normalise(one["url"])
        except WatchlistError as e:
            raise BadHint(f"hint {number}: {e}") from e
        yield url, urlkey(url), _time(one.get("time"), number, now)


def _time(value: Any, number: int, now: datetime) -> datetime:
    """Not later than now: a clock that is ahead must not make a page look changed for ever."""
    if value is None:
        return now
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError("no zone")
        moment = moment.astimezone(UTC)
    except (TypeError, ValueError, OverflowError) as e:
        raise BadHint(f"hint {number}: time {str(value)[:60]!r} is none; write 2026-11-03T18:00:00Z") from e
    if moment < OLDEST:  # a clock that was never set, or a field that was left empty
        raise BadHint(f"hint {number}: time {value[:60]!r} is before {OLDEST:%Y-%m-%d}, and no page is as old; "
                      "leave it out if it is not known")  # fmt: skip
    return min(moment, now)
