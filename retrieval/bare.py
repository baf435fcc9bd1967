"""An archive without its catalog: the index files in the store become a catalog that lives as long as the reader.

index/**/*.cdxj.gz -> captures and visits;  WARC records -> versions and changes, page by page when asked for
"""

from __future__ import annotations

import gzip
import json
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines.comparing import compare
from pipelines.errors import DamagedRecord, ObjectNotFound, StoreError
from pipelines.ledger import shows_a_page
from pipelines.model import Capture, Unreadable, Visit
from pipelines.reading import read
from pipelines.replaying import replay_takedowns
from pipelines.store.catalog import Catalog
from pipelines.store.objects import ObjectStore
from pipelines.store.warcs import WarcReader, warc_key
from pipelines.takedowns import Takedown


class BareCatalog:
    """A catalog of this process alone, in a folder that ``close`` removes."""

    def __init__(self, store: ObjectStore, *, where: str) -> None:
        captures = list(indexed(store))
        if not captures:
            raise StoreError(f"{where} holds no index/**/*.cdxj.gz with captures; name an archive, or its config")
        self._folder = tempfile.TemporaryDirectory(prefix="stoppress-")
        self.catalog = Catalog.open(f"sqlite:///{Path(self._folder.name) / 'catalog.db'}")
        self.reader = WarcReader(store, None)
        self._fill(captures, store)

    def _fill(self, captures: list[Capture], store: ObjectStore) -> None:
        self.catalog.visits_recorded(list(visits(captures)))
        self.catalog.captures_added([c for c in captures if c.visit_id is None])
        replay_takedowns(store, self.catalog)
        self.catalog.captures_added([gone(one) for one in self.catalog.takedowns() if one.redact and one.record_id])

    def read_page(self, url: str | None) -> None:
        """Read what this page's captures say, oldest first; None: every page. What was read stays read."""
        for visit in self.catalog.visits(url):
            if visit.reading is None:
                compare(self._reading(visit), self.catalog)

    def _reading(self, visit: Visit) -> Visit:
        page = visit.captures[0]
        if visit.outcome == "revisit":
            return replace(visit, reading="unchanged")
        try:
            found = read(self.reader.record(page).block, page.url, page.timestamp)
        except (DamagedRecord, ObjectNotFound) as e:  # costs this reading, not the page's history
            return replace(visit, reading="extract-failed", detail=str(e))
        if isinstance(found, Unreadable):
            return replace(visit, reading=found.reading, detail=found.detail)
        return replace(visit, reading="version", version=found)

    def close(self) -> None:
        self.catalog.close()
        self._folder.cleanup()


def gone(takedown: Takedown) -> Capture:
    """What an index does not list any more, and its order still knows: else the next capture would answer for it."""
    return Capture(
        urlkey=takedown.urlkey,
        timestamp=takedown.timestamp or takedown.at,
        url=takedown.url,
        record_id=takedown.record_id or "",
        digest=takedown.digest or "",
        filename="",
        offset=0,
        length=0,
        redacted=takedown.id,
    )


def indexed(store: ObjectStore) -> Iterator[Capture]:
    """Every capture of the index files, file by file; StoreError names the file that cannot be read."""
    for stat in store.list("index/"):
        if not stat.key.endswith(".cdxj.gz"):
            continue
        try:
            lines = gzip.decompress(store.get(stat.key)).decode().splitlines()
            yield from (capture(line) for line in lines)
        except (OSError, EOFError, ValueError, KeyError) as e:
            raise StoreError(f"{stat.key} is not a readable index: {e}; the WARC beside it is not affected") from e


def capture(line: str) -> Capture:
    """One line of CDXJ as ``pipelines.cdxj`` writes it -> the capture it was made from."""
    urlkey, _, rest = line.partition(" ")
    facts: dict[str, Any] = json.loads(rest.partition(" ")[2])
    revisit = facts["mime"] == "warc/revisit"
    return Capture(
        urlkey=urlkey,
        timestamp=datetime.fromisoformat(facts["date"]),
        url=facts["url"],
        record_id=facts["record_id"],
        digest=facts["digest"],
        filename=warc_key(facts["filename"]),
        offset=int(facts["offset"]),
        length=int(facts["length"]),
        kind="revisit" if revisit else "response",
        role=facts["role"],
        mime=None if revisit or facts["mime"] == "unk" else facts["mime"],
        status=int(facts["status"]) if facts["status"] != "-" else None,
        refers_to=facts.get("refers_to"),
        etag=facts.get("etag"),
        last_modified=facts.get("last_modified"),
        fidelity=facts["fidelity"],
        truncated=facts.get("truncated"),
        visit_id=facts.get("visit"),
    )


def visits(captures: Iterable[Capture]) -> Iterator[Visit]:
    """The visits that captures tell of, oldest first. One that brought no byte has no line in an index."""
    together: dict[str, list[Capture]] = defaultdict(list)
    # The URL as watched comes first: that of the redirect, if there is one.
    for one in sorted(captures, key=lambda c: (c.timestamp, c.role != "redirect")):
        if one.visit_id:
            together[one.visit_id].append(one)
    for visit_id, found in together.items():
        yield _visit(visit_id, found)


def _visit(visit_id: str, captures: list[Capture]) -> Visit:
    first = captures[0]
    page, *_ = own_first = sorted(captures, key=lambda c: c.role != "page")
    visit = Visit(id=visit_id, url=first.url, urlkey=first.urlkey, started=first.timestamp, status=page.status)
    visit = replace(visit, captures=tuple(own_first))
    if page.role != "page":
        return replace(visit, outcome="error", reason="protocol", reading="none")
    if page.truncated:
        return replace(visit, outcome="truncated", reason="disconnect", reading="none")
    if page.kind == "revisit":
        return replace(visit, outcome="revisit")
    if not shows_a_page(page.status):
        return replace(visit, outcome="error", reason="http-status", reading="none")
    return replace(visit, outcome="archived")
