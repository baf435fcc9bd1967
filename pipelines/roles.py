"""What a capture is to its visit."""

from __future__ import annotations

from collections.abc import Iterable

from .model import Capture

ROLES = frozenset({"older", "feed"})


def is_part(capture: Capture) -> bool:
    return capture.role in ROLES


def has_news(captures: Iterable[Capture]) -> bool:
    """Whether an answer of a part is kept in full: it was not known before."""
    return any(is_part(c) and c.kind == "response" and c.status == 200 and not c.truncated for c in captures)
