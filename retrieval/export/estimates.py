"""How much of what the exported pages said was captured: an estimate, told with what it is about.

Of the revisions that were seen in the time of the export; the archive's other captures are no part of the statement.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.completeness import Caught, Completeness, completeness_of_all, completeness_of_page
from pipelines.store.catalog import Catalog, Chosen


@dataclass(frozen=True, slots=True)
class Estimates:
    """Of all pages together, and of each by its urlkey."""

    together: Completeness
    pages: Mapping[str, Completeness]
    when: str = "since the first look"

    def words(self) -> str:
        """On one line."""
        return self.together.words(self.when)

    def to_json(self, urls: Mapping[str, str]) -> dict[str, Any]:
        """``urls``: of the pages that are listed one by one, by their urlkeys."""
        each = [{"url": url} | _own(self.pages[key]) for key, url in urls.items() if key in self.pages]
        return {**self.together.to_json(), "pages": each}


def _own(page: Completeness) -> dict[str, Any]:
    """Without what is the same for all pages."""
    told = page.to_json()
    return {name: value for name, value in told.items() if name != "method"}


def estimates(catalog: Catalog, chosen: Chosen) -> Estimates:
    """Of what may be shown."""
    blocks = catalog.blocks()
    keys = tuple(key for key in catalog.pages_with_versions(chosen) if not blocks.page(key))
    found = catalog.caught(Chosen(urlkeys=keys, since=chosen.since, until=chosen.until))
    newsrooms = catalog.lifetimes()
    each = {key: completeness_of_page(key, found.get(key, Caught()), newsrooms) for key in keys}
    together = completeness_of_all(found, newsrooms)
    return Estimates(together, each, "seen in the time") if chosen.since else Estimates(together, each)
