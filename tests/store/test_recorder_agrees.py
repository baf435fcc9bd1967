"""Whatever of the disk fails, and when: the catalog has the captures that the files hold, and no other.

Random orders of answers and ends of visits, of disks that do not sync and writes that find no room; ten seeds.
"""

from __future__ import annotations

import contextlib
import random
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from pipelines.errors import StoreError
from pipelines.model import Visit
from pipelines.promise import Promise
from pipelines.store.recorder import Limits, Recorder
from pipelines.store.spool import Epoch
from pipelines.urlkey import urlkey

from .spool import conftest as shared
from .spool.desk import FOREVER, BadDisk, Desk, exchange, placed, visit_of

catalog, desk, disk = shared.catalog, shared.desk, shared.disk
PAGE, PART = "http://news.test/live", "http://news.test/style.css"


@dataclass
class FullDisk:
    """Appends until one of them finds no room; None: all find some."""

    left: int | None = None

    def takes(self) -> None:
        if self.left is not None:
            self.left -= 1
            if self.left <= 0:
                self.left = None
                raise OSError(28, "No space left on device")


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> FullDisk:
    full, real = FullDisk(), Epoch.append_member

    def append(self: Epoch, data: bytes) -> tuple[int, int]:
        full.takes()
        return real(self, data)

    monkeypatch.setattr(Epoch, "append_member", append)
    return full


@dataclass
class Crawl:
    """What a crawler may do, in any order."""

    recorder: Recorder
    dice: random.Random
    answers: list[Promise[Visit | None]] = field(default_factory=list)
    ends: list[Promise[Visit | None]] = field(default_factory=list)

    def go_on(self, minute: int) -> None:
        name = f"v{self.dice.randint(1, 3)}-{minute // 6}"
        if self.dice.random() < 0.6:
            role: Any = self.dice.choice(["page", "requisite"])
            made = exchange(b"%d" % minute, minute=minute, url=PAGE if role == "page" else PART)
            self.answers.append(self.recorder.exchange(made, visit_id=name, role=role))
        else:
            self.ends.append(self.recorder.visit(visit_of(exchange(minute=minute), name)))
        if self.dice.random() < 0.6:
            self.wait()

    def wait(self) -> list[Visit]:
        """Until all that was asked for is done or has failed; the visits that were acknowledged."""
        for promise in self.answers:
            with contextlib.suppress(StoreError):
                promise.result(30)
        kept = []
        for promise in self.ends:
            with contextlib.suppress(StoreError):
                kept.append(promise.result(30))
        return [visit for visit in kept if visit is not None]


@pytest.mark.parametrize("seed", range(10))
def test_files_and_catalog_agree_whatever_fails(desk: Desk, disk: BadDisk, room: FullDisk, seed: int) -> None:
    dice = random.Random(seed)
    recorder = desk.open(Limits(roll_age=dice.choice([FOREVER, timedelta()])))
    crawl = Crawl(recorder, dice)
    for minute in range(dice.randint(8, 20)):
        if (fault := dice.random()) < 0.2:
            disk.failures = dice.randint(1, 3)
        elif fault < 0.35:
            room.left = dice.randint(1, 6)
        crawl.go_on(minute)
    acknowledged = crawl.wait()
    disk.failures, room.left = 0, None
    for minute in (50, 51):  # the disk is well again: what was left behind comes along
        desk.keep(recorder, exchange(b"%d" % minute, minute=minute), f"end {minute}")
    recorder.close()

    files = desk.folder.glob("*.warc.gz*")
    held = [item.record.id for file in files for item in placed(file) if item.record.type in ("response", "revisit")]
    told = [c.record_id for url in (PAGE, PART) for c in desk.catalog.captures(urlkey(url), role=None)]
    assert sorted(told) == sorted(held)
    assert {c.record_id for visit in acknowledged for c in visit.captures} <= set(held)
