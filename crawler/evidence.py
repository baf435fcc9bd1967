"""What one request and its answer left on the wire, and the Exchange that it makes. Nothing here is Twisted's.

    bytes as they came = leading 1xx responses | the message, up to its end | surplus

The message is kept as it is; 1xx responses are kept apart (readers would take the first for the answer and the
real one for its body), surplus is counted only.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from scrapy.exceptions import DownloadCancelledError, DownloadTimeoutError, StopDownload

from pipelines.entity import EMPTY_LINE
from pipelines.model import Exchange

from .failures import Cut, cut_text, explain

_STATUS = re.compile(rb"(HTTP/[^ \r\n]*) ([0-9]{1,9})[ \r\n]")  # a number that goes on is none: int() has limits
_VERSION = re.compile(rb"HTTP/[0-9](?:\.[0-9])?")  # RFC 9112 2.3, and 2 and 3 as they are written
_INTERIM = re.compile(rb"HTTP/[^ \r\n]* 1[0-9][0-9][ \r\n]")


@dataclass(frozen=True, slots=True)
class Tls:
    """What the handshake agreed on; ``certificates``: sha256 of each certificate, the server's own first."""

    version: str  # as in WARC-Protocol: "tls/1.3"
    cipher: str
    certificates: tuple[str, ...]


@dataclass(slots=True)
class Tap:
    """The bytes of one request on one connection; filled while they go by."""

    host: str  # of the peer: the proxy's, where there is one
    port: int
    sent: list[bytes] = field(default_factory=list)
    received: list[bytes] = field(default_factory=list)
    size: int = 0  # of all that was received
    end: int | None = None  # where the message ended, if it did
    headed: bool = False  # its header was whole
    flooded: bool = False  # its header was longer than we take
    broken: BaseException | None = None  # what the parser could not read
    lost: BaseException | None = None  # how the connection broke, if that ended the message
    tls: Tls | None = None
    reused: bool = False  # the connection had carried another request before

    @property
    def dead(self) -> bool:
        """The server had closed the connection when the request came, as far as can be told: RFC 9112 9.3.1."""
        return self.reused and not self.size

    def take(self) -> bytes:
        """All that belongs to the answer; the pieces are let go of."""
        whole = b"".join(self.received)
        self.received.clear()
        return whole if self.end is None or self.end == self.size else whole[: self.end]


def exchange_of(url: str, tap: Tap | None, *, started: datetime, duration: timedelta,
                flags: Collection[str] = (), error: BaseException | None = None) -> Exchange:  # fmt: skip
    """``flags``: of Scrapy's response, where there is one; ``error``: what was raised instead."""
    if tap is None or not tap.sent:
        reason, detail = _unanswered(url, None, error)
        return Exchange(url=url, started=started, request=b"", duration=duration, phase="connect", fidelity="wire",
                        failure=_name(error), error=reason, detail=detail)  # fmt: skip
    received = tap.take()
    interim, message = split_interim(received)
    status = _STATUS.match(message)
    headed = status is not None and EMPTY_LINE.search(message) is not None
    facts: dict[str, Any] = {
        "url": url, "started": started, "duration": duration, "fidelity": "wire", "failure": _name(error or tap.broken),
        "request": b"".join(tap.sent), "ip_address": tap.host, "peer": _peer(tap),
        "cipher": tap.tls.cipher if tap.tls else None, "certificates": tap.tls.certificates if tap.tls else (),
    }  # fmt: skip
    secure = (tap.tls.version,) if tap.tls else ()
    if status is None or not headed:
        reason, detail = _unanswered(url, tap, error)
        return Exchange(received=received, protocols=("http/1.1", *secure), phase="header", error=reason,
                        detail=detail, **facts)  # fmt: skip
    cut = _cut(tap, flags, error)
    if cut:
        facts |= {"truncated": cut.warc, "error": cut.reason, "detail": cut_text(url, cut, len(message))}
    return Exchange(
        response=message,
        status=int(status[2]),
        interim=interim,
        surplus=tap.size - tap.end if tap.end is not None else 0,
        protocols=(_protocol(status[1]), *secure),
        phase="body" if cut else None,
        **facts,
    )


def split_interim(received: bytes) -> tuple[bytes, bytes]:
    """(whole 1xx responses at the start, what follows them); lines may end with a bare LF."""
    at = 0
    while _INTERIM.match(received, at) and (end := EMPTY_LINE.search(received, at)):
        at = end.end()
    return received[:at], received[at:] if at else received


def _cut(tap: Tap, flags: Collection[str], error: BaseException | None) -> Cut | None:
    """Why the message is not whole; None if it is."""
    if isinstance(error, DownloadCancelledError):
        return Cut("length", "too-large", "it is larger than [crawl] max_size")
    if isinstance(error, StopDownload) or "download_stopped" in flags:
        return Cut("unspecified", "protocol", "a part of the crawler had seen enough")
    if tap.end is not None and tap.lost is None:
        return None
    if isinstance(error, DownloadTimeoutError):
        return Cut("time", "timeout", "the time was up")
    if tap.broken is not None:
        return Cut("unspecified", "protocol", f"its framing cannot be read ({_said(tap.broken)})")
    # A body that only the connection's end ends is whole if that was in order (RFC 9112 8; tls_end.py).
    return Cut("disconnect", "disconnect", f"the connection broke off before it was whole{_by(tap.lost)}")


def _unanswered(url: str, tap: Tap | None, error: BaseException | None) -> tuple[str, str]:
    """Reason and detail of an exchange without a whole header."""
    if tap and tap.flooded:
        reason, text = "protocol", f"the header went on after {tap.size} bytes, so the connection was cut"
    elif error is None:
        reason, text = "protocol", "the answer does not begin as HTTP does"
    else:
        reason, text = explain(error, urlsplit(url).hostname or "")
    return reason, f"{url}: {text}; the next visit comes as planned"


def _protocol(said: bytes) -> str:
    """As in WARC-Protocol. What the server made up instead stays in the block: no such bytes in a header of ours."""
    return said.decode("ascii").lower() if _VERSION.fullmatch(said) else "http/1.1"


def _peer(tap: Tap) -> str:
    return f"[{tap.host}]:{tap.port}" if ":" in tap.host else f"{tap.host}:{tap.port}"


def _name(error: BaseException | None) -> str | None:
    return type(error).__name__ if error else None


def _by(error: BaseException | None) -> str:
    return f" ({type(error).__name__})" if error else ""


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:200]
