"""A visit's captures -> the answers that its version is read from: the page's own, then its parts.

What was found to be the same as before holds no body: it has the original's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from .errors import NotArchived, StoppressError
from .model import Answer, Capture
from .roles import is_part


def in_order(captures: Iterable[Capture]) -> list[Capture]:
    """The parts as they were fetched."""
    parts = (c for c in captures if is_part(c) and not c.redacted)
    return sorted(parts, key=lambda c: (c.timestamp, c.record_id))


def answers(
    captures: Iterable[Capture], block: Callable[[Capture], bytes], original: Callable[[str], Capture | None]
) -> list[Answer]:
    """``captures``: the page's own first. ``block``: what its record holds; ``original``: a capture by record id.

    StoppressError if the page's own cannot be had. A part that cannot is left out: it was not reached.
    """
    page, *others = captures
    found = [_answer(page, block, original)]
    for part in in_order(others):
        try:
            found.append(_answer(part, block, original))
        except StoppressError:
            continue
    return found


def _answer(capture: Capture, block: Callable[[Capture], bytes], original: Callable[[str], Capture | None]) -> Answer:
    source = original(capture.refers_to or "") if capture.kind == "revisit" else capture
    if source is None:
        raise NotArchived(f"{capture.record_id} revisits {capture.refers_to}, which is not in the archive")
    return Answer(block(source), capture.url, capture.timestamp, capture.truncated)
