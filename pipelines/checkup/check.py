"""One thing that was looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pipelines.addresses import masked
from pipelines.errors import StoppressError

State = Literal["ok", "warning", "failed"]
Now = Callable[[], datetime]  # asked beside each reading: one check may take minutes, on a slow machine or store


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at, how it stands, and what to do where it does not stand well."""

    name: str  # config, store, clock, catalog, spool, egress, wire, browser, versions, machine, watches, fixity
    state: State
    detail: str
    next: str = ""

    def to_json(self) -> dict[str, Any]:
        line = {"check": self.name, "state": self.state, "detail": self.detail, "next": self.next}
        return {name: value for name, value in line.items() if value}


def tried(name: str, act: Callable[[], Iterable[Check]]) -> Iterator[Check]:
    """The checks that ``act`` gives; what it raises is a failed one. No password is repeated."""
    try:
        yield from act()
    except (StoppressError, OSError) as e:
        yield Check(name, "failed", masked(str(e)))
    except Exception as e:  # noqa: BLE001 - whatever it is, the other checks are made
        step = "this is a fault of Stoppress itself: report it with this line"
        yield Check(name, "failed", masked(f"this could not be looked at ({type(e).__name__}: {e})"), step)
