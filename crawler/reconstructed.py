"""The fallback: an exchange from Scrapy's own objects, where the wire cannot be tapped; marked ``reconstructed``.

The status line has no reason phrase, header names have Scrapy's case and order, the framing is gone; the body is
exact as to its content coding. Nothing is invented.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.http import Response

from pipelines.model import Exchange

from .failures import explain

_NEVER_SENT = frozenset({"blocked", "connect", "dns", "tls"})


def reconstructed(request: Request, response: Response, started: datetime, duration: timedelta) -> Exchange:
    """An exchange from Scrapy's own objects. Nothing is invented: no reason phrase, no length but the true one."""
    version = response.protocol or "HTTP/1.1"
    lines = [f"{version} {response.status} ".encode("latin-1")]
    for name, values in response.headers.items():
        lines += [name + b": " + value for value in values if _true(name, value, response)]
    lost = "dataloss" in response.flags
    return Exchange(
        url=request.url,
        started=started,
        request=_request_bytes(request),
        response=b"\r\n".join(lines) + b"\r\n\r\n" + response.body,
        status=response.status,
        truncated="disconnect" if lost else None,
        error="disconnect" if lost else None,
        detail=f"{request.url}: the connection ended before the body was whole" if lost else "",
        ip_address=str(response.ip_address) if response.ip_address else None,
        duration=duration,
    )


def _true(name: bytes, value: bytes, response: Response) -> bool:
    # Scrapy re-invents Content-Length ("0" on a 304 that had none).
    return name.lower() != b"content-length" or (value == str(len(response.body)).encode() and response.status != 304)


def _request_bytes(request: Request) -> bytes:
    parts = urlsplit(request.url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = [f"{request.method} {target} HTTP/1.1".encode("latin-1"), b"Host: " + parts.netloc.encode("latin-1")]
    for name, values in request.headers.items():
        lines += [name + b": " + value for value in values]
    return b"\r\n".join(lines) + b"\r\n\r\n" + request.body


def failed(request: Request, error: Exception, started: datetime, duration: timedelta) -> Exchange:
    """What is left of a download that failed: the request, if it can have been sent, and the reason in our words."""
    reason, text = explain(error, urlsplit(request.url).hostname or "")
    return Exchange(
        url=request.url,
        started=started,
        request=b"" if reason in _NEVER_SENT else _request_bytes(request),
        error=reason,
        detail=f"{request.url}: {text}; the next visit comes as planned",
        duration=duration,
    )
