"""The archive's write path, in one thread beside the crawler:

    exchange --records--> spool --fsync--> acknowledged --> catalog          (a group at a time)
                            spool file full or old --> sealed --> handed to the uploader

Bytes first, pointer last: a visit is acknowledged when its records are on disk; the catalog's rows follow, and
are kept for the next group if the catalog cannot take them now. What a crash cuts off, ``adopt`` finds again.
What came of a page whose bytes go (``takedown --redact``) is not written at all: it was asked for before the order.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from pipelines import warc
from pipelines.cdxj import capture_of
from pipelines.crashpoint import crashpoint
from pipelines.errors import CatalogError, RowRefused, SpoolFull, StoreError
from pipelines.grouping import gather
from pipelines.ledger import conclude, facts, taken_down
from pipelines.model import Capture, Exchange, Role, Visit
from pipelines.promise import Promise
from pipelines.takedowns import Blocks, Takedown
from pipelines.urlkey import urlkey
from pipelines.warc import Placed, Record

from .catalog import Catalog
from .originals import Originals
from .spool import Epoch, file_name, overdue, used
from .telling import Tell, all_at_once, all_or_each

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """When to seal a spool file, and how much may wait in the spool (bytes)."""

    roll_size: int = 256 * 10**6
    roll_age: timedelta = timedelta(minutes=10)
    spool: int = 20 * 2**30


@dataclass(slots=True)
class _Job:
    done: Promise[Visit | None] = field(default_factory=Promise)
    exchange: Exchange | None = None
    visit_id: str | None = None
    role: Role = "page"
    page: str = ""
    original: Capture | None = None
    visit: Visit | None = None
    started: tuple[Visit, ...] = ()
    reading: bytes = b""
    made: tuple[tuple[Record, ...], ...] = ()  # of the visit: exchanges as records, the answer first


@dataclass(slots=True)
class _Group:
    """What one fsync makes durable."""

    started: list[Visit] = field(default_factory=list)
    visits: list[tuple[_Job, Visit]] = field(default_factory=list)
    loose: list[Capture] = field(default_factory=list)
    originals: dict[tuple[str, str], Capture | None] = field(default_factory=dict)  # as they were before


class Recorder:
    """Owns the spool's open file and every write to the catalog's ledger. ``close`` seals and ends the thread."""

    def __init__(self, folder: Path, catalog: Catalog, *, worker: str, warcinfo: Callable[[str], Record],
                 sealed: Callable[[Path], None], limits: Limits = Limits(),
                 clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:  # fmt: skip
        self._folder, self._catalog, self._worker = folder, catalog, worker
        self._warcinfo, self._sealed, self._limits, self._clock = warcinfo, sealed, limits, clock
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self.originals = Originals()
        self._open: dict[str, list[Capture]] = defaultdict(list)
        self._lost: set[str] = set()  # visits of which a record could not be written
        self._redacted = Blocks(())  # pages whose bytes go, as last read
        self._withheld: dict[str, Takedown] = {}  # visits of which a record was not written, as it was of such a page
        self._behind = _Group()
        self._epoch: Epoch | None = None
        self._abandoned: list[Epoch] = []  # the disk failed while they were written; what is in them was acknowledged
        self._serial = 0
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

    # what the crawler calls, from its own thread --------------------------------------------------------

    def starting(self, visits: Sequence[Visit]) -> Promise[Visit | None]:
        """Enter visits in the ledger before their first request; wait for the promise."""
        return self._put(_Job(started=tuple(visits)))

    def exchange(self, exchange: Exchange, *, visit_id: str | None, role: Role,
                 page: str = "", original: Capture | None = None) -> Promise[Visit | None]:  # fmt: skip
        """Keep one exchange; it becomes durable with, or before, the visit it belongs to. ``page``: its urlkey.

        ``original``: a durable capture that it may repeat; else what ``originals`` has of this page and URL.

        The promise is kept when it is on disk; StoreError if it is not.
        """
        return self._put(_Job(exchange=exchange, visit_id=visit_id, role=role, page=page, original=original))

    def made(self, records: Sequence[Sequence[Record]], visit: Visit) -> Promise[Visit | None]:
        """As ``visit``, with the records of each of its exchanges, the answer first: all or nothing is kept."""
        return self._put(_Job(made=tuple(map(tuple, records)), visit=visit))

    def visit(self, visit: Visit) -> Promise[Visit | None]:
        """Conclude a visit; the promise gives it back with outcome and captures once all is on disk."""
        return self._put(_Job(visit=visit))

    def written(self) -> Promise[Visit | None]:
        """The promise is kept when all that was handed over before is on disk, or has failed."""
        return self._put(_Job())

    def reading(self, member: bytes) -> None:
        """Keep a reading record, compressed already. Nobody waits for it: what is lost of it can be read again."""
        self._put(_Job(reading=member))

    def close(self) -> None:
        """Seal what is open and end; everything handed over before is durable when this returns."""
        self._jobs.put(None)
        self._thread.join()

    def _put(self, job: _Job) -> Promise[Visit | None]:
        self._jobs.put(job)
        return job.done

    # the thread -----------------------------------------------------------------------------------------

    def _run(self) -> None:
        going = True
        while going:
            jobs, going = gather(self._jobs, patience=1.0)
            try:
                if jobs:
                    self._commit(jobs)
                if not jobs or not going:
                    self._write_catalog(_Group())  # the catalog may be back
                self._salvage()
                self._roll(ending=not going)
            except Exception as e:  # whatever it is, the thread must outlive it: every visit waits for it
                log.exception("the recorder met what nobody had thought of")
                self._fail([job for job in jobs if not job.done.done()], e)

    def _commit(self, jobs: list[_Job]) -> None:
        group = _Group()
        try:
            self._refuse_if_full()
        except (OSError, SpoolFull) as e:  # the open file is sound: sealed and sent, it makes room again
            self._fail(jobs, e)
            return
        jobs = self._without_redacted(jobs)
        jobs, lost = self._without_lost(jobs)
        try:
            for job in jobs:
                self._write(job, group)
            for visit_id in lost:  # an answer may have come with the end of its visit
                group.loose += self._open.pop(visit_id, [])
            if self._epoch:
                self._epoch.commit()
        except Exception as e:  # noqa: BLE001 - whatever a job holds
            self._abandon(group)
            self._fail(jobs, e)
            return
        self._write_catalog(group)
        written = {id(job): visit for job, visit in group.visits}
        for job in jobs:
            job.done.set_result(written.get(id(job)))

    def _without_redacted(self, jobs: list[_Job]) -> list[_Job]:
        """Without exchanges of pages whose bytes go. Asked here, where the visit is in the ledger and has no end yet:
        a redaction either is seen now, or sees the visit under way, or what it has captured."""
        if not any(job.exchange or job.made for job in jobs):
            return jobs
        try:
            self._redacted = Blocks(one for one in self._catalog.takedowns() if one.redact)
        except CatalogError as e:
            log.error("the catalog cannot say what was taken down since; what comes is kept: %s", e)
        refused = {id(job): block for job in jobs if (block := self._of_redacted(job))} if self._redacted else {}
        for job in (job for job in jobs if id(job) in refused):
            block = refused[id(job)]
            if job.exchange and job.visit_id and job.role != "requisite":
                self._withheld[job.visit_id] = block
            job.done.set_exception(StoreError(str(block)))
        return [job for job in jobs if id(job) not in refused]

    def _of_redacted(self, job: _Job) -> Takedown | None:
        if job.exchange:
            return self._redacted.page(job.page) or self._redacted.page(urlkey(job.exchange.url))
        return self._redacted.page(job.visit.urlkey) if job.made and job.visit else None

    def _without_lost(self, jobs: list[_Job]) -> tuple[list[_Job], list[str]]:
        """A visit is not acknowledged if a record of it went down with an earlier group: the other jobs, and its id."""
        lost = [job for job in jobs if job.visit and job.visit.id in self._lost]
        if lost:
            self._fail(lost, StoreError("a record of this visit was lost"))
        told = {id(job) for job in lost}
        return [job for job in jobs if id(job) not in told], [job.visit.id for job in lost if job.visit]

    def _write(self, job: _Job, group: _Group) -> None:
        group.started += job.started
        if job.reading:
            self._file().append_member(job.reading)
        if job.exchange:
            name = (job.page, job.exchange.url)
            before = self.originals.get(name)
            capture = self._write_exchange(job.exchange, job.visit_id, job.role, job.original or before)
            if capture:
                group.originals.setdefault(name, before)
                self.originals.saw(name, capture)
            if capture and job.visit_id:
                self._open[job.visit_id].append(capture)
            elif capture:
                group.loose.append(capture)
        if job.visit:
            for made in job.made:
                placed = self._append(made)
                if capture := capture_of(placed[0], self._file().name):
                    self._open[job.visit.id].append(capture)
            ended = job.visit
            if block := self._withheld.pop(ended.id, None):
                ended = taken_down(ended, block)
            visit = conclude(ended, self._open.get(ended.id, []))
            page = visit.captures[0] if visit.captures else None
            lines = facts(visit, page.fidelity if page else None, self._worker)
            record = warc.visit_record(visit.id, lines, visit.started, page.record_id if page else None)
            self._file().append(record)
            group.visits.append((job, visit))
            self._open.pop(visit.id, None)  # not before: no file may have taken the record

    def _write_exchange(self, exchange: Exchange, visit_id: str | None, role: Role,
                        original: Capture | None) -> Capture | None:  # fmt: skip
        record_id = warc.new_id(visit_id or "")
        kept = warc.exchange_records(exchange, record_id=record_id, visit_id=visit_id, role=role, original=original)
        placed = self._append(kept.records)
        return capture_of(placed[0], self._file().name)

    def _append(self, records: Sequence[Record]) -> list[Placed]:
        epoch = self._file()
        return [Placed(record, *epoch.append(record)) for record in records]

    def _file(self) -> Epoch:
        if self._epoch is None:
            now = self._clock()
            now = now.replace(microsecond=now.microsecond // 1000 * 1000)  # as exactly as the file's name has it
            self._serial += 1
            name = file_name(now, self._serial, self._worker)
            self._epoch = Epoch(self._folder, name, now, self._warcinfo)
            self._catalog_says(lambda: self._catalog.file_opened(name, worker=self._worker, now=now))
        return self._epoch

    def _refuse_if_full(self) -> None:
        if (taken := used(self._folder)) > self._limits.spool:
            raise SpoolFull(
                f"{self._folder} holds {taken} bytes, above its spool_limit of {self._limits.spool}; "
                "see why nothing goes to the store (stoppress doctor), or raise [archive] spool_limit"
            )

    def _abandon(self, group: _Group) -> None:
        """The file is not trusted any more, a new one follows; no later record may refer to what is lost in it."""
        for name, before in group.originals.items():
            self.originals.put_back(name, before)
        epoch, self._epoch = self._epoch, None
        if epoch is None:
            return
        epoch.abandon()
        self._abandoned.append(epoch)
        self._open |= {visit.id: list(visit.captures) for _, visit in group.visits}
        for visit_id, captures in self._open.items():  # visits that are under way go on with what is whole
            self._open[visit_id] = [c for c in captures if c.filename != epoch.name or c.offset < epoch.durable]

    def _fail(self, jobs: list[_Job], error: Exception) -> None:
        """Nothing of these jobs is acknowledged, nor a visit that one of them belonged to, but for its requisites.

        What an earlier group has made durable of it stays in the archive, so the catalog hears of it.
        """
        if not jobs:
            return
        log.error("the spool could not be written, %d jobs are not acknowledged: %s", len(jobs), error)
        self._lost |= {job.visit_id for job in jobs if job.exchange and job.visit_id and job.role != "requisite"}
        for job in jobs:
            if job.visit:  # it is told now; whoever concludes it once more says so knowingly
                self._behind.loose += self._open.pop(job.visit.id, [])
                self._lost.discard(job.visit.id)
            job.done.set_exception(StoreError(f"the spool could not be written: {error}"))

    def _write_catalog(self, group: _Group) -> None:
        behind = self._behind
        behind.started += group.started
        behind.visits += group.visits
        behind.loose += group.loose
        if not self._is_behind():
            return
        crashpoint("before_catalog")
        if self._catalog_says(lambda: self._rows(behind)):
            crashpoint("after_catalog")
            self._behind = _Group()

    def _is_behind(self) -> bool:
        return bool(self._behind.started or self._behind.visits or self._behind.loose)

    def _rows(self, group: _Group) -> None:
        try:
            self._catalog.together(lambda: self._tell(group))
        except RowRefused:  # one row must not keep back all others, for ever
            self._tell(group, all_or_each)

    def _tell(self, group: _Group, told: Tell = all_at_once) -> None:
        if group.started:
            told(lambda visits: self._catalog.visits_started(visits, worker=self._worker), group.started)
        if group.visits:
            ended = partial(self._catalog.visits_recorded, worker=self._worker)  # some were never told as started
            told(ended, [visit for _, visit in group.visits])
        if group.loose:
            told(self._catalog.captures_added, group.loose)

    def _catalog_says(self, act: Callable[[], None]) -> bool:
        try:
            act()
        except CatalogError as e:
            log.error("the catalog cannot be written now; rows are kept and written later: %s", e)
            return False
        return True

    def _salvage(self) -> None:
        """What was acknowledged before the disk failed must not wait for the next start to come into the store."""
        while self._abandoned and self._epoch:  # a new file could be begun: the disk is well again
            epoch = self._abandoned[0]
            if not self._told(epoch.name, epoch.durable):
                return
            del self._abandoned[0]
            try:
                sealed = epoch.salvage()
            except OSError as e:  # recovery seals it at the next start
                log.error("%s cannot be sealed now: %s", epoch.name, e)
            else:
                self._sealed(sealed)

    def _told(self, name: str, size: int) -> bool:
        """Only an unsealed file is adopted: it stays open until the catalog has its rows, on disk.

        Also those of visits that are not over: their own records will lie in a later file.
        """
        begun = [capture for captures in self._open.values() for capture in captures if capture.filename == name]

        def tell() -> None:
            self._catalog.captures_added(begun)
            self._catalog.file_sealed(name, size)

        return not self._is_behind() and self._catalog_says(tell)

    def _roll(self, *, ending: bool) -> None:
        epoch = self._epoch
        if epoch is None:
            return
        limits = self._limits
        due = overdue(epoch.opened, epoch.size, self._clock(), roll_size=limits.roll_size, roll_age=limits.roll_age)
        if not (ending or due):
            return
        crashpoint("before_seal")
        if not self._told(epoch.name, epoch.size):
            if ending:
                epoch.leave()
            return
        self._epoch = None
        try:
            sealed = epoch.seal()
        except OSError as e:  # its records are durable already; recovery seals it at the next start
            log.error("%s cannot be sealed now: %s", epoch.name, e)
            epoch.leave()
        else:
            crashpoint("after_seal")
            self._sealed(sealed)
