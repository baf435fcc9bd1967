"""What a dead process left in the spool, and in the ledger: found again at the next start."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from pipelines import warc
from pipelines.cdxj import capture_of
from pipelines.crashpoint import crashpoint
from pipelines.errors import DamagedRecord
from pipelines.ledger import ended_early, visit_of
from pipelines.model import Capture, Visit
from pipelines.warc import Placed, scan

from .catalog import Catalog
from .recovering import Recovered, lean, recover
from .spool import sealed
from .telling import all_or_each
from .warcs import opened_at, worker_of

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Adopted:
    """What a start found of its predecessors."""

    files: int = 0
    visits: int = 0
    abandoned: int = 0
    torn: int = 0
    damaged: int = 0  # bytes in the middle of files
    lost: int = 0  # captures that the catalog had, and whose bytes are damaged

    def __str__(self) -> str:
        told = (
            f"recovered {self.files} spool file(s) with {self.visits} visit(s); "
            f"{self.abandoned} visit(s) had been abandoned, {self.torn} torn byte(s) are in quarantine"
        )
        if self.damaged or self.lost:
            told += (
                f"; so are {self.damaged} damaged byte(s) of the middle of files; {self.lost} capture(s) that the "
                "catalog had are lost with them: see the log, and check this disk"
            )
        return told


def adopt(folder: Path, catalog: Catalog) -> Adopted:
    """Seal what dead processes left, and bring into the catalog what they had written. Idempotent."""
    visits = 0
    lost: set[str] = set()

    def told(left: Recovered, *, mended: bool = True) -> None:
        nonlocal visits
        name = left.path.name
        try:
            captures, found = rows_of(left.records, name)
        except (ValueError, KeyError, TypeError, AttributeError) as e:  # whole, and none of ours
            raise DamagedRecord(
                f"{folder / name} holds a record that cannot be understood ({type(e).__name__}: {e}); move it to "
                "another folder, keep it, then start again"
            ) from e
        crashpoint("mid_recovery")
        all_or_each(partial(catalog.visits_recorded, worker=worker_of(name)), found)
        crashpoint("mid_recovery")
        claimed = {c.record_id for visit in found for c in visit.captures}
        all_or_each(catalog.captures_added, [c for c in captures if c.record_id not in claimed])
        if mended:
            gone = catalog.captures_found(name, captures)
            _tell(left, gone)
            lost.update(capture.record_id for capture in gone)
        visits += len(found)
        if not left.records:
            return
        catalog.file_opened(name, worker=worker_of(name), now=opened_at(name))  # where that was not told then
        catalog.file_sealed(name, left.size)

    for path in sealed(folder):  # whole, and known: unless the catalog was lost since and rebuilt from the store
        if catalog.file(path.name) is None and not catalog.replacing(path.name):
            with path.open("rb") as file:
                told(Recovered(path, lean(scan(file)), path.stat().st_size, 0), mended=False)
    recovered = recover(folder, told, known=lambda name: (offset for offset, _ in catalog.places(name).values()))
    torn, damaged = sum(left.torn for left in recovered), sum(p.length for left in recovered for p in left.damaged)
    return Adopted(files=len(recovered), visits=visits, torn=torn, damaged=damaged, lost=len(lost))


def _tell(left: Recovered, gone: list[Capture]) -> None:
    for place in left.damaged:
        log.error("%s had %d damaged byte(s) at %d, which are in quarantine as %s: %s; the records behind are kept",
                  left.path.name, place.length, place.offset, place.kept, place.why)  # fmt: skip
    for capture in gone:
        log.error("the capture %s of %s at %s is lost: its bytes in %s were damaged",
                  capture.record_id, capture.url, capture.timestamp, left.path.name)  # fmt: skip


def rows_of(records: Iterable[Placed], name: str) -> tuple[list[Capture], list[Visit]]:
    """The captures and visits that the records of one WARC file tell of."""
    placed = list(records)
    captures = [capture for item in placed if (capture := capture_of(item, name))]
    visits = []
    for item in placed:
        if item.record.get("Content-Type") != warc.VISIT_TYPE:
            continue
        try:
            visits.append(visit_of(json.loads(item.record.block), captures))
        except (ValueError, KeyError, TypeError, AttributeError) as e:  # one of them must not keep back all others
            log.error("%s, offset %d: a visit record cannot be understood (%s: %s); its captures are kept",
                      name, item.offset, type(e).__name__, e)  # fmt: skip
    return captures, visits


def abandoned(catalog: Catalog, worker: str, now: datetime) -> list[Visit]:
    """Visits of this spool whose process died before they ended, each with its outcome now.

    One that had come to its requisites has all that the page itself is made of: it ends as if they had been left out.
    """
    detail = f"the crawler died during this visit; noticed {now:%Y-%m-%dT%H:%M:%SZ}"
    lost = catalog.unfinished_visits(worker)
    captured = catalog.captures_of([visit.id for visit in lost])
    return [
        ended_early(visit, captured.get(visit.id, []), f"its requisites are not all there: {detail}")
        or replace(visit, outcome="error", reason="abandoned", detail=detail, reading="none")
        for visit in lost
    ]
