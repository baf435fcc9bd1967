"""What the next visit of a page is compared with: its newest full capture that shows a page.

A conditional request has that capture's validators; a 304, or the same payload again, is a revisit of it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from pipelines.model import Capture
from pipelines.recent import Recent
from pipelines.roles import is_part

Name = tuple[str, str]  # page (its urlkey) and URL: of two pages that lead to one URL each has its own original


class Originals:
    """Kept in memory; at the start filled from the catalog."""

    def __init__(self) -> None:
        self._newest: Recent[Name, Capture] = Recent()
        self._before: Recent[Name, Capture | None] = Recent()
        self._unmodified: dict[str, int] = {}

    def get(self, name: Name) -> Capture | None:
        return self._newest.get(name)

    def before(self, name: Name, at: datetime) -> Capture | None:
        """The original as it was when an answer came that was asked for ``at``: that may be in the archive already."""
        newest = self._newest.get(name)
        return self._before.get(name) if newest and newest.timestamp >= at else newest

    def saw(self, name: Name, capture: Capture) -> None:
        """A new capture: if it is whole, it is the original from now on.

        A page that was asked for once more, within its visit, is no original: what it says beyond the rest of the
        page is read by the next visit, to which a 304 must not call it known.
        """
        known = self._newest.get(name)
        shows = capture.role == "page" or (is_part(capture) and not (known and known.role == "page"))
        if shows and (capture.kind, capture.status, capture.truncated) == ("response", 200, None):
            self._before[name] = self._newest.get(name)
            self._newest[name] = capture

    def put_back(self, name: Name, before: Capture | None) -> None:
        """What was seen since is lost: ``before`` is the original again, or there is none."""
        if before:
            self._newest[name] = before
        else:
            self._newest.pop(name, None)

    def unreadable(self, name: Name) -> None:
        """The newest one shows no page that could be read.

        Else the next visit with the same bytes, or a 304 to its validators, would pass as the page unchanged.
        """
        self.put_back(name, self._before.pop(name, None))

    def forget(self, record_ids: Collection[str]) -> None:
        """Captures whose bytes go: nothing may refer to them from now on."""
        for name, capture in list(self._newest.items()) if record_ids else ():  # the recorder goes on meanwhile
            if capture.record_id in record_ids:
                self.put_back(name, None)

    def remember(self, captures: Mapping[str, Capture | None], unmodified: Mapping[str, int]) -> None:
        """From the catalog, by page: full captures, and how many 304 have come since."""
        for page, capture in captures.items():
            if capture:
                self._newest[page, capture.url] = capture
        self._unmodified.update(unmodified)

    def unmodified(self, page: str) -> int:
        """How many 304 had come, when this process began, since the page was last seen whole."""
        return self._unmodified.get(page, 0)
