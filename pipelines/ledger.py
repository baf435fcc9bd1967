"""The visit ledger: one visit, exactly one outcome; as a line of facts that the WARC keeps, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from .face import iso
from .model import Capture, Exchange, Outcome, Reading, Visit
from .roles import has_news
from .takedowns import Takedown

SUCCESS = frozenset({"archived", "revisit"})
_TRUNCATED = {"disconnect": "disconnect", "time": "timeout", "length": "too-large"}


def conclude(visit: Visit, captures: Sequence[Capture]) -> Visit:
    """Give the visit its outcome from what was kept of it; one that has an outcome keeps it."""
    ordered = _own_first(captures)
    if visit.outcome is not None:
        return replace(visit, captures=ordered or visit.captures)
    outcome, reason = _outcome(visit.exchange, ordered[0] if ordered else None)
    if outcome == "revisit" and has_news(ordered):  # the page itself is as it was, its feed or an older page is not
        outcome = "archived"
    detail = visit.detail or (visit.exchange.detail if visit.exchange else "")
    if reason == "http-status" and visit.exchange and not detail:
        detail = f"{visit.url} answered {visit.exchange.status}; the answer is kept, the next visit comes as planned"
    if reason == "protocol" and not detail and visit.exchange:
        detail = _no_answer(visit.exchange)
    status = visit.exchange.status if visit.exchange else visit.status
    if status is not None and not 100 <= status <= 999:  # a number of any size: it stays in the record
        status = None
    return replace(
        visit,
        captures=ordered,
        outcome=outcome,
        reason=reason,
        detail=detail,
        status=status,
        reading=reading_of(outcome),
    )


def ended_early(visit: Visit, captures: Sequence[Capture], detail: str) -> Visit | None:
    """A visit whose process died while it asked for requisites, with the outcome of its page; None if it was not there
    yet, or not with a page."""
    ordered = _own_first(captures)
    page = ordered[0] if ordered else None
    if page is None or page.role != "page" or page.truncated or not any(c.role == "requisite" for c in ordered):
        return None
    if page.status not in (200, 304) or (page.status == 304 and page.kind != "revisit"):
        return None
    outcome: Outcome = "revisit" if page.kind == "revisit" and not has_news(ordered) else "archived"
    return replace(visit, captures=ordered, outcome=outcome, detail=detail, status=page.status,
                   reading=reading_of(outcome))  # fmt: skip


def taken_down(visit: Visit, block: Takedown) -> Visit:
    """Its end where the page may not be asked for, or where what it answered may not be kept."""
    return replace(visit, outcome="error", reason="takedown", detail=str(block), reading="none", exchange=None,
                   version=None)  # fmt: skip


def detail_of(visit: Visit) -> str:
    """Its detail without the page's own address, which would take all the room beside it."""
    begun = visit.detail.startswith((f"{visit.url} ", f"{visit.url}: "))  # no longer address that begins like it
    return visit.detail[len(visit.url) :].lstrip(": ") if begun else visit.detail


def _own_first(captures: Sequence[Capture]) -> tuple[Capture, ...]:
    return tuple(sorted(captures, key=lambda capture: capture.role != "page"))


def reading_of(outcome: Outcome) -> Reading | None:
    """What brought the same payload, or no usable answer, needs no reading; an archived page is read later: None."""
    return "unchanged" if outcome == "revisit" else None if outcome == "archived" else "none"


def _outcome(exchange: Exchange | None, page: Capture | None) -> tuple[Outcome, str | None]:
    if exchange is None:
        return "error", "abandoned"
    if exchange.response is None or page is None:
        return "error", exchange.error or "protocol"
    if exchange.truncated or exchange.error:
        return "truncated", exchange.error or _TRUNCATED.get(exchange.truncated or "", "protocol")
    if exchange.status == 304:
        return ("revisit", None) if page.kind == "revisit" else ("error", "protocol")
    if not shows_a_page(exchange.status):
        return "error", "http-status"
    return ("revisit" if page.kind == "revisit" else "archived"), None


