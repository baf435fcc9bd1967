"""How long a page's caches give what we have: an earlier look costs a request and sees the same (RFC 9111 4.2)."""

from __future__ import annotations

import re
from collections.abc import Iterable

_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)
_NONE = re.compile(r"(?:^|[\s,])(?:no-cache|no-store)(?=[\s,=;]|$)", re.IGNORECASE)


def fresh_for(headers: Iterable[tuple[str, str]]) -> float:
    """Seconds; 0 where an answer says nothing, or asks not to be kept. ``s-maxage`` is about shared caches."""
    control, age = "", 0.0
    for name, value in headers:
        if name.lower() == "cache-control":
            control += f",{value}"
        elif name.lower() == "age" and value.strip().isascii() and value.strip().isdigit():
            age = float(value.strip()[:9])
    found = _MAX_AGE.search(control)
    if found is None or _NONE.search(control):
        return 0.0
    return max(float(found[1]) - age, 0.0)
