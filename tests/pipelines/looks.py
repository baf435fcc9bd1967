"""Looks at one page, as reading gives them: with ids, times, and, if wanted, an older page behind the first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from pipelines.model import Capture, Update, Version, Visit, Window

NOON = datetime(2026, 1, 3, 12, tzinfo=UTC)
URL, KEY = "http://news.example.org/live", "org,example,news)/live"
ALL = (1, 2, 3, 4, 5, 6)
REACHED = Window(pages=3, complete=True, parts=2)


def update(number: int, *, prefix: str, text: str = "") -> Update:
    said = text or f"Report number {number} on the storm in the harbour, {number * 7} ships."
    id_ = f"{prefix}{number}" if prefix else None
    key = f"id:{id_}" if id_ else f"text:{said}"
    part = (("part", f"{URL}?page=2"),) if number > 3 else ()
    return Update(text=said, id=id_, key=key, published=NOON - timedelta(minutes=number), provenance=part)


def look(number: int, ids: Sequence[int], *, window: Window | None = None, rules: str = "x 1", prefix: str = "u",
         texts: dict[int, str] | None = None) -> Visit:  # fmt: skip
    """The page's ``number``-th look; each has another headline, so that each is a version."""
    at = NOON + timedelta(minutes=number)
    capture = Capture(
        urlkey=KEY, timestamp=at, url=URL, record_id=f"urn:uuid:{number}", digest=f"sha256:{number}", filename="f",
        offset=number, length=1, status=200, visit_id=f"v{number}",
    )  # fmt: skip
    shown = tuple(update(i, prefix=prefix, text=(texts or {}).get(i, "")) for i in ids)
    version = Version(
        url=URL, at=at, headline=f"Look {number}", updates=shown, extractor=rules, state="live",
        window=window or Window(),
    )  # fmt: skip
    return Visit(
        id=f"v{number}", url=URL, urlkey=KEY, started=at, outcome="archived", status=200, captures=(capture,),
        reading="version", version=version,
    )  # fmt: skip
