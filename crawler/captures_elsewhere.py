"""Captures of a page that another archive has: listed by its CDX server, fetched one by one as they were stored.

    CDX rows, page by page -> those that are not here yet -> /web/TIMEid_/URL -> an answer -> ``pipelines.importing``

The Internet Archive's dialect: rows of seven fields, a resume key behind an empty line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC
from email.utils import parsedate_to_datetime
from urllib.parse import urlencode

from pipelines.entity import DecodeError, decode
from pipelines.importing.files import Refusal
from pipelines.importing.foreign import Foreign, RefusedError, has_digest
from pipelines.importing.run import Import
from pipelines.importing.taking import REDIRECT, THERE

from .asking import Asking, Reply, UnansweredError
from .cdx_rows import Elsewhere, Row, page_of

ROWS = 1000  # that are asked for at once
TOGETHER = 10  # captures that a killed import may have to fetch again
MOST_SILENT = 3  # captures one after the other that are not given: then it is the archive, not the capture
_ORIGINAL = "x-archive-orig-"
# What was about the transfer then, and is not so now.
_OF_TRANSFER = {"content-length", "transfer-encoding", "content-encoding", "connection", "keep-alive", "trailer"}
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def rows(asking: Asking, where: Elsewhere, url: str) -> Iterator[Row | str]:
    """All captures of a page, oldest first; a text: a line that is none, and why. UnansweredError."""
    key, seen = "", set[str]()
    while True:
        asked = {"url": url, "from": where.since, "to": where.until, "limit": ROWS, "showResumeKey": "true",
                 "gzip": "false", "resumeKey": key}  # fmt: skip
        query = urlencode({name: value for name, value in asked.items() if value})
        address = f"{where.cdx}{'&' if '?' in where.cdx else '?'}{query}"
        reply = asking.get(address)
        if reply.status != 200:
            said = reply.body[:200].decode("utf-8", "replace").strip()
            step = f"name {there}" if (there := reply.header("location")) else "is it a CDX server?"
            raise UnansweredError(f"{address}: it answers {reply.status} {reply.reason} {said!r}; {step}")
        found, key = page_of(_text(reply))
        yield from found
        if not key:
            return
        if key in seen or not found:
            raise UnansweredError(f"{address}: its resume key leads nowhere; ask for less with --from and --to")
        seen.add(key)


def _text(reply: Reply) -> str:
    try:
        return decode(reply.body, reply.header("content-encoding")).decode("utf-8", "replace")
    except DecodeError as e:
        raise UnansweredError(f"{reply.url}: {e}") from e


def fetch(one: Import, asking: Asking, where: Elsewhere, url: str) -> None:
    """What is not here yet; StoppressError: the archive cannot be written, or the other one cannot be asked."""
    asked = silent = 0
    for row in rows(asking, where, url):
        one.tally.records += 1
        if isinstance(row, str):
            one.refuse(Refusal(where.cdx, 0, row))
            continue
        if where.most is not None and one.tally.taken >= where.most:
            return
        if why := _why_not(one, row):
            one.tally.passed[why] += 1
            continue
        address = where.address(row)
        try:
            one.taking.take([foreign_of(asking.get(address), row)])
            silent = 0
        except (RefusedError, UnansweredError) as e:
            silent = silent + 1 if isinstance(e, UnansweredError) else 0
            if silent == MOST_SILENT:
                raise
            one.refuse(Refusal(address, 0, str(e)))
        asked += 1
        if asked % TOGETHER == 0:
            one.taking.flush()
        one.step()


def _why_not(one: Import, row: Row) -> str:
    if row.status[:1] == "3" and row.status != "304":
        return REDIRECT
    return THERE if one.taking.has(row.url, row.at) else ""


def foreign_of(reply: Reply, row: Row) -> Foreign:
    """RefusedError: it is not the capture that the row tells of."""
    given = reply.header("memento-datetime")
    if given is None:
        raise RefusedError(f"it answers {reply.status} without Memento-Datetime: that is no capture")
    try:
        at = parsedate_to_datetime(given).astimezone(UTC)
    except (ValueError, TypeError) as e:
        raise RefusedError(f"its Memento-Datetime {given[:40]!r} is none") from e
    if at != row.at:
        raise RefusedError(f"it gives the capture of {at:%Y-%m-%dT%H:%M:%SZ}")
    if row.status.isdigit() and int(row.status) != reply.status:
        raise RefusedError(f"it answers {reply.status}, and the CDX server says {row.status}")
    _check(reply, row)
    return Foreign(
        url=row.url, at=row.at, block=block(reply), kind="response", record_id=reply.url, where=reply.url, offset=0,
        digest=row.digest if row.digest != "-" else None, elsewhere=True, truncated=_truncated(reply),
    )  # fmt: skip


def _truncated(reply: Reply) -> str | None:
    """A CDX server does not say that a capture was cut; its first header may."""
    length = reply.header(f"{_ORIGINAL}content-length") or ""
    same = reply.header(f"{_ORIGINAL}content-encoding") == reply.header("content-encoding")
    return "unspecified" if same and length.isdigit() and len(reply.body) < int(length[:15]) else None


def _check(reply: Reply, row: Row) -> None:
    if has_digest(row.digest, reply.body) is not False:
        return
    coding = reply.header("content-encoding")
    if coding is None and reply.header(f"{_ORIGINAL}content-encoding"):
        return  # the other archive has decoded it; the digest is of what it had before
    try:
        if coding and has_digest(row.digest, decode(reply.body, coding)):
            return
    except DecodeError:
        pass
    raise RefusedError(f"its payload does not have the digest of the CDX server, {row.digest[:90]}")


def block(reply: Reply) -> bytes:
    """The answer as the other archive has it: its first header where that is told, the body as it came."""
    told = [(name[len(_ORIGINAL) :], value) for name, value in reply.headers if name.lower().startswith(_ORIGINAL)]
    kept = [(name, value) for name, value in told if name.lower() not in _OF_TRANSFER and _TOKEN.fullmatch(name)]
    names = {name.lower() for name, _ in kept}
    kind, coding = reply.header("content-type"), reply.header("content-encoding")
    if kind and "content-type" not in names:
        kept.append(("Content-Type", kind))
    if coding:
        kept.append(("Content-Encoding", coding))
    kept.append(("Content-Length", str(len(reply.body))))
    lines = [f"HTTP/1.1 {reply.status} {reply.reason}", *(f"{name}: {value}" for name, value in kept)]
    head = "\r\n".join(re.sub(r"[\r\n\0]+", " ", line) for line in lines)
    return head.encode("latin-1", "replace") + b"\r\n\r\n" + reply.body
