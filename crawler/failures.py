"""What the downloader raises -> the reason of the ledger, and a text for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from OpenSSL.SSL import Error as TlsError
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)
from service_identity import CertificateError, VerificationError
from twisted.internet.error import ConnectError, ConnectionClosed

from .egress import REFUSED

NOT_REACHED = frozenset({"connect", "dns", "timeout"})  # reasons that speak of the host, not of one page


class HandshakeBroken(Exception):
    """The connection ended before its TLS stood: nothing of the request has left."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Why a response whose header came is not whole."""

    warc: str  # value of WARC-Truncated
    reason: str  # of the ledger
    text: str  # for people


def cut_text(url: str, cut: Cut, kept: int) -> str:
    return f"{url}: the answer was cut: {cut.text}; its {kept} bytes are kept as evidence, never as a version"


def explain(error: BaseException, host: str) -> tuple[str, str]:
    """An exception of the downloader -> (reason of the ledger, text for people)."""
    causes = _causes(error)
    if isinstance(error, DownloadTimeoutError):
        return "timeout", f"no whole answer in time ({error})"
    if any(isinstance(cause, HandshakeBroken | VerificationError | CertificateError) for cause in causes):
        return "tls", f"the TLS handshake with {host} failed ({_text(causes)})"
    if any(isinstance(cause, TlsError) for cause in causes):
        return "tls", f"the TLS connection with {host} broke ({_text(causes)})"
    if isinstance(error, CannotResolveHostError):
        if host in REFUSED:
            return "blocked", f"{host} has no address that [egress] allow permits, nothing was sent"
        return "dns", f"the name {host} cannot be resolved"
    if isinstance(error, DownloadConnectionRefusedError | ConnectError):
        return "connect", f"{host} cannot be reached ({_text(causes)})"
    if isinstance(error, DownloadCancelledError):
        return "protocol", f"the answer is larger than [crawl] max_size ({_text(causes)})"
    if isinstance(error, ResponseDataLossError):
        return "protocol", "the body ended too early"
    if isinstance(error, DownloadFailedError | ConnectionClosed):
        if _named(causes, "ResponseNeverReceived"):
            return "protocol", f"{host} closed the connection without a byte of an answer ({_text(causes)})"
        return "protocol", f"{host} did not speak HTTP to the end ({_text(causes)})"
    return "protocol", f"{type(error).__name__}: {error}"


def _causes(error: BaseException) -> list[BaseException]:
    """The exception, what it was raised from, and Twisted's inner reasons."""
    found: list[BaseException] = []
    todo: list[Any] = [error]
    while todo and len(found) < 20:
        item = getattr(todo[0], "value", todo[0])
        todo = todo[1:]
        if isinstance(item, BaseException) and item not in found:
            found.append(item)
            todo += [item.__cause__, *getattr(item, "reasons", ())]
    return found


def _named(causes: list[BaseException], name: str) -> bool:
    return any(type(cause).__name__ == name for cause in causes)


def _text(causes: list[BaseException]) -> str:
    last = causes[-1]
    text = str(last).strip().split("\n")[0][:200]
    return f"{type(last).__name__}: {text}" if text else type(last).__name__
