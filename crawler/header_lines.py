"""Header lines whose name is no name. Browsers pass them over; Twisted gives up the whole answer.

They are kept as they came, with all other bytes. The question here is only which field they are for the crawler.
"""

from __future__ import annotations

import re
from collections.abc import Collection

_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110 5.6.2
_FRAMING = (b"contentlength", b"transferencoding")


class AmbiguousFramingError(ValueError):
    """Where the message ends depends on who reads it."""


def field_of(name: bytes) -> bytes | None:
    """``name``: what stands before the colon. None: no field, the line says nothing."""
    if _TOKEN.fullmatch(name):
        return name
    # "Content-Length : 5" is a length for one reader and none for the next: on that, pages can be forged.
    letters = re.sub(rb"[^a-z]", b"", name.lower())
    if any(framing in letters for framing in _FRAMING):
        raise AmbiguousFramingError(f"there is a header line {name[:80]!r}, which may be about where it ends")
    # "A proxy MUST remove any such whitespace from a response message before forwarding" -- RFC 9112 5.1
    meant = name.rstrip(b" \t")
    return meant if _TOKEN.fullmatch(meant) else None


def uncoded(transfer_codings: Collection[bytes]) -> bool:
    """Whether these values of Transfer-Encoding say that there is no coding ("identity": RFC 2616 3.6)."""
    said = {coding.lower() for coding in transfer_codings}
    if len(said) > 1:
        raise AmbiguousFramingError(f"it has several transfer codings: {sorted(said)!r}"[:200])
    return said == {b"identity"}
