"""From when until when a watch holds, where both are dates. Pure."""

from __future__ import annotations

from datetime import UTC, datetime


def date_of(until: str) -> datetime | None:
    """The date that ``until`` is; None where it is the end of coverage, or silence."""
    if until == "end-of-coverage" or until.endswith("-idle") or not until:
        return None
    return datetime.fromisoformat(until).astimezone(UTC)


def ends_too_soon(begins: datetime | None, until: str) -> str:
    """What is wrong with an end that comes before anything was visited; "" if it does not."""
    end = date_of(until)
    if end is None or begins is None or end > begins:
        return ""
    return f"the end, {spelt(end)}, is not after from = {spelt(begins)}, so it would never be visited"


def spelt(moment: datetime) -> str:
    """As it may be written in a config."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
