"""Visits that end without an answer of their page, and the line in the log that tells of one."""

from __future__ import annotations

from dataclasses import replace

from pipelines.errors import StoreError
from pipelines.model import Visit
from pipelines.takedowns import Takedown


def taken_down(visit: Visit, block: Takedown) -> Visit:
    return replace(visit, outcome="error", reason="takedown", detail=str(block), reading="none")


def cut_off(visit: Visit, reason: str) -> Visit:
    detail = f"the crawl ended ({reason}) before the visit of {visit.url} did; the next comes as planned"
    return replace(visit, outcome="error", reason="abandoned", detail=detail, reading="none")


def unkept(visit: Visit, error: StoreError) -> Visit:
    return replace(visit, outcome="error", reason="storage", detail=str(error), reading="none")


def line(visit: Visit) -> str:
    words = [visit.url, visit.outcome or "?", f"({visit.reason})" if visit.reason else "", visit.reading or ""]
    if visit.version_seq:
        words.append(f"v{visit.version_seq}, {len(visit.changes)} change(s)")
    if visit.outcome == "error":
        words.append(visit.detail)
    return " ".join(word for word in words if word)
