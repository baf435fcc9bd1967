"""Everything that keeps, opened and closed together in the right order: lock, catalog, spool, uploader."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from . import clock, warc
from .config import PRODUCT, Config
from .control import order_lines
from .errors import StoreError
from .opened import open_catalog
from .settled import Settled, as_record
from .store.adopting import abandoned, adopt
from .store.behind import refuse_if_behind
from .store.disk import write_durably
from .store.opening import open_store
from .store.order_files import order_name
from .store.recorder import Limits, Recorder
from .store.spool import SpoolLock, worker_name
from .store.uploader import Uploader
from .store.warcs import WarcReader
from .workers import Workers


class Keeper:
    """One writing process of an archive.

    Opening it recovers what a dead predecessor left; ``recovered`` says what that was. Closing it seals the
    open file, uploads what can be uploaded and frees the spool. ``facts``: what the warcinfo record of each file
    that is opened from now on says of this process.
    """

    def __init__(self, config: Config) -> None:
        self.config = config
        with ExitStack() as opened:  # what was opened is closed again, last first, if the rest cannot be
            self._open(config, opened)
            self._opened = opened.pop_all()

    def _open(self, config: Config, opened: ExitStack) -> None:
        archive = config.archive
        opened.enter_context(SpoolLock(archive.spool))
        self.catalog = opened.enter_context(open_catalog(config, relaxed=True))  # the spool tells it again
        self.catalog.refuse_unfinished()
        self.store = open_store(archive.store, endpoint_url=config.s3.endpoint_url, region=config.s3.region)
        opened.callback(self.store.close)
        self.worker = worker_name(archive.spool)
        refuse_if_behind(self.catalog, self.store, archive.spool, self.worker, clock.now())
        self.facts = _facts(config, self.worker)
        self.recovered = adopt(archive.spool, self.catalog)
        self.uploader = Uploader(archive.spool, self.store, self.catalog, worker=self.worker)
        opened.callback(self.uploader.close)
        self.recorder = Recorder(
            archive.spool,
            self.catalog,
            worker=self.worker,
            warcinfo=lambda name: warc.warcinfo(name, self.facts, clock.now()),
            sealed=self.uploader.take,
            limits=Limits(archive.roll_size, archive.roll_age, archive.spool_limit),
            clock=clock.now,
        )
        opened.callback(self.recorder.close)
        self._close_abandoned()
        self.workers = Workers(config.extract.workers)  # no process begins before it is asked for something
        opened.callback(self.workers.close)
        self.reader = WarcReader(self.store, archive.spool)

    def _close_abandoned(self) -> None:
        """Each started visit ends in exactly one outcome, also one whose process was killed.

        Where the spool takes nothing, in the catalog alone: only a start that succeeds sends what fills it.
        """
        lost = abandoned(self.catalog, self.worker, clock.now())
        for visit, done in [(visit, self.recorder.visit(visit)) for visit in lost]:
            try:
                done.result()
            except StoreError as e:
                detail = f"{visit.detail}; this is not in the archive: {e}"
                failed = replace(visit, outcome="error", reason="storage", detail=detail, reading="none")
                self.catalog.visits_recorded([failed])
        self.recovered = replace(self.recovered, abandoned=sum(visit.outcome == "error" for visit in lost))

    def order(self, orders: Iterable[Mapping[str, Any]], now: datetime) -> None:
        """What this process decides about watches: on the spool's disk at once, in the store when it takes it.

        OSError: it is not kept.
        """
        path = self.config.archive.spool / "control" / order_name(now)
        write_durably(path, order_lines(orders, now, by=PRODUCT))
        self.uploader.take(path)

    def keep_reading(self, what: Settled) -> None:
        """A settled reading goes into the archive with the next group that is written."""
        self.recorder.reading(warc.member(as_record(what, clock.now())))

    def close(self) -> None:
        """Seal, upload, free. What the store does not take now stays in the spool, and is named."""
        self._opened.close()

    @property
    def left(self) -> list[str]:
        """Sealed files that could not be uploaded before the end."""
        return [path.name for path in self.uploader.left]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _facts(config: Config, worker: str) -> dict[str, str]:
    rules = config.model_dump_json(exclude={"path"}).encode()
    return {
        "software": PRODUCT,
        "format": "WARC File Format 1.1",
        "conformsTo": "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
        "http-header-user-agent": config.crawl.agent,
        "robots": "obey",
        "operator": config.crawl.contact,
        "hostname": worker,
        "stoppress-config-digest": "sha256:" + hashlib.sha256(rules).hexdigest(),
    }
