"""The page as it stood in the browser -> an exchange that nobody can take for one from the wire. Pure.

No server sent these bytes. Their header says what is true of them (what they are, who made them) and nothing else: no
length, no date, no validators, no reason phrase.
"""

from __future__ import annotations

from datetime import datetime

from pipelines.model import Exchange


def rendered(url: str, dom: str, *, status: int, at: datetime, browser: str, limit: int, longer: bool = False,
             detail: str = "") -> Exchange:  # fmt: skip
    """``longer``: there was more than ``dom``. ``limit``: bytes that are kept; a page with more is truncated."""
    body = as_utf8(dom)
    cut = longer or len(body) > limit
    lines = [
        f"HTTP/1.1 {status} ",
        "Content-Type: text/html; charset=utf-8",
        "Stoppress-Fidelity: browser",
        f"Stoppress-Browser: {browser}",
    ]
    told = f"{url}: the page in the browser is larger than [crawl] max_size; {limit} bytes of it are kept as evidence"
    return Exchange(
        url=url,
        started=at,
        request=b"",
        response="\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n" + body[:limit],
        status=status,
        fidelity="browser",
        truncated="length" if cut else None,
        error="too-large" if cut else None,
        detail=told if cut else detail,
    )


def as_utf8(text: str) -> bytes:
    """Scripts may leave halves of characters (lone surrogates), which have no UTF-8: U+FFFD, as browsers show them."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()
