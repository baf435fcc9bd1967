"""What a page says around its updates: the lines of its text that are no update's. Pure.

Most of a page is in its updates, and they stand in its text in their order: so the little that is left is found in one
walk, and what is asked of it need not be asked of the whole page.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from ..model import Update, Version

_BEGINNING = 24  # characters that are looked for
_NEAR = 500  # characters at most from one update to the next; one that stands farther away is left where it is


class Around:
    """Looked for when it is first asked about. ``fresh``: those of the updates that came, or differ from before."""

    def __init__(self, version: Version, fresh: Sequence[Update] = ()) -> None:
        self._version, self.fresh = version, fresh

    @cached_property
    def text(self) -> str:
        """Whole lines, in order; with an update's own where its text does not stand in the page's word for word."""
        page, at, found = f"\n{self._version.text}\n", 0, []
        for update in self._version.updates:
            said = update.text
            start = page.find(said[:_BEGINNING], at, at + _NEAR)
            end = start + len(said)
            if start > at and page[start - 1] == page[end : end + 1] == "\n" and page.startswith(said, start):
                found.append(page[at:start])
                at = end
        return "".join([*found, page[at:]])

    @cached_property
    def lines(self) -> dict[str, None]:
        """The same, each once."""
        return dict.fromkeys(self.text.split("\n"))
