"""``pages.jsonl`` of a WACZ: a line for every version of every page, with its text."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain, pairwise

from pipelines.face import iso
from pipelines.model import Capture
from pipelines.store.catalog import Catalog, Chosen, StoredVersion

from ..blocked import version_block
from ..mementos import second

HEADER = {"format": "json-pages-1.0", "id": "pages", "title": "All versions", "hasText": True}
_INSTANT = timedelta(microseconds=1)
# Line ends to many readers of lines, and none to JSON: escaped they are the same text to it.
_LINE_ENDS = str.maketrans({ord(c): f"\\u{ord(c):04x}" for c in "\x7f\x85\u2028\u2029"})


@dataclass(frozen=True, slots=True)
class PageLine:
    """A version, and the capture at which a replay shows it."""

    urlkey: str  # of the page
    record_id: str  # of the first capture in the time by which it was seen
    capture: Capture  # the same, or its original: asked for a page at the time of a revisit wabac.js shows the next one
    title: str | None
    text: str

    @property
    def ts(self) -> str:
        """To the second, as the index and every replay know the capture."""
        return iso(second(self.capture.timestamp))

    def encoded(self) -> bytes:
        said = {
            "id": self.record_id.removeprefix("urn:uuid:"),
            "url": self.capture.url,
            "ts": self.ts,
            "title": self.title,
            "text": self.text,
        }
        return encoded({name: value for name, value in said.items() if value})


def encoded(line: dict[str, object]) -> bytes:
    text = json.dumps(line, ensure_ascii=False).translate(_LINE_ENDS)
    return text.encode("utf-8", "backslashreplace") + b"\n"


def page_lines(catalog: Catalog, chosen: Chosen, has: Callable[[Capture], bool]) -> Iterator[PageLine]:
    """Of the versions that were on show in the time, page by page, oldest first; ``has``: what is in the export."""
    for key in catalog.pages_with_versions(chosen):
        for stored, after in pairwise(chain(catalog.every_version(key), [None])):
            if stored is None or version_block(stored, catalog):
                continue
            capture = _shows(catalog, stored, after, chosen)
            if capture and has(capture):
                original = catalog.capture(capture.refers_to) if capture.refers_to else None
                shows = original or capture
                yield PageLine(key, capture.record_id, shows, stored.version.headline, stored.version.text)


def _shows(catalog: Catalog, stored: StoredVersion, after: StoredVersion | None, chosen: Chosen) -> Capture | None:
    """The first capture in the time that shows a version; None if none does."""
    own = catalog.capture(stored.record_id)
    if own and (chosen.since is None or own.timestamp >= chosen.since):
        return own if chosen.until is None or own.timestamp <= chosen.until else None
    if chosen.since is None or chosen.until is None:
        return None
    end = min(chosen.until, after.first_seen - _INSTANT) if after else chosen.until
    return catalog.first_shown(stored.urlkey, chosen.since, end) if end >= chosen.since else None
