"""Visits that end without an answer of their page, and the line in the log that tells of one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from pipelines.errors import StoreError, TakenDown
from pipelines.model import Exchange, Visit

from .failures import explain
from .hosts import host_of
from .politeness import Disallowed, Parked

_UNSENT = {Disallowed: "robots", Parked: "abandoned", TakenDown: "takedown"}


def cut_off(visit: Visit, reason: str) -> Visit:
    detail = f"the crawl ended ({reason}) before the visit of {visit.url} did; the next comes as planned"
    return replace(visit, outcome="error", reason="abandoned", detail=detail, reading="none")


def unkept(visit: Visit, error: StoreError) -> Visit:
    return replace(visit, outcome="error", reason="storage", detail=str(error), reading="none")


def lost(visit: Visit, exchange: Exchange, detail: str, reason: str = "redirect") -> Visit:
    """An answer that leads nowhere."""
    return replace(visit, exchange=exchange, outcome="error", reason=reason, status=exchange.status, detail=detail,
                   reading="none")  # fmt: skip


def unanswered(visit: Visit, error: BaseException, url: str, exchange: Exchange | None) -> Visit:
    """No usable answer from ``url``; what was kept of the exchange, if anything, says why."""
    for kind, reason in _UNSENT.items():
        if isinstance(error, kind):
            return replace(visit, outcome="error", reason=reason, detail=str(error), reading="none")
    if exchange is not None and exchange.error:
        return replace(visit, exchange=exchange)
    reason, text = explain(error, host_of(url))
    return replace(visit, outcome="error", reason=reason, detail=f"{url}: {text}", reading="none")


def asked_to_wait(exchange: Exchange, until: datetime | None, now: datetime) -> str:
    """Of an answer by which its host has parked itself ``until`` then; empty: it has not."""
    if exchange.status not in (429, 503) or exchange.detail or until is None or until <= now:
        return ""
    return (f"{exchange.url} answered {exchange.status}, its host may be asked again at "
            f"{until:%Y-%m-%d %H:%M:%S} UTC; the answer is kept")  # fmt: skip


def line(visit: Visit) -> str:
    words = [visit.url, visit.outcome or "?", f"({visit.reason})" if visit.reason else "", visit.reading or ""]
    if visit.version_seq:
        words.append(f"v{visit.version_seq}, {len(visit.changes)} change(s)")
    if visit.outcome == "error":
        words.append(visit.detail)
    return " ".join(word for word in words if word)
