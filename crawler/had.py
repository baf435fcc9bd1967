"""What is known of a page's requisites: which were had, and when they may be asked for again. Pure.

What was captured is asked for again after ``[crawl] requisite_every``, then with its validators; what was refused (404,
too large, robots.txt) as late, what passes (no answer, 5xx) sooner. What was left out was never had: it comes first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pipelines.extract.requisites import Requisite
from pipelines.model import Capture

SOONER = 24  # a passing failure is tried again after this part of the time
REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(slots=True)
class Had:
    """One requisite, as it was asked for last."""

    again: datetime  # not before
    original: str | None = None  # record id of its newest whole capture
    leads_in: str | None = None  # record id of the answer that says what it leads to ...
    leads: Sequence[Requisite] | None = None  # ... which is this; None: it was not looked at by this process


@dataclass(slots=True)
class Known:
    """One page: ``digest`` is that of the answer in which ``wanted`` was found."""

    digest: str = ""
    wanted: Sequence[Requisite] = ()
    updates: Sequence[Requisite] = ()  # images of updates that older pages or a feed have brought
    had: dict[str, Had] = field(default_factory=dict)  # by URL
    came: set[str] = field(default_factory=set)  # URLs: good, in the visit that is under way

    def kept(self, captures: Iterable[Capture], every: timedelta) -> None:
        """The visit is over, and these captures of it are on disk. What came and is not among them was lost."""
        captures = list(captures)
        for url in self.came.difference(capture.url for capture in captures):
            self.had.pop(url, None)
        self.came.clear()
        self.saw(captures, every)

    def saw(self, captures: Iterable[Capture], every: timedelta) -> None:
        """Captures that are in the archive, oldest first."""
        for capture in captures:
            if capture.role != "requisite":
                continue
            had = self.had.get(capture.url)
            if had is None:
                had = self.had[capture.url] = Had(capture.timestamp + wait(capture.status, capture.truncated, every))
            if capture.redacted:
                had.original = had.leads_in = None
            elif capture.kind == "revisit":
                had.original = had.leads_in = capture.refers_to
            elif is_whole(capture.status, capture.truncated):
                had.original = had.leads_in = capture.record_id
            elif capture.status in REDIRECTS:
                had.leads_in = capture.record_id

    def forget(self, before: datetime) -> None:
        """What has not been asked for since then is not wanted any more."""
        self.had = {url: had for url, had in self.had.items() if had.again >= before}


def is_whole(status: int | None, truncated: str | None) -> bool:
    return status == 200 and truncated is None


def wait(status: int | None, truncated: str | None, every: timedelta) -> timedelta:
    """How long after such an answer, or none, a requisite is not asked for again."""
    passing = status is None or status >= 500 or status in (408, 425, 429) or truncated in ("disconnect", "time")
    return every / SOONER if passing else every
