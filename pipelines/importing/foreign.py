"""A record of somebody else -> a capture that can be kept, or why not. Pure.

Nothing that it says is believed where it can be checked: dates, digests and addresses have a form, and the block has
the digests that it is said to have.
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pipelines.entity import DecodeError, Message, decode, entity, head, parse
from pipelines.errors import WatchlistError
from pipelines.moments import OLDEST
from pipelines.urlkey import normalise
from pipelines.warc import Record

AHEAD = timedelta(hours=1)  # of clocks that are wrong
_TRUNCATED = ("length", "time", "disconnect", "unspecified")
_ALGORITHMS = {"md5": 16, "sha1": 20, "sha256": 32, "sha512": 64}


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign:
    """An answer that somebody else has captured."""

    url: str
    at: datetime
    block: bytes  # of a revisit its header alone, or nothing
    kind: str  # response, revisit
    record_id: str
    where: str  # the file, and within a WACZ the member ...
    offset: int  # ... and where in it
    digest: str | None = None  # of the payload, as it is stated
    ip_address: str | None = None
    truncated: str | None = None
    profile: str = ""
    refers_to: str | None = None
    refers_to_url: str | None = None
    refers_to_date: datetime | None = None
    role: str = "page"
    visit: str | None = None  # of another archive of ours
    elsewhere: bool = False  # fetched from another archive; ``where`` is the address

    @property
    def found(self) -> tuple[tuple[str, str], ...]:
        """What its visit says of where it was found."""
        if self.elsewhere:
            return (("address", self.where), *((("digest", self.digest),) if self.digest else ()))
        said = {"file": self.where, "offset": str(self.offset), "record_id": self.record_id, "digest": self.digest}
        return tuple((name, value) for name, value in said.items() if value)


class RefusedError(ValueError):
    """Why a record is not taken."""


def target(record: Record) -> str:
    """Its URL; some crawlers wrote it in angle brackets."""
    return (record.get("WARC-Target-URI") or "").removeprefix("<").removesuffix(">")


def foreign_of(record: Record, where: str, offset: int, now: datetime) -> Foreign:
    """RefusedError: it cannot be kept, and why."""
    kind, block = record.type, record.block
    url = target(record)
    try:
        normalise(url)
    except WatchlistError as e:
        raise RefusedError(str(e)) from e
    at = _moment(record.get("WARC-Date") or "", "WARC-Date")
    if not OLDEST <= at <= now + AHEAD:
        raise RefusedError(f"its WARC-Date {at:%Y-%m-%dT%H:%M:%SZ} cannot be")
    if kind == "response" or block:
        _check_http(block)
    _check(record.get("WARC-Block-Digest"), [block], "block")
    digest = record.get("WARC-Payload-Digest")
    truncated = record.get("WARC-Truncated")
    if kind == "response" and not truncated:
        _check(digest, _payloads(block), "payload")
    refers_to_date = record.get("WARC-Refers-To-Date")
    return Foreign(
        url=url,
        at=at,
        block=block,
        kind=kind,
        record_id=(record.id or "-")[:200],
        where=where,
        offset=offset,
        digest=digest[:200] if digest else None,
        ip_address=_address(record.get("WARC-IP-Address")),
        truncated=(truncated if truncated in _TRUNCATED else "unspecified") if truncated else None,
        profile=record.get("WARC-Profile") or "",
        refers_to=(record.get("WARC-Refers-To") or "").strip("<>") or None,
        refers_to_url=(record.get("WARC-Refers-To-Target-URI") or "").strip("<>") or None,
        refers_to_date=_moment(refers_to_date, "WARC-Refers-To-Date") if refers_to_date else None,
        role=record.get("Stoppress-Role") or "page",
        visit=record.get("Stoppress-Visit"),
    )


def _moment(text: str, name: str) -> datetime:
    """ "The timestamp shall be conveyed in UTC", to a second or finer -- WARC 1.1, 5.4"""
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise ValueError(text)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as e:
        raise RefusedError(f"its {name} {text[:40]!r} is none") from e


def _check_http(block: bytes) -> Message:
    try:
        return head(block)
    except ValueError as e:
        raise RefusedError(f"it is no HTTP answer: {e}") from e


def _address(text: str | None) -> str | None:
    try:
        return str(ipaddress.ip_address(text or ""))
    except ValueError:
        return None


def _payloads(block: bytes) -> Iterator[bytes]:
    """What crawlers have taken the payload digest over: the entity (WARC 1.1), the body with its framing, the text."""
    message = parse(block)
    yield message.body
    try:
        plain = entity(message)
        yield plain
        yield decode(plain, message.content_encoding)
    except DecodeError:
        return


def _check(stated: str | None, candidates: list[bytes] | Iterator[bytes], what: str) -> None:
    """RefusedError: none of them has the digest. An algorithm that is not known cannot be checked."""
    if not stated:
        return
    algorithm, _, value = stated.partition(":")
    size = _ALGORITHMS.get(algorithm := algorithm.lower().replace("-", ""))
    if size is None:
        return
    wanted = _bytes(value, size)
    if wanted is None or all(
        hashlib.new(algorithm, data, usedforsecurity=False).digest() != wanted for data in candidates
    ):
        raise RefusedError(f"its {what} does not have the digest that it states, {stated[:90]}")


def _bytes(value: str, size: int) -> bytes | None:
    """Hexadecimal or Base32."""
    try:
        if len(value) == 2 * size:
            return bytes.fromhex(value)
        found = base64.b32decode(value.upper() + "=" * (-len(value) % 8))
        return found if len(found) == size else None
    except ValueError:
        return None


def has_digest(stated: str, data: bytes) -> bool | None:
    """Whether ``data`` has it; None where it cannot be told. A CDX server states it without the algorithm."""
    for algorithm, size in _ALGORITHMS.items():
        if stated.lower().startswith(f"{algorithm}:"):
            stated = stated.partition(":")[2]
        elif len(stated) not in (2 * size, (8 * size + 4) // 5):
            continue
        if (wanted := _bytes(stated, size)) is not None:
            return hashlib.new(algorithm, data, usedforsecurity=False).digest() == wanted
    return None
