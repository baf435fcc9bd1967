"""An archived answer as it is given out: the stored bytes, and of its header what does no harm. Pure."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from functools import lru_cache

from pipelines.entity import listed
from pipelines.store.warcs import StoredResponse

Headers = list[tuple[str, str]]
# What a captured page may do is decided here, not by the page: it runs nothing and asks nobody.
WALL: Headers = [
    (
        "Content-Security-Policy",
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; form-action 'none'; "
        "base-uri 'none'",
    ),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Resource-Policy", "same-site"),
]
BODILESS = (204, 304)  # RFC 9112 6.3
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110 5.6.2: token
_NOT_VISIBLE = re.compile(r"[^\t\x20-\x7e\x80-\xff]")
_TYPE = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+/[\x20-\x7e]+")
_CODING = re.compile(r"[a-z0-9-]{1,20}")


def given(answer: StoredResponse, accepted: Iterable[str]) -> tuple[Headers, bytes]:
    """Header and body. ``accepted``: content codings that the client takes; another one is taken off.

    DecodeError if that cannot be done: then only who takes the coding can have the bytes.
    """
    headers = list(WALL)
    # What lies behind the head of such an answer would be taken for the next one.
    body = b"" if answer.status in BODILESS else answer.body
    media = answer.header("Content-Type") or ""
    headers.append(("Content-Type", media if _TYPE.fullmatch(media) else "application/octet-stream"))
    coding = (listed(answer.headers, "Content-Encoding") or "").strip().lower()
    if body and coding:
        if _CODING.fullmatch(coding) and coding in accepted:
            headers.append(("Content-Encoding", coding))
        else:
            body = answer.decoded()
        headers.append(("Vary", "Accept-Encoding"))
    return headers + archived(answer.headers), body


def is_to_be_decoded(answer: StoredResponse, accepted: Container[str]) -> bool:
    """Whether ``given`` has to take a coding off."""
    coding = (listed(answer.headers, "Content-Encoding") or "").strip().lower()
    return bool(coding) and coding not in accepted


def archived(headers: Iterable[tuple[str, str]]) -> Headers:
    """Every field as it was, under a name that no client obeys."""
    return [
        (f"X-Archive-Orig-{name}", _NOT_VISIBLE.sub(" ", value)) for name, value in headers if _NAME.fullmatch(name)
    ]


@lru_cache(1_000)
def codings(accept: str) -> frozenset[str]:
    """The codings of an ``Accept-Encoding`` that are not refused with ``q=0`` (RFC 9110 12.5.3)."""
    taken = set()
    for part in accept.lower().split(","):
        name, _, weight = part.partition(";")
        if not re.fullmatch(r"\s*q\s*=\s*0(\.0*)?\s*", weight):
            taken.add(name.strip())
    return frozenset(taken)