def shows_a_page(status: int | None) -> bool:
    """A success that is not a part of something: 206 has no meaning where no range was asked for (RFC 9110 15.3.7)."""
    return 200 <= (status or 0) < 300 and status != 206


def _no_answer(exchange: Exchange) -> str:
    if exchange.status == 304:
        return f"{exchange.url} answered 304 to a request that had asked for nothing to compare with"
    return f"{exchange.url} did not answer in HTTP: its status is {exchange.status!r:.40}"


def facts(visit: Visit, fidelity: str | None, worker: str) -> dict[str, Any]:
    """What the visit's metadata record says; enough to rebuild its row from the WARC alone.

    ``worker``: the spool it was made from, whatever file the record may lie in one day.
    """
    said = {
        "visit": visit.id,
        "worker": worker,
        "url": visit.url,
        "urlkey": visit.urlkey,
        "why": visit.why,
        "scheduled": _iso(visit.scheduled),
        "started": _iso(visit.started),
        "previous": _iso(visit.previous),
        "outcome": visit.outcome,
        "reason": visit.reason,
        "detail": visit.detail,
        "status": visit.status,
        "fidelity": fidelity,
        "skipped": dict(visit.skipped),
        "found": dict(visit.found),
        "exchange": _exchange(visit.exchange) if visit.exchange else None,
        "redirects": [{"url": c.url, "status": c.status} for c in visit.captures if c.role == "redirect"],
        "validators": _validators(visit),
        "captures": [{"record_id": c.record_id, "role": c.role, "url": c.url} for c in visit.captures],
    }
    return {name: value for name, value in said.items() if value not in (None, "", [], {})}


def _exchange(exchange: Exchange) -> dict[str, Any]:
    """What the records of the last exchange do not say, as far as there is something to say."""
    said = {
        "peer": exchange.peer,
        "seconds": round(exchange.duration.total_seconds(), 6),
        "interim": len(exchange.interim),
        "surplus": exchange.surplus,
        "failure": exchange.failure,
        "phase": exchange.phase,
    }
    return {name: value for name, value in said.items() if value}


def _validators(visit: Visit) -> dict[str, str]:
    """What the page was asked with and what it answered with, verbatim (RFC 9110 8.8, 13.1)."""
    page = visit.captures[0] if visit.captures else None
    asked = _fields(visit.exchange.request) if visit.exchange else {}
    said = {
        "if_none_match": asked.get(b"if-none-match"),
        "if_modified_since": asked.get(b"if-modified-since"),
        "etag": page.etag if page else None,
        "last_modified": page.last_modified if page else None,
    }
    return {name: value for name, value in said.items() if value is not None}


def _fields(request: bytes) -> dict[bytes, str]:
    """Conditions of a request that we have sent, without what is around them."""
    if b"\r\nIf-" not in request:  # as we spell it
        return {}
    head = request.partition(b"\r\n\r\n")[0].split(b"\r\n")[1:]
    pairs = (line.partition(b":") for line in reversed(head))
    return {key.lower(): value.strip().decode("latin-1") for key, _, value in pairs}


def visit_of(facts: Mapping[str, Any], captures: Sequence[Capture]) -> Visit:
    """The inverse of ``facts``; ``captures`` are those found beside it, by record id.

    ``reading`` as far as the outcome alone settles it: what an archived page said has a record of its own.
    """
    found = {capture.record_id: capture for capture in captures}
    return Visit(
        id=facts["visit"],
        url=facts["url"],
        urlkey=facts["urlkey"],
        why=facts["why"],
        scheduled=_moment(facts.get("scheduled")),
        started=datetime.fromisoformat(facts["started"]),
        previous=_moment(facts.get("previous")),
        outcome=facts["outcome"],
        reason=facts.get("reason"),
        detail=facts.get("detail", ""),
        status=facts.get("status"),
        reading=reading_of(facts["outcome"]),
        skipped=tuple(sorted(facts.get("skipped", {}).items())),
        captures=tuple(found[line["record_id"]] for line in facts.get("captures", ()) if line["record_id"] in found),
    )


def _iso(moment: datetime | None) -> str | None:
    return iso(moment) if moment else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
