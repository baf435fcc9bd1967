"""What an extractor reads in a capture today beside what was read when it was new. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import partial
from typing import Literal

from .diff import changes
from .diff.reach import reaches_on, told
from .extract.canonical import content_hash
from .model import Change, Version
from .store.stored import LaterReading, PastReading

# equal; not so; now it can be read; now it cannot; nor can it now, for another reason; the extraction failed
Result = Literal["equal", "different", "gained", "lost", "otherwise", "failed"]
RESULTS: tuple[Result, ...] = ("equal", "different", "gained", "lost", "otherwise", "failed")
# Not compared: what says how it was read, and what the comparison of updates tells by itself.
_APART = {"extractor", "updates"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """Two readings of one capture."""

    past: PastReading
    now: LaterReading
    extractor: str | None  # of the version that was stored
    result: Result
    fields: tuple[str, ...] = ()  # of the version whose values differ
    changes: tuple[Change, ...] = ()  # what the differ would say, had the page changed so


def beside(past: PastReading, now: LaterReading, stored: Callable[[], Version | None]) -> Beside:
    """``stored``: the version that the capture showed.

    Where the capture was found unchanged the version was shown by an earlier one: then what may differ from look to
    look without being told (the rest of the page around its updates) is not compared either.
    """
    old = stored() if past.number is not None else None
    made = partial(Beside, past=past, now=now, extractor=old.extractor if old else None)
    if now.reading == "extract-failed":
        return made(result="failed")
    if old is None or now.version is None:
        return made(result=_readable(past, now, old))
    new = now.version
    if past.reading == "version":
        differing = tuple(_differing(old, new))
    else:
        same = content_hash(old) == now.content_hash or _as_far_as_it_reached(old, new)
        differing = () if same else ("content",)
    if not differing:
        return made(result="equal")
    return made(result="different", fields=differing, changes=tuple(changes(old, new)))


def _as_far_as_it_reached(old: Version, new: Version) -> bool:
    """A look that asked for less of the page's older pages and feeds, and found that as it was."""
    return reaches_on((old, new)) and not told(changes(old, new), new)


def _readable(past: PastReading, now: LaterReading, old: Version | None) -> Result:
    if now.version is not None:
        return "gained"
    if old is not None:
        return "lost"
    return "equal" if past.reading == now.reading else "otherwise"


def _differing(old: Version, new: Version) -> list[str]:
    names = [field.name for field in fields(Version) if field.name not in _APART]
    found = [name for name in names if getattr(old, name) != getattr(new, name)]
    return [*found, "updates"] if old.updates != new.updates else found
